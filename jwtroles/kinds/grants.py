"""GRANT and REVOKE for the differences of :mod:`jwtroles.kinds.acl`, and what they do to access."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from jwtroles.kinds.acl import (
    Acl,
    Grant,
    Right,
    additive,
    columns_sql,
    follow,
    parse,
    sparing,
    unit,
)
from jwtroles.kinds.base import NOWHERE, Change, Context, Effect, Need, Phase, Statement
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.leaving import Leaving
from jwtroles.kinds.mirrored_rights import abroad, declared, level, mirrored
from jwtroles.kinds.object_ref import ObjectClass, ObjectRef
from jwtroles.kinds.passed_on import split
from jwtroles.names import OWN_SCHEMA, grantee_sql, ident

_ON: dict[ObjectClass, Callable[[ObjectRef], str]] = {
    "table": lambda ref: ref.name.sql,
    "sequence": lambda ref: f"SEQUENCE {ref.name.sql}",
    "function": lambda ref: f"FUNCTION {ref.name.sql}({ref.arguments})",
    "procedure": lambda ref: f"PROCEDURE {ref.name.sql}({ref.arguments})",
    "type": lambda ref: f"TYPE {ref.name.sql}",
    "schema": lambda ref: f"SCHEMA {ident(ref.name.name)}",
    "database": lambda ref: f"DATABASE {ident(ref.name.name)}",
    "large_object": lambda ref: f"LARGE OBJECT {ref.name.name}",
    "default": lambda ref: ref.name.name,
}
"""How GRANT names an object of each class."""


def _verb(ref: ObjectRef, words: str, direction: str, grantee: str) -> str:
    """Return GRANT/REVOKE `words` ON the object TO/FROM the grantee."""
    statement = f"{words} ON {_ON[ref.cls](ref)} {direction} {grantee_sql(grantee)}"
    if ref.cls != "default":
        return statement
    schema = f" IN SCHEMA {ident(ref.name.schema)}" if ref.name.schema else ""
    return f"ALTER DEFAULT PRIVILEGES FOR ROLE {ident(ref.arguments)}{schema} {statement}"


def _losses(grant: Grant, after: Right | None) -> Iterable[tuple[str, str]]:
    """Yield REVOKE phrases for what `after` no longer holds, each with a remark."""
    before, privilege = grant.right, grant.privilege
    if after is None:
        held = f" {columns_sql(before.columns)}" if before.columns is not None else ""
        yield f"REVOKE {privilege}{held}", ""
        return
    if before.columns is None and after.columns is not None:
        yield f"REVOKE {privilege}", ""
        return
    both = before.columns is not None and after.columns is not None
    if both and (gone := before.columns - after.columns):  # type: ignore[operator]
        yield f"REVOKE {privilege} {columns_sql(gone)}", ""
    kept = before.columns if before.columns is not None else None
    if before.option is None and after.option is not None:
        yield f"REVOKE GRANT OPTION FOR {privilege}", ""
    elif before.option and after.option is not None and (extra := before.option - after.option):
        left = extra if kept is None else extra & kept & (after.columns or kept)
        if left:
            yield f"REVOKE GRANT OPTION FOR {privilege} {columns_sql(left)}", ""


def _cascade(right: Right) -> str:
    """Return CASCADE where the grantee has passed the right on; REVOKE fails without it."""
    return " CASCADE" if right.passed_on else ""


def _gains(change: Change[Grant]) -> Iterable[tuple[str, str]]:
    """Yield GRANT phrases for what is new, each with a remark; options are apart."""
    after = change.after
    if after is None:
        return
    privilege, right = after.privilege, after.right
    old = change.before.right if change.before else None
    if right.columns is None:
        if old is None or old.columns is not None:
            yield f"GRANT {privilege}", ""
        return
    had = old.columns if old is not None and old.columns is not None else frozenset()
    if new := right.columns - had:
        retaken = old is not None and old.columns is None
        remark = "the REVOKE took these with it" if retaken else ""
        yield f"GRANT {privilege} {columns_sql(new)}", remark


def _options(change: Change[Grant]) -> Iterable[str]:
    """Yield GRANT phrases for options that are new: those of another database, or kept ones.

    A REVOKE on the whole table takes the options on its columns with it.
    """
    after = change.after
    if after is None:
        return
    old = change.before.right if change.before else Right()
    option = after.right.option
    if option is None and (old.option is not None or old.columns is not None):
        yield f"GRANT {after.privilege}"
    elif option:
        had = old.option if old.option is not None else option
        retaken = old.columns is None and after.right.columns is not None
        if new := option - (frozenset() if retaken and change.before else had):
            yield f"GRANT {after.privilege} {columns_sql(new)}"


def _redundant(change: Change[Grant]) -> str | None:
    """Return the column grants that a new table-wide grant makes mere decoration."""
    if change.before is None or change.after is None:
        return None
    columns = change.before.right.columns
    if columns is None or change.after.right.columns is not None:
        return None
    return f"REVOKE {change.after.privilege} {columns_sql(columns)}"


def statements(change: Change[Grant], context: Context) -> Iterable[Statement]:
    """REVOKE what is too much, then GRANT what is missing; the owner or the grantor runs it."""
    subject = change.subject
    ref = subject.object
    own = ref.name.schema == OWN_SCHEMA
    by_lookup = own and subject.owner in context.lookups
    template = Statement(
        "",
        Phase.CLOSE if ref.cls == "schema" else Phase.TIGHTEN,
        as_role=(subject.owner if by_lookup else context.own_role) if own else None,
        needs=() if own else (Need("owner", subject.owner, str(ref)),),
        origin=change.after.origin if change.after else NOWHERE,
        about=ref.name if ref.cls == "table" else ref,
        slots=0,
    )
    if change.before is not None:
        yield from _taken(change, change.before, template, context)
    yield from _given(change, template, _giving(subject, context))


def _giving(subject: Grant, context: Context) -> Phase:
    """Return when a grant is made that narrows nothing."""
    if subject.object.name.schema == OWN_SCHEMA:
        return Phase.LOOKUPS if subject.owner in context.lookups else Phase.MACHINERY
    if subject.grantee in context.lookups:
        return Phase.LOOKUP_RIGHTS
    return Phase.DEFINER_RIGHTS if subject.grantee in context.definers else Phase.LOOSEN


def _taken(
    change: Change[Grant], before: Grant, template: Statement, context: Context
) -> Iterable[Statement]:
    """Yield each REVOKE by each grantor, after what those keep who had it from the grantee."""
    ref, owner, grantee = before.object, change.subject.owner, change.subject.grantee
    losses = list(_losses(before, change.after.right if change.after else None))
    for one in before.below if losses else ():
        held = f" {columns_sql(one.right.columns)}" if one.right.columns is not None else ""
        sql = _verb(ref, f"GRANT {one.privilege}{held}", "TO", one.grantee)
        yield replace(template, sql=sql, origin=one.origin, note=f"it had this from {grantee}")
    for grantor in sorted((before.right.grantors or {owner}) - before.right.taken):
        runner = template.as_role if grantor == owner else grantor
        needs = template.needs if runner is None else (Need("grantor", runner, str(ref)),)
        for words, remark in losses:
            sql = _verb(ref, words, "FROM", grantee) + _cascade(before.right)
            note = remark or ("" if change.after else context.gone)
            yield replace(template, sql=sql, as_role=runner, needs=needs, note=note)


def _given(change: Change[Grant], template: Statement, giving: Phase) -> Iterable[Statement]:
    """Yield each GRANT; what takes the place of a right on the whole table follows its REVOKE."""
    ref, grantee = change.subject.object, change.subject.grantee
    narrowing = change.before is not None and change.before.right.columns is None
    if narrowing:
        template = replace(template, phase=Phase.TIGHTEN)
    elif giving in (Phase.DEFINER_RIGHTS, Phase.LOOKUP_RIGHTS):
        template = replace(template, phase=giving, about=grantee)
    else:
        template = replace(template, phase=giving)

    def give(words: str, direction: str, remark: str = "") -> Statement:
        return replace(template, sql=_verb(ref, words, direction, grantee), note=remark)

    yield from (give(words, "TO", remark) for words, remark in _gains(change))
    for words in _options(change):
        given = give(words, "TO")
        yield replace(given, sql=f"{given.sql} WITH GRANT OPTION")
    if (redundant := _redundant(change)) is not None:
        yield give(redundant, "FROM")


def effect(change: Change[Grant], _context: Context) -> Effect:
    """More columns, or GRANT OPTION, loosen; fewer tighten; both at once counts as loosens.

    What the machinery of our own schema needs gives nobody access to anything of the user's.
    """
    if change.before is None:
        own = change.subject.object.name.schema == OWN_SCHEMA
        return Effect.NEUTRAL if own else Effect.LOOSENS
    if change.after is None:
        return Effect.TIGHTENS
    before, after = change.before.right, change.after.right
    return Effect.LOOSENS if _wider(after, before) else Effect.TIGHTENS


def verb(change: Change[Grant]) -> str:
    """Count a grant on the whole table as removed where it gives way to one on columns.

    It is revoked, and the columns that the file wants are granted: the reviewer sees that the
    file does not have it, and what is kept.
    """
    before, after = change.before, change.after
    if before is None or after is None or before.right.columns is not None:
        return change.verb
    narrowed = after.right.columns is not None and not _wider(after.right, before.right)
    return "remove" if narrowed else change.verb


def _wider(one: Right, other: Right) -> bool:
    def beyond(a: frozenset[str] | None, b: frozenset[str] | None) -> bool:
        return b is not None and (a is None or bool(a - b))

    return beyond(one.columns, other.columns) or beyond(one.option, other.option)


def called(grant: Grant) -> Mapping[str, str]:
    """Name a grant by its object, its grantee and its privilege."""
    name, to = object_words(grant.object), grant.grantee
    return {"grant": name, "to": to, "privilege": grant.privilege.lower(), "role": to}


def object_words(ref: ObjectRef) -> str:
    """Name an object; what is no table, sequence or function with its class: `schema app`."""
    if ref.cls == "default":
        schema = f" in {ref.name.schema}" if ref.name.schema else ""
        return f"new {ref.name.name.lower()}{schema}"
    return f"{_CALLED[ref.cls]} {ref}" if ref.cls in _CALLED else str(ref)


_CALLED = {
    "type": "type",
    "schema": "schema",
    "database": "database",
    "large_object": "large object",
}


def leave(acl: Acl, leaving: Leaving) -> Acl | None:
    """Rights of roles that go, go; so do all rights on what goes."""
    own = leaving.schema and OWN_SCHEMA in (acl.object.name.schema, acl.object.name.name)
    if own or (acl.object.name, acl.object.arguments) in leaving.objects:
        return None
    rights = {key: right for key, right in acl.rights.items() if key[0] not in leaving.roles}
    return replace(acl, rights=rights) if rights else None


ACL: Kind[Acl] = Kind(
    "acl",
    parse,
    lambda acl: acl.object,
    statements,  # type: ignore[arg-type]  # a difference of ACLs is split into grants
    effect,  # type: ignore[arg-type]
    split=split,
    unit=unit,
    verb=verb,
    additive=additive,
    called=called,
    attributes=("grant_option",),
    sparing=sparing,  # type: ignore[arg-type]
    leave=leave,
    follow=follow,
    abroad=abroad,
    mirrored=mirrored,
    level=level,
    declared=declared,
)
