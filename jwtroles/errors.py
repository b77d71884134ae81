"""Everything that can go wrong, in one shape: code, message, place, remedy.

A stage that finds problems collects all of them and raises once. Nothing here prints; the
terminal form is made in :mod:`jwtroles.report.problems`. Codes are listed in
:mod:`jwtroles.codes`, a family of hundreds per stage.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn

from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.codes import Code


class Exit(IntEnum):
    """Exit codes of the command line; the same for every output format."""

    DONE = 0
    ERROR = 1
    DIFFERENT = 2
    REFUSED = 3
    FAILED = 4
    INTERRUPTED = 130


@frozen
class Source:
    """A text that positions point into: a specification file, kept to print excerpts."""

    name: str
    text: str = field(repr=False)

    def line(self, number: int) -> str:
        """Return line `number`, counted from 1, without its line end ('' past the end)."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


@frozen
class Place:
    """Where in a source something stands: line and column counted from 1, length in characters."""

    source: Source
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"

    @property
    def position(self) -> Position:
        """The place as programs read it."""
        return Position(self.source.name, self.line, self.column, self.length)


@frozen
class Position:
    """Where in the specification something stands; line and column are counted from 1."""

    file: str
    line: int
    column: int
    length: int


@frozen
class Problem:
    """One thing that is wrong.

    Attributes:
        code: the stable code, which `jwtroles explain` and docs/errors.md describe.
        message: what is wrong, in one line, without code and place.
        place: where in the specification, if it is there.
        label: a short remark that stands beside the caret ("did you mean `unpaid`?").
        details: further lines: one for each object or statement concerned.
        remedy: what to do about it.
    """

    code: Code
    message: str
    place: Place | None = None
    label: str = ""
    details: tuple[str, ...] = ()
    remedy: str = ""

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        return f"[{self.code.id}] {self.message}{where}"


class JwtrolesError(Exception):
    """Base of every error that jwtroles raises on purpose; carries all the problems found."""

    exit_code: Exit = Exit.ERROR

    def __init__(self, *problems: Problem, footer: str = "") -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
        self.footer = footer


class UsageError(JwtrolesError):
    """The command line asks for something that does not exist (JR0xx)."""


class ServerError(JwtrolesError):
    """A server cannot be reached, or an embedded one cannot be started (JR0xx)."""


class SpecError(JwtrolesError):
    """The file is wrong by itself (JR1xx: form, JR2xx: meaning)."""


class CompileError(JwtrolesError):
    """The file does not fit the database (JR3xx)."""


class ApplyError(JwtrolesError):
    """A plan could not be applied; nothing was changed (JR6xx)."""


class Refused(JwtrolesError):  # noqa: N818 - a refusal is the answer, not a fault
    """jwtroles will not do this.

    A right or an allowance is missing, or the proof failed (JR6xx).
    """

    exit_code = Exit.REFUSED


@dataclass(slots=True)
class Collector:
    """Collects the problems of one stage, so that all of them are told in one run."""

    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        code: Code,
        message: str,
        place: Place | None = None,
        *,
        label: str = "",
        details: Iterable[str] = (),
        remedy: str = "",
    ) -> None:
        """Note one problem; the same problem at the same place is kept once."""
        problem = Problem(code, message, place, label, tuple(details), remedy)
        if problem not in self.problems:
            self.problems.append(problem)

    def raise_if_any(self, error: type[JwtrolesError], footer: str = "") -> None:
        """Raise `error` with everything collected, ordered by place, or do nothing."""
        if self.problems:
            self.fail(error, footer)

    def fail(self, error: type[JwtrolesError], footer: str = "") -> NoReturn:
        """Raise `error` with everything collected, ordered by place."""
        raise error(*sorted(self.problems, key=_by_place), footer=footer)


def _by_place(problem: Problem) -> tuple[str, int, int]:
    place = problem.place
    return (place.source.name, place.line, place.column) if place else ("", 0, 0)
