"""`only`, templates and the like on live servers: what is granted is what the file comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.applier import apply
from jwtroles.errors import SpecError
from jwtroles.policy_tests import run
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan

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
    spec = load_text(text)
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
    spec = load_text(LIMITED)
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
