"""The schema `jwtroles` itself: its owner and the mark that says whose it is."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import field, replace
from typing import Any, TypeVar

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
from jwtroles.kinds.mirror import kept_comment
from jwtroles.kinds.tag import comment_sql, split_tag
from jwtroles.names import OWN_SCHEMA, QName, ident

T = TypeVar("T")

SECRETS_HELD = QName(OWN_SCHEMA, "secrets_held")
"""The function that tells which secrets are stored, and never the secrets."""

LOOKUP = "lookup_"
"""What the names of lookups begin with; nothing else in the schema does."""


def lookup_name(name: str) -> QName:
    """Return the name of the function that a lookup is."""
    return QName(OWN_SCHEMA, f"{LOOKUP}{name}")


def is_lookup(name: QName) -> bool:
    """Tell whether a name is that of a lookup."""
    return name.schema == OWN_SCHEMA and name.name.startswith(LOOKUP)


@frozen
class OwnSchema:
    """Schema `jwtroles` of one project."""

    owner: str
    project: str | None
    comment: str = ""
    origin: Origin = field(default=NOWHERE, compare=False)


def parse(row: Row) -> Iterable[OwnSchema]:
    """Read a row of own_schema.sql."""
    comment, project = split_tag(row["comment"])
    yield OwnSchema(row["owner"], project, comment)


def statements(change: Change[OwnSchema], context: Context) -> Iterable[Statement]:
    """CREATE SCHEMA … AUTHORIZATION, which needs membership in the owner, and the mark."""
    after = change.after
    if after is None:
        owner = change.subject.owner
        yield Statement(f"DROP SCHEMA {OWN_SCHEMA}", Phase.DROP, as_role=owner)
        return
    if change.before is None:
        subject = f"schema {OWN_SCHEMA}"
        needs: tuple[Need, ...] = (
            Need("create in database", subject=subject),
            Need("owner", after.owner, subject),
        )
        sql = f"CREATE SCHEMA {OWN_SCHEMA} AUTHORIZATION {ident(after.owner)}"
        yield Statement(sql, Phase.MACHINERY, needs=needs, origin=after.origin)
        if context.reader:
            sql = f"GRANT USAGE ON SCHEMA {OWN_SCHEMA} TO {ident(context.reader)}"
            yield Statement(sql, Phase.MACHINERY, as_role=after.owner, note="to plan again")
    elif change.before.owner != after.owner:
        owners = (change.before.owner, after.owner)
        needs = tuple(Need("owner", owner, f"schema {OWN_SCHEMA}") for owner in owners)
        sql = f"ALTER SCHEMA {OWN_SCHEMA} OWNER TO {ident(after.owner)}"
        yield Statement(sql, Phase.UNMAP, needs=needs, origin=after.origin)
    before = change.before
    if before is not None and (before.comment, before.project) == (after.comment, after.project):
        return
    comment = comment_sql(f"SCHEMA {OWN_SCHEMA}", after.comment, after.project)
    yield Statement(comment, Phase.MACHINERY, as_role=after.owner, origin=after.origin)


def effect(_change: Change[OwnSchema], _context: Context) -> Effect:
    """The schema by itself gives nothing."""
    return Effect.NEUTRAL


def own_unit(_change: Change[Any]) -> Hashable:
    """jwtroles' own schema counts as one change, whatever is in it."""
    return "own schema"


def leave_with_schema(item: T, leaving: Leaving) -> T | None:
    """What lies in the schema goes with it."""
    return None if leaving.schema else item


OWN_SCHEMA_KIND: Kind[OwnSchema] = Kind(
    "own_schema",
    parse,
    lambda _schema: OWN_SCHEMA,
    statements,
    effect,
    unit=own_unit,
    leave=leave_with_schema,
    abroad=lambda schema, abroad: replace(schema, owner=abroad.roles.role(schema.owner)),
    mirrored=kept_comment,
)
