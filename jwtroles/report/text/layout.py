"""Lines of a plan: a sign, columns, a text that wraps, and the place at the right edge.

Sections say what stands in a row; where it stands is decided here alone, from the width. Nothing
is ever cut off: what is too long goes on below. Colour repeats what a sign says.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING

from rich.cells import cell_len

from jwtroles.frozen import frozen
from jwtroles.report.problems import QUOTED_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jwtroles.planner.model import Step

MAX_WIDTH, MIN_WIDTH = 100, 40
SIGNS = {"add": "+", "alter": "~", "remove": "-"}
"""Verb of a change → its sign."""

_COLORS = {"+": "\x1b[32m", "-": "\x1b[31m", "~": "\x1b[33m", "!": "\x1b[33m"}
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_INDENT = 4
_EFFECT = 8
_NARROW = 20
_WORDS = re.compile(rf"(\s*)({QUOTED_ADDRESS.pattern}|(?:[-+] )?\S+)")
"""Words: a sign stays with what it is about, and an address in quotes is one."""
_FIELD = 8


@frozen
class Right:
    """What stands at the right edge: the effect, the glob that the file wrote, and the place."""

    effect: str = ""
    glob: str = ""
    place: str = ""

    def text(self, field_width: int) -> str:
        """Return it as one text; effects stand below each other, and so do places."""
        if not self.effect:
            return "   ".join(filter(None, (self.glob, self.place)))
        glob = f"  {self.glob}   " if self.glob else ""
        return self.effect.ljust(_EFFECT) + glob + self.place.rjust(field_width)


NOTHING = Right()


@frozen
class Detail:
    """A further line of a row: a label (`rows`, `was`), a text, and its own right edge."""

    label: str
    text: str
    right: Right = NOTHING


@frozen
class Row:
    """One line that a reviewer reads, and the steps of the plan that it stands for.

    Attributes:
        sign: `+`, `~`, `-`, or a blank where nothing changes.
        head: whose line it is: a role, an object.
        word: the second column: a command, a grantee.
        text: what; may hold line ends.
        details: the lines below it.
        steps: the changes told here; two rows that read the same are equal whatever these are.
    """

    sign: str
    head: str
    word: str = ""
    text: str = ""
    right: Right = NOTHING
    details: tuple[Detail, ...] = ()
    steps: tuple[Step, ...] = field(default=(), compare=False)


@frozen
class Block:
    """Rows below a title; `steps` are the changes that the title itself tells."""

    title: str
    rows: tuple[Row, ...] = ()
    right: str = ""
    steps: tuple[Step, ...] = field(default=(), compare=False)

    @property
    def told(self) -> Iterator[Step]:
        """Every step that this block stands for."""
        yield from self.steps
        for row in self.rows:
            yield from row.steps


@frozen
class Columns:
    """Widths of the head and the word column, shared by the blocks of a group."""

    head: int
    word: int

    @classmethod
    def of(cls, blocks: Iterable[Block], width: int) -> Columns:
        """Fit the columns to the rows; one long name does not push everything to the right."""
        rows = [row for block in blocks for row in block.rows]
        room = max(16, width * 2 // 5)
        heads, words = ([cell_len(text) for text in texts] for texts in _texts(rows))
        return cls(_fitting(heads, room), _fitting(words, room // 2))


def _texts(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    return [row.head for row in rows], [row.word for row in rows if row.word]


def _fitting(lengths: list[int], room: int) -> int:
    return max((length for length in lengths if length <= room), default=0)


@frozen
class Page:
    """The paper: how wide it is, whether it takes colour, how wide places are."""

    width: int
    color: bool = False
    field: int = _FIELD

    def block(self, block: Block, columns: Columns, *, gap: int = 2) -> Iterator[str]:
        """Give the lines of a block."""
        if block.title:
            yield from self.title(block.title, block.right)
        for row in block.rows:
            yield from self.row(row, columns, gap)

    def title(self, title: str, right: str = "") -> Iterator[str]:
        """Give a title, with a remark at the right edge."""
        lines = self.laid(title, "", right, "")
        first, *rest = lines
        yield self.painted(first[: len(title)], _BOLD) + first[len(title) :]
        yield from rest

    def row(self, row: Row, columns: Columns, gap: int = 2) -> Iterator[str]:
        """Give the lines of a row; a name that is too long for its column has a line of its own."""
        lead, start = " " * _INDENT, _INDENT + (columns.head + 2 if row.head or row.word else 0)
        hang = start + (columns.word + gap if row.word else 0)
        if start + columns.word > self.width * 2 // 3:
            start = hang = min(start, _INDENT + 4)
        lead = padded(lead + row.head, start) if start > _INDENT else lead
        lead = padded(lead + row.word, hang) if row.word else lead
        right = row.right.text(self.field)
        labelled = tuple(d for d in row.details if d.label)
        lines = self.laid(row.text, lead, right, " " * hang)
        for detail in row.details:
            label = padded(detail.label, _label_width(labelled)) if detail.label else ""
            under = " " * (hang + cell_len(label))
            lines += self.laid(
                detail.text, " " * hang + label, detail.right.text(self.field), under
            )
        first, *rest = lines
        sign = row.sign.strip()
        if sign:
            first = f"  {self.painted(sign, _COLORS.get(sign, ''))} {first[_INDENT:]}"
        yield first
        yield from rest

    def laid(self, text: str, lead: str, right: str, under: str) -> list[str]:
        """Lay out a text behind `lead`, further lines behind `under`, `right` at the right edge."""
        lines: list[str] = []
        taken = cell_len(right) + 2 if right else 0
        fits = "\n" not in text and cell_len(lead + text) + taken <= self.width
        if not fits and cell_len(under) < cell_len(lead) > self.width * 3 // 5:
            # A name takes more than its column: the text starts below it.
            deeper = " " * (_INDENT + 2)
            pieces = _cut(deeper + lead.strip(), self.width - len(deeper))
            lines = [lead[:_INDENT] + pieces[0].lstrip(), *(deeper + piece for piece in pieces[1:])]
            lead = under
        room = self.width - cell_len(under)
        first = self.width - cell_len(lead) - taken
        if right and first < min(_NARROW, cell_len(text)):
            first, below = self.width - cell_len(lead), right
        else:
            below = ""
        head, *rest = wrapped(text, first, room) or [""]
        edge = padded(lead + head, self.width - cell_len(right)) + right
        lines.append(edge if right and not below else lead + head)
        lines += [under + line for line in rest]
        if below:
            lines += [
                " " * (self.width - cell_len(line)) + line for line in _cut(below, self.width)
            ]
        return [line.rstrip() for line in lines]

    def paragraph(self, text: str, indent: str = "", under: str | None = None) -> list[str]:
        """Wrap a text behind `indent`, further lines behind `under`."""
        return self.laid(text, indent, "", indent if under is None else under)

    def painted(self, text: str, code: str) -> str:
        """Return `text` in a colour, if colours are wanted."""
        return f"{code}{text}{_PLAIN}" if self.color and code and text else text


def _label_width(details: Sequence[Detail]) -> int:
    return max((cell_len(detail.label) for detail in details), default=0) + 2


def padded(text: str, width: int) -> str:
    """Return `text` filled up to `width` cells, with two blanks at least where it is longer."""
    missing = width - cell_len(text)
    return text + " " * (missing if missing > 0 else 2)


def wrapped(text: str, first: int, room: int) -> list[str]:
    """Return `text` as lines of at most `first`, then `room` cells; only longer words are cut.

    Line ends in `text` stay line ends.
    """
    lines: list[str] = []
    width = first
    for paragraph in text.split("\n"):
        line = ""
        for blank, word in _WORDS.findall(paragraph):
            glue = blank if line else ""
            if line and cell_len(line + glue + word) > width:
                lines.append(line)
                width, line, glue = room, "", ""
            said = line + glue + word
            *full, last = [said] if QUOTED_ADDRESS.fullmatch(word) else _cut(said, width)
            if full:
                lines += full
                width = room
            line = last
        lines.append(line)
        width = room
    return lines


def _cut(text: str, width: int) -> list[str]:
    pieces = []
    width = max(width, 1)
    while cell_len(text) > width:
        length = width
        while length > 1 and cell_len(text[:length]) > width:
            length -= 1
        pieces.append(text[:length])
        text = text[length:]
    return [*pieces, text]
