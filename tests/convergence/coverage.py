"""Random states must reach everything: how often each kind was made, altered and dropped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from jwtroles.kinds import KINDS
from tests.install_servers import MAJORS

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST = 10
"""Changes of each kind and verb in a run on all servers."""

VERBS = {"create": "add", "alter": "alter", "drop": "remove"}
NEVER = {
    "own_schema": {"drop"},  # every file needs the schema
    "table_security": {"create", "drop"},  # a table has it, on or off, from its first moment
    "ticket_secret": {"alter"},  # there is one, or it is of another database
}


class Coverage:
    """Adds up what the servers report, and fails a run of all of them that missed something."""

    def __init__(self) -> None:
        self._tables: list[Counter[str]] = []

    @property
    def total(self) -> Counter[str]:
        """How often each change was made, by kind and verb."""
        return sum(self._tables, Counter[str]())

    def rare(self) -> Iterator[str]:
        """Yield what a run on all servers has too few of."""
        found = self.total if len(self._tables) == len(MAJORS) else None
        for kind in KINDS if found is not None else ():
            for verb, name in VERBS.items():
                number = found[f"{kind.name} {name}"] if found is not None else 0
                if number < LEAST and verb not in NEVER.get(kind.name, ()):
                    yield f"{kind.name} {verb}: {number}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        table = dict(report.user_properties).get("convergence")
        if report.when == "call" and report.passed and isinstance(table, dict):
            self._tables.append(Counter(table))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == pytest.ExitCode.OK and any(self.rare()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._tables:
            terminalreporter.section("changes by random states")
            for name, number in sorted(self.total.items()):
                terminalreporter.line(f"{number:7} {name}")
        for one in self.rare():
            terminalreporter.line(f"FAILED too few changes by random states: {one}", red=True)
