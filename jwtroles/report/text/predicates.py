"""The named predicates that the changed accesses use, with their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.errors import Collector
from jwtroles.kinds.policy import Policy
from jwtroles.report.text.layout import Block, Row
from jwtroles.report.text.layout import Right as Edge
from jwtroles.report.text.sheet import Sheet, origin_of, seen, shown
from jwtroles.spec.model import Word
from jwtroles.spec.predicates import conditions, named_predicate, parse_predicate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.planner.model import Step


def blocks(sheet: Sheet, steps: Iterable[Step]) -> list[Block]:
    """Explain each named predicate that is used by these steps, in the order of the file."""
    if not sheet.spec.rows:
        return []
    used: dict[str, None] = {}
    texts = {Word(text) for step in steps for text in _conditions(sheet, step)}
    for text in sorted(texts):
        _follow(text, sheet, used)
    rows = [
        Row("", shown(name), "", seen(text), Edge(place=sheet.place(name.place)))
        for name, text in sheet.spec.rows.items()
        if name in used
    ]
    return [Block("", tuple(rows))] if rows else []


def _conditions(sheet: Sheet, step: Step) -> Iterator[str]:
    """Give the file's conditions behind a step: rows and check of an access, rows of a view."""
    origin = origin_of(step)
    yield from [origin.said] if origin.said else []
    subject = step.change.subject
    if isinstance(subject, Policy) and origin.place is not None:
        access = sheet.accesses.get((origin.place, subject.command))
        if access is not None and access.check is not None:
            yield str(access.check)


def _follow(text: Word, sheet: Sheet, used: dict[str, None]) -> None:
    parsed = parse_predicate(text, Collector())  # its problems are known since the file was read
    if parsed is None:
        return
    rows: Mapping[Word, Word] = sheet.spec.rows
    for node in conditions(parsed.tree):
        name = named_predicate(node, sheet.spec)
        if name is not None and name not in used:
            used[name] = None
            _follow(rows[name], sheet, used)
