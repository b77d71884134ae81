"""What the file does not say and keeps: changes that are set aside, each with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.compiler.access import Names
from jwtroles.errors import CompileError, Problem
from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME
from jwtroles.names import parse_signature
from jwtroles.objects import SECTIONS
from jwtroles.planner.describe import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.catalog import Structure
    from jwtroles.errors import Place
    from jwtroles.kinds.base import Change
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.spec.stated_model import Keep

_ATTRIBUTE = "attribute"

_ROLES = frozenset({"to", "of", "role", "membership"})
"""Keys of an entry whose words are roles, and may be called otherwise in an environment."""


@frozen
class Entry:
    """An entry of `keep` by the names of its environment and of the catalog."""

    words: Mapping[str, str]
    reason: str
    place: Place | None

    def finds(self, change: Change[Any]) -> bool:
        """Tell whether the object of a change is what the entry is about."""
        kind = BY_NAME[change.kind]
        words = {key: word for key, word in self.words.items() if key != _ATTRIBUTE}
        named = self.attribute is None or self.attribute in kind.attributes
        there = change.before is not None and named
        return there and words.items() <= kind.called(change.subject).items()

    @property
    def attribute(self) -> str | None:
        """The part of the object that it is about; None for all of it."""
        return self.words.get(_ATTRIBUTE)

    def left(self, change: Change[Any]) -> Change[Any] | None:
        """Return the part of a change that still happens, or None."""
        kind = BY_NAME[change.kind]
        if self.attribute is not None:
            return kind.sparing(change, self.attribute)
        return kind.additive(change)


def entries(spec: Spec, environment: Environment | None, structure: Structure) -> tuple[Entry, ...]:
    """Return what the file keeps.

    Raises:
        CompileError: JR364 for each entry whose time is over.
    """
    today = datetime.now(UTC).date()
    over = tuple(_over(one) for one in spec.keep if one.until is not None and one.until < today)
    if over:
        raise CompileError(*over, footer="Nothing was planned.")
    names = Names.of(environment)
    return tuple(_entry(one, names, structure) for one in spec.keep)


def _entry(keep: Keep, names: Names, structure: Structure) -> Entry:
    words = {key: names(word) if key in _ROLES else str(word) for key, word in keep.words.items()}
    if "grant" in words and parse_signature(words["grant"]):
        found = SECTIONS["functions"].find(words["grant"], structure)
        words["grant"] = str(found) if found else words["grant"]
    until = f" (until {keep.until})" if keep.until else ""
    return Entry(words, f"{keep.reason}{until}", keep.place)


def _over(keep: Keep) -> Problem:
    return Problem(
        codes.KEPT_TOO_LONG,
        f"this was to be kept until {keep.until}: {keep.reason}",
        keep.place,
        remedy="take the entry out, and the plan says what goes; or give it more time",
    )


def set_aside(
    changes: Iterable[Change[Any]], kept: tuple[Entry, ...]
) -> tuple[tuple[Change[Any], ...], tuple[Problem, ...]]:
    """Split changes into those that stay and a note for each that an entry keeps from happening.

    Of what is altered, the part that takes nothing away still happens.
    """
    left: list[Change[Any]] = []
    notes: list[Problem] = []
    for change in changes:
        part: Change[Any] | None = change
        for entry in kept:
            if part is None or not entry.finds(part):
                continue
            rest = entry.left(part)
            if rest != part:
                what = describe(replace(part, after=None))
                notes.append(Problem(codes.KEPT, f"{what}: {entry.reason}", entry.place))
            part = rest
        if part is not None:
            left.append(part)
    return tuple(left), tuple(notes)


def without_object(kept: tuple[Entry, ...], notes: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return a remark for each entry that kept nothing."""
    used = {note.place for note in notes}
    return tuple(
        Problem(
            codes.KEEPS_NOTHING,
            f"nothing is called {_called(one)}: the entry of `keep`{_line(one)} keeps nothing",
            remedy="take it out",
        )
        for one in kept
        if one.place not in used
    )


def _called(entry: Entry) -> str:
    return ", ".join(f"{key} {word}" for key, word in entry.words.items())


def _line(entry: Entry) -> str:
    return f" on line {entry.place.line}" if entry.place else ""
