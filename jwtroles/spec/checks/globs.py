"""Globs of table names: which of them could match one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jwtroles.names import GLOB, QName, is_glob, parse_qname, texts_overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.spec.model import Word


class _Glob(NamedTuple):
    """A glob, and its ends.

    Of the whole, schema and name: what stands before its first star, and after its last one
    backwards.
    """

    ends: tuple[str, str]
    name: QName
    number: int
    word: Word


def overlaps(names: Iterable[Word]) -> Iterator[tuple[Word, Word]]:
    """Give the pairs of globs among `names` that some table could match both of."""
    globs = [
        _Glob(_ends(name), name, number, word)
        for number, word in enumerate(names)
        if is_glob(word) and (name := parse_qname(word)) is not None
    ]
    for one, other in _neighbours(globs):
        if texts_overlap(one.name.schema, other.name.schema) and texts_overlap(
            one.name.name, other.name.name
        ):
            first, second = sorted((one, other), key=lambda glob: glob.number)
            yield first.word, second.word


def _ends(name: QName) -> tuple[str, str]:
    whole = f"{name.schema}\0{name.name}"
    return whole.partition(GLOB)[0], whole.rpartition(GLOB)[2][::-1]


def _neighbours(globs: list[_Glob]) -> Iterator[tuple[_Glob, _Glob]]:
    """Give the pairs that meet at one of their ends: at the one that tells more globs apart."""
    side = max((0, 1), key=lambda side: len({glob.ends[side] for glob in globs}))
    ordered = sorted(globs, key=lambda glob: glob.ends[side])
    for index, one in enumerate(ordered):
        for following in range(index + 1, len(ordered)):
            if not ordered[following].ends[side].startswith(one.ends[side]):
                break
            yield one, ordered[following]
