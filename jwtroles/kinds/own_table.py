"""Tables of the schema `jwtroles`: where the mapping and the settings of roles are kept."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace

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
from jwtroles.kinds.definer import drop, own_again
from jwtroles.kinds.own_schema import NAME, leave_with_schema, own_unit
from jwtroles.names import QName, ident, idents


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table of ours: columns as (name, type), all NOT NULL, and the primary key.

    `changed` lists what was done to it by hand: triggers, rules, row security, constraints.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    primary_key: tuple[str, ...]
    owner: str
    changed: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)

    @property
    def qname(self) -> QName:
        """The qualified name."""
        return QName(NAME, self.name)


def parse(row: Row) -> Iterable[OwnTable]:
    """Read a row of own_table.sql."""
    columns = tuple((name, kind) for name, kind in row["columns"])
    yield OwnTable(
        row["name"], columns, tuple(row["primary_key"]), row["owner"], tuple(row["changed"])
    )


def statements(change: Change[OwnTable], context: Context) -> Iterable[Statement]:
    """CREATE or DROP TABLE; rows are changes of their own, so a new shape is made afresh."""
    before, after = change.before, change.after
    if before is not None and not recreated(change):
        assert after is not None  # noqa: S101 - what goes is recreated as nothing
        owners = (before.owner, after.owner)
        yield own_again(f"TABLE {after.qname.sql}", after.qname, owners, Phase.UNMAP)
        return
    if before is not None:
        phase = Phase.DROP if after is None else Phase.MACHINERY
        yield drop(f"DROP TABLE {before.qname.sql}", before.qname, phase, context)
    if after is not None:
        columns = ", ".join(f"{ident(name)} {kind} NOT NULL" for name, kind in after.columns)
        key = f"PRIMARY KEY ({idents(after.primary_key)})"
        sql = f"CREATE TABLE {after.qname.sql} ({columns}, {key})"
        yield Statement(sql, Phase.MACHINERY, as_role=after.owner, origin=after.origin)
        if context.reader:
            sql = f"GRANT SELECT ON {after.qname.sql} TO {ident(context.reader)}"
            yield Statement(sql, Phase.MACHINERY, as_role=after.owner, note="to plan again")


def recreated(change: Change[OwnTable]) -> bool:
    """Tell whether the table has to be made afresh, or goes: all but its owner is compared."""
    before, after = change.before, change.after
    if before is None or after is None:
        return before is not None
    return replace(before, owner=after.owner) != after


def effect(change: Change[OwnTable], _context: Context) -> Effect:
    """Ours by themselves give nothing, and their rows are changes; a stranger's table goes."""
    return Effect.DESTROYS if change.after is None else Effect.NEUTRAL


def dies_with(change: Change[OwnTable]) -> Iterable[tuple[str, Hashable]]:
    """A table that is made afresh has lost its rows and its grants."""
    if change.before is not None and recreated(change):
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
    leave=leave_with_schema,
)
