"""What roles without a token, and privileges without a policy, need of the database."""

from __future__ import annotations

from collections.abc import Iterable

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import Granted, Names
from jwtroles.compiler.floors import FloorOn
from jwtroles.errors import Collector
from jwtroles.spec.model import Spec, Word
from jwtroles.versions import MAINTAIN


def check_floored_views(
    spec: Spec,
    names: Names,
    granted: Iterable[Granted],
    floored: Iterable[FloorOn],
    problems: Collector,
) -> None:
    """Refuse a view or query for a role without a token where its rows need one (JR350).

    The role that owns it stands under the floor, and without a token the floor lets nothing pass;
    with `verify: database` it stands under the gate on every table.
    """
    closed = {floor.table for floor in floored if floor.bound.claims or floor.bound.lookups}
    gated = spec.tokens.verify == "database"
    read = [(one.role, one.table) for one in granted if gated or one.table in closed]
    for owner, name, grantees in _granted(spec):
        tables = sorted(table for role, table in read if role == owner)
        for grantee in grantees:
            role = spec.roles.get(grantee)
            if tables and role is not None and not role.token:
                what = "asks for one" if gated else "stands under a floor that needs one"
                problems.add(
                    codes.FLOOR_WITHOUT_TOKEN,
                    f"{names(grantee)} would see no row through {name}: it has no token, and "
                    f"{tables[0]} {what}",
                    grantee.place,
                    remedy="grant it the table itself; a role without a token is under no floor",
                )


def _granted(spec: Spec) -> Iterable[tuple[str, Word, Iterable[Word]]]:
    for view in spec.views.values():
        yield spec.view_role(view.name), view.name, view.grant
    for query in spec.queries.values():
        yield spec.query_role(query.name), query.name, query.grant


def check_maintain(granted: Iterable[Granted], structure: Structure, problems: Collector) -> None:
    """Refuse MAINTAIN where the server does not have it (JR351)."""
    server = structure.server
    if server.version >= MAINTAIN:
        return
    told: set[object] = set()
    for one in granted:
        if one.command == "maintain" and one.access.place not in told:
            told.add(one.access.place)
            problems.add(
                codes.NO_MAINTAIN,
                f"the server is PostgreSQL {server.label}, and `maintain` exists since 17",
                one.access.place,
                remedy="take it out; before 17 only the owner may VACUUM, ANALYZE and REINDEX",
            )
