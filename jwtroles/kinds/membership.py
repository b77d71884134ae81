"""Memberships: who has a role's rights (INHERIT), who may become it (SET), who may pass it on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace

from jwtroles import codes
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
from jwtroles.kinds.mirror import Mirror, about
from jwtroles.kinds.renames import Renames
from jwtroles.names import ident
from jwtroles.versions import MEMBERSHIP_OPTIONS


@frozen
class Options:
    """The options of a membership; `inherit` and `set` are None before PostgreSQL 16."""

    admin: bool = False
    inherit: bool | None = None
    set: bool | None = None

    def union(self, other: Options) -> Options:
        """What two grants of the same membership give together."""
        return Options(
            self.admin or other.admin,
            _either(self.inherit, other.inherit),
            _either(self.set, other.set),
        )


def _either(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001
    return None if one is None and other is None else bool(one or other)


@frozen
class Membership:
    """`member` is a member of `role`; `options` is what all grants of it give together.

    `by` lists each grant with its grantor (since 16 there may be several, manual section 21.3);
    the file does not say who grants, so it is apart from the value. `passed_on` tells whether the
    member has granted the role to others, who lose it with the member's ADMIN option.
    """

    role: str
    member: str
    options: Options
    by: tuple[tuple[str, Options], ...] = field(default=(), compare=False)
    passed_on: bool = field(default=False, compare=False)
    origin: Origin = field(default=NOWHERE, compare=False)


def parse(row: Row) -> Iterable[Membership]:
    """Read a row of membership.sql: one membership with all of its grants."""
    by = tuple(
        (grant["grantor"], Options(grant["admin"], grant["inherit"], grant["set"]))
        for grant in row["grants"]
    )
    options = by[0][1]
    for _, further in by[1:]:
        options = options.union(further)
    yield Membership(row["role"], row["member"], options, by, row["passed_on"])


def _clause(options: Options, context: Context) -> str:
    if not context.membership_options:
        return " WITH ADMIN OPTION" if options.admin else ""
    words = [("ADMIN", options.admin), ("INHERIT", options.inherit), ("SET", options.set)]
    listed = ", ".join(f"{word} {'TRUE' if value else 'FALSE'}" for word, value in words)
    return f" WITH {listed}"


def _exceeds(options: Options, wanted: Options) -> list[str]:
    pairs = [
        ("ADMIN", options.admin, wanted.admin),
        ("INHERIT", options.inherit, wanted.inherit),
        ("SET", options.set, wanted.set),
    ]
    return [word for word, has, wants in pairs if has and not wants]


def statements(change: Change[Membership], context: Context) -> Iterable[Statement]:
    """GRANT and REVOKE of the membership, or of single options by the role that gave them."""
    before, after = change.before, change.after
    subject = change.subject
    pair = (ident(subject.role), ident(subject.member))
    what = f"membership of {subject.member} in {subject.role}"
    needs = (Need("admin", subject.role, what),)
    if before is not None:
        for grantor, options in before.by:
            by, theirs = "", needs
            if context.membership_options:
                by, theirs = f" GRANTED BY {ident(grantor)}", (Need("membership", grantor, what),)
            tail = f"{pair[0]} FROM {pair[1]}{by}"
            cascade = " CASCADE" if by and before.passed_on else ""
            if after is None:
                sql, note = f"REVOKE {tail}{cascade}", context.gone
                yield Statement(sql, Phase.UNMEMBER, needs=theirs, note=note)
                continue
            for word in _exceeds(options, after.options):
                sql = f"REVOKE {word} OPTION FOR {tail}{cascade if word == 'ADMIN' else ''}"
                yield Statement(sql, Phase.UNMEMBER, needs=theirs, origin=after.origin)
    if after is not None and (before is None or _exceeds(after.options, before.options)):
        sql = f"GRANT {pair[0]} TO {pair[1]}{_clause(after.options, context)}"
        yield Statement(sql, Phase.MEMBERSHIPS, needs=needs, origin=after.origin)


def effect(change: Change[Membership], _context: Context) -> Effect:
    """More options loosen, fewer tighten."""
    before, after = change.before, change.after
    if after is None:
        return Effect.TIGHTENS
    if before is None or _exceeds(after.options, before.options):
        return Effect.LOOSENS
    return Effect.TIGHTENS


def additive(change: Change[Membership]) -> Change[Membership] | None:
    """Return a change that gives missing options and leaves the others, or None."""
    before, after = change.before, change.after
    if after is None or before is None:
        return change if after is not None else None
    options = after.options.union(before.options)
    both = replace(after, options=options)
    return None if options == before.options else replace(change, after=both)


def leave(membership: Membership, leaving: Leaving) -> Membership | None:
    """Memberships of roles that go, and in them, go first."""
    pair = {membership.role, membership.member}
    return None if pair & leaving.roles - leaving.staying else membership


def follow(one: Membership, renames: Renames) -> Membership:
    """Return a membership with the new names of its roles, which it keeps."""
    by = tuple((renames.role(grantor), options) for grantor, options in one.by)
    return replace(one, role=renames.role(one.role), member=renames.role(one.member), by=by)


def mirrored(
    source: Membership | None, target: Membership | None, mirror: Mirror
) -> Membership | None:
    """Take the membership of the source, with the options that the target's server has.

    What makes its member a superuser, or reaches around row security, is never given.
    """
    if source is None:
        if target is None or target.role in mirror.source.roles:
            return None
        mirror.leaves(f"role {target.role}", target.member)
        return target
    lacking = [name for name in (source.role, source.member) if not mirror.has_role(name)]
    for name in lacking:
        mirror.lacks(f"role {name}", source.member)
    if lacking:
        return target
    wanted = replace(source, options=_options(source, target, mirror), by=(), passed_on=False)
    given = target is None or bool(_exceeds(wanted.options, target.options))
    if given and mirror.target.reaches_around(source.role):
        message = f"{source.member} is a member of {source.role} in {mirror.source.label}"
        message += ", which reaches around row security: that is never mirrored"
        mirror.fault(codes.NEVER_MIRRORED, message, f"end it in {mirror.source.label}")
    return wanted


def _options(source: Membership, target: Membership | None, mirror: Mirror) -> Options:
    """Return the options of the source as far as both servers have them.

    Before 16 a member inherits if its role does, and may always become the other one (manual of 15,
    section 22.3). Of a membership that is new where there are options, it gets one of the two.
    """
    had, has = (side.version >= MEMBERSHIP_OPTIONS for side in (mirror.source, mirror.target))
    options = source.options
    if had and has:
        return options
    member = mirror.coming_roles.get(source.member) or mirror.target.roles[source.member]
    if has:
        if target is not None and bool(target.options.inherit) == member.inherit:
            return replace(target.options, admin=options.admin)
        return Options(options.admin, member.inherit, not member.inherit)
    inherits, becomes = (True, True) if not had else (options.inherit, options.set)
    if had and (bool(inherits) != member.inherit or not (inherits or becomes)):
        words = f"INHERIT {str(bool(inherits)).upper()}, SET {str(bool(becomes)).upper()}"
        message = f"{source.member} is a member of {source.role} WITH {words} in "
        message += f"{mirror.source.label}: before PostgreSQL 16 the member's own attribute decides"
        remedy = f"make the member {'INHERIT' if inherits else 'NOINHERIT'}"
        mirror.fault(codes.NO_OPTIONS, message, f"{remedy}, or end the membership")
    return Options(options.admin)


MEMBERSHIP: Kind[Membership] = Kind(
    "membership",
    parse,
    lambda membership: (membership.role, membership.member),
    statements,
    effect,
    additive=additive,
    called=lambda one: {"membership": one.role, "of": one.member, "role": one.member},
    leave=leave,
    follow=follow,
    mirrored=mirrored,
    level=about(lambda one: (one.role, one.member)),
)
