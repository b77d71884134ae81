"""Where a floor does not hold: tables that have its columns, and roles that it does not bind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.kinds.policy import gives_beside
from jwtroles.names import PUBLIC, QName
from jwtroles.planner.past_floors import not_bound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.decompile.found import Found
    from jwtroles.decompile.standing import FloorOfOthers

NAMED = 5
"""How many partitions are named."""


def missed(floor: FloorOfOthers, name: str, found: Found) -> Iterator[str]:
    """Say which tables have a floor's columns and are not under it, and whom it does not bind.

    Args:
        floor: the floor.
        name: what the file calls it; '' for the only one.
        found: the database. Tables on which no role of the file and not PUBLIC has a right are
            left out.
    """
    the_floor = f"the floor {name}".rstrip()
    ours = {*found.roles, PUBLIC}
    relations = found.structure.relations
    schemas = {name.schema for name in floor.tables}
    parts: dict[QName | None, list[QName]] = {}
    for table, relation in sorted(relations.items()):
        like = table.schema in schemas and relation.kind in ("r", "p") and bool(floor.columns)
        held = bool(found.holders(table) & ours) and table not in floor.tables
        if like and held and all(relation.column(one) for one in floor.columns):
            root = _root(table, found)
            parts.setdefault(root if root in floor.tables else None, []).append(table)
    for table in parts.pop(None, ()):
        holders = ", ".join(sorted(found.holders(table) & ours))
        has = f"{table} has {' and '.join(floor.columns)} and is not under {the_floor}"
        yield f"{has}: {_why(floor, table, found)} (rights: {holders})"
    for parent, names in parts.items():
        holders = ", ".join(sorted({one for part in names for one in found.holders(part) & ours}))
        listed = ", ".join(map(str, names[:NAMED])) + ", …" * (len(names) > NAMED)
        some = "a partition" if len(names) == 1 else f"{len(names)} partitions"
        verb = "is" if len(names) == 1 else "are"
        yield f"{some} of {parent} {verb} not under {the_floor}: {listed} (rights: {holders})"
    yield from not_bound(found.structure, sorted(floor.tables), found.roles)


def _root(table: QName, found: Found) -> QName:
    parent = found.structure.relations[table].parent
    inside = parent is not None and parent in found.structure.relations
    return _root(parent, found) if parent is not None and inside else table


def _why(floor: FloorOfOthers, table: QName, found: Found) -> str:
    """Say why a floor does not stand on a table."""
    one = floor.policies[0]
    here = found.policies_on(table)
    same = [
        p for p in here if (p.using, p.permissive, p.command) == (one.using, one.permissive, "all")
    ]
    if not same:
        return "no policy of that condition is there"
    if table not in found.secured:
        return "its row security is off"
    past = sorted(other.name for other in here if gives_beside(same[0], other))
    return f"policy {past[0]} gives rows past it" if past else "its policy there is another one"
