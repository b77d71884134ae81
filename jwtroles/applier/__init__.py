"""Makes a plan so: locks, statements, proof inside the transaction, commit.

Killed at any point, a transaction is gone and changed nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from jwtroles.applier.allowed import check_allowed
from jwtroles.applier.failures import (
    connection_lost,
    interrupted,
    locked_out,
    statement_failed,
    untouched,
)
from jwtroles.applier.interrupt import interrupted_once
from jwtroles.applier.locks import check_lock_timeout, overtaken, pause, retryable
from jwtroles.applier.preflight import check_rights
from jwtroles.applier.room import check_room
from jwtroles.applier.transaction import Attempt, Progress
from jwtroles.errors import Exit, JwtrolesError
from jwtroles.frozen import frozen
from jwtroles.planner.model import Elsewhere, nothing_elsewhere

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope

__all__ = [
    "Applied",
    "Elsewhere",
    "Interrupted",
    "Progress",
    "apply",
    "check_allowed",
    "check_lock_timeout",
    "check_rights",
    "nothing_elsewhere",
]

ATTEMPTS = 5
"""How often a transaction is tried when a lock is not to be had."""


class Interrupted(JwtrolesError):  # noqa: N818 - the user's wish, not a fault
    """The user interrupted; unless the footer says otherwise, everything was rolled back."""

    exit_code = Exit.INTERRUPTED


@frozen
class Applied:
    """What was done: how many statements ran, in how many transactions and attempts at them."""

    statements: int
    attempts: int
    transactions: int = 1


def apply(
    connection: Connection,
    plan: Plan,
    scope: Scope,
    *,
    allow: tuple[str, ...] = (),
    lock_timeout: str = "2s",
    progress: Progress = lambda _stage, _done, _of: None,
    verbose: bool = False,
    elsewhere: Elsewhere = nothing_elsewhere,
) -> Applied:
    """Apply `plan`, each of its transactions proved before its commit.

    Args:
        connection: in autocommit mode, as the role that made the plan.
        plan: what to do.
        scope: the scope that it was planned with.
        allow: effects that are allowed beside those of the environment.
        lock_timeout: how long a statement may wait for a lock, as PostgreSQL writes it.
        progress: is told what is done.
        verbose: whether an error may quote what another session runs.
        elsewhere: tells what has moved of what the plan was made from and that is elsewhere.

    Raises:
        Refused: JR622 for an effect that is not allowed, JR605 for a missing right, JR606 when the
            lock table has no room, JR611 for a stale plan, JR620 when the proof fails.
        ApplyError: JR615 and JR616 for locks, JR617 for a lost connection, JR618 for a statement
            that the server refuses.
        Interrupted: on Ctrl-C.
    """
    check_lock_timeout(lock_timeout)
    check_allowed(plan, allow)
    check_rights(plan, plan.server)
    for batch in plan.batches:
        check_room(batch, plan.server, footer="Nothing was changed.")
    attempt = Attempt(connection, plan, scope, lock_timeout, progress, elsewhere=elsewhere)
    attempts = 0
    with interrupted_once():
        for _ in plan.batches:
            attempt, tried = _commit(attempt.following() if attempts else attempt, verbose=verbose)
            attempts += tried
    return Applied(len(plan.statements), attempts, len(plan.batches))


def _commit(attempt: Attempt, *, verbose: bool) -> tuple[Attempt, int]:
    """Try one transaction until it commits; return the attempt that did, and which one it was."""
    import psycopg  # noqa: PLC0415 - 160 ms

    started = time.monotonic()
    try:
        for tried in range(1, ATTEMPTS + 1):
            try:
                attempt.run()
            except psycopg.Error as error:
                attempt.roll_back()
                if attempt.lost(error):
                    raise connection_lost(attempt, error) from None
                if not retryable(error) and not (tried == 1 and overtaken(error)):
                    raise statement_failed(attempt, error) from None
                if tried == ATTEMPTS:
                    seconds = time.monotonic() - started
                    raise locked_out(attempt, error, tried, seconds, queries=verbose) from None
                time.sleep(pause(tried - 1))
                attempt = attempt.again()
            else:
                return attempt, tried
    except KeyboardInterrupt:
        attempt.roll_back()
        raise Interrupted(footer=interrupted(attempt)) from None
    except JwtrolesError as error:
        attempt.roll_back()
        error.footer = error.footer or untouched(attempt)
        raise
    except BaseException:
        attempt.roll_back()
        raise
    raise AssertionError("the last attempt returns or raises")
