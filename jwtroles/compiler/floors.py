"""Floors: on which tables each stands, under which roles, and how its condition reads there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import Names, matching, table_named
from jwtroles.compiler.bind import Accessor, Bound, Scope, bind_join, bind_predicate
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.names import QName, is_glob
from jwtroles.spec.model import Floor, Spec, Through, Word

Tables = tuple[QName, ...]


@frozen
class FloorOn:
    """A floor on one table, bound to its columns, and the roles that it stands under.

    Attributes:
        rows: its condition as the file has it; None where it goes through another table.
        through: how it goes through another table.
        root: the table that the file names, where this is a partition of it.
    """

    table: QName
    name: str
    bound: Bound
    origin: Origin
    roles: frozenset[str] = frozenset()
    rows: Word | None = None
    through: Through | None = None
    root: QName | None = None


Floors = Mapping[QName, Sequence[FloorOn]]
"""Table → the floors that stand on it."""


@frozen
class Binder:
    """Binds the predicates of one file to the columns of one database.

    Attributes:
        known: what was bound already, by its text, and by its table too where that matters.
    """

    spec: Spec
    scope: Scope
    accessor: Accessor | None
    problems: Collector
    known: dict[tuple[str, QName | None], Bound] = field(default_factory=dict)
    known_inside: dict[tuple[str, QName, QName | None], Bound | None] = field(default_factory=dict)

    def rows(self, text: Word, table: QName) -> Bound | None:
        """Bind a condition of the file to `table`, or report what is wrong with it."""
        anywhere = self.known.get((text, None))
        if anywhere is not None and anywhere.fits(self.scope.tables.get(table, ())):
            return anywhere
        if (text, table) in self.known:
            return self.known[text, table]
        bound = bind_predicate(text, table, self.spec, self.scope, self.accessor, self.problems)
        if bound is not None:
            self.known[str(text), table if bound.tied else None] = bound
        return bound

    def inside(self, text: Word, table: QName, partition: QName | None = None) -> Bound | None:
        """Bind a condition that is to stand in a subquery of a policy of `table`."""
        key = (str(text), table, partition)
        if key not in self.known_inside:
            self.known_inside[key] = bind_predicate(
                text,
                table,
                self.spec,
                self.scope,
                self.accessor,
                self.problems,
                inside=True,
                partition=partition,
            )
        return self.known_inside[key]

    def on_partition(self, floor: FloorOn, partition: QName) -> FloorOn:
        """Return a floor as it stands on a partition of its table."""
        bound: Bound | None = floor.bound
        if floor.through is not None:
            bound = bind_join(floor.through, self.spec, self.scope, self.problems, partition)
        elif floor.rows is not None and floor.bound.tied:
            bound = bind_predicate(
                floor.rows,
                floor.table,
                self.spec,
                self.scope,
                self.accessor,
                self.problems,
                partition=partition,
            )
        return replace(floor, table=partition, bound=bound or floor.bound, root=floor.table)


def bind_floors(
    binder: Binder, names: Names, holders: frozenset[str], structure: Structure
) -> tuple[FloorOn, ...]:
    """Bind every floor to its tables and their partitions.

    `holders` are the roles that floors name: each token role and each role that owns a view or a
    query.
    """
    found: list[FloorOn] = []
    for floor in binder.spec.tenancy:
        roles = holders - {names(role) for role in floor.lifted_for}
        found += (replace(one, roles=roles) for one in bound_floor(floor, binder, structure))
    below = (
        binder.on_partition(one, table)
        for one in found
        for table in structure.partitions(one.table)
    )
    return (*found, *below)


def by_table(floored: Iterable[FloorOn]) -> Floors:
    """Return floors by the table that they stand on."""
    found: dict[QName, list[FloorOn]] = {}
    for floor in floored:
        found.setdefault(floor.table, []).append(floor)
    return found


def bound_floor(floor: Floor, binder: Binder, structure: Structure) -> Iterator[FloorOn]:
    """Yield a floor on each of its tables, without their partitions."""
    problems = binder.problems
    taken = set(matching(floor.except_, structure, problems))
    for through in floor.through:
        child = table_named(through.table, structure, problems)
        parent = table_named(through.parent, structure, problems)
        if child and parent:
            taken.add(child)
            bound = bind_join(through, binder.spec, binder.scope, problems)
            said = f"through {parent}: {through.on}"
            if bound:
                origin = Origin(through.table.place, said=said)
                yield FloorOn(child, floor.name, bound, origin, through=through)
    having, without = column_of(floor, structure)
    if floor.where_column is not None and not having:
        _tell_nowhere(floor.where_column, problems)
    origin = Origin(floor.rows.place, said=str(floor.rows))
    lacking: list[tuple[QName, Word]] = []
    for table, pattern in _tables(floor, without, taken, structure, problems):
        trial = Collector()
        bound = replace(binder, problems=trial).rows(floor.rows, table)
        if table in without or any(p.code is codes.UNKNOWN_COLUMN for p in trial.problems):
            lacking.append((table, pattern))
        elif bound:
            yield FloorOn(table, floor.name, bound, origin, rows=floor.rows)
        else:
            problems.problems += trial.problems
    if lacking:
        _tell_lacking(lacking, floor, problems)


def _tables(
    floor: Floor, without: Tables, taken: set[QName], structure: Structure, problems: Collector
) -> Iterator[tuple[QName, Word]]:
    """Yield the tables that a floor's own condition stands on, with the pattern that names each."""
    found = set(taken)
    for pattern in floor.tables:
        skipped = without if is_glob(pattern) else ()
        for table in matching([pattern], structure, problems):
            if table not in found and table not in skipped:
                found.add(table)
                yield table, pattern


def column_of(floor: Floor, structure: Structure) -> tuple[Tables, Tables]:
    """Return the tables of a floor with the column of its `where_column`, and those without it.

    What is under `except` or `through` is neither; without `where_column` there is none.
    """
    if floor.where_column is None:
        return (), ()
    quiet = Collector()
    taken = {*matching(floor.except_, structure, quiet)}
    taken |= {*matching((step.table for step in floor.through), structure, quiet)}
    column = str(floor.where_column)
    tables = [name for name in matching(floor.tables, structure, quiet) if name not in taken]
    having = {name for name in tables if structure.relations[name].column(column)}
    return tuple(sorted(having)), tuple(name for name in tables if name not in having)


def _tell_nowhere(column: Word, problems: Collector) -> None:
    problems.add(
        codes.NO_TABLE_WITH_COLUMN,
        f"no table of the floor has a column {column}",
        column.place,
        remedy="name the column as the tables have it",
    )


def _tell_lacking(lacking: list[tuple[QName, Word]], floor: Floor, problems: Collector) -> None:
    names = ", ".join(str(table) for table, _ in lacking)
    count = f"{len(lacking)} table{'s' * (len(lacking) > 1)} under tenancy"
    verb = "have" if len(lacking) > 1 else "has"
    problems.add(
        codes.NO_TENANT_COLUMN,
        f"{count} {verb} no column that `{floor.rows}` needs",
        lacking[0][1].place,
        label=f"matches {names}",
        remedy="name each one under tenancy.except (no floor) or tenancy.through "
        "(a floor by another table)",
    )
