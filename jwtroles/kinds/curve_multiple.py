"""Stored multiples of points, of the base points of both curves and of keys.

They are thousands of rows each and are compared by a digest. The database makes them itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import field

from jwtroles.frozen import frozen
from jwtroles.kinds.base import NOWHERE, Change, Context, Effect, Origin, Phase, Row, Statement
from jwtroles.kinds.kind import Kind, always
from jwtroles.kinds.mirror import as_target
from jwtroles.kinds.own_schema import leave_with_schema, own_unit
from jwtroles.kinds.signing_key import key_unit
from jwtroles.names import OWN_SCHEMA, QName

CURVE_MULTIPLE = QName(OWN_SCHEMA, "curve_multiple")


@frozen
class CurveMultiple:
    """All multiples of one point.

    Attributes:
        point: a key's number, or a negative one for a base point.
        digest: of the rows, as curve_multiple.sql computes it.
        made_by: the call that makes them, of a point that the file wants.
    """

    point: int
    digest: str
    made_by: str = field(default="", compare=False)
    origin: Origin = field(default=NOWHERE, compare=False)


def parse(row: Row) -> Iterable[CurveMultiple]:
    """Read a row of curve_multiple.sql."""
    yield CurveMultiple(row["point"], row["digest"])


def statements(change: Change[CurveMultiple], context: Context) -> Iterable[Statement]:
    """DELETE the rows, and let the database make them again."""
    after = change.after
    if change.before is not None:
        sql = f"DELETE FROM {CURVE_MULTIPLE.sql} WHERE point = {change.subject.point}"
        yield Statement(sql, Phase.UNMAP, as_role=context.own_role)
    if after is not None:
        sql = f"INSERT INTO {CURVE_MULTIPLE.sql} (point, place, digit, x, y, z) "
        sql += f"SELECT {after.point}, m.* FROM {after.made_by} AS m"
        yield Statement(sql, Phase.MAPPING, as_role=context.own_role, origin=after.origin)


def effect(change: Change[CurveMultiple], _context: Context) -> Effect:
    """The row of the key itself decides, unless other multiples stood under it."""
    both = change.before is not None and change.after is not None
    return Effect.UNKNOWN if both else Effect.NEUTRAL


def unit(change: Change[CurveMultiple]) -> Hashable:
    """Multiples count with their key, those of a base point with our schema."""
    point = change.subject.point
    return own_unit(change) if point < 0 else key_unit(point)


CURVE_MULTIPLE_KIND: Kind[CurveMultiple] = Kind(
    "curve_multiple",
    parse,
    lambda row: row.point,
    statements,
    effect,
    unit=unit,
    store="curve_multiple",
    reads=("point", "place", "digit", "x", "y", "z"),
    additive=always,
    leave=leave_with_schema,
    whole=False,
    mirrored=as_target,
)
