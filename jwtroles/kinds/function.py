"""Functions of ours: the accessors and the mapping in schema `jwtroles`, and declared queries."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import field, replace

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.kinds.base import (
    ANY,
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
from jwtroles.kinds.object_ref import ObjectClass, ObjectRef
from jwtroles.kinds.own_schema import SECRETS_HELD, is_lookup
from jwtroles.kinds.renames import Renames
from jwtroles.kinds.tag import comment_sql, split_tag
from jwtroles.names import OWN_SCHEMA, QName, ident


@frozen
class Function:
    """A function (manual section 36.3 and CREATE FUNCTION).

    Attributes:
        arguments: identity arguments as PostgreSQL prints them (`month date`).
        returns: result type as PostgreSQL prints it (`uuid`, `TABLE(total numeric)`).
        language: `sql` or `plpgsql`.
        volatility: `i`mmutable, `s`table or `v`olatile.
        parallel: `s`afe, `r`estricted or `u`nsafe.
        definer: SECURITY DEFINER.
        settings: its SET clauses, `name=value`.
        strict, leakproof: as CREATE FUNCTION has them; nothing of ours is either.
        other: whether it is a procedure, an aggregate or a window function; nothing of ours is.
        body: the text of the body; for a BEGIN ATOMIC body what PostgreSQL prints of it.
        atomic: whether the body is BEGIN ATOMIC (parsed when it is made, manual section 36.5).
        body_sql: the body to write, for a compiled function.
        planned_with: whether the role that plans calls it.
    """

    name: QName
    arguments: str
    returns: str
    language: str
    volatility: str
    parallel: str
    definer: bool
    settings: tuple[str, ...]
    body: str
    owner: str
    atomic: bool = False
    strict: bool = False
    leakproof: bool = False
    other: bool = False
    comment: str = ""
    project: str | None = None
    body_sql: str | None = field(default=None, compare=False)
    planned_with: bool = field(default=False, compare=False)
    origin: Origin = field(default=NOWHERE, compare=False)

    @property
    def reference(self) -> str:
        """The function as ALTER, COMMENT and DROP name it."""
        word = "ROUTINE" if self.other else "FUNCTION"
        return f"{word} {self.name.sql}({self.arguments})"


SAFE_PATH = ("search_path=pg_catalog, pg_temp",)
"""The settings of every function of ours: nothing a client makes is found before the system's."""

_VOLATILITY = {"i": "IMMUTABLE", "s": "STABLE", "v": "VOLATILE"}
_PARALLEL = {"s": "SAFE", "r": "RESTRICTED", "u": "UNSAFE"}


def parse(row: Row) -> Iterable[Function]:
    """Read a row of function.sql."""
    comment, project = split_tag(row["comment"])
    yield Function(
        QName(row["schema"], row["name"]),
        row["arguments"],
        row["returns"],
        row["language"],
        row["volatility"],
        row["parallel"],
        row["definer"],
        tuple(row["settings"]),
        row["body"],
        row["owner"],
        row["atomic"],
        row["strict"],
        row["leakproof"],
        row["prokind"] != "f",
        comment,
        project,
    )


def recreated(change: Change[Function]) -> bool:
    """Tell whether OR REPLACE cannot do it: the result type stays, and so does a procedure."""
    before, after = change.before, change.after
    return (
        before is not None
        and after is not None
        and (before.returns, before.other) != (after.returns, after.other)
    )


def dies_with(change: Change[Function]) -> Iterable[tuple[str, Hashable]]:
    """A function that is dropped takes its grants with it.

    What a function told that was not ours is not believed: secrets are stored again.
    """
    before, after = change.before, change.after
    if before is not None and before.name == SECRETS_HELD:
        same = after is not None and not recreated(change) and _code(before) == _code(after)
        if not same:
            yield "key_pad", ANY
    if before is not None and (change.after is None or recreated(change)):
        for cls in ("function", "procedure") if before.other else ("function",):
            yield "acl", ObjectRef(cls, change.subject.name, before.arguments)


def _phase(function: Function, context: Context) -> Phase:
    if function.owner in context.lookups:
        return Phase.LOOKUPS
    return Phase.MACHINERY if function.owner == context.own_role else Phase.DEFINERS


def statements(change: Change[Function], context: Context) -> Iterable[Statement]:
    """CREATE OR REPLACE (or DROP and CREATE) the function; a new one is born closed to PUBLIC."""
    before, after = change.before, change.after
    if after is None:
        # A query goes with the rights to it; an accessor after the policies that call it changed.
        # No policy calls a procedure, which may have the name of an accessor.
        function = change.subject
        own = function.name.schema == OWN_SCHEMA
        phase = (Phase.UNMAP if function.other else Phase.DROP) if own else Phase.TIGHTEN
        yield _drop(function, phase, context)
        return
    phase = _phase(after, context)
    body: list[Statement] = []
    if before is not None and before.name != after.name:
        yield renamed(before.reference, after.name, before.owner, context, after.origin)
        before = replace(before, name=after.name)
    if before is not None and recreated(change):
        body += _make_way(before, after, phase, context)
        before = None
    body += [*_owned(before, after, phase), *_body(before, after, phase)]
    if before is None and after.planned_with and context.reader:
        sql = f"GRANT EXECUTE ON {after.reference} TO {ident(context.reader)}"
        body.append(Statement(sql, phase, as_role=after.owner, note="to plan again"))
    yield from with_create_right(after.name, after.owner, body, context, after.origin)


def _drop(function: Function, phase: Phase, context: Context) -> Statement:
    return drop(f"DROP {function.reference}", function.name, phase, context)


def _make_way(
    before: Function, after: Function, phase: Phase, context: Context
) -> Iterable[Statement]:
    """Drop a query; put an accessor aside until the policies that call it call the new one."""
    if after.name.schema != OWN_SCHEMA:
        yield _drop(before, phase, context)
        return
    if before.owner != after.owner:
        owners = (before.owner, after.owner)
        yield own_again(before.reference, before.name, owners, phase)
    aside = replace(before, name=_aside(before))
    sql = f"ALTER {before.reference} RENAME TO {ident(aside.name.name)}"
    yield Statement(sql, phase, as_role=after.owner, origin=after.origin)
    yield _drop(aside, Phase.DROP, context)


def _aside(before: Function) -> QName:
    name = before.name.name.encode()[:54].decode(errors="ignore")
    return QName(OWN_SCHEMA, f"{name}_replaced")


def meanwhile(change: Change[Function]) -> Iterable[tuple[str, Hashable]]:
    """An accessor that is put aside, until no policy calls it any more."""
    before, after = change.before, change.after
    ours = after is not None and after.name.schema == OWN_SCHEMA
    if before is not None and ours and recreated(change):
        yield "function", (_aside(before), before.arguments)
        cls: ObjectClass = "procedure" if before.other else "function"
        yield "acl", ObjectRef(cls, _aside(before), before.arguments)


def _owned(before: Function | None, after: Function, phase: Phase) -> Iterable[Statement]:
    if before is None or before.owner == after.owner:
        return
    # Triggers call ours when rows go first: as somebody else they could not look into the schema.
    early = after.name.schema == OWN_SCHEMA and not is_lookup(after.name)
    owners = (before.owner, after.owner)
    yield own_again(after.reference, after.name, owners, Phase.UNMAP if early else phase)


def _body(before: Function | None, after: Function, phase: Phase) -> Iterable[Statement]:
    needs = (Need("owner", after.owner, str(after.name)),)

    def run(sql: str) -> Statement:
        return Statement(sql, phase, as_role=after.owner, needs=needs, origin=after.origin)

    if before is None or _code(before) != _code(after):
        yield run(create_sql(after))
    if before is None:
        yield run(f"REVOKE ALL ON {after.reference} FROM PUBLIC")
    if before is None or (before.comment, before.project) != (after.comment, after.project):
        yield run(comment_sql(after.reference, after.comment, after.project))


def _code(function: Function) -> tuple[object, ...]:
    return (
        function.language,
        function.volatility,
        function.parallel,
        function.definer,
        function.settings,
        function.body,
        function.atomic,
        function.strict,
        function.leakproof,
    )


def create_sql(function: Function, name: QName | None = None) -> str:
    """Return CREATE OR REPLACE FUNCTION for `function`, under another name if one is given."""
    target = name or function.name
    body = function.body_sql if function.body_sql is not None else function.body
    lines = [
        f"CREATE OR REPLACE FUNCTION {target.sql}({function.arguments})",
        f"RETURNS {function.returns}",
        f"LANGUAGE {ident(function.language)} {_VOLATILITY[function.volatility]}"
        + (" SECURITY DEFINER" if function.definer else "")
        + f" PARALLEL {_PARALLEL[function.parallel]}",
    ]
    for setting in function.settings:
        key, _, value = setting.partition("=")
        lines.append(f"SET {ident(key)} = {value}")
    if function.atomic:
        lines.append(f"BEGIN ATOMIC {statement_of(body)}; END")
    else:
        quote = _dollar_quote(body)
        lines.append(f"AS {quote}{body}{quote}")
    return "\n".join(lines)


def statement_of(body: str) -> str:
    """Return the statement of a BEGIN ATOMIC body, also of one that PostgreSQL has printed."""
    printed = re.fullmatch(r"BEGIN ATOMIC\s(.*?);?\s*END", body, re.DOTALL)
    return printed[1].strip() if printed else body


def _dollar_quote(body: str) -> str:
    tag = "$jwtroles$"
    while tag in body:
        tag = tag[:-1] + "_$"
    return tag


def effect(change: Change[Function], context: Context) -> Effect:
    """A query gives what it returns; a changed body may give more; our own are machinery."""
    own = change.subject.owner == context.own_role
    if change.before is None:
        return Effect.NEUTRAL if own else Effect.LOOSENS
    if change.after is None:
        return Effect.NEUTRAL if own else Effect.DESTROYS
    before, after = change.before, change.after
    same = (_code(before), before.owner, before.returns) == (
        _code(after),
        after.owner,
        after.returns,
    )
    return Effect.NEUTRAL if same else Effect.UNKNOWN


def unit(change: Change[Function]) -> Hashable:
    """jwtroles' own schema counts as one change; a query or a lookup is one by itself."""
    subject = change.subject
    own = subject.name.schema == OWN_SCHEMA and not is_lookup(subject.name)
    return "own schema" if own else (change.kind, change.key)


def leave(function: Function, leaving: Leaving) -> Function | None:
    """Queries of the project go, and with our schema everything in it."""
    if function.name.schema == OWN_SCHEMA:
        return None if leaving.schema else function
    return None if function.project == leaving.project else function


def follow(function: Function, renames: Renames) -> Function:
    """Return a function with the new name of its owner, and its own in the body.

    A BEGIN ATOMIC body is printed with its parameters qualified by the function's name.
    """
    old, new = ident(function.name.name), ident(_new_name(function, renames).name)
    body = function.body.replace(f"{old}.", f"{new}.") if function.atomic else function.body
    return replace(function, owner=renames.role(function.owner), body=body)


def _new_name(function: Function, renames: Renames) -> QName:
    return renames.queries.get((function.name, function.arguments), function.name)


def mirrored(source: Function | None, target: Function | None, mirror: Mirror) -> Function | None:
    """Take the function of the source; what tells the secrets changes with them alone."""
    tells = SECRETS_HELD in {one.name for one in (source, target) if one is not None}
    if tells and (source and _code(source)) != (target and _code(target)):
        here = mirror.target.label
        message = f"{SECRETS_HELD}() of {mirror.source.label} is not the one of {here}: secrets "
        message += "are stored again with it, which are never mirrored"
        mirror.fault(codes.KEYS_FIRST, message, f"apply the file to {here} first: jwtroles apply")
        return target
    if source is not None:
        owner = target.owner if target is not None else None
        what = f"function {source.name}({source.arguments})"
        mirror.check_owner(what, source.owner, owner)
    found: Function | None = kept_comment(source, target, mirror)
    return found


FUNCTION: Kind[Function] = Kind(
    "function",
    parse,
    lambda function: (function.name, function.arguments),
    statements,
    effect,
    unit=unit,
    dies_with=dies_with,
    meanwhile=meanwhile,
    leave=leave,
    follow=follow,
    named=lambda one, renames: (_new_name(one, renames), one.arguments),
    mirrored=mirrored,
)
