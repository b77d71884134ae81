"""What came of the tests: plain values, which reports turn into text."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.errors import Place


@frozen
class Judged:
    """One expectation and what came of it.

    Attributes:
        statement: the statement that is judged, as the file has it.
        expected: what had to come of it, in words.
        came: what came of it, in words.
        verdict: what is wrong in a few words; '' if it holds.
        details: further lines about what is wrong.
    """

    statement: str
    expected: str
    came: str
    verdict: str = ""
    details: tuple[str, ...] = ()
    place: Place | None = field(default=None, compare=False)

    @property
    def holds(self) -> bool:
        """Whether it came as expected."""
        return not self.verdict


@frozen
class TestResult:
    """What came of one test.

    Attributes:
        becomes: whether the token became the role that it had to become.
        expectations: those of this mode of `verify:`, in the order of the file.
        elsewhere: how many more are made in another mode alone.
    """

    __test__ = False  # not a test of pytest's

    name: str
    becomes: Judged
    expectations: tuple[Judged, ...] = ()
    elsewhere: int = 0
    place: Place | None = field(default=None, compare=False)

    @property
    def held(self) -> int:
        """How many expectations hold."""
        return sum(one.holds for one in self.expectations)


@frozen
class Results:
    """What came of all the tests of a file, run in one mode of `verify:`."""

    mode: str
    tests: tuple[TestResult, ...]

    @property
    def expectations(self) -> int:
        """How many expectations were judged."""
        return sum(len(test.expectations) for test in self.tests)

    @property
    def held(self) -> int:
        """How many of them hold."""
        return sum(test.held for test in self.tests)

    @property
    def elsewhere(self) -> int:
        """How many expectations are made in another mode alone, and were not run."""
        return sum(test.elsewhere for test in self.tests)

    @property
    def wrong_roles(self) -> int:
        """How many tokens did not become what they had to."""
        return sum(not test.becomes.holds for test in self.tests)

    @property
    def passed(self) -> bool:
        """Whether every token and every expectation came as the file says."""
        return not self.wrong_roles and self.held == self.expectations
