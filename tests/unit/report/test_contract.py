"""`--format json`: of the published form, adding up, without secrets, and always the same."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import report_plans as plans
import test_text as cases
from jsonschema import Draft202012Validator

from jwtroles import codes
from jwtroles.errors import Exit, Place, Problem, Refused, Source, SpecError
from jwtroles.kinds.acl import Right
from jwtroles.report.contract import render_failure, render_json, schema

PUBLISHED = Path(__file__).parents[3] / "docs" / "schemas" / "plan.schema.json"
VALIDATOR = Draft202012Validator(json.loads(PUBLISHED.read_text("utf-8")))


def data_of(case):
    text = render_json(case.plan, (), Exit.DONE)
    assert text.isascii()
    data = json.loads(text)
    VALIDATOR.validate(data)
    return data


@pytest.mark.parametrize("make", [cases.first, cases.small, cases.drift, cases.in_sync, cases.many])
def test_it_is_of_the_published_form_and_adds_up(make):
    case = make()
    data = data_of(case)
    units, changes, counts = data["units"], data["changes"], data["counts"]
    assert counts["changes"] == len(units)
    for name in ("verb", "effect", "kind"):
        told = {key: number for key, number in counts[f"{name}s"].items() if number}
        assert Counter(unit[name] for unit in units) == told
    assert [c["unit"] for c in changes] == [
        next(n for n, unit in enumerate(units) if number in unit["changes"])
        for number in range(len(changes))
    ]
    for number, change in enumerate(changes):
        assert {data["statements"][n]["change"] for n in change["statements"]} <= {number}
    assert [s["sql"] for s in data["statements"]] == [s.sql for s in case.plan.statements]


def test_a_key_that_the_schema_does_not_list_is_refused():
    data = data_of(cases.small())
    for part in (data, data["changes"][0], data["statements"][0], data["counts"], data["server"]):
        part["surprise"] = 1
        assert not VALIDATOR.is_valid(data)
        del part["surprise"]
    assert VALIDATOR.is_valid(data)
    role = next(c for c in data_of(cases.first())["changes"] if c["kind"] == "role")
    data["changes"] = [role | {"after": {"enabled": True}}]
    assert not VALIDATOR.is_valid(data)


def test_a_change_says_what_it_is_about_and_where_it_stands():
    data = data_of(cases.small())
    (change,) = (c for c in data["changes"] if c["kind"] == "acl" and c["verb"] == "alter")
    assert change["key"] == ["table", "app.invoices", "", "member", "UPDATE"]
    assert change["object"] == "app.invoices"
    assert change["roles"] == ["member"]
    assert change["effect"] == "loosens"
    assert change["before"]["right"] == {"columns": ["note", "total"], "option": []}
    assert change["after"]["right"]["columns"] == ["issued_on", "note", "total"]
    (place,) = change["places"]
    assert "update" in plans.FILE.splitlines()[place["line"] - 1]


def test_a_grant_that_gives_way_to_columns_counts_as_removed():
    data = data_of(cases.small())
    (gone,) = (c for c in data["changes"] if c["verb"] == "remove")
    assert (gone["object"], gone["roles"], gone["after"] is None) == (
        "app.customers",
        ["member"],
        False,
    )
    assert data["counts"]["verbs"] == {"add": 0, "alter": 3, "remove": 1}


def test_a_grant_that_gives_way_and_gains_an_option_is_altered():
    case = cases.small()
    (step,) = (s for s in case.plan.steps if s.verb == "remove")
    right = replace(step.change.after.right, option=frozenset({"id"}))
    plain = replace(step.change.before, right=Right())
    change = replace(step.change, before=plain, after=replace(step.change.after, right=right))
    assert replace(step, change=change).verb == "alter"


def test_verdict_and_refused_are_those_of_the_command_line():
    case = cases.first()
    strict = replace(case, plan=replace(case.plan, allow=("tightens", "neutral")))
    data = json.loads(render_json(strict.plan, (), Exit.REFUSED))
    assert (data["verdict"], "loosens" in data["refused"]) == ("refused", True)
    allowed = json.loads(render_json(strict.plan, ("loosens", "cuts_off"), Exit.DONE))
    assert (allowed["refused"], "loosens" in allowed["allow"]) == ([], True)


def test_errors_are_the_same_objects_without_passwords():
    source = Source("jwtroles.yaml", "url: postgresql://me:sesame@db/acme\n")
    problem = Problem(
        codes.USAGE,
        "no answer from postgresql://me:sesame@db/acme",
        Place(source, 1, 6, 3),
        "password=sesame",
        ("tried postgresql://me:sesame@db/acme",),
        "PGPASSWORD, not postgresql://me:sesame@db/acme",
    )
    for error in (SpecError(problem), Refused(problem, footer="postgresql://me:sesame@db/acme")):
        text = render_failure(error)
        assert "sesame" not in text
        data = json.loads(text)
        VALIDATOR.validate(data)
        assert data["exit_code"] == error.exit_code
        assert data["errors"][0]["place"] == {
            "file": "jwtroles.yaml",
            "line": 1,
            "column": 6,
            "length": 3,
        }


def test_the_same_plan_gives_the_same_text():
    first, second = (render_json(cases.drift().plan, (), Exit.DONE) for _ in range(2))
    assert first == second


def test_the_published_schema_is_the_codes():
    assert json.loads(PUBLISHED.read_text("utf-8")) == json.loads(json.dumps(schema()))
    Draft202012Validator.check_schema(schema())
