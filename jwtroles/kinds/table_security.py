"""Row security of a table: on or off, and whether it binds the owner as well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from jwtroles.kinds.base import (
    NOWHERE,
    Change,
    Context,
    Effect,
    Kind,
    Need,
    Origin,
    Phase,
    Row,
    Statement,
)
from jwtroles.names import QName


@dataclass(frozen=True, slots=True)
class TableSecurity:
    """Row security of one table (manual section 5.9); `forced` binds the owner too."""

    table: QName
    enabled: bool = False
    forced: bool = False
    owner: str = field(default="", compare=False)
    origin: Origin = field(default=NOWHERE, compare=False)


def parse(row: Row) -> Iterable[TableSecurity]:
    """Read a row of table_security.sql."""
    table = QName(row["schema"], row["name"])
    yield TableSecurity(table, row["enabled"], row["forced"], row["owner"])


def statements(change: Change[TableSecurity], context: Context) -> Iterable[Statement]:
    """ENABLE ROW LEVEL SECURITY; never DISABLE, since that opens the table to every grant."""
    before, after = change.before, change.after
    if after is None or not after.enabled or (before is not None and before.enabled):
        return
    owner = context.owners.get(after.table, after.owner)
    yield Statement(
        f"ALTER TABLE {after.table.sql} ENABLE ROW LEVEL SECURITY",
        Phase.ENABLE,
        lock=after.table,
        needs=(Need("owner", owner, str(after.table)),),
        origin=after.origin,
        about=after.table,
        slots=0,
    )


def effect(_change: Change[TableSecurity], _context: Context) -> Effect:
    """Row security that comes on takes rows away."""
    return Effect.TIGHTENS


TABLE_SECURITY: Kind[TableSecurity] = Kind(
    "table_security",
    parse,
    lambda security: security.table,
    statements,
    effect,
    lock="AccessExclusive on the table",
)
