"""Issuers whose tokens the database accepts: rows of jwtroles.issuer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.kinds.base import NOWHERE, Change, Context, Effect, Origin, Phase, Row, Statement
from jwtroles.kinds.kind import Kind, always
from jwtroles.kinds.mirror import Mirror
from jwtroles.kinds.own_schema import leave_with_schema
from jwtroles.names import OWN_SCHEMA, QName, literal

ISSUER = QName(OWN_SCHEMA, "issuer")


@frozen
class Issuer:
    """A row of jwtroles.issuer.

    Attributes:
        issuer: the `iss` of its tokens (RFC 7519 section 4.1.1).
        audience: a token's `aud` has one of these.
        max_lifetime: seconds from `iat` to `exp`; 0 where nothing limits them.
        clock_skew: seconds that its clock may differ.
        optional: claims among `exp` and `aud` that its tokens may lack.
    """

    issuer: str
    audience: frozenset[str]
    max_lifetime: int
    clock_skew: int
    optional: frozenset[str] = frozenset()
    origin: Origin = field(default=NOWHERE, compare=False)


def parse(row: Row) -> Iterable[Issuer]:
    """Read a row of issuer.sql."""
    yield Issuer(
        row["issuer"],
        frozenset(row["audience"]),
        row["max_lifetime"],
        row["clock_skew"],
        frozenset(row["optional"]),
    )


def _texts(values: Iterable[str]) -> str:
    return f"ARRAY[{', '.join(map(literal, sorted(values)))}]::text[]"


def statements(change: Change[Issuer], context: Context) -> Iterable[Statement]:
    """INSERT, UPDATE or DELETE one row: what takes access away first, what gives it last."""
    after = change.after
    key = literal(change.subject.issuer)
    if after is None:
        sql = f"DELETE FROM {ISSUER.sql} WHERE issuer = {key}"
        yield Statement(sql, Phase.UNMAP, as_role=context.own_role)
        return
    values = {
        "audience": _texts(after.audience),
        "max_lifetime": str(after.max_lifetime),
        "clock_skew": str(after.clock_skew),
        "optional": _texts(after.optional),
    }
    phase = Phase.MAPPING
    if change.before is None:
        names = ", ".join(["issuer", *values])
        sql = f"INSERT INTO {ISSUER.sql} ({names}) VALUES ({', '.join([key, *values.values()])})"
    else:
        changed = ", ".join(f"{name} = {value}" for name, value in values.items())
        sql = f"UPDATE {ISSUER.sql} SET {changed} WHERE issuer = {key}"
        phase = Phase.UNMAP if effect(change, context) is Effect.TIGHTENS else phase
    yield Statement(sql, phase, as_role=context.own_role, origin=after.origin)


def effect(change: Change[Issuer], _context: Context) -> Effect:
    """An issuer lets its tokens in; a narrower one fewer of them."""
    before, after = change.before, change.after
    if before is None:
        return Effect.LOOSENS
    if after is None:
        return Effect.TIGHTENS
    wider, narrower = _admits(before, after), _admits(after, before)
    if wider != narrower:
        return Effect.LOOSENS if wider else Effect.TIGHTENS
    return Effect.UNKNOWN


def _admits(one: Issuer, other: Issuer) -> bool:
    """Tell whether `other` accepts every token that `one` accepts."""
    lasts = one.max_lifetime or 2**31, other.max_lifetime or 2**31
    return (
        one.audience <= other.audience
        and lasts[0] <= lasts[1]
        and one.clock_skew <= other.clock_skew
        and one.optional <= other.optional
    )


def mirrored(source: Issuer | None, target: Issuer | None, mirror: Mirror) -> Issuer | None:
    """Take the rules of an issuer that both have; which issuers there are goes with their keys."""
    if source is not None and target is None:
        message = f"only {mirror.source.label} accepts tokens of {source.issuer}"
        mirror.note(codes.ISSUER_APART, f"{message}: issuers come with their keys")
    if source is None and target is not None:
        message = f"only {mirror.target.label} accepts tokens of {target.issuer}"
        mirror.note(codes.ISSUER_APART, f"{message}: issuers go with their keys")
    return source if source is not None and target is not None else target


ISSUER_KIND: Kind[Issuer] = Kind(
    "issuer",
    parse,
    lambda row: row.issuer,
    statements,
    effect,
    store="issuer",
    reads=("issuer", "audience", "max_lifetime", "clock_skew", "optional"),
    additive=always,
    leave=leave_with_schema,
    mirrored=mirrored,
)
