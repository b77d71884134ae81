"""Tables of the schema `jwtroles`: where the mapping and the settings of roles are kept."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from jwtroles.kinds.acl import ObjectRef
from jwtroles.kinds.base import (
    ANY,
    NOWHERE,
    Change,
    Context,
    Effect,
    Kind,
    Origin,
    Phase,
    Row,
    Statement,
)
from jwtroles.kinds.own_schema import NAME, own_unit
from jwtroles.names import QName, ident, idents


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table of ours: columns as (name, type), all NOT NULL, and the primary key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    primary_key: tuple[str, ...]
    owner: str
    origin: Origin = field(default=NOWHERE, compare=False)

    @property
    def qname(self) -> QName:
        """The qualified name."""
        return QName(NAME, self.name)


def parse(row: Row) -> Iterable[OwnTable]:
    """Read a row of own_table.sql."""
    columns = tuple((name, kind) for name, kind in row["columns"])
    yield OwnTable(row["name"], columns, tuple(row["primary_key"]), row["owner"])


def statements(change: Change[OwnTable], context: Context) -> Iterable[Statement]:
    """CREATE or DROP TABLE; rows are changes of their own, so a new shape is made afresh."""
    if change.before is not None:
        sql = f"DROP TABLE {change.before.qname.sql}"
        phase = Phase.DROP if change.after is None else Phase.MACHINERY
        yield Statement(sql, phase, as_role=change.before.owner)
    if (after := change.after) is not None:
        columns = ", ".join(f"{ident(name)} {kind} NOT NULL" for name, kind in after.columns)
        key = f"PRIMARY KEY ({idents(after.primary_key)})"
        sql = f"CREATE TABLE {after.qname.sql} ({columns}, {key})"
        yield Statement(sql, Phase.MACHINERY, as_role=after.owner, origin=after.origin)
        if context.reader:
            sql = f"GRANT SELECT ON {after.qname.sql} TO {ident(context.reader)}"
            yield Statement(sql, Phase.MACHINERY, as_role=after.owner, note="to plan again")


def effect(_change: Change[OwnTable], _context: Context) -> Effect:
    """An empty table gives nothing; its rows are changes of their own."""
    return Effect.NEUTRAL


def dies_with(change: Change[OwnTable]) -> Iterable[tuple[str, Hashable]]:
    """A table that is made afresh has lost its rows and its grants."""
    if change.before is not None:
        yield "acl", ObjectRef("table", change.before.qname)
        yield change.before.name, ANY


OWN_TABLE: Kind[OwnTable] = Kind(
    "own_table",
    parse,
    lambda table: table.name,
    statements,
    effect,
    unit=own_unit,
    dies_with=dies_with,
)
