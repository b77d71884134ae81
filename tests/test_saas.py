"""The contract on every server: planned, applied, proved, and nothing left to plan."""

from __future__ import annotations

from pathlib import Path

from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan

SAAS = Path(__file__).parent.parent / "examples" / "saas-gateway"


def test_first_plan_applies_and_the_second_is_empty(sandbox, applier, record_case):
    sandbox.load(SAAS / "schema.sql")
    spec = load(SAAS / "jwtroles.yaml")
    environment = next(iter(spec.environments.values()))
    with connect(sandbox.applier_url(applier, "app_owner")) as connection:
        planned = make_plan(connection, spec, environment)
        apply(connection, planned.plan, planned.scope)
        again = make_plan(connection, spec, environment)
    assert [step.change for step in again.plan.steps] == []
    record_case(sandbox.major, applier)
