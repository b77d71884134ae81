"""The managed service that a database is on, and whether the file says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.doctor.model import Check, Finding, Severity, finding
from jwtroles.hosting import recognised, services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor.facts import Facts
    from jwtroles.doctor.subject import Subject


def check(facts: Facts, subject: Subject) -> Check:
    """Compare what the server seems to be with what the file says that it is."""
    found = recognised(facts.roles, facts.functions)
    said = ", or ".join(one.title for one in found) or "none that is known by its roles"
    if found and found[0].admin in facts.roles:
        member = found[0].admin in facts.server.acts_as
        said += (
            f"; {facts.server.applier} is {'' if member else 'not '}a member of {found[0].admin}"
        )
    return Check("hosting", said, tuple(_findings(facts, subject)))


def _findings(facts: Facts, subject: Subject) -> Iterator[Finding]:
    found = recognised(facts.roles, facts.functions)
    if subject.known and found and not subject.service:
        message = f"the database has the roles of {found[0].title}, and the file does not say so"
        remedy = f"say so, and they are left alone:  database: {{hosted_by: {found[0].name}}}"
        yield finding(Severity.WARNING, codes.SERVICE_UNSAID, message, remedy=remedy)
    if subject.known and subject.service and subject.service not in {one.name for one in found}:
        said = services()[subject.service]
        message = f"the file says {said.title}, and the database has the roles of "
        remedy = "take database.hosted_by out"
        if found:
            message += found[0].title
            remedy = f"database: {{hosted_by: {found[0].name}}}"
        else:
            message += f"none: {', '.join(said.known_by)} are not all there"
        yield finding(Severity.WARNING, codes.SERVICE_UNLIKE, message, remedy=remedy)
