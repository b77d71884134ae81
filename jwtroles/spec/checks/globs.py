"""Globs of table names: which of them could match one table."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from jwtroles.names import is_glob, parse_qname

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.spec.model import Word


class _Glob(NamedTuple):
    """A glob: what stands before its first star and after its last one, the latter backwards."""

    ends: tuple[str, str]
    number: int
    word: Word


def overlaps(names: Iterable[Word]) -> Iterator[tuple[Word, Word]]:
    """Give the pairs of globs among `names` that some table could match both of.

    What stands between the first and the last star of one glob fits into a star of the other. So
    only the ends decide: one beginning has to begin with the other, and so for what stands last.
    """
    schemas: dict[str, list[_Glob]] = defaultdict(list)
    for number, word in enumerate(names):
        name = parse_qname(word)
        if name is not None and is_glob(word):
            ends = name.name.partition("*")[0], name.name.rpartition("*")[2][::-1]
            schemas[name.schema].append(_Glob(ends, number, word))
    for globs in schemas.values():
        for one, other in _neighbours(globs):
            if all(map(_meet, one.ends, other.ends)):
                first, second = sorted((one, other), key=lambda glob: glob.number)
                yield first.word, second.word


def _neighbours(globs: list[_Glob]) -> Iterator[tuple[_Glob, _Glob]]:
    """Give the pairs that meet at one of their ends: at the one that tells more globs apart."""
    side = max((0, 1), key=lambda side: len({glob.ends[side] for glob in globs}))
    ordered = sorted(globs, key=lambda glob: glob.ends[side])
    for index, one in enumerate(ordered):
        for following in range(index + 1, len(ordered)):
            if not ordered[following].ends[side].startswith(one.ends[side]):
                break
            yield one, ordered[following]


def _meet(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
