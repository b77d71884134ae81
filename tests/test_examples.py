"""The examples: the contract, and the same file for a gateway."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles.applier import apply
from jwtroles.policy_tests import run
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers import Sandbox

EXAMPLES = Path(__file__).parent.parent / "examples"


def lines(name: str, file: str) -> list[str]:
    return (EXAMPLES / name / file).read_text(encoding="utf-8").splitlines()


def test_saas_gateway_is_the_contract_with_one_line_changed():
    contract, gateway = lines("saas", "jwtroles.yaml"), lines("saas-gateway", "jwtroles.yaml")
    differing = [pair for pair in zip(contract, gateway, strict=True) if pair[0] != pair[1]]
    assert differing == [("  verify: database", "  verify: gateway")]
    assert lines("saas", "schema.sql") == lines("saas-gateway", "schema.sql")


def test_every_example_loads():
    loaded = {path.parent.name: load(path) for path in sorted(EXAMPLES.glob("*/jwtroles.yaml"))}
    assert sorted(loaded) == sorted(
        path.name for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "ci"
    )
    assert loaded["saas"].roles == loaded["saas-gateway"].roles


WAREHOUSE = EXAMPLES / "warehouse"
FLOORED = """
SELECT count(*) FROM pg_policies
WHERE policyname = 'jr_floor_region' AND 'sales_analyst' = ANY (roles)
"""
READABLE = """
SELECT c.relname, a.attname FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relkind = 'r' AND n.nspname = ANY (%s)
  AND has_column_privilege('sales_analyst', c.oid, a.attnum, 'SELECT')
"""
PERSONAL = {"ssn", "email", "ip_address"}


def test_warehouse(sandbox: Sandbox, applier: str, record_case: Callable[[int, str], None]):
    """Three hundred tables in twelve schemas: applied, proved, tested, and nothing left to plan."""
    sandbox.load(WAREHOUSE / "schema.sql")
    spec = load(WAREHOUSE / "jwtroles.yaml")
    dev = next(env for name, env in spec.environments.items() if name == "dev")
    production = next(env for name, env in spec.environments.items() if name == "production")
    with connect(sandbox.applier_url(applier, "warehouse_owner")) as connection:
        planned = make_plan(connection, spec, dev)
        assert len(planned.plan.structure.managed) == 12
        assert len(planned.plan.structure.relations) == 300
        apply(connection, planned.plan, planned.scope)
        assert make_plan(connection, spec, dev).plan.empty
        lost = make_plan(connection, spec, production).plan
    with connect(sandbox.url) as connection:
        results = run(connection, spec, environment=dev)
        read = connection.execute(READABLE, [["core", "mart_sales"]]).fetchall()
        other = connection.execute(READABLE, [["mart_hr", "mart_risk"]]).fetchall()
    assert results.passed
    assert len(results.tests) == 5
    assert sandbox.rows(FLOORED) == [(180,)], "of 300 tables, those with a region"
    columns = {(row["relname"], row["attname"]) for row in read}
    assert {name for _, name in columns} & PERSONAL == set()
    assert {table for table, name in columns if name == "name"} == {
        f"products{shape}" for shape in ("", "_daily", "_monthly", "_current", "_history")
    }
    assert other == []
    assert "DROP ROLE stage_reader" in [statement.sql for statement in lost.statements]
    record_case(sandbox.major, applier)
