r"""Problems as a person reads them: what is wrong, where, with a caret, and what to do about it.

Everything that comes from a file, a database or a server is made visible character by character
before it is printed: a role may be called `\x1b[2J`, and the file may come from a stranger's pull
request. Secrets are covered (`report/secrets.py`).
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtroles.errors import SpecError
from jwtroles.passwords import covered
from jwtroles.report.secrets import covered_lines, covered_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jwtroles.errors import JwtrolesError, Place, Problem

MAX_WIDTH = 100
_MIN_WIDTH = 40
_GAP = "   "
QUOTED_ADDRESS = re.compile(r"(?<!\S)'(?:\w+://|\w+=)[^'\n]*'(?!\S)")
"""An address in the quotes of a shell, which no line of a page may end in."""
_JOINT = "\ue000"
"""Stands for a blank that stays: `visible` leaves none of it in a text."""
_BOLD, _RED, _BLUE, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[34m", "\x1b[0m"
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def render(error: JwtrolesError, *, color: bool, width: int) -> str:
    """Return all problems of `error` and its last line, without a line end.

    A detail may hold tabs: then the cells of all details of its problem stand in columns. A
    remedy may hold line ends.
    """
    form = _Form(color=color, width=max(min(width, MAX_WIDTH), _MIN_WIDTH))
    blocks = ["\n".join(form.problem(problem)) for problem in error.problems]
    footer = error.footer or _summary(error)
    text = "\n\n".join(blocks)
    if not footer:
        return text
    apart = "\n\n" if any(problem.place for problem in error.problems) else "\n"
    return text + (apart if blocks else "") + "\n".join(form.wrapped(footer, "", ""))


def _summary(error: JwtrolesError) -> str:
    """Return the last line for problems of a file: how many there are, and where to read more."""
    places = [problem.place for problem in error.problems if problem.place]
    if not isinstance(error, SpecError) or not places:
        return ""
    files = len({place.source.name for place in places})
    code = error.problems[0].code.id
    return (
        f"{_counted(files, 'file')}, {_counted(len(error.problems), 'error')}. "
        f"`jwtroles explain {code}` says more."
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def visible(text: str) -> str:
    """Return `text` on one line, with every character that cannot be seen as an escape."""
    return "".join(map(_visible, text))


def _joined(match: re.Match[str]) -> str:
    return match[0].replace(" ", _JOINT)


def _visible(char: str) -> str:
    if char == "\t":
        return " "
    if unicodedata.category(char) not in _HIDDEN_CATEGORIES:
        return char
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def _cells(text: str) -> int:
    """Return how many columns `text` takes in a terminal (Unicode annex 11)."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


@dataclass(slots=True)
class _Form:
    """The terminal form: its width and its colours."""

    color: bool
    width: int

    def problem(self, problem: Problem) -> Iterator[str]:
        """Give the lines of one problem."""
        problem = covered_problem(problem)
        head = f"error[{problem.code.id}]: "
        first, *rest = self.wrapped(problem.message, head, "  ")
        yield self.painted(head[:-2], _RED) + self.painted(first[len(head) - 2 :], _BOLD)
        yield from rest
        margin = "  "
        if problem.place is not None:
            margin = " " * (len(str(problem.place.line)) + 1)
            yield from self.excerpt(problem.place, problem.label, margin)
        elif problem.label:
            yield from self.wrapped(problem.label, _GAP, _GAP)
        for detail in _columns(problem.details):
            indent = _GAP + " " * (len(detail) - len(detail.lstrip(" ")))
            yield from self.wrapped(detail.lstrip(" "), indent, indent + "  ")
        for number, line in enumerate(problem.remedy.splitlines()):
            yield from self.remedy(line, margin, first=number == 0)

    def remedy(self, line: str, margin: str, *, first: bool) -> Iterator[str]:
        """Give one line of a remedy; the first one carries the sign `=`."""
        lead = margin + ("= " if first else "  ")
        head, *rest = self.wrapped(line, lead, margin + "  ")
        sign = self.painted("=", _BLUE) if first else " "
        yield margin + sign + head[len(margin) + 1 :]
        yield from rest

    def excerpt(self, place: Place, label: str, margin: str) -> Iterator[str]:
        """Give the line of the file that `place` is on, and the caret under it."""
        number = str(place.line)
        bar = self.painted("|", _BLUE)
        yield f"{' ' * len(number)}{self.painted('-->', _BLUE)} {visible(str(place))}"
        yield f"{margin}{bar}"
        before, marked, after = self.window(place, self.width - len(margin) - 2)
        yield f"{self.painted(number, _BLUE)} {bar} {before}{marked}{after}".rstrip()
        blank = " " * _cells(before)
        caret = "^" * max(_cells(marked), 1)
        label = visible(label)
        lead = f"{margin}{bar} {blank}{self.painted(caret, _RED)}"
        taken = len(margin) + 2 + len(blank) + len(caret) + 1
        if taken + _cells(label) <= self.width:
            yield f"{lead} {label}".rstrip()
            return
        yield lead
        for line in self.wrapped(label, f"{margin}| ", f"{margin}| "):
            yield f"{margin}{bar}{line[len(margin) + 1 :]}"

    def window(self, place: Place, room: int) -> tuple[str, str, str]:
        """Return what stands before, in and after `place` on its line, cut to `room` columns."""
        lines = covered_lines(place.source.text)
        line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        start, stop = place.column - 1, place.column - 1 + place.length
        # More characters than columns are never shown; a line may be megabytes long.
        first, last = max(start - room, 0), stop + room
        before, marked, after = map(
            visible, (line[first:start], line[start : min(stop, start + room)], line[stop:last])
        )
        if first == 0 and last >= len(line) and _cells(before + marked + after) <= room:
            return before, marked, after
        # The mark stays in sight, with a third of the room in front of it at least.
        marked = _cut(marked, room // 2, more=stop > start + room)
        space = max(room // 3, room - _cells(marked + after))
        before = _cut(before[::-1], space, more=first > 0)[::-1]
        return before, marked, _cut(after, room - _cells(before + marked), more=last < len(line))

    def wrapped(self, text: str, first: str, following: str) -> list[str]:
        """Return `text` as lines within the width, the first and the following ones indented."""
        lines = textwrap.wrap(
            QUOTED_ADDRESS.sub(_joined, visible(covered(text))),
            self.width,
            initial_indent=first,
            subsequent_indent=following,
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
        return [line.replace(_JOINT, " ") for line in lines] or [first.rstrip()]

    def painted(self, text: str, code: str) -> str:
        """Return `text` in a colour, if colours are wanted."""
        return f"{code}{text}{_PLAIN}" if self.color and text else text


def _cut(text: str, room: int, *, more: bool) -> str:
    """Return as much of `text` as `room` columns take, ending in `…` where there is `more`."""
    if not more and _cells(text) <= room:
        return text
    taken = 1
    for index, char in enumerate(text):
        taken += _cells(char)
        if taken > room:
            return text[:index] + "…"
    return text + "…"


def _columns(details: Sequence[str]) -> Iterable[str]:
    """Return details with their tab-separated cells in columns."""
    rows = [detail.split("\t") for detail in details]
    widths: dict[int, int] = {}
    for row in rows:
        for index, cell in enumerate(row[:-1]):
            widths[index] = max(widths.get(index, 0), _cells(visible(cell)))
    return [
        _GAP.join(
            [cell + " " * (widths[i] - _cells(visible(cell))) for i, cell in enumerate(row[:-1])]
            + row[-1:]
        )
        for row in rows
    ]
