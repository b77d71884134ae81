"""`--format github`: one command a line, at the line of the file, whatever the names are."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import test_text as cases
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jwtroles import codes
from jwtroles.errors import Place, Problem, Source, SpecError
from jwtroles.report.annotations import command, render_annotations, render_error_annotations

LINE = re.compile(r"::(?P<level>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)\Z")


def read(text):
    """Return what the runner makes of a line: level, properties, message."""
    found = LINE.match(text)
    assert found, text
    pairs = (one.partition("=")[::2] for one in found["properties"].split(","))
    properties = {name: unescaped(value) for name, value in pairs}
    return found["level"], properties, unescaped(found["message"])


def unescaped(text):
    for escape, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, char)
    return text


@given(st.text(), st.text(), st.text(min_size=1))
@example("a\n::error::b", "t,line=1::x", "a,b:c%0A")
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_what_is_told_comes_back(message, title, name):
    line = command("error", message, Place(Source(name, ""), 3, 7), title)
    assert not re.search(r"[\r\n]", line)
    level, properties, said = read(line)
    assert (level, said) == ("error", message)
    assert properties == {"file": name, "line": "3", "col": "7", "title": title}


def test_every_line_of_the_file_that_makes_changes_is_annotated():
    case = cases.small()
    told = [read(line) for line in render_annotations(case.plan).splitlines()]
    notices = {p["line"]: m for level, p, m in told if "line" in p and level == "notice"}
    lines = {s.change.after.origin.place.line for s in case.plan.steps if s.change.after}
    assert set(notices) == {str(line) for line in lines}
    columns = "~ update (issued_on, note, total) on app.invoices for member"
    assert any(columns in message for message in notices.values())
    level, properties, message = told[0]
    assert (level, properties["title"]) == ("notice", "jwtroles: production: loosens")
    assert message == "4 changes: 0 to add, 3 to alter, 1 to remove"


def test_refused_effects_are_errors_at_the_line_that_does_not_allow_them():
    plan = cases.first().plan
    assert "cuts_off" in plan.refused_effects()
    place = Place(Source("jwtroles.yaml", ""), 8, 3)
    lines = render_annotations(replace(plan, allow_place=place)).splitlines()
    errors = [read(line) for line in lines if line.startswith("::error")]
    assert errors[0][1] == {
        "file": "jwtroles.yaml",
        "line": "8",
        "col": "3",
        "title": "jwtroles: cuts off is refused",
    }
    assert len(errors) == 1 + len(plan.cut_off)
    allowed = render_annotations(plan, ("cuts_off",))
    assert "::error" not in allowed
    assert allowed.count("JR507") == sum(
        one.problem.code is codes.ROWS_VANISH for one in plan.cut_off
    )


@pytest.mark.parametrize("name", ["a\n::error::x", "%0A::warning::y", "::stop-commands::z"])
def test_names_begin_no_command(name):
    case = cases.hostile([name])
    text = render_annotations(case.plan)
    for line in text.splitlines():
        read(line)


def test_errors_have_their_place_and_no_password():
    place = Place(Source("jwtroles.yaml", ""), 4, 2)
    error = SpecError(
        Problem(codes.USAGE, "postgresql://me:sesame@db/x", place, "here", (), "this\nand that")
    )
    text = render_error_annotations(error)
    assert "sesame" not in text
    level, properties, message = read(text)
    assert (level, properties["line"], properties["col"]) == ("error", "4", "2")
    assert properties["title"].startswith("JR010: ")
    assert message.splitlines()[1:] == ["here", "this", "and that"]
