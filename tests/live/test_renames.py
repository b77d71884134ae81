"""`was` on a live server: what is renamed keeps everything, and nobody gains or loses by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.applier import apply
from jwtroles.errors import Refused
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.test_cases import EVERYTHING, SCHEMA
from tests.workbench import loaded

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from tests.servers import Sandbox

ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
FILE = """\
jwtroles: 1
project: shop
database: {schemas: [app], connect_as: gate}
tokens:
  verify: gateway
  claims: {tenant: {type: uuid}, roles: {type: "text[]"}}
mapping:
  - {claim: roles, contains: clerk, role: clerk}
tenancy:
  rows: tenant = claims.tenant
  tables: [app.notes]
roles:
  clerk:
    tables: {app.notes: {select: {rows: state = 'open'::app.state}, update: [body]}}
  job:
    token: false
    login: true
    tables: {app.tags: {select: all}}
    settings: {work_mem: 8MB}
views:
  app.open_notes:
    from: app.notes
    columns: {id: id}
    grant: {clerk: [select]}
queries:
  app.how_many:
    returns: {n: bigint}
    sql: select count(*) from app.notes where id > 0
    grant: [clerk]
"""
RENAMED = (
    FILE.replace("role: clerk", "role: agent")
    .replace("  clerk:\n", "  agent:\n    was: clerk\n")
    .replace("{clerk: [select]}", "{agent: [select]}")
    .replace("grant: [clerk]", "grant: [agent]")
    .replace("  job:\n", "  nightly:\n    was: job\n")
    .replace("  app.open_notes:\n", "  app.todo:\n    was: app.open_notes\n")
    .replace("  app.how_many:\n", "  app.count:\n    was: app.how_many\n")
)
ROWS = f"""
INSERT INTO app.notes (id, tenant, author, state) VALUES
  (1, '{ONE}', '{ONE}', 'open'), (2, '{ONE}', '{ONE}', 'done'), (3, '{TWO}', '{TWO}', 'open');
"""
IDENTITIES = """
SELECT 'role', oid FROM pg_roles WHERE rolname IN ('clerk', 'agent', 'job', 'nightly')
    OR rolname ~ '^shop_(view|query)'
UNION ALL SELECT 'policy', oid FROM pg_policy
UNION ALL SELECT 'view', oid FROM pg_class
    WHERE relkind = 'v' AND relnamespace = 'app'::regnamespace
UNION ALL SELECT 'function', oid FROM pg_proc WHERE pronamespace = 'app'::regnamespace
ORDER BY 1, 2
"""


def deploy(url: str, text: str) -> Plan:
    with connect(url) as connection:
        planned = make_plan(connection, loaded(text), None)
        apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
    return planned.plan


def seen(sandbox: Sandbox, view: str, query: str) -> tuple[str, list[int], list[int], int]:
    """Return role, rows of the table, of the view, and the query's count for a token."""
    with psycopg.connect(sandbox.url_for("gate")) as connection:
        claims = json.dumps({"tenant": ONE, "roles": ["clerk"]})
        connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("SELECT jwtroles.pre_request()")
        role = connection.execute("SELECT current_user").fetchone()
        rows, viewed = (
            [
                row[0]
                for row in connection.execute(f"SELECT id FROM app.{name} ORDER BY id".encode())
            ]
            for name in ("notes", view)
        )
        count = connection.execute(f"SELECT n FROM app.{query}()".encode()).fetchone()
        connection.rollback()
        assert role is not None
        assert count is not None
        return str(role[0]), rows, viewed, count[0]


def test_what_is_renamed_is_the_same_object_with_the_same_rights(
    sandbox: Sandbox, applier: str
) -> None:
    sandbox.load(SCHEMA)
    url = sandbox.applier_url(applier)
    deploy(url, FILE)
    sandbox.run_sql(ROWS)
    assert seen(sandbox, "open_notes", "how_many") == ("clerk", [1], [1, 2], 2)
    before = sandbox.rows(IDENTITIES)
    plan = deploy(url, RENAMED)
    assert sandbox.rows(IDENTITIES) == before
    assert seen(sandbox, "todo", "count") == ("agent", [1], [1, 2], 2)
    gone = "SELECT FROM pg_roles WHERE rolname IN ('clerk', 'job')"
    assert sandbox.rows(gone) == []
    assert plan.effects().keys() <= {"neutral", "tightens", "loosens", "unknown"}
    kept = {s.change.kind for s in plan.steps if s.change.verb != "alter"}
    assert kept <= {"role_setting"}
    with psycopg.connect(sandbox.url_for("nightly")) as connection:
        assert connection.execute("SELECT current_setting('work_mem')").fetchone() == ("8MB",)


def test_once_renamed_the_old_name_does_nothing(sandbox: Sandbox, applier: str) -> None:
    sandbox.load(SCHEMA)
    url = sandbox.applier_url(applier)
    deploy(url, FILE)
    assert not any(one.code.id == "JR514" for one in deploy(url, RENAMED).remarks)
    with connect(url) as connection:
        again = make_plan(connection, loaded(RENAMED), None).plan
    assert again.empty
    assert {one.message for one in again.remarks if one.code.id == "JR514"} == {
        "agent has its name: `was: clerk` does nothing any more",
        "nightly has its name: `was: job` does nothing any more",
        "app.todo has its name: `was: app.open_notes` does nothing any more",
        "app.count has its name: `was: app.how_many` does nothing any more",
    }


def test_a_database_that_never_had_the_old_name_is_made_as_without_it(
    sandbox: Sandbox, applier: str
) -> None:
    sandbox.load(SCHEMA)
    plan = deploy(sandbox.applier_url(applier), RENAMED)
    assert not any(one.code.id == "JR514" for one in plan.remarks)
    assert not any(" RENAME " in statement.sql for statement in plan.statements)
    sandbox.run_sql(ROWS)
    assert seen(sandbox, "todo", "count") == ("agent", [1], [1, 2], 2)


def test_a_role_of_somebody_else_is_renamed_by_who_administers_it(
    sandbox: Sandbox, applier: str
) -> None:
    sandbox.load(SCHEMA)
    url = sandbox.applier_url(applier)
    deploy(url, FILE)
    sandbox.run_sql("CREATE ROLE theirs")
    text = FILE.replace("connect_as: gate", "connect_as: gate, adopt: [extra]").replace(
        "  job:\n", "  extra: {was: theirs}\n  job:\n"
    )
    if applier == "createrole" and sandbox.major >= 16:
        with pytest.raises(Refused) as raised:
            deploy(url, text)
        (problem,) = raised.value.problems
        assert problem.code.id == "JR605"
        assert any("RENAME TO extra\tneeds: ADMIN OPTION on theirs" in d for d in problem.details)
        assert "GRANT theirs TO deployer WITH ADMIN OPTION;" in problem.remedy
        sandbox.run_sql("GRANT theirs TO deployer WITH ADMIN OPTION")
    deploy(url, text)
    assert sandbox.rows("SELECT rolname FROM pg_roles WHERE rolname IN ('theirs', 'extra')") == [
        ("extra",)
    ]
