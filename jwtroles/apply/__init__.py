"""Makes a plan so: locks, statements, proof inside the transaction, commit.

Killed at any point, the transaction is gone and nothing was changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.apply.locks import RETRYABLE, holders, pause, take
from jwtroles.apply.preflight import check_rights
from jwtroles.apply.proof import prove, still_as_planned
from jwtroles.errors import ApplyError, Exit, JwtrolesError, Problem, Refused
from jwtroles.plan.script import Line, lines, preamble

if TYPE_CHECKING:
    from jwtroles.plan.model import Plan
    from jwtroles.read.connection import Connection
    from jwtroles.read.scope import Scope

ATTEMPTS = 5
"""How often a transaction is tried when a lock is not to be had."""

Progress = Callable[[str, int, int], None]
"""Told of what is done: a stage (`locked`, `unchanged`, `statement`, `proved`, `committed`), how many
of how many."""


class Interrupted(JwtrolesError):
    """The user interrupted; everything was rolled back."""

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
        ApplyError: JR615 and JR616 for locks, JR618 for a statement that the server refuses.
        Interrupted: on Ctrl-C.
    """
    check_allowed(plan, allow)
    check_rights(plan)
    import psycopg  # noqa: PLC0415 - 160 ms

    started = time.monotonic()
    for attempt in range(ATTEMPTS):
        run = _Run(connection, plan, scope, lock_timeout, progress)
        try:
            run.transaction()
        except psycopg.Error as error:
            run.roll_back()
            if error.sqlstate not in RETRYABLE:
                raise _failed(run.current, error) from None
            if attempt + 1 == ATTEMPTS:
                raise _locked(run, time.monotonic() - started) from None
            time.sleep(pause(attempt))
        except KeyboardInterrupt:
            run.roll_back()
            raise Interrupted(footer=run.interrupted()) from None
        except BaseException:
            run.roll_back()
            raise
        else:
            return Applied(len(plan.statements), attempt + 1)
    raise AssertionError("the last attempt returns or raises")


def check_allowed(plan: Plan, allow: tuple[str, ...]) -> None:
    """Refuse effects that neither the environment nor the command line allows (JR622)."""
    refused = [effect for effect in plan.refused_effects() if effect not in allow]
    if not refused:
        return
    details = [f"{effect}: {line}" for effect in refused for line in _doing(plan, effect)]
    where = plan.environment or "this database"
    raise Refused(
        Problem(
            codes.NOT_ALLOWED,
            f"not allowed in {where}: {', '.join(refused)}",
            plan.allow_place,
            details=tuple(details),
            remedy=f"once: {' '.join(f'--allow {effect}' for effect in refused)}    "
            "always: add it to the environment's allow",
        ),
        footer="Nothing was changed.",
    )


def _doing(plan: Plan, effect: str) -> list[str]:
    if effect == "cuts_off":
        return [f"{one.role} on {one.subject}" for one in plan.cut_off]
    wanted = {effect, "unknown"} if effect == "loosens" else {effect}
    return [
        statement.sql.split("\n")[0]
        for step in plan.steps
        if step.effect.value in wanted
        for statement in step.statements[:1]
    ]


class _Run:
    """One attempt: a transaction from BEGIN to COMMIT."""

    def __init__(
        self,
        connection: Connection,
        plan: Plan,
        scope: Scope,
        lock_timeout: str,
        progress: Progress,
    ) -> None:
        self.connection = connection
        self.plan = plan
        self.scope = scope
        self.lock_timeout = lock_timeout
        self.progress = progress
        self.current: Line | None = None
        self.done = 0

    def transaction(self) -> None:
        """Lock, compare with the plan, run every statement, prove, commit."""
        execute = self.connection.execute
        execute("BEGIN")
        for sql in preamble(self.lock_timeout):
            execute(sql)
        take(self.connection, self.plan.project)
        self.progress("locked", 0, 0)
        still_as_planned(self.connection, self.plan, self.scope)
        self.progress("unchanged", 0, 0)
        total = len(self.plan.statements)
        for line in lines(self.plan.statements):
            self.current = line
            execute(line.sql)
            if line.statement is not None:
                self.done += 1
                self.progress("statement", self.done, total)
        self.current = None
        prove(self.connection, self.plan, self.scope)
        self.progress("proved", 0, 0)
        execute("COMMIT")
        self.progress("committed", 0, 0)

    def roll_back(self) -> None:
        """Undo everything; a connection that is gone has undone it itself."""
        if not self.connection.closed:
            self.connection.rollback()

    def interrupted(self) -> str:
        """Say how far the attempt had come."""
        total = len(self.plan.statements)
        return f"Interrupted after {self.done} of {total} statements. Rolled back: nothing was changed."


def _failed(line: Line | None, error: Exception) -> ApplyError:
    diagnostic = getattr(error, "diag", None)
    said = getattr(diagnostic, "message_primary", None) or type(error).__name__
    sqlstate = getattr(error, "sqlstate", None) or "no SQLSTATE"
    statement = line.statement if line else None
    return ApplyError(
        Problem(
            codes.STATEMENT_FAILED,
            f"the server refused a statement: {said} ({sqlstate})",
            statement.origin.place if statement else None,
            details=(line.sql.split("\n")[0],) if line else (),
            remedy="mend its cause, then plan again",
        ),
        footer="Rolled back: nothing was changed.",
    )


def _locked(run: _Run, seconds: float) -> ApplyError:
    statement = run.current.statement if run.current else None
    table = statement.lock if statement else None
    what = str(table) if table else "what the plan needs"
    details = holders(run.connection, table) if table else ()
    return ApplyError(
        Problem(
            codes.LOCKED,
            f"could not lock {what} in {ATTEMPTS} tries ({seconds:.0f} s)",
            details=details,
            remedy="end that session, or give more time: --lock-timeout 10s",
        ),
        footer="Nothing was changed.",
    )
