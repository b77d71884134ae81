"""Views of ours: columns and rows of one table, read with the rights of the view's own role."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from jwtroles.kinds.acl import ObjectRef
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
from jwtroles.kinds.definer import with_create_right
from jwtroles.kinds.tag import comment_sql, split_tag
from jwtroles.names import QName


@dataclass(frozen=True, slots=True)
class View:
    """A definer view (manual section 41.5) WITH (security_barrier), never security_invoker.

    Attributes:
        definition: the SELECT as PostgreSQL prints it.
        columns: names and types of the output, in order.
        sql: the SELECT to write, for a compiled view.
    """

    name: QName
    owner: str
    definition: str
    columns: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    barrier: bool = True
    invoker: bool = False
    comment: str = ""
    project: str | None = None
    sql: str | None = field(default=None, compare=False)
    origin: Origin = field(default=NOWHERE, compare=False)


def parse(row: Row) -> Iterable[View]:
    """Read a row of view.sql."""
    comment, project = split_tag(row["comment"])
    options = {option.partition("=")[0]: option.partition("=")[2] for option in row["options"]}
    yield View(
        QName(row["schema"], row["name"]),
        row["owner"],
        row["definition"],
        tuple((name, kind) for name, kind in row["columns"]),
        options.get("security_barrier") == "true",
        options.get("security_invoker") == "true",
        comment,
        project,
    )


def recreated(change: Change[View]) -> bool:
    """Tell whether OR REPLACE cannot do it: it can only add columns, and keeps the owner."""
    before, after = change.before, change.after
    if before is None or after is None:
        return False
    kept = after.columns[: len(before.columns)] == before.columns
    return before.owner != after.owner or not kept


def dies_with(change: Change[View]) -> Iterable[tuple[str, Hashable]]:
    """A view that is dropped takes its grants with it."""
    if change.before is not None and (change.after is None or recreated(change)):
        yield "acl", ObjectRef("table", change.before.name)


def statements(change: Change[View], context: Context) -> Iterable[Statement]:
    """CREATE, OR REPLACE, or DROP and CREATE the view, run by the role that owns it."""
    before, after = change.before, change.after
    if after is None:
        yield _drop(change.subject, Phase.DROP)
        return
    if before is not None and recreated(change):
        yield _drop(before, Phase.DEFINERS)
        before = None
    yield from with_create_right(
        after.name, after.owner, _body(before, after), context, after.origin
    )


def _drop(view: View, phase: Phase) -> Statement:
    needs = (Need("owner", view.owner, str(view.name)),)
    return Statement(f"DROP VIEW {view.name.sql}", phase, as_role=view.owner, needs=needs)


def _body(before: View | None, after: View) -> Iterable[Statement]:
    needs = (Need("owner", after.owner, str(after.name)),)

    def run(sql: str) -> Statement:
        return Statement(
            sql, Phase.DEFINERS, as_role=after.owner, needs=needs, origin=after.origin
        )

    shape = (after.definition, after.barrier, after.invoker)
    if before is None or (before.definition, before.barrier, before.invoker) != shape:
        select = after.sql if after.sql is not None else after.definition
        verb = "CREATE VIEW" if before is None else "CREATE OR REPLACE VIEW"
        yield run(f"{verb} {after.name.sql} WITH (security_barrier = true) AS {select}")
    if before is None or (before.comment, before.project) != (after.comment, after.project):
        yield run(comment_sql(f"VIEW {after.name.sql}", after.comment, after.project))


def effect(change: Change[View], _context: Context) -> Effect:
    """A view gives its columns to those who may read it; a changed one may give more."""
    if change.before is None:
        return Effect.LOOSENS
    return Effect.DESTROYS if change.after is None else Effect.UNKNOWN


VIEW: Kind[View] = Kind(
    "view",
    parse,
    lambda view: view.name,
    statements,
    effect,
    lock="AccessExclusive on the view",
    dies_with=dies_with,
)
