"""The floors under one role, written out where a condition of its policies reads other tables.

PostgreSQL puts them there by itself, with a call of their own for each table. Written out, they
take their claims from the call of the condition.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles.compiler.bind import TABLE_CLAIMS
from jwtroles.compiler.one_call import Condition, called_by, conjunction
from jwtroles.frozen import frozen
from jwtroles.names import QName, ident
from jwtroles.spec import sqltree
from jwtroles.spec.allowed import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.compiler.bind import Bound
    from jwtroles.compiler.floors import Binder, FloorOn, Floors


LIMITED_CLAIMS = "rows of claims"
"""What a table called `claims` is called where it is read within its floors."""


@frozen
class FloorsWithin:
    """The floors under a role.

    Attributes:
        floors: those of all roles.
    """

    binder: Binder
    floors: Floors
    role: str

    def all_on(self, table: QName) -> Iterator[FloorOn]:
        """Yield the floors on a table."""
        return (floor for floor in self.floors.get(table, ()) if self.role in floor.roles)

    def on(self, table: QName) -> Iterator[FloorOn]:
        """Yield the floors on a table that ask the login, by themselves or by further tables."""
        for floor in self.all_on(table):
            if self._below(table).asks(floor.bound):
                yield floor

    def _below(self, table: QName) -> FloorsWithin:
        """Return the floors of other tables: one that comes back to its own table is refused."""
        return replace(self, floors={name: on for name, on in self.floors.items() if name != table})

    def asks(self, bound: Bound) -> bool:
        """Tell whether a condition asks the login, or reads a table whose floor does."""
        return bool(bound.claims or bound.lookups) or any(map(self._is_floored, bound.reads))

    def _is_floored(self, table: QName) -> bool:
        return any(True for _ in self.on(table))

    def _foreign(self, bound: Bound) -> int:
        if not any(map(self._is_floored, bound.reads)):
            return 0
        nodes = sqltree.walk(sqltree.expression(bound.sql))
        return sum(self._is_floored(_read(one)) for one in nodes if isinstance(one, ast.RangeVar))

    def floor(self, floor: FloorOn) -> Condition:
        """Return the condition of a floor."""
        own = floor.bound
        if floor.rows is not None and self.asks(own):
            partition = floor.table if floor.root else None
            own = self.binder.inside(floor.rows, floor.root or floor.table, partition) or own
        return self.condition(floor.bound, own)

    def condition(self, bound: Bound, inside: Bound) -> Condition:
        """Return a condition.

        Args:
            bound: as it stands in a policy.
            inside: the same where columns of the policy's table carry its name.
        """
        return Condition(bound.sql, self._written(inside), self._foreign(bound))

    def judged(self, bound: Bound, table: QName, sql: str) -> Bound:
        """Return a condition that has become `sql`, beside the floors of its table."""
        joined = self.together([bound, *(one.bound for one in self.on(table))])
        return replace(bound, sql=sql, reads=joined.reads, own_columns=joined.own_columns)

    def together(self, bounds: Iterable[Bound]) -> Bound:
        """Return the first of some conditions on one table, with all that they read, floors too."""
        first, *others = bounds
        reads: dict[QName, frozenset[str]] = {}
        for one in (first, *others):
            for table, columns in self._reads(one):
                reads[table] = reads.get(table, frozenset()) | columns
        own = first.own_columns.union(*(one.own_columns for one in others))
        lookups = first.lookups.union(*(one.lookups for one in others))
        return replace(first, reads=reads, own_columns=own, lookups=lookups)

    def _reads(self, bound: Bound) -> Iterator[tuple[QName, frozenset[str]]]:
        for table, columns in bound.reads.items():
            yield table, columns
            below = self._below(table)
            for floor in self.on(table):
                yield table, floor.bound.own_columns
                yield from below._reads(floor.bound)

    def _written(self, bound: Bound) -> str:
        if not self._foreign(bound):
            return bound.sql
        tree = sqltree.expression(bound.sql)

        def change(node: Any) -> Any:
            if isinstance(node, ast.RangeVar):
                return self._limited(node, bound)
            sqltree.rewrite(node, change)
            return node

        return sqltree.print_expression(change(tree))

    def _limited(self, node: Any, bound: Bound) -> Any:
        """Return a table in FROM, less the rows that its floors do not let pass."""
        table = _read(node)
        floors = tuple(self.on(table))
        if not floors:
            return node
        below = self._below(table)
        trees = (sqltree.expression(below.floor(one).inside) for one in floors)
        where = conjunction(called_by(tree, {TABLE_CLAIMS: LIMITED_CLAIMS}) for tree in trees)
        renamed = len(node.alias.colnames or ()) if node.alias else 0
        shown = ", ".join(self._columns(table, bound, renamed))
        only = "" if node.inh else "ONLY "
        alias = f" AS {ident(LIMITED_CLAIMS)}" if table.name == CLAIMS else ""
        inner = f"SELECT {shown} FROM {only}{table.sql}{alias} WHERE {where}"
        (select,) = sqltree.parse(f"SELECT FROM ({inner}) AS {ident(table.name)}")
        (found,) = select.fromClause
        if node.alias is not None:
            found.alias = node.alias
        return found

    def _columns(self, table: QName, bound: Bound, renamed: int) -> Iterator[str]:
        """Yield the columns that are read; those that an alias renames keep their place."""
        wanted = bound.reads.get(table, frozenset())
        for number, name in enumerate(self.binder.scope.tables.get(table, ())):
            if name in wanted or number < renamed:
                yield ident(name) if name in wanted else "NULL"


def _read(node: Any) -> QName:
    return QName(node.schemaname or "", node.relname)
