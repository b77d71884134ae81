"""Runs one expectation from the state of a request, and says whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.policy_tests.bench import Bench, Done, Failed, Outcome
from jwtroles.policy_tests.compare import rows_text, same_rows
from jwtroles.policy_tests.results import Judged
from jwtroles.policy_tests.statement import Statement, parse
from jwtroles.policy_tests.vacuity import vacuous

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.spec.model import Expectation

DENIALS = frozenset({"42501", "28000"})
"""insufficient_privilege and invalid_authorization_specification: how access is refused."""

READ_ONLY = "25006"
"""What a write looks like where the settings of the role make the transaction read-only."""

WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})


@frozen
class Request:
    """The state that a statement of a test runs in.

    Attributes:
        enter: logs in and takes the role of the token, in the savepoint that is open.
    """

    bench: Bench
    enter: Callable[[], None]

    def judge(self, expectation: Expectation) -> Judged:
        """Run an expectation, undo what it did, and say whether it holds."""
        judged = parse(expectation.judged)
        first = parse(expectation.query) if expectation.then is not None else None
        with self.bench.undone():
            self.enter()
            denials = DENIALS
            if self.bench.setting("transaction_read_only") == "on":
                denials |= {READ_ONLY}
            before = self.bench.attempt(first.sql) if first is not None else None
            if isinstance(before, Failed):
                why = f"the statement before it failed: {before}"
                return _wrong(expectation, "not run", "not run", why)
            outcome = self.bench.attempt(judged.sql)
        if expectation.denied:
            return self._denied(expectation, judged, first, outcome, denials)
        if isinstance(outcome, Failed):
            return _wrong(expectation, str(outcome), "failed", f"came      {outcome}")
        if expectation.affects is not None:
            return _affects(expectation, outcome)
        return self._rows(expectation, outcome)

    def _rows(self, expectation: Expectation, done: Done) -> Judged:
        if done.rows is None:
            return _wrong(expectation, done.tag, "no query", f"{done.tag} returns no rows")
        came = rows_text(done.rows)
        if same_rows(self.bench, done, expectation):
            return Judged(expectation.judged, expected(expectation), came, place=expectation.place)
        return _wrong(expectation, came, "other rows", f"came      {came}")

    def _denied(
        self,
        expectation: Expectation,
        judged: Statement,
        first: Statement | None,
        outcome: Outcome,
        denials: frozenset[str],
    ) -> Judged:
        if isinstance(outcome, Failed):
            came = str(outcome)
            if outcome.sqlstate in denials:
                return Judged(expectation.judged, "denied", came, place=expectation.place)
            why = "an error, but not for lack of access (42501, 28000)"
            return _wrong(expectation, came, "failed, not denied", came, why)
        if outcome.count != 0 or judged.hidden_write:
            came = _effect(outcome)
            return _wrong(expectation, came, "not denied", came)
        if why := vacuous(self.bench, judged, first):
            return _wrong(expectation, "no row", "denied, but vacuous", why)
        return Judged(expectation.judged, "denied", "no row", place=expectation.place)


def _affects(expectation: Expectation, done: Done) -> Judged:
    if done.tag not in WRITES:
        return _wrong(expectation, done.tag, "no write", f"{done.tag} writes no rows: use `rows`")
    came = _rows_count(done.count or 0)
    if done.count == expectation.affects:
        return Judged(expectation.judged, expected(expectation), came, place=expectation.place)
    return _wrong(expectation, came, f"affected {came}", f"came      {came}")


def _effect(done: Done) -> str:
    if done.count is None:
        return f"{done.tag} was done"
    if not done.count:
        return "it writes inside WITH, and nothing stopped it"
    verb = "affected" if done.tag in WRITES else "returned"
    return f"it {verb} {_rows_count(done.count)}"


def _rows_count(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def expected(expectation: Expectation) -> str:
    """Return what must come of a statement, in words."""
    if expectation.denied:
        return "denied"
    if expectation.affects is not None:
        return _rows_count(expectation.affects)
    return rows_text(expectation.rows or ())


def _wrong(expectation: Expectation, came: str, verdict: str, *details: str) -> Judged:
    wanted = expected(expectation)
    shown = details if expectation.denied else (f"expected  {wanted}", *details)
    return Judged(expectation.judged, wanted, came, verdict, tuple(shown), expectation.place)


def not_run(expectation: Expectation, why: str) -> Judged:
    """Return an expectation that does not hold because its test did not get that far."""
    return _wrong(expectation, "not run", "not run", why)
