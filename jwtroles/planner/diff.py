"""The difference of two catalogs: one loop over kinds, set differences by key."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from jwtroles.catalog import Catalog
from jwtroles.kinds import KINDS
from jwtroles.kinds.base import ANY, Change


def diff(current: Catalog, desired: Catalog) -> tuple[Change[Any], ...]:
    """Return what must change for `current` to become `desired`, in the order of kinds."""
    return tuple(_changes(current, desired))


def _changes(current: Catalog, desired: Catalog) -> Iterator[Change[Any]]:
    gone: set[tuple[str, Hashable]] = set()
    for kind in KINDS:
        before = {
            key: item
            for key, item in current[kind.name].items()
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
    return f"{key:08}" if isinstance(key, int) else str(key)
