"""What an imported file leaves to the managed service that its database is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem
from jwtroles.kinds.grants import object_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.catalog import Structure
    from jwtroles.decompile.found import Found


def left_to_service(found: Found) -> Iterator[Problem]:
    """Yield what is the service's: its schemas, and what its roles are."""
    if found.service is None:
        return
    title = found.service.title
    if found.theirs:
        but = f", but for the policies on {_listed(found.lent)}" if found.lent else ""
        yield _left(f"what is in {_listed(found.theirs)} is {title}'s and stays as it is{but}")
    for role in sorted(found.platform):
        yield _left("; ".join((f"{role} is {title}'s and stays what it is", *_is(role, found))))


def _is(role: str, found: Found) -> Iterator[str]:
    """Say what a role of the service is that others could not know from the file."""
    facts = found.facts(role)
    if facts.superuser or facts.bypassrls:
        yield "no policy binds it " + ("(SUPERUSER)" if facts.superuser else "(BYPASSRLS)")
    others = {"LOGIN": facts.login, "NOINHERIT": not facts.inherit, "CREATEROLE": facts.createrole}
    others |= {"CREATEDB": facts.createdb, "REPLICATION": facts.replication}
    if held := [word for word, has in others.items() if has]:
        yield _listed(held)
    if above := sorted(one.role for one in found.memberships if one.member == role):
        yield f"a member of {_listed(above)}"
    if stored := sorted({one.name for one in found.settings if one.role == role}):
        yield f"with settings of its own: {_listed(stored)}"


def undecided(found: Found, structure: Structure) -> Iterator[Problem]:
    """Yield the rights of the service's roles that a plan of the file leaves to others.

    Args:
        found: the database.
        structure: what the plan knows of rights that the file does not decide.
    """
    held: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for acl in structure.others:
        words = object_words(acl.object)
        if acl.object.cls == "default":
            words += f", by default privileges of {acl.object.arguments}"
        for role in sorted(found.platform):
            privileges = sorted(p.lower() for grantee, p in acl.rights if grantee == role)
            if privileges and acl.object.name.schema not in found.theirs:
                held.setdefault((words, tuple(privileges)), []).append(role)
    for (words, given), roles in sorted(held.items()):
        yield _left(f"{_listed(roles)}: {_listed(given)} on {words}")


def _listed(words: Iterable[object]) -> str:
    return ", ".join(map(str, words))


def _left(message: str) -> Problem:
    return Problem(codes.LEFT_TO_SERVICE, message)
