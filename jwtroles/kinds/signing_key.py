"""Keys that verify tokens: rows of jwtroles.signing_key, without any secret."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from dataclasses import field, fields, replace
from typing import Any

from jwtroles.frozen import frozen
from jwtroles.kinds.base import NOWHERE, Change, Context, Effect, Origin, Phase, Row, Statement
from jwtroles.kinds.kind import Kind, always
from jwtroles.kinds.mirror import as_target
from jwtroles.kinds.own_schema import leave_with_schema
from jwtroles.kinds.own_table import set_aside
from jwtroles.names import OWN_SCHEMA, QName, literal

SIGNING_KEY = QName(OWN_SCHEMA, "signing_key")
RETIRED_AT = "retired_at"
"""The column that no file decides: a table of another shape hands it on."""


@frozen
class KeyNumbers:
    """What a verification computes with; 0 for what the kind of key has not.

    RSA: its modulus and exponent, the octets of a signature, 1/modulus, how many digits may be cut
    off, and the padded block of RFC 8017. Curves: the width of the stored multiples' digits.
    """

    modulus: int = 0
    exponent: int = 0
    octets: int = 0
    inverse: str = "0"
    places: int = 0
    encoded: int = 0
    width: int = 0

    @property
    def columns(self) -> dict[str, str]:
        """The columns of the row, as SQL writes them."""
        return {name: str(getattr(self, name)) for name in _NUMBERS}

    @property
    def digest(self) -> str:
        """What tells these numbers from others, as signing_key.sql computes it."""
        return hashlib.sha256(" ".join(self.columns.values()).encode()).hexdigest()


_NUMBERS = tuple(one.name for one in fields(KeyNumbers))


@frozen
class SigningKey:
    """A row of jwtroles.signing_key.

    Attributes:
        id: positive, and another one for another key under the same kid.
        public: hexadecimal octets of the key, of an HMAC key a fingerprint.
        not_before, not_after: seconds since 1970 between which it verifies; None for no limit.
        numbers: digest of the numbers, which are compared by it.
        size: bits of an RSA key, else 0.
        retired: when somebody retired it, '' while it is live. That is no matter of the file.
        source: the file or the variable that the key stands in.
        computed: the numbers, of a key that the file wants.
    """

    id: int
    issuer: str
    kid: str
    alg: str
    public: str
    not_before: int | None
    not_after: int | None
    numbers: str
    size: int = field(default=0, compare=False)
    retired: str = field(default="", compare=False)
    source: str = field(default="", compare=False)
    computed: KeyNumbers = field(default=KeyNumbers(), compare=False, repr=False)
    origin: Origin = field(default=NOWHERE, compare=False)


def parse(row: Row) -> Iterable[SigningKey]:
    """Read a row of signing_key.sql."""
    yield SigningKey(
        row["id"],
        row["issuer"],
        row["kid"],
        row["alg"],
        row["public"],
        row["not_before"],
        row["not_after"],
        row["numbers"],
        size=row["size"],
        retired=row["retired"],
    )


def statements(change: Change[SigningKey], context: Context) -> Iterable[Statement]:
    """INSERT, UPDATE or DELETE the row; one that was retired stays retired."""
    after = change.after
    number = change.subject.id
    if after is None:
        sql = f"DELETE FROM {SIGNING_KEY.sql} WHERE id = {number}"
        yield Statement(sql, Phase.UNMAP, as_role=context.own_role)
        return
    limits = {
        "not_before": _instant(after.not_before, "-infinity"),
        "not_after": _instant(after.not_after, "infinity"),
    }
    itself = {
        "issuer": literal(after.issuer),
        "kid": literal(after.kid),
        "alg": literal(after.alg),
        "public": f"decode('{after.public}', 'hex')",
        **after.computed.columns,
    }
    phase = Phase.MAPPING
    if change.before is None:
        named = {"id": str(number), **itself, **limits, RETIRED_AT: _retired(number, context)}
        sql = f"INSERT INTO {SIGNING_KEY.sql} ({', '.join(named)}) "
        sql += f"VALUES ({', '.join(named.values())})"
    else:
        values = limits if _same_key(change.before, after) else {**itself, **limits}
        changed = ", ".join(f"{name} = {value}" for name, value in values.items())
        sql = f"UPDATE {SIGNING_KEY.sql} SET {changed} WHERE id = {number}"
        phase = Phase.UNMAP if effect(change, context) is Effect.TIGHTENS else phase
    yield Statement(sql, phase, as_role=context.own_role, origin=after.origin)


def _retired(number: int, context: Context) -> str:
    """Return when a key was retired: never, unless a table of an older shape says that it was.

    What that one says is read when the statement runs: somebody may retire a key after the plan.
    """
    if SIGNING_KEY not in context.carried:
        return "'infinity'"
    old = f"SELECT coalesce(b.{RETIRED_AT}::timestamptz, '-infinity')"
    old += f" FROM ONLY {set_aside(SIGNING_KEY).sql} AS b WHERE b.id = {number}"
    return f"coalesce(({old}), 'infinity')"


def _instant(seconds: int | None, none: str) -> str:
    return f"'{none}'" if seconds is None else f"to_timestamp({seconds})"


def effect(change: Change[SigningKey], _context: Context) -> Effect:
    """A key lets in what it signed; a shorter life of it lets in less."""
    before, after = change.before, change.after
    if before is None:
        return Effect.LOOSENS
    if after is None:
        return Effect.TIGHTENS
    if not _same_key(before, after):
        return Effect.UNKNOWN
    wider, narrower = _within(before, after), _within(after, before)
    if wider != narrower:
        return Effect.LOOSENS if wider else Effect.TIGHTENS
    return Effect.UNKNOWN


def _same_key(before: SigningKey, after: SigningKey) -> bool:
    """Tell whether nothing but the life of a key differs."""
    return replace(before, not_before=after.not_before, not_after=after.not_after) == after


def _within(one: SigningKey, other: SigningKey) -> bool:
    """Tell whether `other` is good whenever `one` is."""
    end = 2**62
    return (other.not_before or 0) <= (one.not_before or 0) and (one.not_after or end) <= (
        other.not_after or end
    )


def key_unit(number: int) -> Hashable:
    """A key counts as one change, with its pads and its multiples."""
    return ("signing_key", number)


def unit(change: Change[Any]) -> Hashable:
    """Return the unit of a key."""
    return key_unit(change.subject.id)


SIGNING_KEY_KIND: Kind[SigningKey] = Kind(
    "signing_key",
    parse,
    lambda row: row.id,
    statements,
    effect,
    unit=unit,
    store="signing_key",
    reads=(
        *("id", "issuer", "kid", "alg", "public", "not_before", "not_after", RETIRED_AT),
        *_NUMBERS,
    ),
    additive=always,
    leave=leave_with_schema,
    whole=False,
    mirrored=as_target,
)
