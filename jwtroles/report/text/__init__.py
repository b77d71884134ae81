"""A plan as a person reviews it: access by access, then who else is affected, then the verdict.

Each section takes the steps that its table of kinds picks and answers with blocks of rows; a row
carries the steps that it stands for. What no row stands for is printed as it is, never lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.planner.describe import describe
from jwtroles.report.problems import visible
from jwtroles.report.text import (
    footer,
    header,
    keys,
    objects,
    own,
    predicates,
    roles,
    tables,
    tokens,
    views,
)
from jwtroles.report.text.layout import (
    MAX_WIDTH,
    MIN_WIDTH,
    SIGNS,
    Block,
    Columns,
    Page,
    Row,
)
from jwtroles.report.text.sheet import Section, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jwtroles.planner.model import Plan, Step
    from jwtroles.spec.model import Spec

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


def render_plan(
    plan: Plan, spec: Spec, *, color: bool, width: int, verbose: bool, applying: bool = False
) -> str:
    """Return a plan as text, without a line end; the same plan gives the same text.

    `applying` leaves out what to do next, because it is being done.
    """
    sheet = Sheet(plan, spec, verbose, applying)
    page = Page(max(min(width, MAX_WIDTH), MIN_WIDTH), color)
    if plan.empty:
        return "\n".join(_in_sync(sheet, page))
    told = told_by_section(sheet)
    parts = [list(header.lines(sheet, page)), *_sections(sheet, page, told)]
    parts.append(list(footer.lines(sheet, page)))
    return "\n\n".join("\n".join(part) for part in parts if part)


_NOTHING_LEFT = {
    "release": "Nothing here is managed as this project.",
    "uninstall": "Nothing here was made for this project.",
}
"""What an empty plan means to the commands that leave a database."""


def _in_sync(sheet: Sheet, page: Page) -> Iterator[str]:
    said = _NOTHING_LEFT.get(sheet.plan.command, "In sync.")
    yield from page.paragraph(f"{header.target(sheet)}    {said}")
    if sheet.plan.kept:
        yield ""
        yield from footer.kept(sheet, page)
    seen = [one for one in sheet.plan.remarks if sheet.verbose or one.place is None]
    if seen:
        yield ""
        yield from footer.remarks(sheet, page, seen)


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


def _sections(
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


__all__ = ["SECTIONS", "render_plan", "told_by_section"]
