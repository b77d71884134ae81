"""Row security of a table: on or off, and whether it binds the owner as well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace

from jwtroles.frozen import frozen
from jwtroles.kinds.base import (
    NOWHERE,
    Change,
    Context,
    Effect,
    Kind,
    Leaving,
    Need,
    Origin,
    Phase,
    Row,
    Statement,
)
from jwtroles.names import QName


@frozen
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
    """ENABLE ROW LEVEL SECURITY; DISABLE, which opens the table to every grant, is for leaving."""
    before, after = change.before, change.after
    if after is None or (before is not None and before.enabled == after.enabled):
        return
    if before is None and not after.enabled:
        return
    owner = context.owners.get(after.table, after.owner)
    verb, phase = ("ENABLE", Phase.ENABLE) if after.enabled else ("DISABLE", Phase.DROP)
    yield Statement(
        f"ALTER TABLE {after.table.sql} {verb} ROW LEVEL SECURITY",
        phase,
        lock=after.table,
        needs=(Need("owner", owner, str(after.table)),),
        origin=after.origin,
        about=after.table,
        slots=0,
    )


def effect(change: Change[TableSecurity], _context: Context) -> Effect:
    """Row security that comes on takes rows away; off, it gives all of them to every grant."""
    before, after = change.before, change.after
    off = before is not None and before.enabled and after is not None and not after.enabled
    return Effect.LOOSENS if off else Effect.TIGHTENS


def leave(security: TableSecurity, leaving: Leaving) -> TableSecurity:
    """It stays on, unless it is asked to go where no policy is left."""
    return replace(security, enabled=security.enabled and security.table not in leaving.unsecured)


TABLE_SECURITY: Kind[TableSecurity] = Kind(
    "table_security",
    parse,
    lambda security: security.table,
    statements,
    effect,
    lock="AccessExclusive on the table",
    leave=leave,
)
