"""The pads of HMAC keys: rows of jwtroles.key_pad, which *are* the keys.

They never stand in a statement: COPY sends them in binary form, which no log shows. What is
compared is a digest that a function of the owner tells.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import field

from jwtroles.frozen import frozen
from jwtroles.kinds.base import (
    NOWHERE,
    Change,
    Context,
    Effect,
    Origin,
    Phase,
    Row,
    Secret,
    Statement,
)
from jwtroles.kinds.kind import Kind, always
from jwtroles.kinds.mirror import as_target
from jwtroles.kinds.own_schema import SECRETS_HELD, leave_with_schema
from jwtroles.kinds.signing_key import key_unit
from jwtroles.names import OWN_SCHEMA, QName

KEY_PAD = QName(OWN_SCHEMA, "key_pad")


@frozen
class KeyPad:
    """A row of jwtroles.key_pad: the key's number, and a digest of the pads.

    The number 0, which no key has, stands for every row there may be.

    Attributes:
        secret: the row itself, of a key that the file wants.
    """

    id: int
    digest: str
    secret: Secret | None = field(default=None, compare=False, repr=False)
    origin: Origin = field(default=NOWHERE, compare=False)


def parse(row: Row) -> Iterable[KeyPad]:
    """Read a row of key_pad.sql."""
    yield KeyPad(row["id"], row["digest"])


def statements(change: Change[KeyPad], context: Context) -> Iterable[Statement]:
    """DELETE what stands there, and COPY the row, which a plan does not show.

    Something may stand there unseen: see `dies_with` of functions.
    """
    after = change.after
    one = f" WHERE id = {change.subject.id}" if change.subject.id else ""
    sql = f"DELETE FROM {KEY_PAD.sql}{one}"
    phase = Phase.MAPPING if change.before is None else Phase.UNMAP
    yield Statement(sql, phase, as_role=context.own_role)
    if after is not None:
        sql = f"COPY {KEY_PAD.sql} (id, inner_pad, outer_pad) FROM STDIN (FORMAT binary)"
        yield Statement(
            sql,
            Phase.MAPPING,
            as_role=context.own_role,
            origin=after.origin,
            note="a secret, which apply sends and nothing shows",
            copied=after.secret,
        )


def effect(change: Change[KeyPad], _context: Context) -> Effect:
    """The row of the key itself decides, unless other pads stood under it."""
    both = change.before is not None and change.after is not None
    return Effect.UNKNOWN if both else Effect.NEUTRAL


def unit(change: Change[KeyPad]) -> Hashable:
    """Pads count with their key."""
    return key_unit(change.subject.id)


KEY_PAD_KIND: Kind[KeyPad] = Kind(
    "key_pad",
    parse,
    lambda row: row.id,
    statements,
    effect,
    unit=unit,
    store="key_pad",
    asks=SECRETS_HELD.name,
    unread=(KeyPad(0, ""),),
    additive=always,
    leave=leave_with_schema,
    whole=False,
    mirrored=as_target,
)
