"""The table of codes."""

from __future__ import annotations

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

FAMILIES = {"0": running, "1": form, "2": meaning, "3": fitting, "5": others, "6": applying}


def test_no_code_is_used_twice():
    counted = Counter(code.id for code in all_codes())
    assert [code for code, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(("digit", "module"), [*FAMILIES.items(), ("7", testing), ("8", importing)])
def test_each_family_holds_its_hundred(digit, module):
    ids = [value.id for value in vars(module).values() if isinstance(value, Code)]
    assert ids != []
    assert [code for code in ids if code[2] != digit] == []
