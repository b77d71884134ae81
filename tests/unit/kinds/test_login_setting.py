"""Values of list settings: one text of the file is several names."""

from __future__ import annotations

import pytest

from jwtroles.kinds.login_setting import elements, stored_value


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("app", ("app",)),
        ("app, pg_temp", ("app", "pg_temp")),
        ('App,"Lab Work" , "a,b"', ("app", "Lab Work", "a,b")),
        ('"$user", public', ("$user", "public")),
        ('"say ""x"""', ('say "x"',)),
        ("", ("",)),
        ('""', ("",)),
    ],
)
def test_a_list_is_split_at_its_commas(value: str, names: tuple[str, ...]) -> None:
    assert elements(value) == names


def test_a_list_has_one_form_and_other_values_stay() -> None:
    assert stored_value("search_path", 'app,"pg_temp","Lab Work"') == 'app, pg_temp, "Lab Work"'
    assert stored_value("search_path", "") == '""'
    assert stored_value("datestyle", "ISO,DMY") == "ISO,DMY"
