"""An examination as a person reads it, and as JSON: a contract with a version and a schema."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from jwtroles import __version__
from jwtroles.codec import DRAFT, Codec
from jwtroles.doctor import Severity
from jwtroles.frozen import frozen
from jwtroles.passwords import covered
from jwtroles.report.contract.build import fault
from jwtroles.report.contract.model import Failure, Fault
from jwtroles.report.problems import MAX_WIDTH, visible
from jwtroles.report.text.sheet import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor import Check, Examination, Finding

FORMAT = 1
"""The version of the JSON form."""

CODEC = Codec()
_SIGNS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTE: "·"}
_NAME = 15
"""Room for the name of a check."""


@frozen
class FindingEntry:
    """One finding; `told` has its code, what is wrong, and the remedy."""

    severity: Severity
    told: Fault


@frozen
class CheckEntry:
    """One check: what was looked at, what was seen, and what is to be said of it."""

    name: str
    said: str
    findings: tuple[FindingEntry, ...]


@frozen
class Examined:
    """An examination; `address` is user, host and database, without a password."""

    format: int
    jwtroles: str
    target: str
    address: str
    server: str
    service: str | None
    checks: tuple[CheckEntry, ...]
    exit_code: int
    errors: tuple[Fault, ...] = ()


def render_doctor_json(found: Examination) -> str:
    """Return an examination as JSON, without a final line end."""
    entry = Examined(
        FORMAT,
        __version__,
        found.target,
        found.address,
        found.label,
        found.service or None,
        tuple(map(_entry, found.checks)),
        int(found.exit_code),
    )
    return json.dumps(CODEC.encode(entry, Examined), indent=2)


def schema() -> dict[str, Any]:
    """Return the JSON Schema: an examination, or the errors in its place."""
    forms = [CODEC.schema(Examined), CODEC.schema(Failure)]
    return {
        "$schema": DRAFT,
        "$id": f"urn:jwtroles:doctor:{FORMAT}",
        "title": "jwtroles doctor --format json",
        "oneOf": forms,
        "$defs": CODEC.definitions(),
    }


def _entry(check: Check) -> CheckEntry:
    entries = (FindingEntry(one.severity, fault(one.problem)) for one in check.findings)
    return CheckEntry(check.name, covered(check.said), tuple(entries))


def render_doctor(found: Examination, width: int) -> str:
    """Return an examination as text, without a final line end."""
    return "\n".join(_lines(found, min(width, MAX_WIDTH)))


def _lines(found: Examination, width: int) -> Iterator[str]:
    head = (found.target, found.address, f"PostgreSQL {found.label}", found.service)
    yield visible("    ".join(filter(None, head)))
    yield ""
    for check in found.checks:
        worst = min(
            (one.severity for one in check.findings), key=list(Severity).index, default=None
        )
        sign = _SIGNS[worst] if worst else "✓"
        yield from _wrapped(check.said, f" {sign} {check.name:{_NAME}} ", width)
        for one in check.findings:
            yield from _finding(one, width)
    counts = [
        counted(found.count(severity), severity.value)
        for severity in Severity
        if found.count(severity)
    ]
    yield ""
    yield ", ".join(counts) + "." if counts else "Nothing to find fault with."


def _finding(one: Finding, width: int) -> Iterator[str]:
    problem, indent = one.problem, " " * 5
    head = f"{one.severity.value}[{problem.code.id}]: "
    yield from _wrapped(problem.message, indent + head, width, under=indent + "  ")
    for detail in problem.details:
        yield from _wrapped(detail, indent + "  ", width)
    for number, line in enumerate(problem.remedy.splitlines()):
        yield from _wrapped(
            line, indent + ("= " if number == 0 else "  "), width, under=indent + "  "
        )


def _wrapped(text: str, first: str, width: int, under: str | None = None) -> list[str]:
    return textwrap.wrap(
        visible(covered(text)),
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first) if under is None else under,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
