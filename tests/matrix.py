"""Proof that the whole matrix ran: how many cases on each server as each applying role.

With --matrix (what `make test` passes) the run ends with a table of them, and fails when its
cells differ, when they are empty, or when a test of the servers was skipped.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.install_servers import MAJORS, VERSIONS
from tests.servers import APPLIERS

if TYPE_CHECKING:
    from collections.abc import Generator

FIXTURES = {"cluster", "sandbox", "applier"}


class Matrix:
    """Counts the cases of this process and, under xdist, adds up those of its workers."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ran: Counter[tuple[int, str]] = Counter()
        self._skipped: list[str] = []

    def record(self, major: int, applier: str) -> None:
        """Count one case."""
        if major not in MAJORS or applier not in APPLIERS:
            raise ValueError(f"no such cell: {major}, {applier}")
        self._ran[major, applier] += 1

    def wrongs(self) -> list[str]:
        """Return what keeps the matrix from being whole."""
        found = [f"skipped: {name}" for name in sorted(set(self._skipped))]
        numbers = {self._ran[major, applier] for major in MAJORS for applier in APPLIERS}
        if len(numbers) > 1:
            found.append("not every case ran on every server as every applier")
        if numbers == {0}:
            found.append("no case ran")
        return found

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        uses = FIXTURES.intersection(getattr(item, "fixturenames", ()))
        if report.skipped and not hasattr(report, "wasxfail") and uses:
            self._skipped.append(item.nodeid)
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:  # a whole module, whose tests are not known
            self._skipped.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self._config, "workeroutput"):
            ran = [(major, applier, count) for (major, applier), count in self._ran.items()]
            self._config.workeroutput["matrix"] = (ran, self._skipped)
        elif self.wrongs() and session.exitstatus in {
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        }:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        # A worker that crashed has no output; its cells stay short.
        ran, skipped = getattr(node, "workeroutput", {}).get("matrix", ((), ()))
        for major, applier, count in ran:
            self._ran[major, applier] += count
        self._skipped.extend(skipped)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("cases by server and applying role")
        width = max(map(len, APPLIERS)) + 2
        terminalreporter.line(" " * 18 + "".join(f"{name:>{width}}" for name in APPLIERS))
        for major in MAJORS:
            cells = "".join(f"{self._ran[major, name]:>{width}}" for name in APPLIERS)
            terminalreporter.line(f"PostgreSQL {VERSIONS[major]:<7}{cells}")
        for wrong in self.wrongs():
            terminalreporter.line(f"FAILED {wrong}", red=True)
