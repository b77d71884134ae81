"""Views of ours: columns and rows of one table, read with the rights of the view's own role."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
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
from jwtroles.kinds.definer import drop, own_again, renamed, with_create_right
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.leaving import Leaving
from jwtroles.kinds.mirror import Mirror, kept_comment
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.tag import comment_sql, split_tag
from jwtroles.names import OWN_SCHEMA, QName, ident


@frozen
class View:
    """A definer view (manual section 41.5) WITH (security_barrier), never security_invoker.

    Attributes:
        definition: the SELECT as PostgreSQL prints it.
        columns: names and types of the output, in order.
        further: any other option (`check_option=local`); ours have none.
        sql: the SELECT to write, for a compiled view.
    """

    name: QName
    owner: str
    definition: str
    columns: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    barrier: bool = True
    invoker: bool = False
    further: tuple[str, ...] = ()
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
        _is_on(options.pop("security_barrier", "false")),
        _is_on(options.pop("security_invoker", "false")),
        tuple(sorted(f"{name}={value}" for name, value in options.items())),
        comment,
        project,
    )


_OFF = frozenset({"false", "fals", "fal", "fa", "f", "no", "n", "off", "of", "0"})


def _is_on(value: str) -> bool:
    """Read an option that stands as it was written: `on`, `1`, `t` (manual section 8.6)."""
    return value.lower() not in _OFF


def recreated(change: Change[View]) -> bool:
    """Tell whether OR REPLACE cannot do it: it can only add columns."""
    before, after = change.before, change.after
    if before is None or after is None:
        return False
    return after.columns[: len(before.columns)] != before.columns


def dies_with(change: Change[View]) -> Iterable[tuple[str, Hashable]]:
    """A view that is dropped takes its grants with it."""
    if change.before is not None and (change.after is None or recreated(change)):
        yield "acl", ObjectRef("table", change.subject.name)


def statements(change: Change[View], context: Context) -> Iterable[Statement]:
    """CREATE, OR REPLACE, or DROP and CREATE the view, run by the role that owns it."""
    before, after = change.before, change.after
    if after is None:
        name = change.subject.name
        # In our schema it may have the name of a table of ours.
        phase = Phase.UNMAP if name.schema == OWN_SCHEMA else Phase.DROP
        yield drop(f"DROP VIEW {name.sql}", name, phase, context)
        return
    if before is not None and before.name != after.name:
        subject = f"VIEW {before.name.sql}"
        yield renamed(subject, after.name, before.owner, context, after.origin)
        before = replace(before, name=after.name)
    if before is not None and recreated(change):
        yield drop(f"DROP VIEW {before.name.sql}", before.name, Phase.DEFINERS, context)
        before = None
    body = [*_owned(before, after), *_body(before, after)]
    yield from with_create_right(after.name, after.owner, body, context, after.origin)


def _owned(before: View | None, after: View) -> Iterable[Statement]:
    if before is not None and before.owner != after.owner:
        owners = (before.owner, after.owner)
        yield own_again(f"VIEW {after.name.sql}", after.name, owners, Phase.DEFINERS)


def _body(before: View | None, after: View) -> Iterable[Statement]:
    needs = (Need("owner", after.owner, str(after.name)),)

    def run(sql: str) -> Statement:
        return Statement(sql, Phase.DEFINERS, as_role=after.owner, needs=needs, origin=after.origin)

    if before is None or _shape(before) != _shape(after):
        select = after.sql if after.sql is not None else after.definition
        verb = "CREATE VIEW" if before is None else "CREATE OR REPLACE VIEW"
        yield run(f"{verb} {after.name.sql}{_options(after)} AS {select.rstrip().rstrip(';')}")
    if before is None or (before.comment, before.project) != (after.comment, after.project):
        yield run(comment_sql(f"VIEW {after.name.sql}", after.comment, after.project))


def _options(view: View) -> str:
    """Return the options of a view; without the clause OR REPLACE takes all of them away."""
    named = (one.partition("=") for one in view.further)
    options = [
        *["security_barrier = true"] * view.barrier,
        *["security_invoker = true"] * view.invoker,
        *(f"{name} = {ident(value) if value else 'true'}" for name, _, value in named),
    ]
    return f" WITH ({', '.join(options)})" if options else ""


def _shape(view: View) -> tuple[object, ...]:
    return view.definition, view.barrier, view.invoker, view.further


def effect(change: Change[View], _context: Context) -> Effect:
    """A view gives its columns to those who may read it; a changed one may give more."""
    before, after = change.before, change.after
    if before is None:
        return Effect.LOOSENS
    if after is None:
        return Effect.DESTROYS
    same = (_shape(before), before.owner) == (_shape(after), after.owner)
    return Effect.NEUTRAL if same else Effect.UNKNOWN


def leave(view: View, leaving: Leaving) -> View | None:
    """Views of the project go, and with our schema everything in it."""
    if view.name.schema == OWN_SCHEMA:
        return None if leaving.schema else view
    return None if view.project == leaving.project else view


def mirrored(source: View | None, target: View | None, mirror: Mirror) -> View | None:
    """Take what the source has, but for the comment, and for an owner that is not ours."""
    if source is not None:
        owner = target.owner if target is not None else None
        mirror.check_owner(f"view {source.name}", source.owner, owner)
    found: View | None = kept_comment(source, target, mirror)
    return found


VIEW: Kind[View] = Kind(
    "view",
    parse,
    lambda view: view.name,
    statements,
    effect,
    lock="AccessExclusive on the view",
    dies_with=dies_with,
    leave=leave,
    follow=lambda view, renames: replace(view, owner=renames.role(view.owner)),
    named=lambda view, renames: renames.views.get(view.name, view.name),
    mirrored=mirrored,
)
