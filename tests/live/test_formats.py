"""The forms of a plan on every server: what they say is the plan, and the exit code is the same."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from jsonschema import Draft202012Validator

from jwtroles.errors import Exit
from jwtroles.reader.connection import connect
from jwtroles.report.contract import render_json, schema
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan

SAAS = Path(__file__).parents[2] / "examples" / "saas-gateway"


def test_the_json_of_the_first_plan_adds_up(sandbox, applier, record_case):
    """Roles 8, settings 2, memberships 6, grants 24 and PUBLIC's 1, row security 5, and so on."""
    sandbox.load(SAAS / "schema.sql")
    spec = load(SAAS / "jwtroles.yaml")
    with connect(sandbox.applier_url(applier)) as connection:
        plan = make_plan(connection, spec, spec.environments[min(spec.environments)]).plan
    data = json.loads(render_json(plan, (), Exit.DONE))
    Draft202012Validator(schema()).validate(data)
    units, changes = data["units"], data["changes"]
    assert Counter(unit["verb"] for unit in units) == {"add": 69, "alter": 5, "remove": 1}
    effects = {"loosens": 53, "tightens": 11, "neutral": 11}
    assert Counter(unit["effect"] for unit in units) == effects
    assert Counter(unit["kind"] for unit in units) == {
        "role": 8,
        "role_setting": 2,
        "membership": 6,
        "acl": 25,
        "table_security": 5,
        "policy": 22,
        "view": 1,
        "function": 1,
        "claim_role": 4,
        "own_schema": 1,
    }
    first = [changes[unit["changes"][0]] for unit in units]
    policies = [change["after"]["permissive"] for change in first if change["kind"] == "policy"]
    assert Counter(policies) == {True: 17, False: 5}
    public = [c for c in first if c["kind"] == "acl" and c["roles"] == ["PUBLIC"]]
    assert [(c["verb"], c["object"]) for c in public] == [
        ("remove", "app.invoice_age(issued date)")
    ]
    record_case(sandbox.major, applier)
