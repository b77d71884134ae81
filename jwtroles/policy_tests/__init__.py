"""Runs the `tests:` of a specification against a database, and leaves nothing behind.

The file is its own proof: claims in, role out, then statements and what must come of them. Each
test runs in one transaction that is rolled back. What PostgreSQL never rolls back stays: a sequence
that a statement has advanced is ahead afterwards (manual section 9.17).
"""

from jwtroles.policy_tests.results import Judged, Results, TestResult
from jwtroles.policy_tests.run import run

__all__ = ["Judged", "Results", "TestResult", "run"]
