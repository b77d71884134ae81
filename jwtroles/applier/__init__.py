"""Makes a plan so: locks, statements, proof inside the transaction, commit.

Killed at any point, the transaction is gone and nothing was changed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtroles.applier.allowed import check_allowed
from jwtroles.applier.locks import pause, retryable
from jwtroles.applier.preflight import check_rights
from jwtroles.applier.transaction import (
    Attempt,
    Progress,
    connection_lost,
    locked_out,
    statement_failed,
)
from jwtroles.errors import Exit, JwtrolesError

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope

__all__ = ["Applied", "Interrupted", "Progress", "apply", "check_allowed", "check_rights"]

ATTEMPTS = 5
"""How often a transaction is tried when a lock is not to be had."""


class Interrupted(JwtrolesError):  # noqa: N818 - the user's wish, not a fault
    """The user interrupted; unless the footer says otherwise, everything was rolled back."""

    exit_code = Exit.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: how many statements ran, in how many attempts."""

    statements: int
    attempts: int


def apply(
    connection: Connection,
    plan: Plan,
    scope: Scope,
    *,
    allow: tuple[str, ...] = (),
    lock_timeout: str = "2s",
    progress: Progress = lambda _stage, _done, _of: None,
) -> Applied:
    """Apply `plan` in one transaction and prove it before the commit.

    Args:
        connection: in autocommit mode, as the role that made the plan.
        plan: what to do.
        scope: the scope that it was planned with.
        allow: effects that are allowed beside those of the environment.
        lock_timeout: how long a statement may wait for a lock, as PostgreSQL writes it.
        progress: is told what is done.

    Raises:
        Refused: JR622 for an effect that is not allowed, JR605 for a missing right, JR611 for a
            stale plan, JR620 when the proof fails.
        ApplyError: JR615 and JR616 for locks, JR617 for a lost connection, JR618 for a statement
            that the server refuses.
        Interrupted: on Ctrl-C.
    """
    check_allowed(plan, allow)
    check_rights(plan, plan.server)
    import psycopg  # noqa: PLC0415 - 160 ms

    started = time.monotonic()
    attempt = Attempt(connection, plan, scope, lock_timeout, progress)
    try:
        for tried in range(1, ATTEMPTS + 1):
            attempt = Attempt(connection, plan, scope, lock_timeout, progress)
            try:
                attempt.run()
            except psycopg.Error as error:
                attempt.roll_back()
                if attempt.lost(error):
                    raise connection_lost(attempt) from None
                if not retryable(error):
                    raise statement_failed(attempt, error) from None
                if tried == ATTEMPTS:
                    seconds = time.monotonic() - started
                    raise locked_out(attempt, error, tried, seconds) from None
                time.sleep(pause(tried - 1))
            else:
                return Applied(len(plan.statements), tried)
    except KeyboardInterrupt:
        attempt.roll_back()
        raise Interrupted(footer=attempt.interrupted()) from None
    except BaseException:
        attempt.roll_back()
        raise
    raise AssertionError("the last attempt returns or raises")
