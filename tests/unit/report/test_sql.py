"""The script: the statements of the plan and nothing else, whatever the comments say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import report_plans as plans
from hypothesis import given
from hypothesis import strategies as st
from pglast.parser import scan
from test_text import CASES, GOLDEN

from jwtroles.errors import Place, Source
from jwtroles.kinds.base import Origin, Phase, Statement
from jwtroles.planner.model import Batch
from jwtroles.planner.script import lines, preamble
from jwtroles.report.sql import HEADINGS, laid_out, render_sql


def tokens(sql: str) -> list[str]:
    """Return what the server would read of a script: its tokens without comments."""
    found = [t for t in scan(sql) if t.name not in ("SQL_COMMENT", "C_COMMENT")]
    return [sql[t.start : t.end + 1] for t in found]


def statements(plan: object) -> str:
    sent = [*preamble("2s"), *(line.sql for line in lines(plan.statements))]
    return ";\n".join(["BEGIN", *sent, "COMMIT"]) + ";"


@pytest.mark.parametrize("name", [name for name in CASES if name != "in_sync"])
def test_the_script_is_the_plan(name: str) -> None:
    case = CASES[name]()
    script = render_sql(case.plan, case.spec)
    assert tokens(script) == tokens(statements(case.plan))


@pytest.mark.parametrize("name", ["small", "drift", "hostile"])
def test_script(name: str, update: bool) -> None:
    case = CASES[name]()
    script = render_sql(case.plan, case.spec) + "\n"
    script = re.sub(r"^-- jwtroles\S* ?\S* ·", "-- jwtroles ·", script)
    script = re.sub(
        r"· plan [0-9a-f]{8} ·", "· plan … ·", script, count=1
    )  # of all it was made from
    golden = GOLDEN / f"{name}.sql"
    if update:
        golden.write_text(script, encoding="utf-8")
    assert script == golden.read_text(encoding="utf-8")


def test_no_script_is_left_over() -> None:
    assert {path.name for path in GOLDEN.glob("*.sql")} == {"small.sql", "drift.sql", "hostile.sql"}


def test_in_sync_is_a_comment() -> None:
    case = CASES["in_sync"]()
    script = render_sql(case.plan, case.spec)
    assert tokens(script) == []
    assert script.endswith("\n-- in sync")


def test_every_phase_has_a_heading() -> None:
    assert set(HEADINGS) == set(Phase)


def test_a_heading_stands_before_the_change_of_role() -> None:
    case = CASES["first"]()
    script = render_sql(case.plan, case.spec).split("\n")
    before = [script[number - 1] for number, line in enumerate(script) if line == "-- map"]
    assert before
    assert not any(line.startswith("SET LOCAL ROLE") for line in before)


def test_a_comment_swallows_no_code() -> None:
    """A name with a line end makes a statement of two lines; its comment goes in front."""
    case = CASES["small"]()
    source = Source("evil\n; DROP TABLE x; --.yaml", "")
    statement = Statement(
        'GRANT SELECT ON app."a\n; DROP ROLE admin; --" TO member',
        Phase.LOOSEN,
        origin=Origin(Place(source, 1, 1)),
        note="because\nDROP TABLE y",
    )
    plan = replace(case.plan, batches=(Batch((statement,)),), project="x\n; DROP TABLE z; --")
    script = render_sql(plan, case.spec)
    assert tokens(script) == tokens(statements(plan))
    assert script.count("\n; DROP ROLE admin") == 1


def test_a_long_policy_is_broken_at_its_clauses() -> None:
    text = "' USING (' || \"a WITH CHECK (\" || '' || E'\\' USING (' || " + " || ".join(
        ["note"] * 20
    )
    sql = f"CREATE POLICY p ON app.t FOR UPDATE TO member USING ({text}) WITH CHECK ({text})"
    broken = laid_out(sql)
    assert broken == sql.replace(
        f" USING ({text}) WITH CHECK ({text})", f"\n  USING ({text})\n  WITH CHECK ({text})"
    )


@given(st.text(alphabet="aE'\"\\( )$\nUSING WITHCHECK", max_size=40))
def test_no_layout_reaches_into_a_string(text: str) -> None:
    literal = "'" + text.replace("'", "''") + "'"
    name = '"' + text.replace('"', '""') + 'x"'
    sql = f"ALTER POLICY {name} ON app.t USING ({literal} = {name}) WITH CHECK ({literal} = {name})"
    sql += " " * 0 + f" USING ({'a' * 90})"
    assert tokens(laid_out(sql)) == tokens(sql)


def test_nothing_is_shortened() -> None:
    long = " or ".join(f"note = 'value {number}'" for number in range(200))
    spec = plans.spec_of(plans.FILE.replace("own: owner_id = claims.sub", f'own: "{long}"'))
    plan = plans.plan_of(spec, plans.saas())
    script = render_sql(plan, spec)
    assert "note = 'value 199'" in script
    assert "…" not in script
