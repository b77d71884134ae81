"""The same change on many tables is told once: with the glob that the user wrote, and a count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles.names import QName
from jwtroles.report.problems import visible
from jwtroles.report.text.layout import Block, Row
from jwtroles.report.text.sheet import Sheet, counted, table_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MANY_BLOCKS = 3
"""More tables than this with nothing but the same changes are one block."""

MANY_LINES = 6
"""More tables than this with the same line among others have it in one place."""

MANY_NAMES = 12
"""More table names than this are listed on request."""

Named = tuple[QName, Block]


def fold(blocks: Sequence[Named], sheet: Sheet) -> list[Block]:
    """Return blocks with what many tables share told once, before the first of these tables."""
    whole = _alike_blocks(blocks, sheet)
    folded = {name for names, _ in whole for name in names}
    rest = [(name, block) for name, block in blocks if name not in folded]
    lines, left = _alike_lines(rest, sheet)
    single = [((name,), block) for name, block in left]
    order = sorted([*whole, *lines, *single], key=lambda one: (one[0][0], -len(one[0])))
    return [block for _, block in order]


Folded = tuple[tuple[QName, ...], Block]


def _alike_blocks(blocks: Sequence[Named], sheet: Sheet) -> list[Folded]:
    groups: dict[tuple[str, tuple[Row, ...]], list[Named]] = {}
    for name, block in blocks:
        groups.setdefault((block.right, block.rows), []).append((name, block))
    return [
        (_names(group), _one(group, [row for _, b in group for row in b.rows], sheet))
        for group in groups.values()
        if len(group) > MANY_BLOCKS
    ]


def _alike_lines(blocks: Sequence[Named], sheet: Sheet) -> tuple[list[Folded], list[Named]]:
    """Take lines, and titles, that many tables share out of their blocks."""
    rows: dict[Row, list[QName]] = {}
    titles: dict[str, list[QName]] = {}
    for name, block in blocks:
        for row in block.rows:
            rows.setdefault(row, []).append(name)
        if block.steps:
            titles.setdefault(block.right, []).append(name)
    shared = {row: tuple(names) for row, names in rows.items() if len(set(names)) > MANY_LINES}
    heads = {right: tuple(names) for right, names in titles.items() if len(names) > MANY_LINES}
    found: list[Folded] = []
    for names in dict.fromkeys([*heads.values(), *shared.values()]):
        group, members = [], set(names)
        for name, block in blocks:
            if name in members:
                taken = tuple(row for row in block.rows if shared.get(row) == names)
                head = heads.get(block.right) == names and bool(block.steps)
                right, steps = (block.right, block.steps) if head else ("", ())
                group.append((name, Block(block.title, taken, right, steps)))
        found.append((names, _one(group, [row for _, b in group for row in b.rows], sheet)))
    left = []
    for name, block in blocks:
        kept = tuple(row for row in block.rows if row not in shared)
        head = bool(block.steps) and block.right in heads
        if kept or (block.steps and not head):
            right, steps = ("", ()) if head else (block.right, block.steps)
            left.append((name, replace(block, rows=kept, right=right, steps=steps)))
    return found, left


def _names(group: Iterable[Named]) -> tuple[QName, ...]:
    return tuple(name for name, _ in group)


def _one(group: Sequence[Named], rows: Iterable[Row], sheet: Sheet) -> Block:
    """Return one block for several tables with the same rows, which stands for all their steps."""
    merged: dict[Row, Row] = {}
    for row in rows:
        known = merged.get(row)
        merged[row] = row if known is None else replace(known, steps=(*known.steps, *row.steps))
    globs = {_glob(row, sheet) for row in merged}
    number = counted(len(group), "table")
    title = f"{globs.pop()}, {number}" if len(globs) == 1 and all(globs) else number
    names = [table_name(name) for name, _ in group]
    more = len(names) - MANY_NAMES
    listed = ", ".join(names if sheet.verbose or more <= 0 else names[:MANY_NAMES])
    if more > 0 and not sheet.verbose:
        listed += f" and {more} more (--verbose lists them)"
    on = Row("", "on", "", listed)
    steps = tuple(step for _, block in group for step in block.steps)
    return Block(title, (on, *merged.values()), group[0][1].right, steps)


def _glob(row: Row, sheet: Sheet) -> str:
    """Return the glob that a row came from: the file's access, or the floor's tables."""
    if row.right.glob:
        return row.right.glob
    for floor in sheet.spec.tenancy:
        if row.head.startswith("floor") and row.right.place == sheet.place(floor.rows.place):
            return visible(", ".join(floor.tables))
    return ""
