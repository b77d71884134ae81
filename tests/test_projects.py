"""The example of organisations, projects and tasks: applied, proved, tested and attacked."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles import policy_tests
from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.report.text import render_plan
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan
from tests.live.billing import Asker

if TYPE_CHECKING:
    from tests.servers import Sandbox

FOLDER = Path(__file__).parent.parent / "examples" / "projects"
ANN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
BEN = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
ROWS = f"""
INSERT INTO app.organisations (id, name) VALUES (1, 'One'), (2, 'Two');
INSERT INTO app.memberships (org_id, user_id, member_role) VALUES
  (1, '{ANN}', 'member'), (2, '{BEN}', 'owner');
INSERT INTO app.projects (id, org_id, name) VALUES (1, 1, 'site'), (2, 2, 'secret');
INSERT INTO app.tasks (id, project_id, title) VALUES (1, 1, 'one'), (2, 2, 'two');
"""
PROJECTS = "SELECT name FROM app.projects ORDER BY id"


def deploy(url: str) -> str:
    """Apply the example; return the text of the first plan. The second one is empty."""
    spec = load(FOLDER / "jwtroles.yaml")
    environment = next(iter(spec.environments.values()))
    with connect(url) as connection:
        planned = make_plan(connection, spec, environment)
        text = render_plan(planned.plan, spec, color=False, width=100, verbose=False)
        apply(connection, planned.plan, planned.scope)
        assert make_plan(connection, spec, environment).plan.steps == ()
    return text


def asking(connection: psycopg.Connection, sub: str | None, role: str = "person") -> Asker:
    """Take a role as a gateway's request does."""
    connection.execute("BEGIN")
    payload = json.dumps({} if sub is None else {"sub": sub})
    connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [payload])
    connection.execute(f"SET LOCAL ROLE {role}".encode())
    return Asker(connection)


@pytest.fixture
def filled(sandbox: Sandbox) -> Sandbox:
    sandbox.load(FOLDER / "schema.sql")
    deploy(sandbox.url)
    sandbox.run_sql(ROWS)
    return sandbox


def test_it_applies_and_its_own_tests_hold(sandbox, applier, record_case):
    sandbox.load(FOLDER / "schema.sql")
    url = sandbox.applier_url(applier)

    text = deploy(url)

    with connect(sandbox.url) as connection:
        results = policy_tests.run(connection, load(FOLDER / "jwtroles.yaml"))
    assert results.passed, results
    assert results.expectations == 33
    assert "Lookups" in text
    assert "where user_id = claims.sub" in text
    assert "the floor organisation does not stand under support" in text
    record_case(sandbox.major, applier)


def test_nobody_else_may_call_a_lookup(filled):
    filled.run_sql("CREATE ROLE intruder LOGIN; GRANT USAGE ON SCHEMA jwtroles TO intruder")
    with filled.connect("intruder") as intruder:
        claims = json.dumps({"sub": ANN})
        intruder.execute("SELECT set_config('request.jwt.claims', %s, false)", [claims])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="lookup_my_orgs"):
            intruder.execute("SELECT jwtroles.lookup_my_orgs()")
    support = asking(filled.connect(), ANN, "support")
    assert support.error("SELECT jwtroles.lookup_my_private_projects()").startswith("42501")


def test_who_may_call_one_learns_its_own_list_alone(filled):
    filled.run_sql("GRANT USAGE ON SCHEMA jwtroles TO person")  # which the file never grants
    person = asking(filled.connect(), ANN)
    assert person.rows("SELECT jwtroles.lookup_my_orgs()") == [([1],)]
    assert person.error("SELECT * FROM app.memberships").startswith("42501")  # `invited_by`


@pytest.mark.parametrize("table", ["memberships", "projects", "organisations"])
def test_a_temporary_table_does_not_take_the_place_of_a_real_one(filled, table):
    with filled.connect() as connection:
        connection.execute("GRANT TEMPORARY ON DATABASE sandbox TO person")
        person = asking(connection, ANN)
        person.connection.execute(
            f"""CREATE TEMP TABLE {table} AS SELECT n::bigint AS org_id, n::bigint AS id,
                '{ANN}'::uuid AS user_id, 'owner'::app.member_role AS member_role,
                NULL::date AS until, 'x' AS name FROM generate_series(1, 2) AS n""".encode()
        )
        person.connection.execute(f"GRANT SELECT ON pg_temp.{table} TO PUBLIC".encode())
        person.connection.execute(b"SET LOCAL search_path = pg_temp, app, pg_catalog")
        assert person.rows("SELECT name FROM app.projects ORDER BY id") == [("site",)]


def test_an_operator_of_somebody_else_does_not_decide(filled):
    filled.run_sql("""
        CREATE SCHEMA evil;
        CREATE FUNCTION evil.yes(uuid, uuid) RETURNS boolean LANGUAGE sql RETURN true;
        CREATE OPERATOR evil.= (FUNCTION = evil.yes, LEFTARG = uuid, RIGHTARG = uuid);
        GRANT USAGE ON SCHEMA evil TO PUBLIC""")
    person = asking(filled.connect(), ANN)
    person.connection.execute(b"SET LOCAL search_path = evil, pg_catalog")
    assert person.rows(PROJECTS) == [("site",)]


@pytest.mark.parametrize("sub", [None, "", "cccccccc-cccc-cccc-cccc-cccccccccccc"])
def test_without_a_claim_or_a_membership_there_is_nothing(filled, sub):
    person = asking(filled.connect(), sub)
    for table in ("organisations", "memberships", "projects", "tasks"):
        assert person.rows(f"SELECT count(*) FROM app.{table}") == [(0,)]


def test_a_membership_that_another_session_removes_is_gone_for_the_next_statement(filled):
    person = asking(filled.connect(), ANN)
    assert person.rows(PROJECTS) == [("site",)]
    filled.run_sql(f"DELETE FROM app.memberships WHERE user_id = '{ANN}'")
    assert person.rows(PROJECTS) == []


def test_a_lookup_is_called_once_per_statement(filled):
    filled.run_sql("""
        INSERT INTO app.projects (id, org_id, name)
          SELECT n, 1, 'x' FROM generate_series(10, 999) n;
        ANALYZE app.projects""")
    with filled.connect() as connection:
        connection.execute("SET track_functions = 'all'")
        person = asking(connection, ANN)
        assert person.rows("SELECT count(*) FROM app.projects") == [(991,)]
        connection.execute("COMMIT")
    # A session that ends hands in its counts; before 15 they come some time later, and the entry
    # may be there before its counts.
    query = "SELECT calls FROM pg_stat_user_functions WHERE funcname = 'lookup_my_orgs'"
    deadline = time.monotonic() + 20
    while (calls := filled.rows(query)) in ([], [(0,)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert calls == [(1,)]


def test_parallel_workers_find_the_same(filled):
    with filled.connect() as connection:
        name = "debug_parallel_query" if filled.major >= 16 else "force_parallel_mode"
        connection.execute(f"SET {name} = on; SET parallel_setup_cost = 0".encode())
        assert asking(connection, ANN).rows(PROJECTS) == [("site",)]
