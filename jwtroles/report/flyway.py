"""A plan as migrations of Flyway: files with its names, and the undo of them where it is derived.

Flyway runs each file in one transaction of its own and notes it in its history table, so nothing
here begins or ends one. Its documentation: Migrations, Script Config Files, Placeholders.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwtroles.planner.undo import destroyed, lasting, undo
from jwtroles.report.problems import visible
from jwtroles.report.sql import heading, inside
from jwtroles.report.text.sheet import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Environment, Spec

_VERSIONED = re.compile(r"V(\d+)(?:[._]\d+)*__.*\.sql\Z", re.ASCII)
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_DATE = 10**11
"""A version that is larger is an instant: the year, the month and so on."""

PLACEHOLDER = "${"
"""What Flyway replaces in a script, comments and function bodies not excepted."""

_CONFIG = "placeholderReplacement=false\n"


def version_after(names: Iterable[str], now: datetime) -> str:
    """Return the version of a migration that comes after those of a folder.

    The next number where the last one is a number, else the instant, which is what most folders
    have and what an empty one begins with.
    """
    found = [int(match[1]) for match in map(_VERSIONED.match, names) if match]
    last = max(found, default=_DATE)
    instant = int(now.strftime("%Y%m%d%H%M%S"))
    return str(last + 1 if last < _DATE else max(instant, last + 1 if found else 0))


def flyway(plan: Plan, spec: Spec, environment: Environment | None, version: str) -> dict[str, str]:
    """Return the migrations of a plan: name of a file → its text.

    A file for each transaction, in the order of their versions. Beside a single one its undo,
    where it can be derived; else the migration says why there is none. Nothing when in sync.
    """
    if plan.empty:
        return {}
    name = _OTHER.sub("_", f"{plan.project} {plan.environment}").strip("_")
    reasons = tuple(dict.fromkeys(lasting(plan)))
    back = None if reasons else undo(plan, spec, environment)
    if back is not None and len(back.batches) > 1:
        reasons = (f"it would take {len(back.batches)} transactions",)
    files: dict[str, str] = {}
    for number, batch in enumerate(plan.batches, 1):
        part = version if len(plan.batches) == 1 else f"{version}.{number}"
        lines = [heading(plan), *_part(plan, number), *_no_undo(reasons), *inside(batch, spec)]
        files[f"V{part}__jwtroles_{name}.sql"] = _text(lines)
    if back is not None and not reasons:
        files[f"U{version}__jwtroles_{name}.sql"] = _text(_undoing(plan, back, spec))
    for file, text in [*files.items()]:
        if PLACEHOLDER in text:
            files[f"{file}.conf"] = _CONFIG
    return files


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _part(plan: Plan, number: int) -> Iterator[str]:
    total = len(plan.batches)
    if total > 1:
        yield f"-- Transaction {number} of {total}, each of them safe. All of them are one plan."
    yield "-- Nothing here proves itself. Afterwards:  jwtroles plan --check"


def _no_undo(reasons: tuple[str, ...]) -> Iterator[str]:
    if reasons:
        yield "-- There is no undo:"
        yield from (f"--   {visible(reason)}" for reason in reasons)


def _undoing(plan: Plan, back: Plan, spec: Spec) -> Iterator[str]:
    effects = back.effects()
    counts = ", ".join(f"{effects[effect]} {effect.value}" for effect in effects)
    yield heading(plan).replace("-- jwtroles", "-- undo · jwtroles", 1)
    yield f"-- {counted(len(back.units), 'change')}: {counts}"
    if lost := destroyed(back):
        yield "-- What the migration made goes, with what came to it since:"
        yield from (f"--   {visible(what)}" for what in lost)
    for batch in back.batches:
        yield from inside(batch, spec)
