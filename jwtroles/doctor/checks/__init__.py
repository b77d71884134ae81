"""The checks, each a function of the facts and of what the file says."""

from __future__ import annotations

from collections.abc import Callable

from jwtroles.doctor.checks import (
    applier,
    connection,
    hosting,
    locks,
    logging,
    logins,
    sessions,
    version,
)
from jwtroles.doctor.facts import Facts
from jwtroles.doctor.model import Check
from jwtroles.doctor.subject import Subject

CHECKS: tuple[Callable[[Facts, Subject], Check], ...] = (
    connection.check,
    version.check,
    hosting.check,
    applier.check,
    logins.check,
    logging.check,
    sessions.check,
    locks.check,
)
"""In the order in which they are told."""
