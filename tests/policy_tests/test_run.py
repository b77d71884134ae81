"""The runner on real servers, and what it must not let pass."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import pq

from jwtroles import codes
from jwtroles.errors import CompileError, Refused, SpecError
from jwtroles.policy_tests import run
from jwtroles.report.policy_tests import render_tests
from jwtroles.spec.model import Word
from tests.verifier.install import install, spec_of

if TYPE_CHECKING:
    from jwtroles.policy_tests import Results
    from tests.servers import Sandbox

HEAD = """\
jwtroles: 1
project: acme
database:
  schemas: [app]
  connect_as: gate
environments: {dev: {database: embedded}}
tokens:
  verify: gateway
  claims:
    sub: {type: uuid, required: true}
    tenant_id: {type: uuid}
    roles: {type: "text[]"}
mapping:
  - {claim: roles, contains: member, role: member}
  - {claim: roles, contains: auditor, role: auditor}
tenancy: {rows: tenant_id = claims.tenant_id, tables: [app.invoices]}
rows: {own: owner_id = claims.sub}
roles:
  member:
    tables:
      app.invoices: {select: all, update: {columns: [note], rows: own}, delete: {rows: own}}
  auditor:
    tables: {app.invoices: {select: all}}
    settings: {default_transaction_read_only: "on"}
"""

TABLES = """
CREATE ROLE app_owner; CREATE ROLE gate LOGIN NOINHERIT; CREATE ROLE member; CREATE ROLE auditor;
GRANT member, auditor TO gate;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TYPE app.status AS ENUM ('draft', 'paid');
CREATE TABLE app.invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    total numeric(12, 2) NOT NULL DEFAULT 0,
    status app.status NOT NULL DEFAULT 'draft',
    note varchar(200),
    tags text[],
    meta jsonb,
    at timestamptz
);
CREATE TABLE app.lines (invoice_id bigint REFERENCES app.invoices DEFERRABLE INITIALLY DEFERRED);
CREATE SEQUENCE app.counter;
CREATE VIEW app.all_invoices WITH (security_barrier) AS SELECT * FROM app.invoices;
GRANT USAGE ON SCHEMA app TO member, auditor;
GRANT SELECT, DELETE, UPDATE (note) ON app.invoices TO member;
GRANT SELECT, DELETE ON app.invoices TO auditor;
GRANT SELECT ON app.all_invoices TO member;
GRANT USAGE ON SEQUENCE app.counter TO member;
RESET ROLE;
"""

POLICIES = """
ALTER TABLE app.invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY floor ON app.invoices AS RESTRICTIVE TO member, auditor
    USING (tenant_id = (SELECT jwtroles.claim_tenant_id()));
CREATE POLICY reads ON app.invoices FOR SELECT TO member, auditor USING (true);
CREATE POLICY updates ON app.invoices FOR UPDATE TO member
    USING (owner_id = (SELECT jwtroles.claim_sub()));
CREATE POLICY deletes ON app.invoices FOR DELETE TO member
    USING (owner_id = (SELECT jwtroles.claim_sub()));
"""

ONE, TWO = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
ANN, BOB = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"

GIVEN = f"""\
    given:
      app.invoices:
        - {{id: 1, tenant_id: {ONE}, owner_id: {ANN}, total: 10, tags: [a, b c], meta: {{x: [1]}}}}
        - {{id: 2, tenant_id: {ONE}, owner_id: {BOB}, total: 20, status: paid, meta: '{{"y": 2}}'}}
        - {{id: 3, tenant_id: {TWO}, owner_id: {ANN}, note: null, at: 2026-05-01 10:00+00}}
"""

AS = f"""\
    as: {{sub: {ANN}, tenant_id: {ONE}, roles: [ROLE]}}
    becomes: ROLE
"""


def a_test(
    *expectations: str, role: str = "member", name: str = "a test", given: str = GIVEN
) -> str:
    lines = "".join(f"      - {{{one}}}\n" for one in expectations)
    return f"  - name: {name}\n{given}{AS.replace('ROLE', role)}    expect:\n{lines}"


def prepare(sandbox: Sandbox, *tests: str, then: str = "") -> Any:
    """Make a database of the specification with these tests, and return the specification."""
    spec = spec_of(HEAD + "tests:\n" + "".join(tests))
    sandbox.run_sql(TABLES)
    install(sandbox, spec, ["member", "auditor", "app_owner"])
    sandbox.run_sql(POLICIES + then)
    return spec


def results(sandbox: Sandbox, *tests: str, then: str = "") -> Results:
    return run(sandbox.connect(), prepare(sandbox, *tests, then=then))


def verdicts(found: Results) -> list[str]:
    return [one.verdict for test in found.tests for one in test.expectations]


GOOD = a_test(
    "query: select id from app.invoices order by id, rows: [[1], [2]]",
    "query: select id from app.invoices order by id desc, rows: [[2], [1]]",
    "query: 'select total, status, tags, meta, at, note from app.invoices where id = 1',"
    ' rows: [[10.0, draft, [a, "b c"], {x: [1]}, null, null]]',
    "query: 'select meta from app.invoices where id = 2', rows: [['{ \"y\": 2 }']]",
    "query: select sum(total) from app.invoices, rows: [[30]]",
    "query: select id from app.invoices where id = 9, rows: []",
    "query: update app.invoices set note = 'x', affects: 1",
    "query: update app.invoices set total = 0, denied: true",
    "query: delete from app.invoices where id = 2, denied: true",
    "query: select id from app.invoices where id = 3, denied: true",
    "query: update app.invoices set note = 'x' where id = 1, then: select note from app.invoices"
    " where id = 1, rows: [[x]]",
    "query: truncate app.invoices, denied: true",
    "query: set role app_owner, denied: true",
    "query: set local role auditor, then: select id from app.invoices, denied: true,"
    " verify: database",
)


def test_what_holds_holds_and_is_counted(sandbox: Sandbox) -> None:
    found = results(sandbox, GOOD)
    assert verdicts(found) == [""] * 13
    assert (found.held, found.expectations, found.elsewhere, found.passed) == (13, 13, 1, True)
    assert render_tests(found) == (
        " ✓ a test   13 of 13\n"
        "13 of 13 expectations hold; 1 not run: for `verify: database` alone. "
        "Everything was rolled back."
    )


def test_each_expectation_carries_its_place_and_its_statement(sandbox: Sandbox) -> None:
    found = results(sandbox, a_test("query: select 1, rows: [[2]]"))
    (judged,) = found.tests[0].expectations
    assert judged.place is not None
    assert judged.place.source.line(judged.place.line).strip() == "- {query: select 1, rows: [[2]]}"
    assert (judged.statement, judged.expected, judged.came) == ("select 1", "(2)", "(1)")


def test_without_the_floor_an_expectation_fails(sandbox: Sandbox) -> None:
    spec = prepare(
        sandbox,
        a_test(
            "query: select id from app.invoices order by id, rows: [[1], [2]]",
            "query: select id from app.invoices where id = 3, denied: true",
            "query: delete from app.invoices where id = 3, denied: true",
        ),
    )
    assert verdicts(run(sandbox.connect(), spec)) == ["", "", ""]
    sandbox.run_sql("DROP POLICY floor ON app.invoices")
    found = run(sandbox.connect(), spec)
    assert verdicts(found) == ["other rows", "not denied", "not denied"]
    assert found.tests[0].expectations[0].details == (
        "expected  (1), (2)",
        "came      (1), (2), (3)",
    )
    assert found.tests[0].expectations[2].details == ("it affected 1 row",)


def test_without_row_security_an_expectation_fails(sandbox: Sandbox) -> None:
    good = a_test("query: select id from app.invoices order by id, rows: [[1], [2]]")
    found = results(sandbox, good, then="ALTER TABLE app.invoices DISABLE ROW LEVEL SECURITY")
    assert verdicts(found) == ["other rows"]


DENIALS: list[tuple[str, str, str]] = [
    (
        "select id from app.invoices where id = 99",
        "denied, but vacuous",
        "passes without any policy",
    ),
    ("update app.invoices set note = 'x' where id = 99", "denied, but vacuous", "passes without"),
    ("delete from app.invoices where false", "denied, but vacuous", "passes without any policy"),
    ("select 1 where false", "denied, but vacuous", "names no table"),
    ("select id from app.gone", "failed, not denied", '42P01 relation "app.gone" does not exist'),
    ("select 1 / 0", "failed, not denied", "22012"),
    ("update app.invoices set note = repeat('x', 201) where id = 1", "failed, not denied", "22001"),
    ("select id from app.invoices where id = 1", "not denied", "it returned 1 row"),
    ("select count(*) from app.invoices where id = 3", "not denied", "it returned 1 row"),
    ("update app.invoices set note = 'x'", "not denied", "it affected 1 row"),
    ("set local role auditor", "not denied", "SET was done"),
    (
        "with gone as (delete from app.invoices where id = 1) select where false",
        "not denied",
        "it writes inside WITH",
    ),
]


def test_a_denial_that_is_none_is_told(sandbox: Sandbox) -> None:
    found = results(sandbox, a_test(*(f'query: "{sql}", denied: true' for sql, _, _ in DENIALS)))
    assert verdicts(found) == [verdict for _, verdict, _ in DENIALS]
    details = [" ".join(one.details) for one in found.tests[0].expectations]
    for detail, (_, _, part) in zip(details, DENIALS, strict=True):
        assert part in detail


def test_a_denial_by_row_security_is_not_vacuous_behind_force_or_a_view(sandbox: Sandbox) -> None:
    """The owner would meet no row either, if FORCE or the view's policies still held for it."""
    spec = prepare(
        sandbox,
        a_test(
            "query: select id from app.invoices where id = 3, denied: true",
            "query: select id from app.all_invoices where id = 3, denied: true",
        ),
        then="""
            ALTER TABLE app.invoices FORCE ROW LEVEL SECURITY;
            CREATE ROLE viewer;
            GRANT CREATE, USAGE ON SCHEMA app TO viewer;
            GRANT SELECT ON app.invoices TO viewer;
            ALTER VIEW app.all_invoices OWNER TO viewer;
            GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant_id() TO viewer;
            CREATE POLICY of_view ON app.invoices TO viewer
                USING (tenant_id = (SELECT jwtroles.claim_tenant_id()));
        """,
    )
    assert verdicts(run(sandbox.connect(), spec)) == ["", ""]


LINES = GIVEN + "      app.lines: [{invoice_id: 3}]\n"


def test_a_denial_is_not_vacuous_where_only_a_constraint_stops_the_owner(sandbox: Sandbox) -> None:
    delete = "query: delete from app.invoices where id = 3, denied: true"
    assert verdicts(results(sandbox, a_test(delete, given=LINES))) == [""]


@pytest.mark.parametrize("force", ["", ", FORCE ROW LEVEL SECURITY"])
def test_a_deferred_check_does_not_keep_row_security_from_being_lifted(
    sandbox: Sandbox, force: str
) -> None:
    """ALTER TABLE refuses a table with pending trigger events."""
    found = results(
        sandbox,
        a_test("query: select from app.lines, denied: true", given=LINES),
        then=f"""
            GRANT SELECT ON app.lines TO member;
            ALTER TABLE app.lines ENABLE ROW LEVEL SECURITY{force};
        """,
    )
    assert verdicts(found) == [""]


def test_the_statement_before_is_run_as_the_owner_too(sandbox: Sandbox) -> None:
    """As the owner it writes to row 3 as well, which the statement judged then meets."""
    update = "query: update app.invoices set note = 'z'"
    select = "then: select id from app.invoices where note = 'z' and id = 3, denied: true"
    assert verdicts(results(sandbox, a_test(f"{update}, {select}"))) == [""]


def test_a_test_that_makes_itself_read_only_shows_no_denial(sandbox: Sandbox) -> None:
    query = "query: set transaction_read_only = on, then: delete from app.invoices, denied: true"
    assert verdicts(results(sandbox, a_test(query))) == ["failed, not denied"]


def test_a_write_that_a_read_only_role_is_refused_is_denied(sandbox: Sandbox) -> None:
    reads = "query: select id from app.invoices order by id, rows: [[1], [2]]"
    found = results(
        sandbox, a_test(reads, "query: delete from app.invoices, denied: true", role="auditor")
    )
    assert verdicts(found) == ["", ""]
    assert found.tests[0].expectations[1].came.startswith("25006")


def test_a_connection_that_is_read_only_makes_no_write_denied(sandbox: Sandbox) -> None:
    spec = prepare(sandbox, a_test("query: delete from app.invoices, denied: true"))
    connection = sandbox.connect()
    connection.execute("SET default_transaction_read_only = on")
    assert verdicts(run(connection, spec)) == ["not denied"]


ROWS: list[tuple[str, str]] = [
    ("query: select id from app.invoices order by id, rows: [[2], [1]]", "other rows"),
    ("query: select id from app.invoices order by id, rows: [[1]]", "other rows"),
    ("query: select id from app.invoices where id = 1, rows: [[1, 2]]", "other rows"),
    ("query: select id from app.invoices where id = 1, rows: [[x]]", "other rows"),
    ("query: select note from app.invoices where id = 1, rows: [['']]", "other rows"),
    ("query: \"select 'abc'::varchar(3)\", rows: [[abcd]]", "other rows"),
    ("query: \"select 'abc'::char(5)\", rows: [[abc]]", ""),
    ("query: \"select b'101'\", rows: [['1']]", "other rows"),
    ("query: \"select point '(1,2)'\", rows: [['(1,2)']]", ""),
    ("query: \"select point '(1,2)'\", rows: [['(1,3)']]", "other rows"),
    ("query: 'select row(1, 2)', rows: [['(1,2)']]", ""),
    ("query: 'select 1.50::numeric', rows: [[1.5]]", ""),
    ("query: \"select '{1,2}'::int[]\", rows: [[[1, 2]]]", ""),
    ('query: "select \'{\\"a\\": 1}\'::json", rows: [[{a: 1}]]', ""),
    ("query: \"select 'NaN'::float8\", rows: [[.nan]]", ""),
    ("query: select null, rows: [[null]]", ""),
    ("query: set local work_mem = '1MB', rows: []", "no query"),
    ("query: update app.invoices set note = 'x', rows: []", "no query"),
    ("query: update app.invoices set note = 'x' returning id, rows: [[1]]", ""),
    ("query: update app.invoices set total = 1, rows: []", "failed"),
    ("query: update app.invoices set note = 'x', affects: 2", "affected 1 row"),
    ("query: select id from app.invoices, affects: 2", "no write"),
    ("query: update app.invoices set total = 1, affects: 0", "failed"),
]


def test_rows_and_numbers_are_compared_as_postgresql_knows_them(sandbox: Sandbox) -> None:
    found = results(sandbox, a_test(*(one for one, _ in ROWS)))
    assert list(zip(verdicts(found), ROWS, strict=True)) == [(want, (q, want)) for q, want in ROWS]


def test_a_statement_before_that_fails_proves_nothing(sandbox: Sandbox) -> None:
    found = results(
        sandbox,
        a_test(
            "query: set local role postgres, then: select id from app.invoices, denied: true",
            "query: select 1/0, then: select id from app.invoices, rows: []",
        ),
    )
    assert verdicts(found) == ["not run", "not run"]


def test_nothing_that_could_end_the_transaction_is_run(sandbox: Sandbox) -> None:
    """Such a file does not load; a specification that was made otherwise is refused as well."""
    with pytest.raises(SpecError) as raised:
        spec_of(HEAD + "tests:\n" + a_test("query: commit, denied: true"))
    assert [problem.code for problem in raised.value.problems] == [codes.TEST_STATEMENT]
    spec = prepare(sandbox, a_test("query: select 1, rows: [[1]]"))
    (test,) = spec.tests
    ends = replace(test.expect[0], query=Word("select 1"), then=Word("/* x */ rollback and chain"))
    with pytest.raises(SpecError, match="end the transaction"):
        run(sandbox.connect(), replace(spec, tests=(replace(test, expect=(ends,)),)))
    assert sandbox.rows("SELECT count(*) FROM app.invoices") == [(0,)]


def test_a_token_that_becomes_another_role_is_told(sandbox: Sandbox) -> None:
    other = a_test("query: select 1, rows: [[1]]").replace("becomes: member", "becomes: auditor")
    found = results(sandbox, other)
    assert not found.passed
    assert found.tests[0].becomes.verdict == "another role"
    assert verdicts(found) == ["not run"]
    assert render_tests(found).splitlines()[0] == " ✗ a test   0 of 1"
    assert "1 token did not become what the file says" in render_tests(found)


NOBODY = """\
  - name: nobody
    as: {sub: aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa, roles: [intruder]}
    becomes: null
"""


def test_a_token_that_must_be_refused_must_be_refused_and_for_that_reason(
    sandbox: Sandbox,
) -> None:
    spec = prepare(sandbox, NOBODY)
    assert run(sandbox.connect(), spec).passed
    sandbox.run_sql(
        "UPDATE jwtroles.claim_role SET conditions = replace(conditions::text, "
        "'\"auditor\"', '\"intruder\"')::jsonb"
    )
    found = run(sandbox.connect(), spec)
    assert (found.passed, found.tests[0].becomes.came) == (False, "auditor")
    sandbox.run_sql("REVOKE ALL ON FUNCTION jwtroles.role_for(jsonb) FROM gate")
    found = run(sandbox.connect(), spec)
    assert found.tests[0].becomes.verdict == "failed, not refused"


def test_the_login_can_become_nothing_but_its_own_roles(sandbox: Sandbox) -> None:
    spec = prepare(sandbox, a_test("query: select 1, rows: [[1]]"), then="REVOKE member FROM gate")
    found = run(sandbox.connect(), spec)
    assert "may not become the role member" in found.tests[0].becomes.came


def test_a_table_that_holds_rows_is_refused_and_named(sandbox: Sandbox) -> None:
    """The rows are found past row security, and FORCE does not hide them."""
    spec = prepare(
        sandbox,
        GOOD,
        then="""
            INSERT INTO app.invoices (tenant_id, owner_id)
                VALUES (gen_random_uuid(), gen_random_uuid());
            ALTER TABLE app.invoices FORCE ROW LEVEL SECURITY;
        """,
    )
    with pytest.raises(Refused) as raised:
        run(sandbox.connect(), spec)
    (problem,) = raised.value.problems
    assert problem.code == codes.TEST_TABLE_HOLDS_ROWS
    assert problem.remedy.startswith("run jwtroles test without --env")
    assert "app.invoices" in problem.message
    assert problem.place is not None


def state(sandbox: Sandbox) -> list[Any]:
    return [
        sandbox.rows("SELECT count(*) FROM app.invoices"),
        sandbox.rows(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
            "WHERE relnamespace = 'app'::regnamespace ORDER BY 1"
        ),
        sandbox.rows("SELECT polname, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1"),
        sandbox.rows("SELECT roleid, member FROM pg_auth_members ORDER BY 1, 2"),
        sandbox.rows("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
    ]


def test_everything_is_rolled_back_but_sequences(sandbox: Sandbox) -> None:
    spec = prepare(
        sandbox,
        a_test(
            "query: update app.invoices set note = 'x', affects: 1",
            "query: delete from app.invoices where id = 99, denied: true",
            "query: \"select nextval('app.counter')\", rows: [[1]]",
            "query: select 1/0, rows: []",
        ),
        then="ALTER TABLE app.invoices FORCE ROW LEVEL SECURITY",
    )
    before = state(sandbox)
    connection = sandbox.connect()
    assert verdicts(run(connection, spec)) == ["", "denied, but vacuous", "", "failed"]
    assert connection.info.transaction_status == pq.TransactionStatus.IDLE
    session = connection.execute(
        "SELECT session_user, current_user, current_setting('request.jwt.claims', true)"
    )
    assert session.fetchone() in {("postgres", "postgres", ""), ("postgres", "postgres", None)}
    assert state(sandbox) == before
    # A sequence that was advanced stays ahead: PostgreSQL does not undo it (manual section 9.17).
    assert sandbox.rows("SELECT nextval('app.counter')") == [(2,)]


def test_rows_are_put_in_past_forced_row_security(sandbox: Sandbox) -> None:
    good = a_test("query: select id from app.invoices order by id, rows: [[1], [2]]")
    found = results(sandbox, good, then="ALTER TABLE app.invoices FORCE ROW LEVEL SECURITY")
    assert verdicts(found) == [""]


def test_row_security_is_forced_again_when_the_statements_run(sandbox: Sandbox) -> None:
    asks = (
        "query: \"select relforcerowsecurity from pg_class where oid = 'app.invoices'::regclass\", "
        "rows: [[true]]"
    )
    found = results(sandbox, a_test(asks), then="ALTER TABLE app.invoices FORCE ROW LEVEL SECURITY")
    assert verdicts(found) == [""]


@pytest.mark.parametrize(
    ("given", "part", "remedy"),
    [
        ("{app.invoices: [{«id»: x}]}", "invalid input syntax for type bigint", "its column takes"),
        ("{app.invoices: [{«id»: 1}]}", "null value in column", "must not be null a value"),
        (
            "{app.invoices: [{id: 1, «tenant»: x}]}",
            "no column `tenant`",
            "columns of app.invoices:",
        ),
        ("{app.invoices: [{«meta»: '{'}]}", "meta is not JSON", "its column takes"),
        ("{app.invoices: [{«total»: 1e300}]}", "numeric field overflow", "its column takes"),
        ("{«app.lines»: [{invoice_id: 9}]}", "violates foreign key", "further up in `given`"),
        ("{app.parts: [{«line»: 9}]}", "violates foreign key", "further up in `given`"),
        ("{app.parts: [{«n»: 0}]}", "violates check constraint", "the table's constraints let in"),
        ("{app.parts: [{«twice»: 1}]}", "cannot insert", "that can be inserted"),
        ("{«app.gone»: [{id: 1}]}", "no table", "as schema.name"),
        ("{«app.all_invoices»: [{id: 1}]}", "no table", "a view holds no rows"),
    ],
)
def test_rows_that_do_not_fit_are_an_error_with_a_place(
    sandbox: Sandbox, given: str, part: str, remedy: str
) -> None:
    marked = f"    given: {given}\n"
    column, text = marked.index("«") + 1, re.sub("[«»]", "", marked)
    spec = prepare(
        sandbox,
        a_test("query: select 1, rows: [[1]]", given=text),
        then="""
            CREATE TABLE app.parts (
                line bigint REFERENCES app.invoices, n int CHECK (n > 0),
                twice int GENERATED ALWAYS AS (n * 2) STORED
            );
            ALTER TABLE app.parts OWNER TO app_owner;
        """,
    )
    before = state(sandbox)
    connection = sandbox.connect()
    with pytest.raises(CompileError, match=part) as raised:
        run(connection, spec)
    (problem,) = raised.value.problems
    assert (problem.code, problem.place and problem.place.column) == (codes.TEST_GIVEN, column)
    assert remedy in problem.remedy
    assert connection.info.transaction_status == pq.TransactionStatus.IDLE
    assert state(sandbox) == before


def test_identity_columns_that_rows_name_are_not_counted_on(sandbox: Sandbox) -> None:
    """Rows with a value of their own take none of the sequence's; its state is no row's."""
    spec = prepare(sandbox, a_test("query: select 1, rows: [[1]]"))
    assert run(sandbox.connect(), spec).passed
    sequence = "pg_get_serial_sequence('app.invoices', 'id')::regclass"
    assert sandbox.rows(f"SELECT nextval({sequence})") == [(1,)]


def test_a_role_that_is_no_superuser_runs_them_too(sandbox: Sandbox) -> None:
    """A member of the owner that may create roles: what it lacks it borrows for a transaction."""
    spec = prepare(sandbox, GOOD.replace("query: set role app_owner", "query: set role postgres"))
    url = sandbox.make_deployer()
    sandbox.run_sql("GRANT gate TO deployer WITH ADMIN OPTION")
    if sandbox.major >= 16:
        sandbox.run_sql("REVOKE SET OPTION FOR gate FROM deployer")
    before = state(sandbox)
    with psycopg.connect(url, autocommit=True) as connection:
        found = run(connection, spec)
    assert verdicts(found) == [""] * 13
    assert state(sandbox) == before


def test_a_role_that_cannot_act_as_the_owner_is_refused(sandbox: Sandbox) -> None:
    spec = prepare(sandbox, GOOD, then="CREATE ROLE stranger LOGIN")
    with (
        psycopg.connect(sandbox.url_for("stranger"), autocommit=True) as connection,
        pytest.raises(Refused) as raised,
    ):
        run(connection, spec)
    (problem,) = raised.value.problems
    assert problem.code == codes.TEST_CANNOT_ACT
    assert problem.details == ("needed: app_owner, gate",)


def test_a_database_without_the_schema_is_refused(sandbox: Sandbox) -> None:
    spec = prepare(sandbox, GOOD, then="DROP FUNCTION jwtroles.pre_request()")
    with pytest.raises(Refused) as raised:
        run(sandbox.connect(), spec)
    assert [problem.code for problem in raised.value.problems] == [codes.TEST_NOT_APPLIED]
