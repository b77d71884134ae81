"""Whether a server is fit for what a file promises: version, rights, logins, log, connection.

Whether the database is as the file says is not asked here: that is `plan`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from jwtroles.doctor.checks import CHECKS
from jwtroles.doctor.facts import look
from jwtroles.doctor.model import Check, Examination, Finding, Severity
from jwtroles.doctor.subject import subject_found, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec


def examine(
    connection: Connection,
    spec: Spec | None = None,
    environment: Environment | None = None,
    now: Callable[[], float] = time.time,
) -> Examination:
    """Examine a database, with a specification or without one; nothing is changed.

    Raises:
        ServerError: JR005 when the server does not answer.
    """
    facts = look(connection, now)
    subject = subject_of(spec, environment) if spec else subject_found(facts.roles, facts.functions)
    server = facts.server
    arrow = f" → {subject.environment}" if subject.environment else ""
    return Examination(
        target=f"{subject.project}{arrow}",
        address=f"{server.applier}@{server.address or 'local socket'}/{server.database}",
        label=server.label,
        service=subject.service,
        checks=tuple(check(facts, subject) for check in CHECKS),
    )


__all__ = ["Check", "Examination", "Finding", "Severity", "examine"]
