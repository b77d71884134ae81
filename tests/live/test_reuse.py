"""`only`, templates and the like on live servers: what is granted is what the file comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.applier import apply
from jwtroles.errors import CompileError, SpecError
from jwtroles.offline import check_against, plan_against, take_snapshot
from jwtroles.policy_tests import run
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.workbench import loaded

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from tests.servers import Sandbox

EVERYTHING = ("tightens", "neutral", "loosens", "cuts_off", "destroys")

TABLES = """
CREATE ROLE app_owner;
CREATE SCHEMA orders AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE orders.items (id int, secret text);
CREATE TABLE orders.log (id int);
INSERT INTO orders.items VALUES (1, 'x');
INSERT INTO orders.log VALUES (1);
"""

LIMITED = """
jwtroles: 1
project: acme
database: {schemas: [orders], connect_as: web}
environments: {staging: {confirm: true}, production: {confirm: true}}
tokens: {verify: gateway, claims: {groups: {type: "text[]"}}}
roles:
  member: {tables: {orders.items: {select: [id]}, orders.log: {only: [staging], select: all}}}
  debug: {only: [staging], grant_to: [member], tables: {orders.items: {select: all}}}
views:
  orders.shown: {from: orders.items, columns: {id: id}, only: [staging], grant: {member: [select]}}
mapping:
  - {claim: groups, contains: debug, role: debug, only: [staging]}
  - {claim: groups, contains: member, role: member}
tests:
  - {name: debugging, only: [staging], as: {groups: [debug, member]}, becomes: debug}
  - {name: no debugging, only: [production], as: {groups: [debug, member]}, becomes: member}
"""


def brought(url: str, text: str, environment: str | None = None) -> Plan:
    """Apply a file and return the plan that was applied; the next one must be empty."""
    spec = loaded(text)
    chosen = next((env for name, env in spec.environments.items() if name == environment), None)
    with connect(url) as connection:
        planned = make_plan(connection, spec, chosen)
        apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
        again = make_plan(connection, spec, chosen)
    assert [step.change.key for step in again.plan.steps] == []
    return planned.plan


def may(sandbox: Sandbox, role: str, sql: str) -> bool:
    """Tell whether a role may run a statement."""
    with psycopg.connect(sandbox.url) as connection:
        connection.execute(f'SET ROLE "{role}"')
        try:
            connection.execute(sql)
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True


def has_role(sandbox: Sandbox, role: str) -> bool:
    return bool(sandbox.rows(f"SELECT FROM pg_roles WHERE rolname = '{role}'"))


def test_only_holds_in_its_environment_and_is_taken_away_in_another(sandbox, applier, record_case):
    sandbox.run_sql(TABLES)
    url = sandbox.applier_url(applier)
    spec = loaded(LIMITED)
    environments = {str(name): env for name, env in spec.environments.items()}

    brought(url, LIMITED, "production")
    assert not has_role(sandbox, "debug")
    assert not may(sandbox, "member", "SELECT FROM orders.log")
    assert not may(sandbox, "member", "SELECT secret FROM orders.items")
    with connect(sandbox.url) as connection:
        results = run(connection, spec, environment=environments["production"])
    assert [str(test.name) for test in results.tests] == ["no debugging"]
    assert results.passed

    brought(url, LIMITED, "staging")
    assert may(sandbox, "member", "SELECT FROM orders.log")
    assert may(sandbox, "member", "SELECT FROM orders.shown")
    assert may(sandbox, "member", "SELECT secret FROM orders.items")
    with connect(sandbox.url) as connection:
        results = run(connection, spec, environment=environments["staging"])
    assert [str(test.name) for test in results.tests] == ["debugging"]
    assert results.passed

    brought(url, LIMITED, "production")
    assert not has_role(sandbox, "debug")
    assert not may(sandbox, "member", "SELECT FROM orders.log")
    assert not may(sandbox, "member", "SELECT secret FROM orders.items")
    with connect(url) as connection, pytest.raises(SpecError, match="JR252"):
        make_plan(connection, spec, None)
    record_case(sandbox.major, applier)


MARTS = """
CREATE ROLE app_owner;
CREATE SCHEMA mart_a AUTHORIZATION app_owner;
CREATE SCHEMA mart_b AUTHORIZATION app_owner;
CREATE SCHEMA other AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE mart_a.people (id int, name text, ssn text, email text);
CREATE TABLE mart_b.people (id int, ssn text);
CREATE TABLE mart_b.secrets (ssn text);
CREATE TABLE mart_b.plain (id int);
CREATE TABLE other.people (id int, ssn text);
"""

GLOBS = """
jwtroles: 1
project: acme
database: {schemas: [mart_*], connect_as: web}
tokens: {verify: gateway}
columns: {pii: ["*.*.ssn", mart_a.people.email]}
roles:
  analyst: {tables: {mart_*.*: {select: {except: pii}}}}
  clerk: {tables: {mart_a.people: {select: {except: [pii, name]}, update: {except: pii}}}}
"""


def test_globs_of_schemas_and_what_is_left_of_columns(sandbox, applier, record_case):
    sandbox.run_sql(MARTS)
    url = sandbox.applier_url(applier)
    brought(url, GLOBS)
    assert may(sandbox, "analyst", "SELECT id, name FROM mart_a.people")
    assert may(sandbox, "analyst", "SELECT count(*) FROM mart_b.people")
    assert may(sandbox, "clerk", "UPDATE mart_a.people SET name = 'x'")
    for denied in (
        "SELECT ssn FROM mart_a.people",
        "SELECT email FROM mart_a.people",
        "SELECT p FROM mart_a.people AS p",
        "SELECT id FROM mart_a.people WHERE ssn = 'x'",
        "SELECT ssn FROM mart_b.people",
        "SELECT count(*) FROM mart_b.secrets",
        "SELECT id FROM other.people",
    ):
        assert not may(sandbox, "analyst", denied), denied
    assert not may(sandbox, "clerk", "SELECT name FROM mart_a.people")
    assert not may(sandbox, "clerk", "UPDATE mart_a.people SET ssn = 'x'")

    # A later migration: nothing of it is granted before the next plan, which says what it would.
    sandbox.run_sql(
        "SET ROLE app_owner; ALTER TABLE mart_b.people ADD passport text, ADD note text;"
        "ALTER TABLE mart_b.plain ADD passport text;"
        "RESET ROLE; CREATE SCHEMA mart_c AUTHORIZATION app_owner;"
        "SET ROLE app_owner; CREATE TABLE mart_c.people (id int, ssn text)"
    )
    assert may(sandbox, "analyst", "SELECT id FROM mart_b.plain")
    assert not may(sandbox, "analyst", "SELECT passport FROM mart_b.plain")
    assert not may(sandbox, "analyst", "SELECT note FROM mart_b.people")
    assert not may(sandbox, "analyst", "SELECT id FROM mart_c.people")
    plan = brought(url, GLOBS.replace('["*.*.ssn"', '["*.*.ssn", "*.*.passport"'))
    assert {s.sql for s in plan.statements if s.sql.startswith("GRANT")} == {
        "GRANT USAGE ON SCHEMA mart_c TO analyst",
        "GRANT SELECT (id) ON mart_c.people TO analyst",
        "GRANT SELECT (note) ON mart_b.people TO analyst",
    }

    # By hand: the whole table, which covers what is excepted.
    sandbox.run_sql("GRANT SELECT ON mart_b.people TO analyst")
    assert may(sandbox, "analyst", "SELECT ssn FROM mart_b.people")
    brought(url, GLOBS.replace('["*.*.ssn"', '["*.*.ssn", "*.*.passport"'))
    assert not may(sandbox, "analyst", "SELECT ssn FROM mart_b.people")
    assert may(sandbox, "analyst", "SELECT note FROM mart_b.people")
    record_case(sandbox.major, applier)


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("mart_a.people.email", "mart_a.people.emial", "JR344", "mart_a.people.emial"),
        ('"*.*.ssn"', '"mart_*.person.ssn"', "JR344", "mart_*.person.ssn"),
        ("columns: {pii", "columns: {id", "JR345", "pii"),
        ("[pii, name]", "[pii, name, id]", "JR346", "pii"),
        ("[pii, name]", "[pii, nmae]", "JR303", "nmae"),
        ("mart_*.*: {select: {except: pii}}", "mart_*.*: {select: {except: pi}}", "JR303", "pi"),
        ("[mart_*]", '[mart_*, "*_mart"]', "JR301", "*_mart"),
    ],
)
def test_groups_and_globs_that_do_not_fit(cluster, old, new, code, where):
    text = GLOBS.replace(old, new)
    if code == "JR345":
        text = text.replace("except: pii", "except: id").replace("[pii, name]", "id")
    with cluster(18).fresh() as sandbox:
        sandbox.run_sql(MARTS)
        with connect(sandbox.url) as connection, pytest.raises(CompileError) as caught:
            make_plan(connection, loaded(text), None)
    problem = caught.value.problems[0]
    assert problem.code.id == code
    assert problem.place is not None
    if code != "JR345":
        line = problem.place.source.line(problem.place.line)
        assert line[problem.place.column - 1 :].startswith(where)


def test_a_star_alone_manages_no_schema_of_the_system(cluster):
    text = GLOBS.replace("[mart_*]", '["*"]').replace("mart_*.*: {select", '"*.*": {select')
    with cluster(18).fresh() as sandbox:
        sandbox.run_sql(MARTS)
        brought(sandbox.url, text)
        granted = sandbox.rows(
            "SELECT DISTINCT table_schema FROM information_schema.column_privileges "
            "WHERE grantee = 'analyst'"
        )
        used = sandbox.rows(
            "SELECT nspname FROM pg_namespace WHERE nspacl::text ~ 'analyst=U' ORDER BY 1"
        )
        before = sandbox.rows(
            "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname ~ '^pg_'"
        )
        brought(sandbox.url, text)
        after = sandbox.rows(
            "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname ~ '^pg_'"
        )
    assert {schema for (schema,) in granted} == {"mart_a", "mart_b", "other"}
    assert {schema for (schema,) in used} == {"mart_a", "mart_b", "other"}
    assert before == after


NOTED = (
    MARTS
    + """
RESET ROLE;
CREATE FUNCTION mart_a.known(id int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN id > 0;
"""
)


def test_a_snapshot_knows_what_globs_and_only_come_to(cluster):
    """A plan against a snapshot is the plan of its database."""
    later = GLOBS.replace("update: {except", 'update: {rows: "mart_a.known(id)", except')
    with cluster(18).fresh() as sandbox, connect(sandbox.url) as connection:
        sandbox.run_sql(NOTED)
        snapshot = take_snapshot(connection, loaded(GLOBS), None)
        live = make_plan(connection, loaded(later), None).plan
        offline = plan_against(snapshot, loaded(later), None)
    assert [s.sql for s in offline.statements] == [s.sql for s in live.statements]
    assert any("mart_a.known" in s.sql for s in live.statements)

    spec = loaded(LIMITED)
    production = next(env for name, env in spec.environments.items() if name == "production")
    with cluster(18).fresh() as sandbox, connect(sandbox.url) as connection:
        sandbox.run_sql(TABLES)
        snapshot = take_snapshot(connection, spec, production)
        live = make_plan(connection, spec, production).plan
        offline = plan_against(snapshot, spec, production)
        check_against(snapshot, spec, production)
    assert [s.sql for s in offline.statements] == [s.sql for s in live.statements]
    assert not any("debug" in s.sql for s in offline.statements)
