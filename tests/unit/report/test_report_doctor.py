"""What a server tells is hostile: names of roles and databases are anybody's."""

from __future__ import annotations

from jwtroles import codes
from jwtroles.doctor import Severity
from jwtroles.doctor.model import Check, Examination, finding
from jwtroles.report.doctor import render_doctor

HOSTILE = "bot\x1b[2J\u202e\r"
FOUND = Examination(
    HOSTILE,
    HOSTILE,
    "18.6",
    "",
    (
        Check(
            "logins",
            f"seen {HOSTILE}",
            (
                finding(
                    Severity.NOTE,
                    codes.TEXTS_SEEN,
                    f"{HOSTILE} may log in",
                    details=[HOSTILE, "postgresql://bot:sesame@db/acme"],
                    remedy=f"look at {HOSTILE}",
                ),
            ),
        ),
    ),
)


def test_nothing_of_a_name_reaches_the_terminal_as_a_command():
    shown = render_doctor(FOUND, 100)
    assert shown.count("bot") == 7
    assert not {"\x1b", "\u202e", "\r"} & set(shown)


def test_no_password_is_shown():
    assert "sesame" not in render_doctor(FOUND, 100)
