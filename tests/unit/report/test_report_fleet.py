"""Many plans as text, JSON and Markdown; which plans are alike."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import test_text as cases
from jsonschema import Draft202012Validator

from jwtroles import codes
from jwtroles.errors import Exit, Problem, ServerError
from jwtroles.report.contract import fleet as contract
from jwtroles.report.markdown.fit import LIMIT
from jwtroles.report.markdown.fleet import TOLD
from jwtroles.report.markdown.fleet import render_fleet as markdown
from jwtroles.report.text.fleet import render_failures, summary
from jwtroles.report.text.fleet import render_fleet as text
from jwtroles.targets.alike import likeness
from jwtroles.targets.model import Fleet, Outcome, State, Target

PUBLISHED = Path(__file__).parents[3] / "docs" / "schemas" / "fleet.schema.json"
NASTY = "ten|ant`1\x1b[2J<img>@team"
AWAY = ServerError(Problem(codes.NO_ANSWER, "no answer from postgresql://u:sesame@h/d"))


def target(name: str) -> Target:
    return Target(name, f"host/{name}", f"postgresql://u:sesame@host/{name}")


def fleet(case, plans: int = 1, each: int = 3) -> Fleet:
    made = {str(n): replace(case.plan, digest=str(n)) for n in range(plans)}
    outcomes = [
        Outcome(target(f"tenant_{n}_{k}"), State.DIFFERENT, str(n))
        for n in range(plans)
        for k in range(each)
    ]
    failed = Outcome(target(NASTY), State.FAILED, error=AWAY)
    return Fleet("acme", "tenants", (*outcomes, failed), made)


def test_plans_are_alike_but_for_the_name_of_the_database():
    plan = cases.drift().plan
    other = replace(plan, server=replace(plan.server, database="elsewhere"))
    assert likeness(other) == likeness(plan)
    assert likeness(replace(plan, steps=plan.steps[1:])).digest != likeness(plan).digest
    wider = replace(plan.steps[0], effect="destroys")
    assert likeness(replace(plan, steps=(wider, *plan.steps[1:]))).parts != likeness(plan).parts
    changed = replace(plan.steps[0].change, before=None)
    before = replace(plan.steps[0], change=changed)
    assert likeness(replace(plan, steps=(before, *plan.steps[1:]))).parts != likeness(plan).parts
    noted = replace(plan, remarks=(*plan.remarks, Problem(codes.KEPT, "another")))
    assert likeness(noted).digest != likeness(plan).digest
    assert likeness(noted).parts == likeness(plan).parts


def test_the_text_tells_a_plan_once_and_what_failed():
    case = cases.small()
    told = text(fleet(case), case.spec, color=False, width=100, verbose=False)
    assert told.startswith("acme → tenants    4 databases\n\n3 databases: the same 4 changes\n")
    assert "1 database failed\n  ! ten|ant`1\\x1b[2J<img>@team" in told
    assert "4 databases: 3 differ from the file, 1 failed." in told
    made = fleet(case)
    assert (
        summary(replace(made, outcomes=made.outcomes[:1])) == "1 database: 1 differs from the file"
    )
    why = render_failures(fleet(case).outcomes, color=False, width=100)
    assert "error[JR001]: no answer from postgresql://u:******@h/d" in why
    assert "sesame" not in told + why


def test_json_is_of_the_published_form():
    case = cases.small()
    data = json.loads(contract.render_fleet(fleet(case, 2), (), Exit.ERROR))
    published = json.loads(PUBLISHED.read_text("utf-8"))
    assert published == json.loads(json.dumps(contract.schema()))
    Draft202012Validator(published).validate(data)
    assert (data["databases"], data["different"], data["failed"]) == (7, 6, 1)
    assert [one["plan"] for one in data["targets"]] == [0, 0, 0, 1, 1, 1, None]
    assert data["targets"][-1]["errors"][0]["code"] == "JR001"
    assert "sesame" not in json.dumps(data)


def test_markdown_fits_a_comment_and_lets_no_name_act():
    case = cases.first()
    told = markdown(fleet(case, 300, 1), case.spec)
    assert len(told) <= LIMIT
    assert told.startswith(
        "<!-- jwtroles:acme:tenants -->\n"
        "### ⛔ jwtroles: 1 database failed, refused: cuts off, in **tenants**\n\n"
        "301 databases: 300 differ from the file, 1 failed.\n"
    )
    assert told.count("\n#### ") == TOLD
    assert "sesame" not in told
    assert (
        "| <code>ten&#124;ant&#96;1&#92;x1b&#91;2J&#60;img&#62;&#64;team</code> | JR001 | " in told
    )
    assert "⛔" not in markdown(fleet(case), case.spec, plain=True)
