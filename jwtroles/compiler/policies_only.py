"""Tables of somebody else's of which only the policies are the file's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jwtroles import codes

if TYPE_CHECKING:
    from jwtroles.catalog import Structure
    from jwtroles.compiler.access import Granted
    from jwtroles.compiler.floors import FloorOn
    from jwtroles.errors import Collector, Place
    from jwtroles.names import QName


def check_policies_only(
    granted: Iterable[Granted],
    floored: Iterable[FloorOn],
    structure: Structure,
    problems: Collector,
) -> None:
    """Refuse what policies alone cannot do there: grant columns, and bind without row security."""
    told: set[QName] = set()
    for one in granted:
        if structure.relations[one.table].policies_only:
            if one.access.columns is not None:
                problems.add(
                    codes.ONLY_POLICIES,
                    f"{one.table} stands under policies_only: its columns are not granted here",
                    one.access.columns[0].place or one.access.place,
                    remedy="write `all` or `{rows: …}`, and let the owner grant the columns",
                )
            must_be_on(one.table, one.access.place, told, structure, problems)
    for floor in floored:
        if structure.relations[floor.table].policies_only:
            must_be_on(floor.table, floor.origin.place, told, structure, problems)


def must_be_on(
    table: QName,
    place: Place | None,
    told: set[QName],
    structure: Structure,
    problems: Collector,
) -> None:
    """Refuse a policy on a table of somebody else's whose row security is off."""
    relation = structure.relations[table]
    if relation.secured or relation.kind not in ("r", "p") or table in told:
        return
    told.add(table)
    problems.add(
        codes.SECURITY_OFF,
        f"row security of {table} is off: a policy there would do nothing",
        place,
        remedy=f"let its owner {relation.owner} turn it on:  "
        f"ALTER TABLE {table.sql} ENABLE ROW LEVEL SECURITY;",
    )
