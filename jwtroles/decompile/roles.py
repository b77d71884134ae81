"""Roles of the file: what they are, whose members they are, and which logins take on tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.kinds.login_setting import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jwtroles.decompile.found import Found
    from jwtroles.kinds.membership import Membership, Options

INHERITS = ("inherit",)
"""The options of a membership that the file calls `inherits`."""


@frozen
class Entrances:
    """Which logins become which roles, and what follows for the rest.

    Attributes:
        logins: login → the roles that it becomes, and has nothing of before.
        taken: roles that some login becomes, and those that they inherit.
    """

    logins: Mapping[str, tuple[str, ...]]
    taken: frozenset[str]


def options_of(options: Options) -> tuple[str, ...]:
    """Return the options of a membership as the file lists them.

    Before PostgreSQL 16 a membership has no other option than ADMIN.
    """
    held = (("inherit", options.inherit), ("set", options.set), ("admin", options.admin))
    if options.inherit is None:
        return ("inherit", "admin") if options.admin else INHERITS
    return tuple(name for name, has in held if has)


def entrances(found: Found) -> Entrances:
    """Return the logins that are there to become other roles: NOINHERIT, and with SET alone."""
    ours = set(found.roles)
    logins: dict[str, tuple[str, ...]] = {}
    if found.project:
        becoming = ((o.member, o.role) for o in found.memberships if o.options.set is not False)
        pairs = [(login, role) for login, role in becoming if login in found.logins]
        for login in sorted(found.logins):
            roles = (role for member, role in pairs if member == login)
            logins[login] = tuple(sorted(found.token_roles & set(roles)))
        return Entrances(logins, found.token_roles)
    for role in found.roles:
        facts = found.facts(role)
        held = [one for one in found.memberships if one.member == role]
        apart = facts.login and not facts.inherit and all(_becomes(one.options) for one in held)
        becomes = tuple(sorted(one.role for one in held if one.role in ours))
        if apart and becomes:
            logins[role] = becomes
    above = {one for roles in logins.values() for one in roles}
    taken = {role for role in above if not found.facts(role).login}
    if taken != above or above & logins.keys():
        return Entrances({}, frozenset())
    queue = list(taken)
    while queue:
        role = queue.pop()
        for one in found.memberships:
            if one.member == role and one.role in ours and one.role not in taken:
                taken.add(one.role)
                queue.append(one.role)
    # Roles of tokens and others do not inherit each other, and a role that logs in has no token.
    mixed = any(
        one.member in ours and one.member not in taken and one.member not in logins
        for one in found.memberships
        if one.role in taken
    )
    if mixed or any(found.facts(role).login for role in taken):
        return Entrances({}, frozenset())
    return Entrances(logins, frozenset(taken))


def _becomes(options: Options) -> bool:
    if options.admin:
        return False
    return options.set is None or (bool(options.set) and not options.inherit)


def facts_of(role: str, found: Found, entered: Entrances) -> Iterator[tuple[str, Any]]:
    """Yield the keys of a role that say what it is."""
    facts = found.facts(role)
    if facts.comment and facts.comment.isprintable():
        yield "comment", facts.comment
    if role not in entered.taken:
        yield "token", False
    if facts.login:
        yield "login", True
    if facts.connection_limit != -1:
        yield "connection_limit", facts.connection_limit
    inherits, others = _memberships(role, found)
    if inherits:
        yield "inherits", inherits
    if others:
        yield "member_of", others
    settings = {
        one.name: one.value
        for one in found.settings
        if one.role == role and facts.login and not one.everywhere and not IDENTITY.match(one.name)
    }
    if settings:
        yield "settings", dict(sorted(settings.items()))


def _memberships(role: str, found: Found) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    held: list[Membership] = [one for one in found.memberships if one.member == role]
    ours = set(found.roles)
    inherits, others = [], {}
    for one in sorted(held, key=lambda one: one.role):
        options = options_of(one.options)
        if options == INHERITS and one.role in ours:
            inherits.append(one.role)
        elif options:
            others[one.role] = options
    return tuple(inherits), others
