"""`jwtroles import`: whatever a database has, the file that comes of it changes nothing.

Each folder of `imports/` is a database: `objects.sql` are its tables, `access.sql` is who may do
what, `unsaid.txt` lists all that the language cannot say of it, and nothing else may be kept.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.errors import InsufficientPrivilege

from jwtroles.decompile import Imported, import_database
from jwtroles.errors import CompileError, Refused, UsageError
from jwtroles.names import PUBLIC, QName, ident
from jwtroles.planner.diff import diff
from jwtroles.planner.kept import entries, set_aside
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load_text
from jwtroles.spec.model import Access
from jwtroles.spec.word import Word
from jwtroles.workflow import make_plan, read_database
from tests.saved_plans.bench import run
from tests.servers import MAJORS, Clusters, Sandbox
from tests.workbench import plan_and_apply

SHAPES = sorted(path for path in Path(__file__).with_name("imports").iterdir() if path.is_dir())


def text(folder: Path, name: str) -> str:
    file = folder / name
    return file.read_text("utf-8") if file.exists() else ""


def unsaid(folder: Path, major: int) -> list[str]:
    """Return what is to be kept on a server; a line may begin with versions (`14,15:`)."""
    found = []
    for line in text(folder, "unsaid.txt").splitlines():
        versions, colon, rest = line.partition(": ")
        if not colon:
            found.append(line)
        elif str(major) in versions.split(","):
            found.append(rest)
    return sorted(found)


def kept(made: Imported) -> list[str]:
    spec = load_text(made.text)
    return sorted(" ".join(f"{k} {w}" for k, w in one.words.items()) for one in spec.keep)


@pytest.mark.parametrize("shape", SHAPES, ids=[path.name for path in SHAPES])
@pytest.mark.parametrize("major", MAJORS)
def test_there_and_back(cluster: Clusters, major: int, shape: Path) -> None:
    """The file is the same each time and changes nothing, and keeps just what is listed.

    Applied where there are tables alone it gives the same catalog, but for what it keeps.
    """
    with cluster(major).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(text(shape, "objects.sql") + "; RESET ROLE;" + text(shape, "access.sql"))
        made = import_database(session, "acme")
        assert import_database(session, "acme").text == made.text
        spec = load_text(made.text)
        assert make_plan(session, spec, None).plan.steps == ()
        assert kept(made) == unsaid(shape, major)
        wanted = read_database(session, spec, None)
    with cluster(major).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(text(shape, "objects.sql"))
        plan_and_apply(session, spec)
        catalog = read_database(session, spec, None).catalog
    # What is left is there in the first database alone, and an entry of `keep` says so.
    changes = diff(wanted.catalog, catalog)
    left, _ = set_aside(changes, entries(spec, None, wanted.structure))
    assert left == ()


@pytest.mark.parametrize("major", MAJORS)
def test_nobody_gets_past_what_the_file_calls_a_floor(cluster: Clusters, major: int) -> None:
    """Every role of the file sees its tenant's rows alone, on each table under the floor.

    On `audit`, which the file excepts, one of them sees more.
    """
    shape = Path(__file__).with_name("imports") / "shop"
    with cluster(major).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(text(shape, "objects.sql") + "; RESET ROLE;" + text(shape, "access.sql"))
        made = import_database(session, "acme")
        spec = load_text(made.text)
        plan = make_plan(session, spec, None).plan
        place = spec.tenancy[0].rows.place
        under = [p.table for p in plan.desired["policy"].values() if p.origin.place == place]
        sandbox.run_sql("".join(map(two_tenants, (*under, AUDIT))))
        seen = {
            (role, str(table)): tenants(sandbox, role, table)
            for role in map(str, spec.roles)
            if role != PUBLIC
            for table in (*under, AUDIT)
        }
    assert {str(table) for table in under} == {f"shop.{name}" for name in UNDER.split()}
    past = {key for key, found in seen.items() if found - {"1"}}
    assert past == {("shop_auditor", "shop.audit")}
    assert sum(found == {"1"} for found in seen.values()) > len(under)
    said = [note.message for note in made.notes if note.code.id == "JR816"]
    assert said == MISSED.strip().splitlines()


AUDIT = QName("shop", "audit")
MISSED = """
shop.audit has tenant_id and is not under the floor: policy everything gives rows past it \
(rights: shop_auditor, shop_clerk)
shop.coupons has tenant_id and is not under the floor: no policy of that condition is there \
(rights: shop_clerk, shop_manager)
2 partitions of shop.visits are not under the floor: shop.visits_2026, shop.visits_2027 \
(rights: shop_clerk)
"""
UNDER = "customers order_lines orders payments products stock visits"
NOBODY = "00000000-0000-0000-0000-00000000000"


def two_tenants(table: QName) -> str:
    values = ", ".join(f"('{NOBODY}{number}')" for number in (1, 2))
    return f"INSERT INTO {table.sql} (tenant_id) VALUES {values};"


def tenants(sandbox: Sandbox, role: str, table: QName) -> set[str]:
    """Return the tenants whose rows a role sees, where it may see any."""
    with connect(sandbox.url) as session:
        session.execute(f"SET app.tenant_id = '{NOBODY}1'; SET ROLE {ident(role)}")
        try:
            rows = session.execute(f"SELECT tenant_id::text AS tenant FROM {table.sql}").fetchall()
        except InsufficientPrivilege:
            return set()
    return {row["tenant"][-1] for row in rows}


@pytest.mark.parametrize("major", [MAJORS[0], MAJORS[-1]])
def test_what_is_left_to_a_service_is_listed(cluster: Clusters, major: int) -> None:
    """On a managed service the file says its roles' rights, and lists all that it leaves."""
    shape = Path(__file__).with_name("imports") / "hosted"
    with cluster(major).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(text(shape, "objects.sql") + "; RESET ROLE;" + text(shape, "access.sql"))
        made = import_database(session, "acme")
        plan = make_plan(session, load_text(made.text), None).plan
    assert [
        one.message for one in made.notes if one.code.id == "JR819"
    ] == LEFT.strip().splitlines()
    assert all(f"# JR819: {line}" in made.text for line in LEFT.strip().splitlines())
    spec = load_text(made.text)
    assert (spec.database.hosted_by, spec.database.schemas) == ("supabase", ("app", "public"))
    assert {"anon", "authenticated", "service_role", "reporter"} <= set(map(str, spec.roles))
    assert list(spec.policies_only) == ["storage.buckets", "storage.objects"]
    assert {(str(p.table), p.name) for p in plan.structure.other_policies} == set()
    assert [one.code.id for one in plan.remarks if one.code.id == "JR876"] == []


LEFT = """
what is in auth, storage is Supabase's and stays as it is, but for the policies on \
storage.buckets, storage.objects
anon is Supabase's and stays what it is; NOINHERIT
authenticated is Supabase's and stays what it is; NOINHERIT
authenticator is Supabase's and stays what it is; LOGIN, NOINHERIT; \
a member of anon, authenticated, service_role; with settings of its own: statement_timeout
service_role is Supabase's and stays what it is; no policy binds it (BYPASSRLS); NOINHERIT
anon, authenticated, service_role: insert, select on new tables in public, \
by default privileges of postgres
authenticated: execute on public.total(integer)
"""


def test_who_may_only_create_roles_imports_and_applies_the_same(cluster: Clusters) -> None:
    """A role with CREATEROLE that owns the tables gets the superuser's file, and can apply it."""
    shape = Path(__file__).with_name("imports") / "billing"
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(text(shape, "objects.sql") + "; RESET ROLE;" + text(shape, "access.sql"))
        made = import_database(session, "acme").text
        with connect(sandbox.make_deployer()) as deployer:
            assert import_database(deployer, "acme").text == made
    with cluster(max(MAJORS)).fresh() as sandbox:
        sandbox.run_sql(text(shape, "objects.sql"))
        with connect(sandbox.make_deployer()) as deployer:
            plan_and_apply(deployer, load_text(made))
            assert make_plan(deployer, load_text(made), None).plan.steps == ()


def test_columns_that_are_withheld_are_a_group(cluster: Clusters) -> None:
    """Said once, and meant where a role has every other column, each by itself."""
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(GROUPED)
        made = load_text(import_database(session, "acme").text)
    assert {key: set(words) for key, words in made.columns.items()} == {
        "withheld": {"*.*.ssn", "*.people_*.name"}
    }
    said = {str(table): rights for table, rights in made.roles[Word("clerk")].tables.items()}
    assert {table: rights[0].except_ for table, rights in said.items()} == {
        "app.*": ("withheld",),
        "app.people_old": (),
        "app.parts": (),
    }
    *_, update = said["app.parts"]  # what is withheld there once is no group
    assert (update.except_, update.columns) == ((), ("price", "note"))


def test_one_cast_that_somebody_wrote_leaves_the_rest_as_short(cluster: Clusters) -> None:
    """A uuid is compared as text, and what reads the caller is the same claim in both policies."""
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(CAST)
        made = load_text(import_database(session, "acme").text)
    assert {str(one.name): one.using for one in made.policies} == {
        "own": "owner = claims.sub",
        "team": "exists (select 1 from app.members as m where m.who = claims.sub "
        "and cast(m.org as text) = files.folder and files.kind = 'shared')",
    }


CAST = """
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';
CREATE SCHEMA app;
CREATE ROLE member;
CREATE TABLE app.members (org uuid, who uuid);
CREATE TABLE app.files (folder text, kind text, owner uuid);
ALTER TABLE app.files ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.files TO member USING (owner = (SELECT auth.uid()));
CREATE POLICY team ON app.files FOR SELECT TO member USING (EXISTS (
    SELECT 1 FROM app.members AS m
    WHERE m.who = (SELECT auth.uid()) AND m.org::text = folder AND kind = 'shared'));
"""


def test_what_is_the_same_is_said_once(cluster: Clusters) -> None:
    """By globs: of a schema but for a table, of tables and of schemas whose names begin alike.

    A view is no table of a glob, a partition neither, and what some table lacks is named.
    """
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(ALIKE)
        made = import_database(session, "acme")
        assert import_database(session, "acme").text == made.text
    said = {
        str(name): {
            str(table): {one.command: _words(one) for one in rights}
            for table, rights in role.tables.items()
        }
        for name, role in load_text(made.text).roles.items()
    }
    every = {"select": "all"}
    assert said == {
        "clerk": {
            "app.*": {"select": "all", "delete": "all"},
            "app.keys": {"select": "none", "delete": "none"},
            "app.notes": {"delete": "none"},
        },
        "billing": {"app.bill*": every},
        "support": {"ten2_*.orders": every, "ten_*.orders": every, "x.orders": every},
        "auditor": {"ten_*.*": every, "ten_1.v": every},
        "few": {"ten_1.orders": every, "ten_2.orders": every},
        "packer": {"*.orders": every},
        "changing": {
            "app.*": every,
            **{f"app.bill_{one}": {"select": ("withheld",)} for one in ("items", "runs", "taxes")},
        },
    }


def _words(access: Access) -> object:
    return "none" if access.nothing else access.except_ or "all"


ALIKE = """
CREATE SCHEMA app; CREATE SCHEMA ten_1; CREATE SCHEMA ten_2; CREATE SCHEMA ten_3; CREATE SCHEMA x;
CREATE ROLE clerk; CREATE ROLE billing; CREATE ROLE support; CREATE ROLE auditor; CREATE ROLE few;
CREATE ROLE changing; CREATE ROLE packer;
CREATE TABLE app.keys (id int); CREATE TABLE app.notes (id int); CREATE TABLE app.bills (id int);
CREATE TABLE app.bill_items (id int, x int); CREATE TABLE app.bill_runs (id int, x int);
CREATE TABLE app.bill_taxes (id int, x int);
CREATE TABLE app.people (id int); CREATE TABLE app.towns (id int);
DO $$ BEGIN FOR i IN 1..3 LOOP
    EXECUTE format('CREATE TABLE ten_%s.orders (id int) PARTITION BY LIST (id)', i);
    EXECUTE format('CREATE TABLE ten_%s.o_1 PARTITION OF ten_%s.orders FOR VALUES IN (1)', i, i);
    EXECUTE format('CREATE TABLE ten_%s.lines (id int)', i);
    EXECUTE format('CREATE SCHEMA ten2_%s', i);
    EXECUTE format('CREATE TABLE ten2_%s.orders (id int)', i);
    EXECUTE format('GRANT SELECT ON ten2_%s.orders TO support', i);
END LOOP; END $$;
CREATE TABLE x.orders (id int);
CREATE SCHEMA y; CREATE TABLE y.orders (id int);
CREATE VIEW ten_1.v AS SELECT 1;
GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA app TO clerk;
REVOKE ALL ON app.keys FROM clerk; REVOKE DELETE ON app.notes FROM clerk;
GRANT SELECT ON app.bill_items, app.bill_runs, app.bill_taxes, app.bills TO billing;
GRANT SELECT ON ten_1.orders, ten_2.orders, ten_3.orders, x.orders TO support;
GRANT SELECT ON ten_1.orders, ten_2.orders, ten_3.orders TO auditor;
GRANT SELECT ON ten_1.lines, ten_2.lines, ten_3.lines, ten_1.v TO auditor;
GRANT SELECT ON ten_1.orders, ten_2.orders TO few;
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT relnamespace::regnamespace FROM pg_class WHERE relname = 'orders' LOOP
        EXECUTE format('GRANT SELECT ON %s.orders TO packer', one);
    END LOOP;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO changing;
REVOKE SELECT ON app.bill_items, app.bill_runs, app.bill_taxes FROM changing;
GRANT SELECT (id) ON app.bill_items, app.bill_runs, app.bill_taxes TO changing;
"""

GROUPED = """
CREATE SCHEMA app;
CREATE ROLE clerk;
CREATE ROLE other;
CREATE TABLE app.people_new (id int, name text, ssn text, at date);
CREATE TABLE app.people_all (id int, name text, ssn text, at date);
CREATE TABLE app.people_old (id int, name text, ssn text, at date);
CREATE TABLE app.towns (id int, name text);
GRANT SELECT (id, at) ON app.people_new, app.people_all TO clerk, other;
GRANT SELECT (id, at) ON app.people_old TO other;
GRANT SELECT (id) ON app.people_old TO clerk;
GRANT SELECT (id, name) ON app.towns TO clerk;
CREATE TABLE app.parts (id int, price int, note text);
GRANT UPDATE (price, note) ON app.parts TO clerk;
"""


UNMARKED = "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app], unmarked: true}\n"
POLICY = "- {name: p, tables: [app.*], to: [PUBLIC], using: id > 0}\n"
TABLES = "CREATE SCHEMA app; CREATE TABLE app.a (id int); CREATE VIEW app.v AS SELECT 1;"


@pytest.mark.parametrize(
    ("before", "policies", "code"),
    [
        ("CREATE SCHEMA jwtroles", "", "JR802"),
        ("", POLICY + POLICY.replace("app.*", "app.a"), "JR803"),
        ("", POLICY.replace("PUBLIC", "nobody_there"), "JR361"),
        ("", "roles: {clerk: {token: false, member_of: {nobody_there: [inherit]}}}", "JR361"),
        ("", POLICY.replace("app.*", "app.v"), "JR305"),
        ("", POLICY.replace("app.*", "app.b"), "JR302"),
        ("CREATE ROLE boss SUPERUSER", "roles: {boss: {token: false}}", "JR308"),
        (
            "CREATE SCHEMA other; CREATE TABLE other.t (id int)",
            POLICY.replace("app.*", "other.t") + "policies_only: [other.t]\n",
            "JR363",
        ),
    ],
)
def test_what_a_file_states_fits_the_database(
    cluster: Clusters, before: str, policies: str, code: str
) -> None:
    """A superuser is not taken into a file, and what `policies` names has to be there, once."""
    file = UNMARKED + ("policies:\n" if policies.startswith("-") else "") + policies
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(TABLES + before)
        with pytest.raises(CompileError) as caught:
            make_plan(session, load_text(file), None)
    assert code in [problem.code.id for problem in caught.value.problems]


BESIDE = """
CREATE SCHEMA app;
CREATE TABLE app.a (id int);
CREATE ROLE clerk VALID UNTIL '2031-01-02 03:04:05+00';
CREATE ROLE eternal VALID UNTIL 'infinity';
CREATE ROLE gate LOGIN NOINHERIT;
CREATE ROLE outsider VALID UNTIL '2031-01-01';
GRANT clerk TO gate;
GRANT USAGE ON SCHEMA app TO clerk, eternal;
GRANT SELECT ON pg_authid TO clerk, outsider;
GRANT SELECT (rolname) ON pg_authid TO eternal;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO clerk;
GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO PUBLIC;
ALTER ROLE gate SET statement_timeout = '8s';
ALTER ROLE gate SET pgrst.db_schemas = 'hush';
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;
CREATE AGGREGATE app.summed (int) (sfunc = int4pl, stype = int);
REVOKE EXECUTE ON FUNCTION app.summed(int) FROM PUBLIC;
CREATE FOREIGN DATA WRAPPER away;
CREATE SERVER far FOREIGN DATA WRAPPER away;
GRANT USAGE ON FOREIGN DATA WRAPPER away TO clerk;
GRANT USAGE ON FOREIGN SERVER far TO PUBLIC, outsider;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO clerk;
"""
BESIDE_15 = "GRANT SET, ALTER SYSTEM ON PARAMETER log_statement TO clerk;"
HIDDEN = """
PUBLIC has execute on function pg_ls_waldir()
PUBLIC has no execute on aggregate app.summed(integer)
PUBLIC has no execute on new functions, by default privileges of postgres
PUBLIC has no usage on language plpgsql
PUBLIC has no usage on new types, by default privileges of postgres
PUBLIC has usage on foreign server far
clerk has a password until 2031-01-02 03:04 UTC
clerk has execute on function pg_read_file(text)
clerk has select on pg_catalog.pg_authid
clerk has usage on foreign-data wrapper away
clerk has usage on language plpgsql
eternal has select on pg_catalog.pg_authid.rolname
clerk has alter system, set on parameter log_statement
gate has settings of its own: pgrst.db_schemas, statement_timeout
"""


@pytest.mark.parametrize("major", [MAJORS[0], MAJORS[-1]])
def test_what_no_plan_compares_is_listed(cluster: Clusters, major: int) -> None:
    """Of the roles of the file and of PUBLIC: without values, which may be secrets."""
    listed = HIDDEN.strip().splitlines()
    with cluster(major).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(BESIDE)
        if major >= PARAMETERS:
            sandbox.run_sql(BESIDE_15)
        else:
            listed = [line for line in listed if "parameter" not in line]
        made = import_database(session, "acme")
    assert [one.message for one in made.notes if one.code.id == "JR812"] == listed
    assert all(f"# JR812: {line}" in made.text for line in listed)
    assert "hush" not in made.text


PARAMETERS = 15
"""Since when there are privileges on parameters."""


PASSED_ON = """
CREATE ROLE lead;
CREATE ROLE staff;
CREATE TABLE app.b (id int, x text, y text);
GRANT USAGE ON SCHEMA app TO lead;
GRANT SELECT ON app.b TO lead WITH GRANT OPTION;
GRANT UPDATE (x) ON app.b TO lead WITH GRANT OPTION;
SET ROLE lead;
GRANT SELECT ON app.b TO staff;
"""
HELD = """
SELECT has_table_privilege('lead', 'app.b', 'SELECT WITH GRANT OPTION') AS "select",
       has_column_privilege('lead', 'app.b', 'x', 'UPDATE WITH GRANT OPTION') AS x,
       has_column_privilege('lead', 'app.b', 'y', 'UPDATE') AS y,
       has_table_privilege('staff', 'app.b', 'SELECT') AS staff,
       has_table_privilege('lead', 'app.b', 'DELETE') AS more
"""


@pytest.mark.parametrize(
    ("drift", "said", "held"),
    [
        ("", "", (True, True, False, True, False)),
        ("GRANT UPDATE ON app.b TO lead WITH GRANT OPTION", "", (True, True, False, True, False)),
        (
            "GRANT DELETE ON app.b TO lead WITH GRANT OPTION",
            "",
            (True, True, False, True, False),
        ),
        (
            "",
            ", privilege: [select, update]",
            (False, True, False, True, False),
        ),
    ],
    ids=["as it is", "more columns", "another privilege", "no longer kept"],
)
def test_a_grant_option_is_kept_and_nothing_beside_it(
    cluster: Clusters, drift: str, said: str, held: tuple[bool, ...]
) -> None:
    """What comes to the right by hand goes again, and the option with what it gave stays."""
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(TABLES + PASSED_ON)
        file = import_database(session, "acme").text
        if said:
            assert said in file
            file = file.replace(said, ", privilege: update")
        sandbox.run_sql(drift)
        plan = plan_and_apply(session, load_text(file))
        assert bool(plan.steps) == bool(drift or said)
        assert make_plan(session, load_text(file), None).plan.steps == ()
        (row,) = session.execute(HELD).fetchall()
    assert tuple(row.values()) == held


def test_the_owner_is_bound_again(cluster: Clusters) -> None:
    """FORCE that somebody takes away comes back, and what nobody says is never taken away."""
    file = UNMARKED + "force_row_security: [app.a]"
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(
            TABLES + "CREATE TABLE app.b (); ALTER TABLE app.b FORCE ROW LEVEL SECURITY"
        )
        plan = make_plan(session, load_text(file), None).plan
    statements = [statement.sql for statement in plan.statements]
    assert statements == ["ALTER TABLE app.a FORCE ROW LEVEL SECURITY"]


LEFT_ALONE = """
CREATE ROLE keeper;
CREATE ROLE robot BYPASSRLS;
CREATE ROLE clerk;
CREATE SCHEMA app AUTHORIZATION keeper;
SET ROLE keeper;
CREATE TABLE app.a (id int);
GRANT USAGE ON SCHEMA app TO robot, clerk;
GRANT SELECT ON app.a TO robot, clerk;
ALTER TABLE app.a ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON app.a TO robot USING (true);
CREATE POLICY few ON app.a TO clerk USING (id < 7);
RESET ROLE;
CREATE TABLE app.b (id int, name text);
CREATE SEQUENCE app.numbers;
GRANT SELECT, UPDATE (name) ON app.b TO keeper;
GRANT SELECT ON app.b TO robot;
GRANT USAGE ON SEQUENCE app.numbers TO keeper;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE ON SEQUENCES TO keeper;
GRANT clerk TO keeper;
ALTER ROLE keeper SET search_path = app;
GRANT SELECT ON pg_authid TO keeper;
"""
KEEPS = (
    "select, update (name) on app.b; usage on new sequences in app, by default privileges of "
    "postgres; usage on app.numbers; a member of clerk; with settings of its own: search_path"
)
LEFT_NOTES = [
    f"JR810 keeper is left to others: it owns objects there; {KEEPS}",
    "JR810 robot is left to others: it has BYPASSRLS; select on app.*; usage on schema app",
    "JR812 keeper has select on pg_catalog.pg_authid",
    "JR812 policy all_rows on app.a is for robot alone",
]


def test_init_writes_what_import_does(cluster: Clusters, tmp_path: Path) -> None:
    """JR810 and JR812 name whom and what no file has, on standard error and in the file."""
    with cluster(max(MAJORS)).fresh() as sandbox:
        sandbox.run_sql(LEFT_ALONE)
        command = ("init", "--from-database", "--database", sandbox.url, "--spec", "first.yaml")
        said = run(tmp_path, *command)
        assert (said.code, said.out) == (0, "")
        first, *notes = [line.strip() for line in said.err.splitlines()]
        assert first == "first.yaml: 1 role, 1 policy, 0 kept. Its plan is empty."
        assert [one for one in LEFT_NOTES if one not in notes] == []
        written = (tmp_path / "first.yaml").read_text("utf-8")
        assert all(f"# {one.replace(' ', ': ', 1)}\n" in written for one in LEFT_NOTES)
        assert list(map(str, load_text(written).roles)) == ["clerk"]
        again = run(tmp_path, *command)
        assert (again.code, "first.yaml is there already" in again.err) == (1, True)
        other = run(tmp_path, "import", "--database", sandbox.url, "--out", "second.yaml")
        assert other.code == 0
    assert (tmp_path / "first.yaml").read_text("utf-8") == written
    assert (tmp_path / "second.yaml").read_text("utf-8") == written


def test_nothing_to_import(cluster: Clusters) -> None:
    """JR814: no such schema."""
    newest = cluster(max(MAJORS)).fresh()
    with newest as sandbox, connect(sandbox.url) as session, pytest.raises(UsageError) as caught:
        import_database(session, "acme", ("nowhere",))
    assert [problem.code.id for problem in caught.value.problems] == ["JR814"]


def test_a_name_that_reads_as_a_glob_is_to_be_renamed(cluster: Clusters) -> None:
    with cluster(18).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(
            'CREATE SCHEMA app; CREATE TABLE app."all*" (id int); CREATE TABLE app.all1 (id int);'
            "CREATE ROLE clerk; GRANT USAGE ON SCHEMA app TO clerk;"
            'GRANT SELECT ON app."all*" TO clerk'
        )
        with pytest.raises(Refused) as caught:
            import_database(session, "acme")
        (problem,) = caught.value.problems
        assert problem.message == "add select on app.all1 for clerk"
        assert problem.remedy == (
            "app.all* has a `*` in its name, which a file reads as a glob: rename it"
        )
        sandbox.run_sql('ALTER TABLE app."all*" RENAME TO all0')
        assert "app.all0: {select: all}" in import_database(session, "acme").text
