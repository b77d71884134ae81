"""Tokens become roles: the rows of the mapping."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from jwtroles.report.problems import visible
from jwtroles.report.text.layout import SIGNS, Block, Detail, Right, Row, padded
from jwtroles.report.text.sheet import Section, Sheet, always, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jwtroles.catalog import Catalog
    from jwtroles.kinds.base import Change
    from jwtroles.kinds.stored_row import ClaimRole
    from jwtroles.planner.model import Step


def blocks(sheet: Sheet, steps: Sequence[Step]) -> list[Block]:
    """Tell every rule that comes, goes or moves, in the order in which they are tried."""
    words = [rule_words(step.change.subject) for step in steps]
    column = max((cell_len(text) for text in words if cell_len(text) <= 48), default=0) + 2
    rows = [_row(sheet, step, column) for step in steps]
    return [Block("", tuple(rows))] if rows else []


def _row(sheet: Sheet, step: Step, column: int) -> Row:
    change = step.change
    subject: ClaimRole = change.subject
    text = padded(rule_words(subject), column) + f"→ {shown(subject.role)}"
    details = tuple(_before(sheet, change))
    edge = sheet.edge([step])
    if change.after is None and (now := _position(sheet.plan.desired, subject)) is not None:
        edge = Right(place=f"now rule {now}")
    return Row(SIGNS[change.verb], str(subject.position), "", text, edge, details, (step,))


def _before(sheet: Sheet, change: Change[ClaimRole]) -> list[Detail]:
    """Say what stood at this position, unless it has only moved."""
    before, after = change.before, change.after
    if after is None:
        return []
    found = []
    moved = _position(sheet.plan.current, after)
    if moved is not None:
        found.append(Detail("was", f"rule {moved}"))
    if before is not None and _position(sheet.plan.desired, before) is None:
        found.append(Detail("was", f"{rule_words(before)} → {shown(before.role)}"))
        if rule_words(before) == rule_words(after):
            old, new = _paths(before), _paths(after)
            found += [Detail("read from", f"{new}, not {old}")] if old != new else []
    return found


def _position(catalog: Catalog, rule: ClaimRole) -> int | None:
    """Return where a catalog has the same rule."""
    rows = catalog["claim_role"].values()
    return next((row.position for row in rows if _rule(row) == _rule(rule)), None)


def _rule(row: ClaimRole) -> tuple[str, str]:
    return row.conditions, row.role


def _conditions(row: ClaimRole) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(row.conditions)
    return found


def rule_words(row: ClaimRole) -> str:
    """Return the conditions as the file says them: `roles contains "auditor"`."""
    return " and ".join(map(condition_words, _conditions(row)))


def condition_words(one: dict[str, Any]) -> str:
    """Return a condition in words; a test that nobody knows stands as it is."""
    test, value = str(one.get("test")), one.get("value")
    words = _WORDS.get(test, test)
    if test == "absent":
        return words
    if test == "required":
        return f"{words} {shown(str(one.get('claim')))}"
    said = f"{shown(str(one.get('claim')))} {words}"
    if test == "younger_than" and isinstance(value, int):
        return f"{said} {duration(value)}"
    return said if value is None else f"{said} {_quoted(str(value))}"


_WORDS = {
    "absent": "no token",
    "missing": "not present",
    "required": "requires",
    "younger_than": "younger than",
}


def duration(seconds: int) -> str:
    """Return seconds in the greatest unit of the language that they are a whole number of."""
    units = ((86400, "d"), (3600, "h"), (60, "m"))
    return next((f"{seconds // n}{unit}" for n, unit in units if not seconds % n), f"{seconds}s")


def _quoted(value: str) -> str:
    return '"' + visible(value).replace('"', '\\"') + '"'


def _paths(row: ClaimRole) -> str:
    steps = ("/" + "/".join(map(str, one.get("path") or ())) for one in _conditions(row))
    return ", ".join(
        visible(path) + (f" split at {_quoted(str(one['split']))}" if one.get("split") else "")
        for path, one in zip(steps, _conditions(row), strict=True)
    )


SECTION = Section(
    "Tokens become roles (the first rule that matches)", {"claim_role": always}, blocks
)
