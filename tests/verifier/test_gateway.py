"""`verify: gateway` on real servers: what a token becomes, and what it never becomes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from jwtroles.kinds.function import parse
from jwtroles.reader.queries import query_text
from tests.verifier.install import install, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.verifier import Machinery
    from tests.servers import Sandbox

SUB = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
TENANT = "11111111-1111-1111-1111-111111111111"

SPEC = """\
jwtroles: 1
project: acme
database:
  schemas: [app]
  connect_as: {gate: [member, auditor, Odd Role], side_gate: [auditor]}
environments: {dev: {database: embedded}}
tokens:
  verify: gateway
  claims:
    sub: {type: uuid, required: true}
    tenant_id: {type: uuid, path: /app_metadata/tenant_id}
    roles: {type: "text[]", path: /app_metadata/roles}
    teams: {type: "bigint[]"}
    scope: {type: "text[]", split: " "}
    level: {type: integer}
    admin: {type: boolean}
    meta: {type: jsonb}
    note: {type: text}
    odd: {type: text, path: "/a~1b/m~0n/it's \\\\"}
    since: {type: timestamptz}
    nickname: {type: text, path: /user_metadata/nickname, trusted: false}
mapping:
  - {claim: note, equals: become someone else, role: auditor}
  - {claim: scope, contains: "app:odd", role: Odd Role}
  - {claim: roles, contains: member, role: member}
  - {claim: meta, present: true, role: auditor}
roles:
  member:
    settings: {statement_timeout: 5s, search_path: "app, pg_temp"}
  auditor:
    settings: {default_transaction_read_only: "on", work_mem: 8MB}
  Odd Role: {comment: a name that needs quotes}
"""

ROLES = """
CREATE ROLE gate LOGIN NOINHERIT;
CREATE ROLE side_gate LOGIN NOINHERIT;
CREATE ROLE member; CREATE ROLE auditor; CREATE ROLE "Odd Role";
GRANT member, auditor, "Odd Role" TO gate;
GRANT auditor TO side_gate;
CREATE SCHEMA app;
CREATE TABLE app.notes (id int, owner_id uuid);
GRANT USAGE ON SCHEMA app TO member, auditor;
GRANT SELECT, INSERT ON app.notes TO member, auditor;
"""

MEMBER = {"sub": SUB, "app_metadata": {"roles": ["member"]}}
AUDITOR = {"sub": SUB, "meta": {"x": 1}}


@pytest.fixture
def made(sandbox: Sandbox) -> Machinery:
    """Install the specification above."""
    sandbox.run_sql(ROLES)
    return install(sandbox, spec_of(SPEC))


@contextmanager
def request(
    sandbox: Sandbox, claims: Any, login: str = "gate", *, enter: bool = True
) -> Iterator[psycopg.Connection]:
    """Act as a gateway does: one transaction with the claims set for it alone."""
    with psycopg.connect(sandbox.url_for(login)) as connection:
        text = claims if isinstance(claims, str) else json.dumps(claims)
        connection.execute("SELECT set_config('request.jwt.claims', %s, true)", (text,))
        if enter:
            connection.execute("SELECT jwtroles.pre_request()")
        yield connection
        connection.rollback()


def value(sandbox: Sandbox, claim: str, claims: Any) -> Any:
    """Return a claim as a policy would read it."""
    with request(sandbox, claims, enter=False) as connection:
        name = sql.Identifier(f"claim_{claim}")
        call = sql.SQL("SELECT jwtroles.{0}(), jwtroles.{0}() IS NULL").format(name)
        found, is_null = connection.execute(call).fetchone()  # type: ignore[misc]
        # JSON's null is a value, and arrives as None as well.
        return "not NULL" if found is None and not is_null else found


def refusal(sandbox: Sandbox, claims: Any, login: str = "gate") -> str:
    """Return the message of a refused request."""
    with pytest.raises(psycopg.Error) as raised, request(sandbox, claims, login):
        pass
    assert raised.value.sqlstate == "28000", raised.value
    return str(raised.value.diag.message_primary)


def setting(connection: psycopg.Connection, name: str) -> str:
    return str(connection.execute("SELECT current_setting(%s)", (name,)).fetchone()[0])  # type: ignore[index]


def test_the_catalog_reads_back_every_function_as_it_was_made(
    sandbox: Sandbox, made: Machinery
) -> None:
    with psycopg.connect(sandbox.url, row_factory=dict_row) as connection:
        query = query_text("jwtroles.kinds", "function").encode()
        rows = connection.execute(
            query, {"schemas": ["jwtroles"], "roles": ["acme_jwtroles"]}
        ).fetchall()
    read = {function.name: function for row in rows for function in parse(row)}
    assert read == {function.name: function for function in made.functions}


VALUES: list[tuple[str, Any, Any]] = [
    ("note", {"note": "x"}, "x"),
    ("note", {"note": 12}, "12"),
    ("note", {"note": "null"}, "null"),
    ("note", {"note": ""}, None),
    ("note", {"note": None}, None),
    ("note", {}, None),
    ("note", {"note": {"a": 1}}, None),
    ("note", {"note": ["x"]}, None),
    ("note", ["x"], None),
    ("note", "", None),
    ("level", {"level": 3}, 3),
    ("level", {"level": "3"}, 3),
    ("admin", {"admin": True}, True),
    ("tenant_id", {"app_metadata": {"tenant_id": ""}}, None),
    ("tenant_id", {"app_metadata": "x"}, None),
    ("roles", {"app_metadata": {"roles": ["a", "b"]}}, ["a", "b"]),
    ("roles", {"app_metadata": {"roles": ["a", None, ""]}}, ["a"]),
    ("roles", {"app_metadata": {"roles": "a"}}, None),
    ("roles", {"app_metadata": {"roles": "{a}"}}, None),
    ("roles", {"app_metadata": {"roles": []}}, None),
    ("roles", {"app_metadata": {"roles": [["a"]]}}, None),
    ("roles", {"app_metadata": {"roles": ["a", {"b": 1}]}}, None),
    ("roles", {"app_metadata": {"roles": {"a": 1}}}, None),
    ("teams", {"teams": [1, "2"]}, [1, 2]),
    ("scope", {"scope": "a  b "}, ["a", "b"]),
    ("scope", {"scope": ["a"]}, None),
    ("scope", {"scope": ""}, None),
    ("meta", {"meta": {"a": [1]}}, {"a": [1]}),
    ("meta", {"meta": None}, None),
    ("odd", {"a/b": {"m~n": {"it's \\": "found"}}}, "found"),
]


def test_an_accessor_reads_its_claim_or_nothing(sandbox: Sandbox, made: Machinery) -> None:
    found = [value(sandbox, claim, claims) for claim, claims, _ in VALUES]
    assert found == [expected for _, _, expected in VALUES]


@pytest.mark.parametrize("claims", [{"level": "x"}, {"level": 1.5}, {"level": 99999999999}])
def test_a_claim_that_cannot_be_cast_fails_the_statement(
    sandbox: Sandbox, made: Machinery, claims: Any
) -> None:
    with pytest.raises(psycopg.errors.DataError):
        value(sandbox, "level", claims)


def test_a_claim_that_is_not_trusted_has_no_accessor(sandbox: Sandbox, made: Machinery) -> None:
    assert "claim_nickname" not in {function.name.name for function in made.functions}


def test_a_token_becomes_its_role_with_its_settings_for_one_transaction(
    sandbox: Sandbox, made: Machinery
) -> None:
    with psycopg.connect(sandbox.url_for("gate"), autocommit=True) as connection:
        before = setting(connection, "search_path"), setting(connection, "statement_timeout")
        with connection.transaction():
            connection.execute(
                "SELECT set_config('request.jwt.claims', %s, true)", (json.dumps(MEMBER),)
            )
            connection.execute("SELECT jwtroles.pre_request()")
            assert setting(connection, "role") == "member"
            assert connection.execute("SELECT current_user").fetchone() == ("member",)
            assert setting(connection, "statement_timeout") == "5s"
            assert setting(connection, "search_path") == "app, pg_temp"
        assert setting(connection, "role") == "none"
        after = setting(connection, "search_path"), setting(connection, "statement_timeout")
        assert after == before
        assert setting(connection, "request.jwt.claims") == ""
        with pytest.raises(psycopg.Error, match="there is no token") as raised:
            connection.execute("SELECT jwtroles.pre_request()")
        assert raised.value.sqlstate == "28000"


def test_a_read_only_role_cannot_write_and_cannot_undo_it(
    sandbox: Sandbox, made: Machinery
) -> None:
    with request(sandbox, AUDITOR) as connection:
        assert setting(connection, "work_mem") == "8MB"
        with pytest.raises(psycopg.errors.ActiveSqlTransaction):
            connection.execute("SET transaction_read_only = off")
    with (
        request(sandbox, AUDITOR) as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("INSERT INTO app.notes VALUES (1)")


@pytest.mark.parametrize(("asked", "found"), [("READ ONLY", "on"), ("READ WRITE", "off")])
def test_a_role_that_is_not_read_only_leaves_the_transaction_as_the_gateway_wants_it(
    sandbox: Sandbox, made: Machinery, asked: str, found: str
) -> None:
    sandbox.run_sql(
        "UPDATE jwtroles.role_setting SET value = 'off' WHERE role = 'auditor' "
        "AND name = 'default_transaction_read_only'"
    )
    with psycopg.connect(sandbox.url_for("gate")) as connection:
        connection.execute(f"SET TRANSACTION {asked}".encode())
        connection.execute(
            "SELECT set_config('request.jwt.claims', %s, true)", (json.dumps(AUDITOR),)
        )
        connection.execute("SELECT jwtroles.pre_request()")
        assert setting(connection, "role") == "auditor"
        assert setting(connection, "transaction_read_only") == found


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        (MEMBER, "member"),
        (AUDITOR, "auditor"),
        ({**MEMBER, **AUDITOR}, "member"),
        ({**MEMBER, "scope": "x app:odd"}, "Odd Role"),
        ({**MEMBER, "note": "become someone else"}, "auditor"),
    ],
)
def test_the_first_rule_that_matches_decides(
    sandbox: Sandbox, made: Machinery, claims: Any, role: str
) -> None:
    with request(sandbox, claims) as connection:
        assert setting(connection, "role") == role


REFUSED: list[tuple[Any, str]] = [
    ("", "there is no token"),
    ("{", "the claims are not JSON"),
    ('{"sub": "\\u0000"}', "the claims are not JSON"),
    ("[]", "the claims are not a JSON object"),
    ('"member"', "the claims are not a JSON object"),
    ("null", "the claims are not a JSON object"),
    ({"app_metadata": {"roles": ["member"]}}, "the token has no claim sub"),
    ({**MEMBER, "sub": None}, "the token has no claim sub"),
    ({**MEMBER, "sub": ""}, "the token has no claim sub"),
    ({**MEMBER, "sub": "secret"}, "the claim sub is not of type uuid"),
    ({**MEMBER, "sub": {"id": SUB}}, "the claim sub is not of type uuid"),
    ({**MEMBER, "level": 99999999999}, "the claim level is not of type integer"),
    ({**MEMBER, "since": "soon"}, "the claim since is not of type timestamptz"),
    ({**MEMBER, "scope": ["app:odd"]}, "the claim scope is not of type text[]"),
    ({"sub": SUB, "app_metadata": {"roles": "member"}}, "the claim roles is not of type text[]"),
    ({"sub": SUB}, "no role is mapped to the claims of this token"),
    ({**AUDITOR, "meta": {}}, "no role is mapped to the claims of this token"),
    ({**AUDITOR, "meta": None}, "no role is mapped to the claims of this token"),
    (
        {"sub": SUB, "app_metadata": {"roles": ["nonmember", "member "]}},
        "no role is mapped to the claims of this token",
    ),
    ({"sub": SUB, "scope": "app:odder"}, "no role is mapped to the claims of this token"),
    (
        {"sub": SUB, "nickname": "x", "note": ["become someone else"]},
        "the claim note is not of type text",
    ),
]


def test_a_refusal_says_why_and_never_tells_a_value(sandbox: Sandbox, made: Machinery) -> None:
    found = [refusal(sandbox, claims) for claims, _ in REFUSED]
    assert found == [message for _, message in REFUSED]


def test_a_login_becomes_its_own_roles_alone(sandbox: Sandbox, made: Machinery) -> None:
    with request(sandbox, AUDITOR, "side_gate") as connection:
        assert setting(connection, "role") == "auditor"
    assert refusal(sandbox, MEMBER, "side_gate") == "this login may not become the role member"


@pytest.mark.parametrize(
    ("role", "make"),
    [
        ("chief", "CREATE ROLE chief SUPERUSER"),
        ("seer", "CREATE ROLE seer BYPASSRLS"),
        ("maker", "CREATE ROLE maker CREATEROLE"),
        ("app_owner", "CREATE ROLE app_owner; ALTER TABLE app.notes OWNER TO app_owner"),
        ("pg_read_all_data", "SELECT"),
    ],
)
def test_a_reserved_role_is_refused_whatever_the_mapping_says(
    sandbox: Sandbox, made: Machinery, role: str, make: str
) -> None:
    sandbox.run_sql(f"{make}; GRANT {role} TO gate")
    sandbox.run_sql(f"UPDATE jwtroles.claim_role SET role = '{role}'")
    # Nothing but the check stands in the way: the login itself may take the role.
    sandbox.run_sql(f"SET ROLE {role}", "gate")
    assert refusal(sandbox, MEMBER) == f"the role {role} is not one that a token may become"


def test_a_role_that_is_gone_or_has_no_name_is_refused(sandbox: Sandbox, made: Machinery) -> None:
    for role in ("gone", "none", "postgres", ""):
        sandbox.run_sql(f"UPDATE jwtroles.claim_role SET role = '{role}'")
        assert refusal(sandbox, MEMBER) == f"the role {role} is not one that a token may become"


STRANGE_RULES = [
    "[]",
    '[{"path": ["note"], "split": null, "test": "contains", "value": "m"}]',
    '[{"path": ["note"], "split": null, "test": "younger_than", "value": "m"}]',
    '[{"path": ["note"], "split": null, "test": null, "value": null}]',
    '[{"path": ["empty"], "split": null, "test": "equals", "value": ""}]',
    '[{"path": ["empties"], "split": null, "test": "contains", "value": ""}]',
    '[{"path": ["empty"], "split": " ", "test": "contains", "value": ""}]',
    '[{"path": ["object"], "split": null, "test": "contains", "value": "m"}]',
    '[{"path": ["object"], "split": null, "test": "equals", "value": "{\\"m\\": 1}"}]',
    '[{"path": ["list"], "split": " ", "test": "contains", "value": "m"}]',
    '[{"path": ["gone"], "split": null, "test": "present", "value": null}]',
    '[{"path": ["empty"], "split": null, "test": "present", "value": null}]',
    '[{"path": ["spaces"], "split": " ", "test": "contains", "value": ""}]',
    (
        '[{"path": ["gone"], "split": null, "test": "present", "value": null},'
        ' {"path": ["note"], "split": null, "test": "present", "value": null}]'
    ),
    (
        '[{"path": ["note"], "split": null, "test": "present", "value": null},'
        ' {"path": ["gone"], "split": null, "test": "present", "value": null}]'
    ),
]


def test_a_rule_that_is_not_understood_maps_nobody(sandbox: Sandbox, made: Machinery) -> None:
    claims = {
        "note": "m",
        "empty": "",
        "empties": [""],
        "spaces": "a  b",
        "object": {"m": 1},
        "list": ["m"],
    }
    with sandbox.connect() as connection:
        for conditions in STRANGE_RULES:
            connection.execute("TRUNCATE jwtroles.claim_role")
            connection.execute(
                "INSERT INTO jwtroles.claim_role VALUES (1, %s, 'member')", (conditions,)
            )
            found = connection.execute("SELECT jwtroles.role_for(%s)", (json.dumps(claims),))
            assert found.fetchone() == (None,), conditions
        several = (
            '[{"path": ["note"], "split": null, "test": "equals", "value": "m"},'
            ' {"path": ["list"], "split": null, "test": "contains", "value": "m"}]'
        )
        connection.execute("UPDATE jwtroles.claim_role SET conditions = %s", (several,))
        found = connection.execute("SELECT jwtroles.role_for(%s)", (json.dumps(claims),))
        assert found.fetchone() == ("member",)


@pytest.mark.parametrize("role", ["member", "stranger"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT jwtroles.pre_request()",
        "SELECT jwtroles.role_for('{}')",
        "SELECT * FROM jwtroles.settings_for('member')",
        "SELECT * FROM jwtroles.claim_role",
        "SELECT * FROM jwtroles.role_setting",
    ],
)
def test_only_the_login_may_log_in(
    sandbox: Sandbox, made: Machinery, statement: str, role: str
) -> None:
    # USAGE on the schema does not help: every object has rights of its own.
    sandbox.run_sql("CREATE ROLE stranger; GRANT USAGE ON SCHEMA jwtroles TO stranger, member")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"for (function|table)"):
        sandbox.run_sql(f"SET ROLE {role}; {statement}")


def test_the_login_reads_and_writes_no_table_of_ours(sandbox: Sandbox, made: Machinery) -> None:
    for statement in (
        "SELECT FROM jwtroles.claim_role",
        "SELECT FROM jwtroles.role_setting",
        "INSERT INTO jwtroles.claim_role VALUES (0, '[]', 'member')",
        "CREATE TABLE jwtroles.mine ()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sandbox.run_sql(statement, "gate")


def test_what_the_applier_is_granted_lets_it_plan_and_create_policies(
    sandbox: Sandbox, made: Machinery
) -> None:
    sandbox.run_sql("CREATE ROLE deployer LOGIN; ALTER TABLE app.notes OWNER TO deployer")
    work = """
        SELECT FROM jwtroles.claim_role; SELECT FROM jwtroles.role_setting;
        CREATE POLICY own ON app.notes USING (owner_id = (SELECT jwtroles.claim_sub()));
        DROP POLICY own ON app.notes;
    """
    sandbox.run_sql("GRANT USAGE ON SCHEMA app TO deployer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sandbox.run_sql(work, "deployer")
    for grant in made.grants((), (), ["deployer"]):
        named = {
            "schema": "SCHEMA jwtroles",
            "table": f"TABLE {grant.object.name.sql}",
            "function": f"FUNCTION {grant.object.name.sql}({grant.object.arguments})",
        }[grant.object.cls]
        sandbox.run_sql(f"GRANT {grant.privilege} ON {named} TO deployer")
    sandbox.run_sql(work, "deployer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sandbox.run_sql("INSERT INTO jwtroles.claim_role VALUES (0, '[]', 'member')", "deployer")


OWN_ROWS = """
ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.notes TO member USING (owner_id = (SELECT jwtroles.claim_sub()));
INSERT INTO app.notes
    VALUES (1, 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa'), (2, 'bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb');
"""


def test_a_policy_needs_execute_on_its_accessor_and_no_usage_on_the_schema(
    sandbox: Sandbox, made: Machinery
) -> None:
    sandbox.run_sql(OWN_ROWS)
    usage = "SELECT has_schema_privilege('member', 'jwtroles', 'USAGE')"
    assert sandbox.rows(usage) == [(False,)]
    with request(sandbox, MEMBER) as connection:
        assert connection.execute("SELECT id FROM app.notes").fetchall() == [(1,)]
    sandbox.run_sql("REVOKE EXECUTE ON FUNCTION jwtroles.claim_sub() FROM member")
    with (
        request(sandbox, MEMBER) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="claim_sub"),
    ):
        connection.execute("SELECT id FROM app.notes")


def test_a_plan_that_is_kept_reads_each_request_its_own_claim(
    sandbox: Sandbox, made: Machinery
) -> None:
    sandbox.run_sql(OWN_ROWS)
    other = {**MEMBER, "sub": SUB.replace("a", "b")}
    with psycopg.connect(sandbox.url_for("gate"), autocommit=True) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        found = []
        for claims in (MEMBER, other, MEMBER):
            with connection.transaction():
                connection.execute(
                    "SELECT set_config('request.jwt.claims', %s, true)", (json.dumps(claims),)
                )
                connection.execute("SELECT jwtroles.pre_request()")
                found += connection.execute("SELECT id FROM app.notes", prepare=True).fetchall()
    assert found == [(1,), (2,), (1,)]


def test_an_accessor_sees_the_claims_in_a_parallel_worker(
    sandbox: Sandbox, made: Machinery
) -> None:
    force = "force_parallel_mode" if sandbox.major < 16 else "debug_parallel_query"
    with request(sandbox, MEMBER, enter=False) as connection:
        connection.execute(f"SET LOCAL {force} = on".encode())
        query = b"SELECT max(jwtroles.claim_sub()::text) FROM pg_class"
        plan = connection.execute(b"EXPLAIN (COSTS off) " + query).fetchall()
        # With this setting the worker runs all of the plan, and there is one only if it may.
        assert "Gather" in plan[0][0]
        assert connection.execute(query).fetchone() == (SUB,)


EVIL = """
CREATE SCHEMA evil;
CREATE FUNCTION evil.current_setting(text, boolean) RETURNS text LANGUAGE sql AS
    $$ SELECT '{"sub": "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"}' $$;
CREATE FUNCTION evil.jsonb_typeof(jsonb) RETURNS text LANGUAGE sql AS $$ SELECT 'number' $$;
CREATE FUNCTION evil.yes(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION evil.no(jsonb, jsonb) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION evil.other(jsonb, text[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT '"x"'::jsonb $$;
CREATE FUNCTION evil.other_text(jsonb, text[]) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
CREATE FUNCTION evil.jsonb_array_elements_text(jsonb) RETURNS SETOF text LANGUAGE sql AS
    $$ VALUES ('admin') $$;
CREATE FUNCTION evil.string_to_table(text, text) RETURNS SETOF text LANGUAGE sql AS
    $$ VALUES ('admin') $$;
CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT '' $$;
CREATE FUNCTION evil.starts_with(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION evil.array_agg(text) RETURNS text[] LANGUAGE sql AS $$ SELECT '{admin}'::text[] $$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.yes);
CREATE OPERATOR evil.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.yes);
CREATE OPERATOR evil.<> (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = evil.no);
CREATE OPERATOR evil.#> (LEFTARG = jsonb, RIGHTARG = text[], FUNCTION = evil.other);
CREATE OPERATOR evil.#>> (LEFTARG = jsonb, RIGHTARG = text[], FUNCTION = evil.other_text);
CREATE DOMAIN evil.uuid AS text;
CREATE DOMAIN evil.jsonb AS text;
CREATE DOMAIN evil.text AS pg_catalog.text CHECK (false);
CREATE VIEW evil.pg_roles AS SELECT 'x' AS rolname, false AS rolsuper;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
"""


def test_what_a_client_puts_before_pg_catalog_is_not_used(
    sandbox: Sandbox, made: Machinery
) -> None:
    sandbox.run_sql(EVIL)
    claims = {**MEMBER, "scope": "a b", "teams": [1]}
    reading = """
        SELECT jwtroles.claim_sub(), jwtroles.claim_roles(), jwtroles.claim_scope(),
               jwtroles.claim_note(), jwtroles.claims() OPERATOR(pg_catalog.->>) 'sub'
    """
    with request(sandbox, claims, enter=False) as connection:
        before = connection.execute(reading).fetchone()
        connection.execute("SET LOCAL search_path = evil, pg_catalog")
        assert connection.execute(reading).fetchone() == before
        connection.execute("SELECT jwtroles.pre_request()")
        found = connection.execute("SELECT pg_catalog.current_setting('role')").fetchone()
        assert found == ("member",)


def test_a_definer_function_would_be_caught_by_a_temporary_table_without_its_search_path(
    sandbox: Sandbox, made: Machinery
) -> None:
    settings = {function.name.name: function.settings for function in made.functions}
    definers = {f.name.name for f in made.functions if f.definer}
    assert definers == {"role_for", "settings_for"}
    assert {settings[name] for name in definers} == {("search_path=pg_catalog, pg_temp",)}
    sandbox.run_sql(EVIL)
    asked = "SELECT jwtroles.role_for(%s)"
    text = json.dumps({"app_metadata": {"roles": ["nobody"]}})
    with sandbox.connect() as connection:
        connection.execute("SET search_path = evil, pg_catalog")
        assert connection.execute(asked, (text,)).fetchone() == (None,)
        connection.execute("ALTER FUNCTION jwtroles.role_for(pg_catalog.jsonb) RESET search_path")
        try:
            found = connection.execute(asked, (text,)).fetchone()
        except psycopg.Error:
            return  # what was put before pg_catalog was used, and fails
        assert found != (None,)


def test_pre_request_with_a_set_clause_would_lose_the_search_path_of_the_role(
    sandbox: Sandbox, made: Machinery
) -> None:
    """The reason why pre_request has none; if PostgreSQL changes, it should get one."""
    sandbox.run_sql("ALTER FUNCTION jwtroles.pre_request() SET search_path = pg_catalog, pg_temp")
    with request(sandbox, MEMBER) as connection:
        assert setting(connection, "role") == "member"
        assert setting(connection, "search_path") != "app, pg_temp"


def test_pre_request_as_a_definer_could_not_set_the_role(sandbox: Sandbox, made: Machinery) -> None:
    """The reason why it is SECURITY INVOKER."""
    with request(sandbox, MEMBER):
        pass
    sandbox.run_sql("ALTER FUNCTION jwtroles.pre_request() SECURITY DEFINER")
    assert refusal(sandbox, MEMBER) == "this login may not become the role member"
