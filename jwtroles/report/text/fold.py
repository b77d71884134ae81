"""The same change on many tables is told once: one line with the glob and the count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles.report.problems import visible
from jwtroles.report.text.layout import Block, Detail, Row
from jwtroles.report.text.sheet import Sheet, counted, table_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jwtroles.names import QName

MANY = 6
"""What is the same on more tables than this is one line for all of them."""

NAMES, FEW = 12, 3
"""Of more table names than this, a few are named, and all of them on request."""

TITLE = "Many tables at once"

Named = tuple["QName", Block]


def fold(blocks: Sequence[Named], sheet: Sheet) -> list[Block]:
    """Return a block with what many tables share, then the tables with what is left of theirs."""
    tables: dict[Row, dict[QName, list[Row]]] = {}
    for name, block in blocks:
        for row in (*_title(block), *block.rows):
            tables.setdefault(row, {}).setdefault(name, []).append(row)
    shared = {row: found for row, found in tables.items() if len(found) > MANY}
    if not shared:
        return [block for _, block in blocks]
    first = Block(TITLE, tuple(_line(row, found, sheet) for row, found in shared.items()))
    left = (_without(block, shared.keys()) for _, block in blocks)
    return [first, *(block for block in left if block.rows or block.steps)]


def _title(block: Block) -> tuple[Row, ...]:
    """Return what the title of a block tells as a line of its own."""
    return (Row("~", "", "", block.right, steps=block.steps),) if block.steps else ()


def _without(block: Block, shared: Collection[Row]) -> Block:
    rows = tuple(row for row in block.rows if row not in shared)
    if _title(block) and _title(block)[0] in shared:
        return replace(block, rows=rows, right="", steps=())
    return replace(block, rows=rows)


def _line(row: Row, found: dict[QName, list[Row]], sheet: Sheet) -> Row:
    names = [table_name(name) for name in found]
    brief = len(names) > NAMES and not sheet.verbose
    listed = ", ".join(names[:FEW] if brief else names)
    more = f" and {len(names) - FEW} more (--verbose lists them)" if brief else ""
    glob = f" of {_glob(row, sheet)}" if _glob(row, sheet) else ""
    on = Detail("on", f"{counted(len(names), 'table')}{glob}: {listed}{more}")
    steps = tuple(step for rows in found.values() for one in rows for step in one.steps)
    return replace(row, details=(*row.details, on), steps=steps)


def _glob(row: Row, sheet: Sheet) -> str:
    """Return the glob that a row came from: the file's access, or the floor's tables."""
    if row.right.glob:
        return row.right.glob
    for floor in sheet.spec.tenancy:
        if row.head.startswith("floor") and row.right.place == sheet.place(floor.rows.place):
            return visible(", ".join(floor.tables))
    return ""
