"""Fits sections into a number of characters: by whole rows and sections, never in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jwtroles.frozen import frozen
from jwtroles.report.markdown.escape import code, folded

LIMIT = 65_536
"""How many characters GitHub takes in a comment."""

_GAP = "\n\n"


class Piece(Protocol):
    """A part of the comment: more of it fits the more room there is."""

    @property
    def weight(self) -> int:
        """How much it matters: the heaviest is given room first."""

    def within(self, room: int) -> str:
        """Return as much of it as `room` characters take; its least where that is not enough."""


@frozen
class Fixed:
    """A part that is always there."""

    text: str
    weight: int = 10

    def within(self, room: int) -> str:
        """Return all of it."""
        del room
        return self.text


@frozen
class Section:
    """A part that is there as a whole or not at all; then a line says so."""

    text: str
    lost: str
    weight: int

    def within(self, room: int) -> str:
        """Return the text, or the line in its place."""
        return self.text if len(self.text) <= room else self.lost


@frozen
class Table:
    """A table whose rows may be left out; how many is said, and what shows them.

    Attributes:
        titles: of the columns.
        rows: cells, escaped.
        noun: what rows are about (`changes of access`).
        command: what shows all of it.
        summary: where there is one, the table is folded below it.
        legend: what stands below the table.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    noun: str
    command: str
    summary: str = ""
    legend: str = ""
    weight: int = 5

    def within(self, room: int) -> str:
        """Return the table with the rows that there is room for, in their order."""
        lines = [_row(cells) for cells in self.rows]
        whole = self._text(lines, 0)
        if len(whole) <= room:
            return whole
        spare = room - len(self._text([""], len(lines)))
        kept = []
        for line in lines:
            if len(line) + 1 <= spare:
                kept.append(line)
                spare -= len(line) + 1
        return self._text(kept, len(lines) - len(kept))

    def _text(self, lines: Sequence[str], left_out: int) -> str:
        head = [_row(self.titles), "|" + "---|" * len(self.titles)]
        parts = ["\n".join([*head, *lines])] if lines else []
        if left_out:
            more = "more " if lines else ""
            parts.append(f"{left_out} {more}{self.noun} are left out here: {code(self.command)}")
        parts += [self.legend] if self.legend and lines else []
        body = _GAP.join(parts)
        return folded(self.summary, body) if self.summary else body


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def fitted(parts: Sequence[Piece], limit: int) -> str:
    """Return the parts in their order within `limit` characters; the heavier ones lose less."""
    texts = [part.within(0) for part in parts]
    spare = limit - sum(map(len, texts)) - len(_GAP) * max(len(parts) - 1, 0)
    order = sorted(range(len(parts)), key=lambda number: -parts[number].weight)
    for number in order:
        least = len(texts[number])
        texts[number] = parts[number].within(least + max(spare, 0))
        spare -= len(texts[number]) - least
    return _GAP.join(texts)
