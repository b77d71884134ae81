"""Roles that no file can declare, with what they hold that is not their own: nothing is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.decompile.patterns import patterns
from jwtroles.errors import Problem
from jwtroles.kinds.grants import object_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.decompile.found import Found
    from jwtroles.names import QName

EVERY = 1_000_000
"""As many tables may lack a right for each that has it: of a glob, none."""


def left_to_others(found: Found) -> Iterator[Problem]:
    """Yield each role that is left to others, and why; a superuser holds everything anyway."""
    for role in found.left:
        facts = found.structure.roles.get(role)
        held = () if facts is None or facts.superuser else tuple(_held(role, found))
        words = "; ".join((f"{role} is left to others: {found.why_left(role)}", *held))
        yield Problem(codes.LEFT_TO_OTHERS, words)


def _held(role: str, found: Found) -> Iterator[str]:
    """Say what somebody gave a role; what it owns, and the service's schemas, stay unsaid."""
    tables: dict[tuple[str, ...], list[QName]] = {}
    objects: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for acl in found.acls:
        given = tuple(
            privilege.lower() + (f" ({', '.join(sorted(right.columns))})" if right.columns else "")
            for (grantee, privilege), right in sorted(acl.rights.items())
            if grantee == role
        )
        ref = acl.object
        if not given or acl.owner == role or ref.name.schema in found.theirs:
            continue
        if ref.cls == "table":
            tables.setdefault(given, []).append(ref.name)
        else:
            by = f", by default privileges of {ref.arguments}" if ref.cls == "default" else ""
            objects.setdefault((given, by), []).append(object_words(ref))
    for given, names in tables.items():
        named, _ = patterns(names, found, EVERY)
        yield f"{_listed(given)} on {_listed(named)}"
    for (given, by), words in objects.items():
        yield f"{_listed(given)} on {_listed(sorted(words))}{by}"
    if above := sorted(one.role for one in found.memberships if one.member == role):
        yield f"a member of {_listed(above)}"
    if stored := sorted({one.name for one in found.settings if one.role == role}):
        yield f"with settings of its own: {_listed(stored)}"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
