"""What policies look at in other tables: can the role read it, and does it end?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jwtroles import codes
from jwtroles.compiler.access import Granted
from jwtroles.compiler.policies import RowSecurity
from jwtroles.compiler.rights import Inheritance
from jwtroles.errors import Collector
from jwtroles.kinds.base import Origin
from jwtroles.names import QName


def check_reach(
    security: RowSecurity,
    granted: tuple[Granted, ...],
    inheritance: Inheritance,
    problems: Collector,
) -> None:
    """Refuse policies that would fail for lack of SELECT in the table they look into (JR318)."""
    selects: dict[QName, list[Granted]] = {}
    for one in granted:
        if one.command == "select":
            selects.setdefault(one.table, []).append(one)
    for one in granted:
        reads = security.reads.get((one.table, one.role), ()) if one.access.governed else ()
        for command, bound, origin in (r for r in reads if r[0] in ("", one.command)):
            for other, columns in sorted(bound.reads.items()):
                if not inheritance.may_read(one.role, other, columns, selects.get(other, ())):
                    _tell(one, other, columns, origin, problems, floor=not command)


def _tell(
    one: Granted,
    other: QName,
    columns: Iterable[str],
    origin: Origin,
    problems: Collector,
    *,
    floor: bool,
) -> None:
    looks = "its floor looks" if floor else f"its {one.command} rows look"
    needed = ", ".join(sorted(columns))
    grant = f"{{select: [{needed}]}}" if needed else "{select: all}, or any column of it"
    place = one.access.place or origin.place
    problems.add(
        codes.CANNOT_READ,
        f"{one.role} cannot {one.command} {one.table}: {looks} into {other}",
        place,
        label=f'every statement would fail with "permission denied for table {other.name}"',
        remedy=f"grant it the columns that it reads:  {other}: {grant}",
    )


def check_cycles(security: RowSecurity, problems: Collector) -> None:
    """Refuse policies whose tables read each other, which PostgreSQL calls infinite recursion."""
    edges: dict[QName, set[QName]] = {}
    first: dict[QName, Origin] = {}
    for (table, _), reads in security.reads.items():
        for _, bound, origin in reads:
            edges.setdefault(table, set()).update(bound.reads)
            first.setdefault(table, origin)
    told: set[frozenset[QName]] = set()
    for start in sorted(edges):
        loop = _loop(start, edges)
        if loop and frozenset(loop) not in told:
            told.add(frozenset(loop))
            problems.add(
                codes.POLICY_CYCLE,
                "policies look into each other: " + " → ".join(map(str, (*loop, start))),
                first[start].place,
                remedy="let one of the tables decide by its own columns",
            )


def _loop(start: QName, edges: Mapping[QName, set[QName]]) -> tuple[QName, ...]:
    """Return the shortest way from `start` back to itself, or nothing."""
    paths: list[tuple[QName, ...]] = [(start,)]
    seen: set[QName] = set()
    while paths:
        path = paths.pop(0)
        for step in sorted(edges.get(path[-1], ())):
            if step == start:
                return path
            if step not in seen:
                seen.add(step)
                paths.append((*path, step))
    return ()
