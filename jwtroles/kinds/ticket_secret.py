"""The secret of tickets: one row of jwtroles.ticket_secret, made in the database and never told.

It belongs to one database of one cluster. A copy of the database would accept the tickets of the
original, so there it is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from jwtroles.frozen import frozen
from jwtroles.kinds.base import NOWHERE, Change, Context, Effect, Origin, Phase, Row, Statement
from jwtroles.kinds.kind import Kind, always
from jwtroles.kinds.mirror import as_target
from jwtroles.kinds.own_schema import SECRETS_HELD, leave_with_schema, own_unit
from jwtroles.names import OWN_SCHEMA, QName

TICKET_SECRET = QName(OWN_SCHEMA, "ticket_secret")

_BLOCK = 64
"""Octets of a block of SHA-256 (RFC 2104 section 2)."""


@frozen
class TicketSecret:
    """A row of jwtroles.ticket_secret.

    Attributes:
        database: '' for the database that was asked; of another one its number.
        system: '' likewise; of another cluster its identifier.
    """

    database: str = ""
    system: str = ""
    origin: Origin = field(default=NOWHERE, compare=False)

    @property
    def here(self) -> bool:
        """Whether it was made for the database that was asked."""
        return not self.database


def parse(row: Row) -> Iterable[TicketSecret]:
    """Read a row of ticket_secret.sql."""
    yield TicketSecret() if row["here"] else TicketSecret(row["database"], row["system"])


def statements(change: Change[TicketSecret], context: Context) -> Iterable[Statement]:
    """INSERT a new secret, or DELETE the one of another database."""
    after = change.after
    if after is None:
        database = change.subject.database or f"({_DATABASE})"
        sql = f"DELETE FROM {TICKET_SECRET.sql} WHERE database = {database}"
        yield Statement(sql, Phase.UNMAP, as_role=context.own_role)
        return
    # There may be one that could not be read.
    sql = f"DELETE FROM {TICKET_SECRET.sql}"
    yield Statement(sql, Phase.MACHINERY, as_role=context.own_role)
    yield Statement(
        new_secret_sql(), Phase.MACHINERY, as_role=context.own_role, origin=after.origin
    )


_DATABASE = "SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
_SYSTEM = "SELECT system_identifier FROM pg_control_system()"

MADE_HERE = f"database = ({_DATABASE}) AND system = ({_SYSTEM})"
"""Whether a secret is this database's own."""


def new_secret_sql() -> str:
    """Return the INSERT that makes a secret of this database.

    gen_random_uuid() is the server's cryptographic random source (manual section 9.14) and gives
    122 bits a time; four of them are hashed to 32 octets. The CTE is computed once.
    """
    uuids = " || ".join(["uuid_send(gen_random_uuid())"] * 4)

    def pad(octet: int) -> str:
        mixed = (
            f"decode(lpad(to_hex(CASE WHEN i < 32 THEN get_byte(octets, i) ELSE 0 END # {octet}), "
            "2, '0'), 'hex')"
        )
        octets = f"string_agg({mixed}, '' ORDER BY i)"
        return f"(SELECT {octets} FROM generate_series(0, {_BLOCK - 1}) AS i)"

    return (
        f"WITH secret AS MATERIALIZED (SELECT sha256({uuids}) AS octets) "
        f"INSERT INTO {TICKET_SECRET.sql} (database, system, inner_pad, outer_pad, "
        "generation, made_at) "
        f"SELECT ({_DATABASE}), ({_SYSTEM}), "
        f"{pad(0x36)}, {pad(0x5C)}, gen_random_uuid(), now() FROM secret"
    )


def effect(_change: Change[TicketSecret], _context: Context) -> Effect:
    """Nobody gains or loses a right; whoever is logged in logs in again."""
    return Effect.NEUTRAL


TICKET_SECRET_KIND: Kind[TicketSecret] = Kind(
    "ticket_secret",
    parse,
    lambda row: (row.database, row.system),
    statements,
    effect,
    unit=own_unit,
    store="ticket_secret",
    asks=SECRETS_HELD.name,
    additive=always,
    leave=leave_with_schema,
    mirrored=as_target,
)
