"""The table of codes."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from jwtroles.codes import (
    all_codes,
    applying,
    fitting,
    form,
    importing,
    meaning,
    others,
    running,
    testing,
)
from jwtroles.codes.code import Code
from tests.pages import ROOT

FAMILIES = {"0": running, "1": form, "2": meaning, "3": fitting, "5": others, "6": applying}


def test_no_code_is_used_twice():
    counted = Counter(code.id for code in all_codes())
    assert [code for code, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(("digit", "module"), [*FAMILIES.items(), ("7", testing), ("8", importing)])
def test_each_family_holds_its_hundred(digit, module):
    ids = [value.id for value in vars(module).values() if isinstance(value, Code)]
    assert ids != []
    assert [code for code in ids if code[2] != digit] == []


REMARKS = {
    *("FLOORS_GUESSED", "FLOOR_BY_COLUMN", "FLOOR_LIFTED", "KEPT", "LEFT_THERE", "LEFT_TO_OTHERS"),
    *("LEFT_TO_SERVICE", "MAY_LACK", "NEVER_APPLIES", "NOT_COMPARED", "NOT_SAID", "NOT_UNDER"),
    *("NO_WAY", "RESTORED", "SHADOWED_RULE", "UNDER_NO_FLOOR", "UNSAFE_RIGHT"),
}
"""What is told beside a plan or an imported file, and is no error: there may be nothing to do."""


def without_remedy(source: str) -> list[str]:
    """Return the names of codes that are told with neither a remedy nor a label."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Name(id="Problem") | ast.Attribute(attr="add"),
                args=[ast.Attribute(value=ast.Name(id="codes"), attr=name), *_] as given,
                keywords=more,
            ) if len(given) < 6 and not {word.arg for word in more} & {"remedy", "label", None}:
                found.append(name)
    return found


def test_every_error_says_what_to_do() -> None:
    assert without_remedy("problems.add(codes.A, 'a'); Problem(codes.B, 'b', remedy='c')") == ["A"]
    told = {
        name
        for file in sorted((ROOT / "jwtroles").rglob("*.py"))
        for name in without_remedy(file.read_text(encoding="utf-8"))
    }
    assert told == REMARKS
