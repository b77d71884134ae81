"""What an examination says: checks, each with what it saw and what is wrong or worth a look."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from jwtroles.errors import Exit, Problem
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.codes import Code


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """A promise of the file does not hold on this server, or `plan` or `apply` would fail."""
    WARNING = "warning"
    """A promise rests on something outside of the file that is not as it should be."""
    NOTE = "note"
    """Something that somebody should know of."""


@frozen
class Finding:
    """One thing that is wrong or worth a look: code, what, details and remedy are the problem's."""

    severity: Severity
    problem: Problem


@frozen
class Check:
    """One question, and its answer.

    Attributes:
        name: what was looked at.
        said: what was seen, in one line, whether it is right or not.
        findings: what is to be said about it; () where all is well.
    """

    name: str
    said: str
    findings: tuple[Finding, ...] = ()


@frozen
class Examination:
    """All checks of one database.

    Attributes:
        target: project and environment, '' without a specification.
        address: user, host and database, without any password.
        label: the server's version.
        service: the managed service that it is, or seems to be; ''.
    """

    target: str
    address: str
    label: str
    service: str
    checks: tuple[Check, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, in the order of the checks."""
        return tuple(finding for check in self.checks for finding in check.findings)

    def count(self, severity: Severity) -> int:
        """Return how many findings there are of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def exit_code(self) -> Exit:
        """Warnings and notes are no failure."""
        return Exit.ERROR if self.count(Severity.ERROR) else Exit.DONE


def finding(
    severity: Severity, code: Code, message: str, *, details: Iterable[str] = (), remedy: str = ""
) -> Finding:
    """Return a finding."""
    return Finding(severity, Problem(code, message, details=tuple(details), remedy=remedy))
