"""Tables of the schema `jwtroles`: where the mapping and the settings of roles are kept."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import field, replace

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.kinds.base import ANY, NOWHERE, Change, Context, Effect, Origin, Phase, Row, Statement
from jwtroles.kinds.definer import drop, own_again
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.mirror import Mirror
from jwtroles.kinds.object_ref import ObjectClass, ObjectRef
from jwtroles.kinds.own_schema import leave_with_schema, own_unit
from jwtroles.names import OWN_SCHEMA, QName, ident, idents


@frozen
class Trigger:
    """A trigger, as pg_get_triggerdef prints it; `enabled` is `tgenabled` of pg_trigger."""

    name: str
    definition: str
    enabled: str


@frozen
class OwnTable:
    """A table of ours: columns as (name, type), all NOT NULL, and the primary key.

    Sequences, foreign tables and materialized views of the schema are read as well, since they may
    have the name of a table; nothing of ours is one.

    Attributes:
        form: what it is, as DROP names it; something else may have the name of a table of ours.
        changed: what was done to it by hand: rules, row security, constraints.
        triggers: every trigger on it.
        secret: whether nobody but its owner may read it. Row security is on then, without a policy:
            a member of pg_read_all_data has SELECT on every table, and still reads no row.
        keeps: columns whose values no file decides. They outlive a new shape of the table: the old
            one is set aside, and the rows that are made afresh take them from there.
        whole: whether its rows are of no file at all, and so are taken over.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    primary_key: tuple[str, ...]
    owner: str
    changed: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    secret: bool = False
    form: str = "TABLE"
    keeps: tuple[str, ...] = field(default=(), compare=False)
    whole: bool = field(default=False, compare=False)
    origin: Origin = field(default=NOWHERE, compare=False)

    @property
    def qname(self) -> QName:
        """The qualified name."""
        return QName(OWN_SCHEMA, self.name)


def parse(row: Row) -> Iterable[OwnTable]:
    """Read a row of own_table.sql."""
    columns = tuple((name, kind) for name, kind in row["columns"])
    yield OwnTable(
        row["name"],
        columns,
        tuple(row["primary_key"]),
        row["owner"],
        tuple(row["changed"]),
        tuple(Trigger(*one) for one in row["triggers"]),
        row["secret"],
        row["form"],
    )


EVERY_CHANGE = "INSERT OR DELETE OR UPDATE OR TRUNCATE"
"""What a trigger can be called after, in the order in which PostgreSQL prints it."""


def watched(table: OwnTable, events: str = EVERY_CHANGE) -> OwnTable:
    """Return the table with a trigger that calls `jwtroles.changed()` after these events.

    ALWAYS: session_replication_role turns others off (manual, ALTER TABLE).
    """
    definition = (
        f"CREATE TRIGGER {WATCH} AFTER {events} "
        f"ON {table.qname.sql} FOR EACH STATEMENT EXECUTE FUNCTION {OWN_SCHEMA}.changed()"
    )
    return replace(table, triggers=(Trigger(WATCH, definition, "A"),))


WATCH = "jwtroles_changed"
"""The name of that trigger."""


MOMENT = "timestamp with time zone"

ASIDE = "_before"
"""How the name of a table ends that was set aside."""


def set_aside(table: QName) -> QName:
    """Return the name under which the old shape of a table stands until its rows are made."""
    return QName(table.schema, table.name + ASIDE)


def carries(change: Change[OwnTable]) -> bool:
    """Tell whether a table is made afresh and hands on what no file decides."""
    before, after = change.before, change.after
    if before is None or after is None or before.form != after.form or not recreated(change):
        return False
    if "partitioned" in before.changed:
        return False
    there = {name for name, _ in before.columns}
    return after.whole or (bool(after.keeps) and there.issuperset(after.keeps))


def statements(change: Change[OwnTable], context: Context) -> Iterable[Statement]:
    """CREATE or DROP TABLE; rows are changes of their own, so a new shape is made afresh."""
    before, after = change.before, change.after
    if before is not None and not recreated(change):
        assert after is not None  # noqa: S101 - what goes is recreated as nothing
        owners = (before.owner, after.owner)
        if before.owner != after.owner:
            yield own_again(f"TABLE {after.qname.sql}", after.qname, owners, Phase.UNMAP)
        yield from _triggers(before.triggers, after)
        if before.secret != after.secret:
            # Sessions lock the tables that they read before this one, and so does the plan.
            yield replace(_hidden(after), phase=Phase.MAPPING, lock=after.qname, about=after.qname)
        return
    if before is not None and after is not None and carries(change):
        yield from _aside(before, after)
    elif before is not None:
        # What goes last would keep the function that its triggers call.
        for trigger in before.triggers if after is None else ():
            sql = f"DROP TRIGGER {ident(trigger.name)} ON {before.qname.sql}"
            yield Statement(sql, Phase.UNMAP, as_role=before.owner)
        phase = Phase.DROP if after is None else Phase.MACHINERY
        yield drop(f"DROP {before.form} {before.qname.sql}", before.qname, phase, context)
    if after is not None:
        columns = ", ".join(f"{ident(name)} {kind} NOT NULL" for name, kind in after.columns)
        key = f"PRIMARY KEY ({idents(after.primary_key)})"
        sql = f"CREATE TABLE {after.qname.sql} ({columns}, {key})"
        yield Statement(sql, Phase.MACHINERY, as_role=after.owner, origin=after.origin)
        if after.secret:
            yield _hidden(after)
        elif context.reader:
            sql = f"GRANT SELECT ON {after.qname.sql} TO {ident(context.reader)}"
            yield Statement(sql, Phase.MACHINERY, as_role=after.owner, note="to plan again")
        if before is not None and carries(change):
            yield from _handed_on(before, after, context)
        yield from _triggers((), after)


def _hidden(table: OwnTable) -> Statement:
    """Turn row security on where the rows are secret."""
    sql = f"ALTER TABLE {table.qname.sql} ENABLE ROW LEVEL SECURITY"
    return Statement(sql, Phase.MACHINERY, as_role=table.owner, origin=table.origin)


def _aside(before: OwnTable, after: OwnTable) -> Iterable[Statement]:
    """Give the old shape another name, without anything that calls, hides or refuses its rows."""
    old = before.qname
    if before.owner != after.owner:
        yield own_again(f"TABLE {old.sql}", old, (before.owner, after.owner), Phase.UNMAP)

    def run(sql: str) -> Statement:
        return Statement(sql, Phase.MACHINERY, as_role=after.owner, origin=after.origin)

    for trigger in before.triggers:
        yield run(f"DROP TRIGGER {ident(trigger.name)} ON {old.sql}")
    yield run(f"ALTER TABLE {old.sql} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
    yield run(f"ALTER TABLE {old.sql} RENAME TO {ident(set_aside(old).name)}")


def _handed_on(before: OwnTable, after: OwnTable, context: Context) -> Iterable[Statement]:
    """Take rows over that are of no file, and drop the old table when nothing needs it any more.

    An instant that is not there is taken for infinity, which refuses more. What else is missing
    lets the statement fail, and nothing is changed.
    """
    old = set_aside(after.qname)
    if after.whole:
        there = {name for name, _ in before.columns}
        values = [
            ident(name)
            if kind != MOMENT
            else f"coalesce({ident(name)}, 'infinity')"
            if name in there
            else "'infinity'"
            for name, kind in after.columns
        ]
        columns = idents([name for name, _ in after.columns])
        sql = f"INSERT INTO {after.qname.sql} ({columns}) "
        sql += f"SELECT {', '.join(values)} FROM ONLY {old.sql}"
        yield Statement(sql, Phase.MACHINERY, as_role=after.owner, origin=after.origin)
    yield drop(f"DROP TABLE {old.sql}", old, Phase.DROP, context)


def _triggers(before: tuple[Trigger, ...], after: OwnTable) -> Iterable[Statement]:
    """Drop triggers before any row is written, and create ours when what they call stands."""
    table = after.qname.sql

    def run(sql: str, phase: Phase) -> Statement:
        return Statement(sql, phase, as_role=after.owner, origin=after.origin)

    for trigger in before:
        if trigger not in after.triggers:
            yield run(f"DROP TRIGGER {ident(trigger.name)} ON {table}", Phase.UNMAP)
    for trigger in after.triggers:
        if trigger not in before:
            yield run(trigger.definition, Phase.TIGHTEN)
            always = f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {ident(trigger.name)}"
            yield run(always, Phase.TIGHTEN)


def recreated(change: Change[OwnTable]) -> bool:
    """Tell whether the table has to be made afresh, or goes.

    Its owner and its triggers can be set right as it stands, and row security can come on. Where it
    is on and should not be, it has hidden the rows from who plans: what is there is not known.
    """
    before, after = change.before, change.after
    if before is None or after is None:
        return before is not None
    secret = before.secret or after.secret
    return replace(before, owner=after.owner, triggers=after.triggers, secret=secret) != after


def effect(change: Change[OwnTable], context: Context) -> Effect:
    """Ours by themselves give nothing, and their rows are changes; a stranger's table goes.

    One of ours that a plan has set aside goes when what it keeps has been taken over.
    """
    before = change.before
    if before is None or change.after is not None:
        return Effect.NEUTRAL
    ours = before.owner == context.own_role and before.name.endswith(ASIDE)
    taken_over = ours and QName(OWN_SCHEMA, before.name.removesuffix(ASIDE)) in context.carried
    return Effect.NEUTRAL if taken_over else Effect.DESTROYS


def dies_with(change: Change[OwnTable]) -> Iterable[tuple[str, Hashable]]:
    """A table that is made afresh has lost its rows and its grants."""
    if change.before is not None and recreated(change):
        cls: ObjectClass = "sequence" if change.before.form == "SEQUENCE" else "table"
        yield "acl", ObjectRef(cls, change.before.qname)
        yield change.before.name, ANY


def meanwhile(change: Change[OwnTable]) -> Iterable[tuple[str, Hashable]]:
    """The old shape, until the rows that are made afresh have what it keeps."""
    if carries(change):
        old = set_aside(change.subject.qname)
        yield "own_table", old.name
        yield "acl", ObjectRef("table", old)


def mirrored(source: OwnTable | None, target: OwnTable | None, mirror: Mirror) -> OwnTable | None:
    """Take the tables of the source; those that hold keys are made, and go, with the file alone.

    What is hidden here stays hidden, whatever the source shows.
    """
    if source is not None and target is not None and target.secret:
        source = replace(source, secret=True)
    same = (source is None) == (target is None)
    if same and source is not None and target is not None:
        same = not recreated(Change("own_table", source.name, target, source))
    found = source if source is not None else target
    if found is not None and found.name not in _MIRRORED and not same:
        here = mirror.target.label
        message = f"the table {found.qname} of {mirror.source.label} is not the one of {here}: it "
        message += "goes with keys and secrets, which are never mirrored"
        mirror.fault(codes.KEYS_FIRST, message, f"apply the file to {here} first: jwtroles apply")
        return target
    return source


_MIRRORED = frozenset({"claim_role", "role_setting"})
"""The tables whose rows are access, and nothing else."""


OWN_TABLE: Kind[OwnTable] = Kind(
    "own_table",
    parse,
    lambda table: table.name,
    statements,
    effect,
    unit=own_unit,
    dies_with=dies_with,
    meanwhile=meanwhile,
    leave=leave_with_schema,
    abroad=lambda table, abroad: replace(table, owner=abroad.roles.role(table.owner)),
    mirrored=mirrored,
)
