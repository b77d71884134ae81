"""What is told when a transaction does not come to its end, and what is left in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.applier.locks import Wanted, holders
from jwtroles.errors import ApplyError, Problem
from jwtroles.reader import ended

if TYPE_CHECKING:
    from jwtroles.applier.transaction import Attempt

ROLLED_BACK = "Rolled back: nothing was changed."


def untouched(attempt: Attempt) -> str:
    """Say what is in the database after a transaction that was given up before it changed much."""
    return _kept(attempt) or "Nothing was changed."


def rolled_back(attempt: Attempt) -> str:
    """Say what is in the database after a transaction that was rolled back."""
    kept = _kept(attempt)
    return f"Rolled back. {kept}" if kept else ROLLED_BACK


def _kept(attempt: Attempt) -> str:
    """Name the transactions that were committed before this one, if there are any."""
    if attempt.number == 0:
        return ""
    which = "Transaction 1" if attempt.number == 1 else f"Transactions 1 to {attempt.number}"
    verb = "stays" if attempt.number == 1 else "stay"
    return f"{which} of {len(attempt.plan.batches)} {verb}. Apply again: it does the rest."


def interrupted(attempt: Attempt) -> str:
    """Say how far an apply had come when the user interrupted it."""
    total = len(attempt.plan.statements)
    if attempt.was_committed():
        after = attempt.number + 1
        if after == len(attempt.plan.batches):
            return f"Interrupted after the commit: all {total} statements were applied."
        return (
            f"Interrupted after transaction {after} of {len(attempt.plan.batches)}, "
            "which stays. Apply again: it does the rest."
        )
    done = attempt.before + attempt.done
    return f"Interrupted after {done} of {total} statements. {rolled_back(attempt)}"


def connection_lost(attempt: Attempt, error: Exception) -> ApplyError:
    """Say that the connection is gone, and what that means for the database."""
    total = len(attempt.plan.statements)
    if attempt.xid is not None:
        problem = Problem(
            codes.CONNECTION_LOST,
            "the connection was lost during COMMIT: whether the plan was applied is not known",
            details=(told,) if (told := ended.said(error)) else (),
            remedy="plan again: it says what is left to do, if anything",
        )
        return ApplyError(problem)
    problem = Problem(
        codes.CONNECTION_LOST,
        f"the connection was lost after {attempt.before + attempt.done} of {total} statements"
        + ended.why(error),
        remedy=ended.remedy(error, "plan again"),
    )
    return ApplyError(problem, footer=rolled_back(attempt))


_REMEDIES = {
    "53200": "raise max_locks_per_transaction, or apply when other sessions hold fewer locks",
    "2BP01": "remove what depends on it, or let the file say it, then plan again",
    "57014": ended.CANCELED,
    "42501": "plan again as a role that may do it",
    "P0001": "an event trigger says so: let it pass the applying role, then plan again",
}


def statement_failed(attempt: Attempt, error: Exception) -> ApplyError:
    """Say which statement the server refused, why, and which line of the file asks for it."""
    diagnostic = getattr(error, "diag", None)
    said = getattr(diagnostic, "message_primary", None) or type(error).__name__
    more = [getattr(diagnostic, name, None) for name in ("message_detail", "message_hint")]
    sqlstate = getattr(error, "sqlstate", None) or "no SQLSTATE"
    details = [line for text in more if text for line in text.splitlines()]
    if attempt.current:
        details.insert(0, attempt.current.sql.split("\n")[0])
    return ApplyError(
        Problem(
            codes.STATEMENT_FAILED,
            f"the server refused a statement: {said} ({sqlstate})",
            attempt.place,
            details=tuple(details),
            remedy=_REMEDIES.get(sqlstate, "mend its cause, then plan again"),
        ),
        footer=rolled_back(attempt),
    )


def locked_out(
    attempt: Attempt, error: Exception, tries: int, seconds: float, *, queries: bool
) -> ApplyError:
    """Say what could not be locked, and which sessions hold it."""
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate != "55P03":
        said = str(error).split("\n")[0]
        message = f"other sessions change the same objects: {said}, in {tries} tries"
        remedy = "wait for them to end, then apply again"
        problem = Problem(codes.LOCKED, message, attempt.place, remedy=remedy)
        return ApplyError(problem, footer=untouched(attempt))
    statement = attempt.current.statement if attempt.current else None
    table = statement.lock if statement else None
    wanted = Wanted(table, attempt.scope.schemas)
    return ApplyError(
        Problem(
            codes.LOCKED,
            f"could not lock {table or 'what the plan needs'} in {tries} tries ({seconds:.0f} s)",
            details=holders(attempt.connection, wanted, queries=queries),
            remedy="end that session, or give more time: --lock-timeout 10s",
        ),
        footer=untouched(attempt),
    )
