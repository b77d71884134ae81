"""The difference of two catalogs: one loop over kinds, set differences by key."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from jwtroles.catalog import Catalog
from jwtroles.kinds import KINDS
from jwtroles.kinds.base import ANY, Change
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.renames import NO_RENAMES, Renames


def diff(
    current: Catalog, desired: Catalog, renames: Renames = NO_RENAMES
) -> tuple[Change[Any], ...]:
    """Return what must change for `current` to become `desired`, in the order of kinds.

    What exists under an old name is compared with what the file calls by the new one.
    """
    return tuple(_changes(current, desired, renames))


def _renamed(items: Iterable[Any], kind: Kind[Any], renames: Renames) -> Iterator[tuple[Any, Any]]:
    """Yield each object with the key that it will have."""
    for item in items:
        followed = kind.follow(item, renames)
        yield (kind.named(followed, renames) if kind.named else kind.key(followed)), followed


def _changes(current: Catalog, desired: Catalog, renames: Renames) -> Iterator[Change[Any]]:
    gone: set[tuple[str, Hashable]] = set()
    for kind in KINDS:
        before = {
            key: item
            for key, item in _renamed(current[kind.name].values(), kind, renames)
            if (kind.name, key) not in gone and (kind.name, ANY) not in gone
        }
        after = desired[kind.name]
        for key in sorted(before.keys() | after.keys(), key=_order):
            if before.get(key) == after.get(key):
                continue
            for change in kind.split(kind.name, key, before.get(key), after.get(key)):
                gone.update(kind.dies_with(change))
                yield change


def _order(key: Hashable) -> str:
    return f"{key:08}" if isinstance(key, int) else f"{key}\0{key!r}"
