"""Plan on live servers: it changes nothing, asks little, and names who else is affected."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.errors import ServerError
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.live.billing import (
    ROWS,
    SCHEMA,
    TEXT,
    acting,
    changed,
    deploy,
    deployed,
    environment,
    plan,
    state,
)
from tests.workbench import loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.workflow import Planned
    from tests.servers import Sandbox


def statements_sent(url: str, text: str) -> tuple[int, Planned]:
    """Return how many statements a plan sends, counted in what goes over the wire."""
    spec = loaded(text)
    with connect(url) as connection, tempfile.TemporaryFile() as trace:
        connection.pgconn.trace(trace.fileno())
        made = make_plan(connection, spec, environment(spec))
        connection.pgconn.untrace()
        os.lseek(trace.fileno(), 0, os.SEEK_SET)
        lines = trace.read().decode(errors="replace").splitlines()
    sent = [line.split("\t") for line in lines]
    return sum(
        1
        for parts in sent
        if len(parts) > 3 and parts[1] == "F" and parts[3] in ("Query", "Execute")
    ), made


TABLES = """
SET ROLE app_owner;
DO $$ BEGIN
  FOR i IN {first}..{last} LOOP
    EXECUTE format('CREATE TABLE app.made_%s (id bigint PRIMARY KEY, tenant_id uuid NOT NULL)', i);
  END LOOP;
END $$;
"""


def test_a_plan_sends_as_many_statements_for_a_thousand_tables_as_for_ten(sandbox):
    sandbox.load(SCHEMA)
    sandbox.run_sql(TABLES.format(first=1, last=10))
    url = sandbox.make_deployer()
    few, small = statements_sent(url, TEXT)
    deploy(url)
    few_again, again = statements_sent(url, TEXT)
    assert again.plan.empty
    sandbox.run_sql(TABLES.format(first=11, last=1000))
    many, large = statements_sent(url, TEXT)
    assert len(large.plan.statements) > 900 * 3 > len(small.plan.statements), (
        "it is about all of them"
    )
    assert 5 < few < 15, "a fixed number, and a small one"
    assert many == few_again


class Watched:
    """A connection that looks at its own locks after every statement."""

    def __init__(self, connection: psycopg.Connection, sandbox: Sandbox) -> None:
        self._connection = connection
        self._watcher = sandbox.connect()
        self.modes: set[str] = set()

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def execute(self, *arguments: object) -> object:
        answer = self._connection.execute(*arguments)
        locks = """SELECT l.mode FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
                   JOIN pg_namespace AS n ON n.oid = c.relnamespace
                   WHERE l.pid = %s AND nspname IN ('app', 'jwtroles')"""
        pid = [self._connection.info.backend_pid]
        self.modes |= {mode for (mode,) in self._watcher.execute(locks, pid)}
        return answer


def test_a_plan_changes_nothing_and_locks_nothing_but_to_read(sandbox, applier, record_case):
    sandbox.load(SCHEMA)
    url = sandbox.applier_url(applier)
    spec = loaded(TEXT)
    drift = "REVOKE SELECT ON app.plans FROM member; DROP POLICY jr_floor ON app.invoices"
    for step in ("", drift):
        sandbox.run_sql(step)
        before = state(sandbox)
        with connect(url) as connection:
            watched = Watched(connection, sandbox)
            made = make_plan(watched, spec, environment(spec))
        assert watched.modes <= {"AccessShareLock"}
        assert made.plan.statements
        assert state(sandbox) == before
        deploy(url)
    assert "AccessShareLock" in watched.modes, "the expressions that read tables were tried"
    record_case(sandbox.major, applier)


def test_a_plan_is_not_held_up_by_readers_and_writers(sandbox, applier, record_case):
    url = deployed(sandbox, applier)
    with psycopg.connect(sandbox.url) as busy:
        for mode in ("ROW EXCLUSIVE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"):
            busy.execute(f"LOCK app.invoices, app.customers IN {mode} MODE".encode())
            assert plan(url).plan.empty
    record_case(sandbox.major, applier)


def test_a_plan_does_not_wait_for_ever(sandbox, monkeypatch):
    monkeypatch.setattr("jwtroles.reader.LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr("jwtroles.reader.canonical.LOCK_TIMEOUT", "20ms")
    url = deployed(sandbox, "superuser")
    with psycopg.connect(sandbox.url) as busy:
        busy.execute("LOCK app.invoices IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ServerError) as error:
            plan(url)
    (problem,) = error.value.problems
    assert problem.code.id == "JR005"
    assert problem.message.endswith("canceling statement due to lock timeout (55P03)")
    assert "ACCESS EXCLUSIVE" in problem.remedy


def test_a_role_called_public_is_not_everybody(sandbox):
    """PostgreSQL allows the name in upper case; a plan would take it for the keyword."""
    url = deployed(sandbox, "superuser")
    sandbox.run_sql('CREATE ROLE "PUBLIC"; GRANT SELECT ON app.customers TO "PUBLIC"')
    with pytest.raises(ServerError) as error:
        plan(url)
    (problem,) = error.value.problems
    assert problem.code.id == "JR006"
    sandbox.run_sql('ALTER ROLE "PUBLIC" RENAME TO public_')
    assert plan(url).plan.empty


READER = """
CREATE ROLE reader LOGIN;
GRANT CONNECT, TEMPORARY ON DATABASE sandbox TO reader;
GRANT USAGE ON SCHEMA app, jwtroles TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA jwtroles TO reader;
"""


def shown(planned: Planned) -> list[str]:
    return [statement.sql for statement in planned.plan.statements]


def test_a_role_that_may_only_look_gets_the_same_plan(sandbox):
    deployed(sandbox, "superuser")
    sandbox.run_sql(READER)
    text = changed(
        ("rows: own and unpaid", "rows: own"),
        ("update: [name, email, notes, archived]", "update: [name]"),
    )
    for edited in (TEXT, text):
        assert shown(plan(sandbox.url_for("reader"), edited)) == shown(plan(sandbox.url, edited))
    assert shown(plan(sandbox.url, text)), "there is something to compare"


@pytest.mark.parametrize(
    ("take", "said"),
    [
        ("REVOKE SELECT ON jwtroles.claim_role FROM reader", "for table claim_role"),
        ("REVOKE TEMPORARY ON DATABASE sandbox FROM reader, PUBLIC", "temporary tables"),
        ("REVOKE USAGE ON SCHEMA app FROM reader", "for schema app"),
    ],
)
def test_what_a_planning_role_lacks_is_told(sandbox, take, said):
    deployed(sandbox, "superuser")
    sandbox.run_sql(READER)
    sandbox.run_sql(take)
    with pytest.raises(ServerError) as error:
        plan(sandbox.url_for("reader"))
    (problem,) = error.value.problems
    assert problem.code.id == "JR005"
    assert said in problem.message
    assert problem.remedy.startswith("planning needs CONNECT and TEMPORARY")


NOTHING_GOES = """
CREATE FUNCTION public.no() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN RAISE 'nothing is dropped here'; END $$;
CREATE EVENT TRIGGER no ON sql_drop EXECUTE FUNCTION public.no();
"""


def test_an_event_trigger_that_refuses_is_told_once(sandbox):
    """It is no expression of the file that is wrong."""
    url = deployed(sandbox, "superuser")
    sandbox.run_sql(NOTHING_GOES)
    with pytest.raises(ServerError) as error:
        plan(url)
    (problem,) = error.value.problems
    assert problem.code.id == "JR005"
    assert problem.message.endswith("nothing is dropped here (P0001)")
    assert problem.remedy.startswith("an event trigger refuses the temporary tables")


def test_a_read_only_server_is_told(sandbox):
    url = deployed(sandbox, "superuser")
    sandbox.run_sql("CREATE ROLE viewer LOGIN SUPERUSER")
    spec = loaded(TEXT)
    with connect(sandbox.url_for("viewer")) as connection:
        connection.execute("SET default_transaction_read_only = on")
        assert make_plan(connection, spec, environment(spec)).plan.empty
    assert plan(url).plan.empty


# Who else is affected.

OTHERS = """
CREATE ROLE metrics_bot LOGIN;  GRANT SELECT ON app.invoices TO metrics_bot;
CREATE ROLE partly LOGIN;       GRANT SELECT (id), UPDATE (note) ON app.invoices TO partly;
CREATE ROLE above LOGIN BYPASSRLS;  GRANT SELECT ON app.invoices TO above;
CREATE ROLE root LOGIN SUPERUSER;   GRANT SELECT ON app.invoices TO root;
CREATE ROLE heir LOGIN;  GRANT app_owner TO heir;  GRANT SELECT ON app.invoices TO heir;
CREATE ROLE analysts;    GRANT SELECT ON app.customers TO analysts;
CREATE ROLE ann LOGIN;   GRANT analysts TO ann;
CREATE ROLE dba LOGIN BYPASSRLS;  GRANT analysts TO dba;
CREATE ROLE dbas;        GRANT SELECT ON app.customers TO dbas;  GRANT dbas TO dba;
CREATE ROLE own_policy LOGIN;  GRANT SELECT ON app.customers TO own_policy;
CREATE POLICY theirs ON app.customers FOR SELECT TO own_policy USING (true);
CREATE ROLE idle LOGIN;
GRANT USAGE ON SCHEMA app TO metrics_bot, partly, above, root, analysts, dbas, own_policy;
REVOKE EXECUTE ON FUNCTION app.invoice_age(date) FROM PUBLIC;
"""


def affected(url: str, text: str = TEXT) -> list[tuple[str, str, str]]:
    """Return code, role and object of everything that a plan says about others."""
    found = plan(url, text).plan.cut_off
    assert all(one.problem.message.startswith(one.role) for one in found)
    return [(one.problem.code.id, one.role, one.subject) for one in found]


def test_roles_that_will_see_no_row_are_named(sandbox, applier, record_case):
    sandbox.load(SCHEMA)
    sandbox.run_sql(OTHERS)
    url = sandbox.applier_url(applier)
    assert affected(url) == [
        ("JR507", "analysts", "app.customers"),
        ("JR507", "metrics_bot", "app.invoices"),
        ("JR507", "partly", "app.invoices"),
    ]
    told = {one.role: one.problem for one in plan(url).plan.cut_off}
    assert told["analysts"].message == (
        "analysts (and through it ann) can select app.customers today; "
        "with row security on it will see no row"
    )
    assert told["partly"].message.startswith("partly can select, update app.invoices today")
    assert told["metrics_bot"].remedy == "keep it: database.exempt: [metrics_bot]"
    # And it is true of each of them.
    sandbox.run_sql(ROWS)
    seen = {"metrics_bot": "app.invoices", "partly": "app.invoices", "ann": "app.customers",
            "above": "app.invoices", "heir": "app.invoices", "root": "app.invoices",
            "dba": "app.customers", "own_policy": "app.customers"}  # fmt: skip
    count = {role: f"SELECT count(id) > 0 FROM {table}" for role, table in seen.items()}
    assert {role for role in seen if sandbox.rows(count[role], role) == [(True,)]} == set(seen)
    deploy(url, allow=("cuts_off",))
    blind = {role for role in seen if sandbox.rows(count[role], role) == [(False,)]}
    assert blind == {"metrics_bot", "partly", "ann"}
    assert affected(url) == []
    record_case(sandbox.major, applier)


@pytest.mark.parametrize("exempt", ["metrics_bot, partly, analysts", "metrics_bot, partly, ann"])
def test_a_role_that_is_exempt_keeps_its_rows_and_no_more(sandbox, applier, record_case, exempt):
    sandbox.load(SCHEMA)
    sandbox.run_sql(OTHERS + ROWS)
    url = sandbox.applier_url(applier)
    text = changed(("  owner: app_owner\n", f"  owner: app_owner\n  exempt: [{exempt}]\n"))
    assert affected(url, text) == []
    deploy(url, text)
    assert sandbox.rows("SELECT count(*) FROM app.invoices", "metrics_bot") == [(4,)]
    assert sandbox.rows("SELECT count(id) FROM app.invoices", "partly") == [(4,)]
    assert sandbox.rows("SELECT count(*) FROM app.customers", "ann") == [(2,)]
    with acting(sandbox, "member") as asker:
        assert asker.rows("SELECT count(*) FROM app.invoices") == [(3,)], "the floor stands"
    for statement in ("SELECT * FROM app.invoices", "DELETE FROM app.invoices"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sandbox.run_sql(statement, "partly")
    assert plan(url, text).plan.empty
    record_case(sandbox.major, applier)


THROUGH_PUBLIC = """
CREATE ROLE etl LOGIN;    GRANT USAGE ON SCHEMA app TO etl;
CREATE ROLE grouped;      GRANT EXECUTE ON FUNCTION app.invoice_age(date) TO grouped;
CREATE ROLE has_group LOGIN;  GRANT grouped TO has_group;
CREATE ROLE has_own LOGIN;    GRANT EXECUTE ON FUNCTION app.invoice_age(date) TO has_own;
CREATE ROLE team;   CREATE ROLE of_team LOGIN;  GRANT team TO of_team;
CREATE ROLE heir LOGIN;  GRANT app_owner TO heir;
CREATE ROLE root LOGIN SUPERUSER;
CREATE ROLE outside LOGIN;
GRANT USAGE ON SCHEMA app TO grouped, has_own, team, root;
"""


def able(sandbox: Sandbox) -> set[str]:
    """Return the roles that can call the function, by really calling it."""

    def tried() -> Iterator[str]:
        for role in ("etl", "has_group", "has_own", "of_team", "heir", "root", "outside"):
            try:
                sandbox.rows("SELECT app.invoice_age(current_date)", role)
            except psycopg.errors.InsufficientPrivilege:
                continue
            yield role

    return set(tried())


def test_roles_that_lose_what_they_had_through_public_are_named(sandbox, applier, record_case):
    sandbox.load(SCHEMA)
    sandbox.run_sql(THROUGH_PUBLIC)
    url = sandbox.applier_url(applier)
    function = "app.invoice_age(issued date)"
    assert affected(url) == [("JR508", "etl", function), ("JR508", "team", function)]
    (etl, _) = plan(url).plan.cut_off
    assert etl.problem.message == "etl can execute app.invoice_age(date) only through PUBLIC"
    keep = 'roles: {PUBLIC: {functions: {"app.invoice_age(date)": [execute]}}}'
    assert etl.problem.remedy == f"keep it: {keep}"
    everybody = able(sandbox)
    assert everybody == {"etl", "has_group", "has_own", "of_team", "heir", "root"}
    public = """roles:
  PUBLIC: {functions: {"app.invoice_age(date)": [execute]}}
  invoice_reader:"""
    kept = changed(("roles:\n  invoice_reader:", public))
    assert affected(url, kept) == []
    deploy(url, kept)
    assert able(sandbox) == everybody
    deploy(url, allow=("cuts_off",))
    assert able(sandbox) == everybody - {"etl", "of_team"}
    record_case(sandbox.major, applier)


def test_public_on_a_table_on_a_schema_and_on_a_query(sandbox, applier, record_case):
    url = deployed(
        sandbox, applier, before="CREATE ROLE etl LOGIN; GRANT USAGE ON SCHEMA app TO etl"
    )
    sandbox.run_sql("GRANT SELECT ON app.plans TO PUBLIC; GRANT USAGE ON SCHEMA app TO PUBLIC;"
                    "GRANT EXECUTE ON FUNCTION app.invoice_total TO PUBLIC")  # fmt: skip
    found = [one for one in plan(url).plan.cut_off if one.role == "etl"]
    assert [(one.role, one.subject) for one in found] == [
        ("etl", "app.invoice_total(month date)"), ("etl", "app.plans")]  # fmt: skip
    assert [one.problem.remedy for one in found] == [
        "keep it: GRANT EXECUTE ON FUNCTION app.invoice_total(month date) TO etl",
        "keep it: GRANT SELECT ON app.plans TO etl",
    ]
    deploy(url, allow=("cuts_off",))
    assert plan(url).plan.empty
    record_case(sandbox.major, applier)
