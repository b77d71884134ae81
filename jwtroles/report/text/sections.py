"""The sections of a plan that changes something, and which change is told in which.

What no section tells is printed as it is, never lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.planner.describe import describe
from jwtroles.report.problems import visible
from jwtroles.report.text import keys, objects, own, predicates, roles, tables, tokens, views
from jwtroles.report.text.layout import SIGNS, Block, Columns, Page, Row
from jwtroles.report.text.sheet import Section, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jwtroles.planner.model import Step

SECTIONS: tuple[Section, ...] = (
    keys.SECTION,
    tokens.SECTION,
    roles.SECTION,
    tables.SECTION,
    views.SECTION,
    views.LOOKUPS,
    objects.SECTION,
    own.SECTION,
)
"""The sections in the order in which they are printed."""

_PICKING: tuple[Section, ...] = (
    keys.SECTION,
    own.SECTION,
    views.LOOKUPS,
    views.SECTION,
    tokens.SECTION,
    roles.SECTION,
    tables.SECTION,
    objects.SECTION,
)
"""The same in the order in which they pick: the more special one first."""


def told_by_section(sheet: Sheet) -> list[tuple[Section | None, list[Block]]]:
    """Return the blocks of each section; behind them what no block stands for."""
    picked: dict[int, list[Step]] = {id(section): [] for section in SECTIONS}
    for step in sheet.plan.steps:
        for section in _PICKING:
            pick = section.picks.get(step.change.kind)
            if pick is not None and pick(step.change, sheet):
                picked[id(section)].append(step)
                break
    found: list[tuple[Section | None, list[Block]]] = [
        (section, section.blocks(sheet, picked[id(section)])) for section in SECTIONS
    ]
    told = {id(step) for _, blocks in found for block in blocks for step in block.told}
    left = [step for step in sheet.plan.steps if id(step) not in told]
    return [*found, (None, _left_over(sheet, left))]


def _left_over(sheet: Sheet, steps: Sequence[Step]) -> list[Block]:
    rows = [
        Row(SIGNS[s.change.verb], "", "", visible(describe(s.change)), sheet.edge([s]), steps=(s,))
        for s in steps
    ]
    return [Block("", tuple(rows))] if rows else []


def laid_out(
    sheet: Sheet, page: Page, told: Iterable[tuple[Section | None, list[Block]]]
) -> Iterator[list[str]]:
    """Give the lines of each section; sections of one group share their columns."""
    told = list(told)
    for section, blocks in told:
        if not blocks:
            continue
        group = section.group if section else ""
        shared = [b for s, found in told if s and group and s.group == group for b in found]
        columns = Columns.of(shared or blocks, page.width)
        gap = section.gap if section else 2
        parts = [list(page.block(block, columns, gap=gap)) for block in blocks]
        title = section.title if section else "Other changes"
        if title:
            first = [*page.title(title), *parts[0]]
            parts = [first, *parts[1:]]
        yield from parts
    explained = predicates.blocks(sheet, sheet.plan.steps)
    for block in explained:
        yield list(page.block(block, Columns.of(explained, page.width)))
