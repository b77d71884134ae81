"""The server's version: known holes, and whether it gets fixes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.doctor.advisories import known
from jwtroles.doctor.model import Check, Finding, Severity, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor.facts import Facts
    from jwtroles.doctor.subject import Subject

OLDEST = 14
"""The oldest major version that jwtroles works on."""


def check(facts: Facts, _subject: Subject, today: date | None = None) -> Check:
    """Compare the version with the advisories of the PostgreSQL project."""
    label, until = facts.server.label, known().known_until
    return Check(
        "version",
        f"PostgreSQL {label}; advisories until {until}",
        tuple(_findings(facts, today or date.today())),
    )


def _findings(facts: Facts, today: date) -> Iterator[Finding]:
    all_known, major, label = known(), facts.major, facts.server.label
    if major < OLDEST:
        message = f"PostgreSQL {label} is older than jwtroles works on"
        yield finding(Severity.ERROR, codes.TOO_OLD, message, remedy="upgrade to 14 or later")
        return
    ends = all_known.ends.get(major)
    if ends is not None and today > ends:
        message = f"PostgreSQL {major} gets no more fixes since {ends}"
        remedy = "upgrade to a newer major version, with pg_upgrade"
        yield finding(Severity.WARNING, codes.NO_MORE_FIXES, message, remedy=remedy)
    for advisory in all_known.advisories:
        if not advisory.opens(facts.server.version):
            continue
        severity = Severity.ERROR if advisory.concerns == "rows" else Severity.WARNING
        message = f"{advisory.id} is open in {label}: it lets {advisory.lets}"
        remedy = f"update to {major}.{advisory.fixed[major]} or later"
        remedy += f"; {advisory.also}" if advisory.also else ""
        details = (f"https://www.postgresql.org/support/security/{advisory.id}/",)
        yield finding(severity, codes.KNOWN_HOLE, message, details=details, remedy=remedy)
