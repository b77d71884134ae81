"""What a role may do, its own rights and inherited ones, as PostgreSQL would add them up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import Granted, Names
from jwtroles.compiler.floors import FloorOn
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.names import QName
from jwtroles.spec.model import Spec


@frozen
class Inheritance:
    """Role → the roles whose rights it has, itself first."""

    lines: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, spec: Spec, names: Names) -> Inheritance:
        """Follow `inherits` through the whole file."""

        def line(role: str, seen: tuple[str, ...]) -> tuple[str, ...]:
            declared = spec.roles.get(role)  # type: ignore[call-overload]
            for parent in declared.inherits if declared else ():
                if parent not in seen:
                    seen = line(str(parent), (*seen, str(parent)))
            return seen

        return cls(
            {names(role): tuple(map(names, line(str(role), (str(role),)))) for role in spec.roles}
        )

    def above(self, role: str) -> tuple[str, ...]:
        """Return `role` and every role that it inherits from."""
        return self.lines.get(role, (role,))

    def may_read(
        self, role: str, table: QName, columns: Iterable[str], granted: Iterable[Granted]
    ) -> bool:
        """Tell whether `role` may SELECT these columns of a table, own or inherited."""
        wanted = set(columns)
        for one in granted:
            if one.table == table and one.command == "select" and one.role in self.above(role):
                if one.access.columns is None:
                    return True
                wanted -= set(one.access.columns)
                if not wanted:
                    return True
        return False


def check_combinations(
    granted: tuple[Granted, ...], inheritance: Inheritance, problems: Collector
) -> None:
    """Refuse what columns and rows of parent and child would allow together and neither alone.

    PostgreSQL adds up columns and rows apart: a parent's `update status where paid` and a child's
    `update note on own` let the child change `status` on its own rows.
    """
    by_role: dict[tuple[str, QName, str], Granted] = {
        (one.role, one.table, one.command): one for one in granted
    }
    for child in granted:
        for ancestor in inheritance.above(child.role)[1:]:
            parent = by_role.get((ancestor, child.table, child.command))
            if parent is not None and _leaks(parent, child):
                where = parent.access.place
                line = f" (line {where.line})" if where else ""
                problems.add(
                    codes.COMBINES,
                    f"{child.role} inherits {parent.role}: together they {child.command} "
                    f"columns of one on rows of the other in {child.table}",
                    child.access.place,
                    details=(f"{parent.role} has its own columns and rows there{line}",),
                    remedy="give both the same columns or the same rows, or do not inherit",
                )


def _leaks(parent: Granted, child: Granted) -> bool:
    one, two = parent.access, child.access
    if child.command == "delete" or (one.rows, one.check) == (two.rows, two.check):
        return False
    columns = [None if a.columns is None else frozenset(a.columns) for a in (one, two)]
    if columns[0] == columns[1]:
        return False
    return not (
        _covers(one.rows, columns[0], columns[1]) or _covers(two.rows, columns[1], columns[0])
    )


def _covers(rows: str | None, columns: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Tell whether one access is the union by itself: every row, and at least the columns."""
    return rows is None and (columns is None or (other is not None and columns >= other))


def check_inserts(
    granted: tuple[Granted, ...],
    floors: Iterable[FloorOn],
    structure: Structure,
    problems: Collector,
) -> None:
    """Refuse an INSERT that cannot fill a column that the floor needs."""
    compared: dict[QName, set[str]] = {}
    for floor in floors:
        compared.setdefault(floor.table, set()).update(floor.bound.own_columns)
    for one, column in _unfillable(granted, compared, structure):
        problems.add(
            codes.CANNOT_INSERT,
            f"{one.role} cannot insert into {one.table}: {column} is NOT NULL, has no default "
            "and is not among its columns",
            one.access.place,
            remedy=f"add {column} to the columns of the insert",
        )


def _unfillable(
    granted: tuple[Granted, ...], floors: Mapping[QName, set[str]], structure: Structure
) -> Iterator[tuple[Granted, str]]:
    for one in granted:
        if one.command != "insert" or one.access.columns is None:
            continue
        for name in sorted(floors.get(one.table, ())):
            column = structure.relations[one.table].column(name)
            if column and column.not_null and not column.filled and name not in one.access.columns:
                yield one, name
