"""The connected role: what it lacks to plan and to apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.doctor.model import Check, Finding, Severity, finding
from jwtroles.names import ident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor.facts import Facts, Owned
    from jwtroles.doctor.subject import Subject

_NAMED = 5
"""How many tables a finding names."""


def check(facts: Facts, subject: Subject) -> Check:
    """Look at the privileges of the connected role."""
    server = facts.server
    words = [server.applier]
    if server.superuser:
        words.append("superuser")
    elif server.createrole:
        words.append("CREATEROLE")
    if not server.superuser:
        covered = [one for one in facts.owned if subject.covers(one.schema)]
        tables = sum(len(one.tables) for one in covered)
        acts = sum(len(one.tables) for one in covered if one.owner in server.acts_as)
        words.append(f"acts as the owner of {acts} of {tables} tables")
    return Check("applying role", ", ".join(words), tuple(_findings(facts, subject)))


def _findings(facts: Facts, subject: Subject) -> Iterator[Finding]:
    server, me = facts.server, ident(facts.server.applier)
    database = ident(server.database)
    if not facts.temporary:
        message = f"{server.applier} may not make temporary tables, which a plan needs"
        remedy = f"GRANT TEMPORARY ON DATABASE {database} TO {me};"
        yield finding(Severity.ERROR, codes.NO_TEMPORARY, message, remedy=remedy)
    if server.superuser:
        return
    if server.plans_only:
        message = f"{server.applier} can plan, and apply nothing"
        remedy = f"to apply, connect as another role, or:  ALTER ROLE {me} CREATEROLE;"
        yield finding(Severity.WARNING, codes.PLANS_ONLY, message, remedy=remedy)
        return
    if not server.createrole:
        message = f"{server.applier} may not create roles"
        remedy = f"as an administrator:  ALTER ROLE {me} CREATEROLE;"
        yield finding(Severity.ERROR, codes.NO_CREATEROLE, message, remedy=remedy)
    if not server.database_create and not facts.managed:
        message = f"{server.applier} may not create the schema jwtroles"
        remedy = f"as an administrator:  GRANT CREATE ON DATABASE {database} TO {me};"
        yield finding(Severity.ERROR, codes.NO_CREATE, message, remedy=remedy)
    yield from _owners(facts, subject)
    yield from _adopted(facts, subject)
    for stop, owner in facts.makes.items() if subject.verify == "database" else ():
        if owner not in server.acts_as:
            message = f"{server.applier} may not do {stop}: it does not act as {owner}"
            remedy = f"as an administrator:  {stop};"
            yield finding(Severity.ERROR, codes.PUBLIC_MAKES, message, remedy=remedy)


def _owners(facts: Facts, subject: Subject) -> Iterator[Finding]:
    """Name each owner of tables whom the connected role does not act as."""
    server, me = facts.server, ident(facts.server.applier)
    lacking: dict[str, list[Owned]] = {}
    for one in facts.owned:
        if subject.covers(one.schema) and one.owner not in server.acts_as:
            lacking.setdefault(one.owner, []).append(one)
    for owner, owned in sorted(lacking.items()):
        tables = [table for one in owned for table in one.names]
        named = ", ".join(tables[:_NAMED]) + (", …" if len(tables) > _NAMED else "")
        count = f"{len(tables)} table{'s' * (len(tables) != 1)}"
        message = f"{server.applier} does not act as {owner}, who owns {count}: {named}"
        remedy = f"as an administrator:  GRANT {ident(owner)} TO {me};"
        if owner in server.settable:
            remedy = f"GRANT {ident(owner)} TO {me} WITH INHERIT TRUE;"
            remedy = remedy if facts.major >= 16 else f"ALTER ROLE {me} INHERIT;"
        elif facts.roles[owner].superuser:
            remedy = "as an administrator:  ALTER TABLE … OWNER TO a role that is no superuser"
        severity = Severity.ERROR if subject.known else Severity.WARNING
        yield finding(severity, codes.NOT_OWNER, message, remedy=remedy)


def _adopted(facts: Facts, subject: Subject) -> Iterator[Finding]:
    """Name each role to take over on which ADMIN is lacking; before 16 CREATEROLE is enough."""
    server, me = facts.server, ident(facts.server.applier)
    if facts.major < 16:
        return
    for role in sorted(subject.adopted & facts.roles.keys() - server.admin_of):
        message = f"{server.applier} has no ADMIN on {role}, which the file takes over"
        remedy = f"as an administrator:  GRANT {ident(role)} TO {me} WITH ADMIN OPTION;"
        yield finding(Severity.ERROR, codes.NO_ADMIN, message, remedy=remedy)
