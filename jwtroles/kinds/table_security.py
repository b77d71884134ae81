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
    Need,
    Origin,
    Phase,
    Row,
    Statement,
)
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.leaving import Leaving
from jwtroles.kinds.mirror import Mirror
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
    """ENABLE and FORCE ROW LEVEL SECURITY.

    DISABLE, which opens the table to every grant, and NO FORCE are for leaving and for mirrors.
    """
    after = change.after
    if after is None:
        return
    before = change.before or TableSecurity(after.table)
    owner = context.owners.get(after.table, after.owner)
    for was, wanted, on, off in (
        (before.enabled, after.enabled, "ENABLE", "DISABLE"),
        (before.forced, after.forced, "FORCE", "NO FORCE"),
    ):
        if was != wanted:
            yield Statement(
                f"ALTER TABLE {after.table.sql} {on if wanted else off} ROW LEVEL SECURITY",
                Phase.ENABLE if wanted else Phase.DROP,
                lock=after.table,
                needs=(Need("owner", owner, str(after.table)),),
                origin=after.origin,
                about=after.table,
                slots=0,
            )


def effect(change: Change[TableSecurity], _context: Context) -> Effect:
    """Row security that comes on takes rows away; off, it gives all of them to every grant.

    FORCE does the same to the owner.
    """
    before, after = change.before, change.after
    if before is None or after is None:
        return Effect.TIGHTENS
    off = (before.enabled and not after.enabled) or (before.forced and not after.forced)
    return Effect.LOOSENS if off else Effect.TIGHTENS


def leave(security: TableSecurity, leaving: Leaving) -> TableSecurity:
    """It stays on, unless it is asked to go where no policy is left."""
    return replace(security, enabled=security.enabled and security.table not in leaving.unsecured)


def mirrored(
    source: TableSecurity | None, target: TableSecurity | None, mirror: Mirror
) -> TableSecurity | None:
    """Take the switches of a table that both have."""
    if source is not None and target is None:
        if source.enabled or source.forced:
            mirror.lacks(f"table {source.table}")
        return None
    if source is None and target is not None:
        if target.enabled:
            mirror.leaves(f"table {target.table}")
        return target
    return source


TABLE_SECURITY: Kind[TableSecurity] = Kind(
    "table_security",
    parse,
    lambda security: security.table,
    statements,
    effect,
    lock="AccessExclusive on the table",
    leave=leave,
    mirrored=mirrored,
)
