"""What predicates need to know of a database, and which names are in reach at a place of them."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.names import QName
from jwtroles.spec.token_model import empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.catalog import FunctionFacts, Structure


@frozen
class Scope:
    """The part of a database that predicates may name.

    Attributes:
        tables: the columns of every table and view, in order.
        functions: by schema and name, the functions that predicates call; a call without a schema
            is one of pg_catalog.
        types: the names of the types of pg_catalog, or None if they are not known.
    """

    tables: Mapping[QName, tuple[str, ...]]
    functions: Mapping[tuple[str, str], tuple[FunctionFacts, ...]] = field(default_factory=empty)
    types: frozenset[str] | None = None

    @classmethod
    def of(cls, structure: Structure) -> Scope:
        """Return the scope that a database's structure is."""
        relations = structure.relations.values()
        tables = {one.name: tuple(column.name for column in one.columns) for one in relations}
        return cls(tables, by_name(structure.functions))

    def columns(self, schema: str, name: str) -> tuple[str, ...] | None:
        """Return the columns of a table or view, or None if there is none of this name."""
        return self.tables.get(QName(schema, name))


def by_name(facts: Iterable[FunctionFacts]) -> dict[tuple[str, str], tuple[FunctionFacts, ...]]:
    """Return functions by schema and name."""
    found: dict[tuple[str, str], tuple[FunctionFacts, ...]] = {}
    for one in facts:
        key = (one.schema, one.name)
        found[key] = (*found.get(key, ()), one)
    return found


@frozen
class Relation:
    """Something in FROM, or the table of the policy.

    Attributes:
        name: the name by which columns are qualified.
        columns: the name by which a column is used → its name in the table.
        table: the table or view itself; None for a subquery or a function.
        certain: whether `columns` are all of its columns.
        written: the name that stands before its columns in SQL, where it is another.
    """

    name: str
    columns: Mapping[str, str]
    table: QName | None = None
    certain: bool = True
    written: str = ""


@frozen
class Frame:
    """The relations of one query level; `merged` columns come from JOIN … USING."""

    relations: tuple[Relation, ...]
    merged: frozenset[str] = frozenset()

    def having(self, column: str) -> list[Relation]:
        """Return the relations that have `column`."""
        return [relation for relation in self.relations if column in relation.columns]

    def named(self, name: str) -> Relation | None:
        """Return the relation of this name."""
        return next((relation for relation in self.relations if relation.name == name), None)

    @property
    def certain(self) -> bool:
        """Whether all of the columns of all relations are known."""
        return all(relation.certain for relation in self.relations)


Frames = tuple[Frame, ...]
"""What is in reach, innermost query level first."""

Names = tuple[str | None, ...]
"""The names of a query's columns (None: only PostgreSQL knows)."""


def table_relation(
    table: QName,
    columns: tuple[str, ...],
    alias: str | None = None,
    renamed: Iterable[str] = (),
    written: str = "",
) -> Relation:
    """Return the relation that `table` is, under its own name or an alias."""
    listed = tuple(renamed)
    names = (*listed, *columns[len(listed) :])
    known = dict(zip(names, columns, strict=False))
    return Relation(alias or table.name, known, table, written=written)
