"""A text of the file that knows where it stands."""

from __future__ import annotations

from functools import lru_cache

from jwtroles.errors import Place


class Word(str):
    """A text of the file that knows where it stands; equal to the plain string it is."""

    __slots__ = ("place",)
    place: Place | None

    def __new__(cls, text: str, place: Place | None = None) -> Word:
        """Make `text` a word that stands at `place` (the first character of its content)."""
        word = super().__new__(cls, text)
        word.place = place
        return word

    def at(self, offset: int, length: int) -> Place | None:
        """Return the place of `length` characters at `offset` of this text.

        In a folded or escaped scalar, offsets of the value and of the file differ; then the
        fragment is looked for from the scalar's start on, and the scalar's own place is the
        answer where it is not found.
        """
        if self.place is None:
            return None
        source, line, column = self.place.source, self.place.line, self.place.column
        fragment = self[offset : offset + length]
        lines = _lines(source.text)
        first = lines[line - 1] if line <= len(lines) else ""
        if first.startswith(fragment, column - 1 + offset):
            return Place(source, line, column + offset, max(length, 1))
        for number in range(line, len(lines) + 1):
            start = lines[number - 1].find(fragment, column - 1 if number == line else 0)
            if fragment and start >= 0:
                return Place(source, number, start + 1, len(fragment))
        return self.place


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[str, ...]:
    """Return the lines of a file; each of its words may ask."""
    return tuple(text.splitlines())
