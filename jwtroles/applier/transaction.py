"""One attempt to apply a plan: a transaction from BEGIN to COMMIT, and how it can end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.applier.locks import holders, take
from jwtroles.applier.proof import prove
from jwtroles.applier.stale import still_as_planned
from jwtroles.errors import ApplyError, Problem
from jwtroles.planner.script import Line, lines, preamble

if TYPE_CHECKING:
    from jwtroles.errors import Place
    from jwtroles.names import QName
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope

Progress = Callable[[str, int, int], None]
"""Told of what is done: a stage (`locked`, `unchanged`, `statement`, `proved`, `committed`), how
many of how many."""

ROLLED_BACK = "Rolled back: nothing was changed."


@dataclass(slots=True)
class Attempt:
    """One transaction.

    Attributes:
        current: the line that is running, or ran last.
        done: how many statements have run.
        xid: the transaction's number once COMMIT is all that is left, to ask what became of it.
        committed: whether the server has confirmed the COMMIT.
    """

    connection: Connection
    plan: Plan
    scope: Scope
    lock_timeout: str
    progress: Progress
    current: Line | None = None
    done: int = 0
    xid: str | None = None
    committed: bool = False
    _lines: tuple[Line, ...] = field(default=(), repr=False)

    def run(self) -> None:
        """Lock, compare with the plan, run every statement, prove, commit."""
        execute = self.connection.execute
        execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        for sql in preamble(self.lock_timeout):
            execute(sql)
        take(self.connection, self.plan.project)
        self.progress("locked", 0, 0)
        still_as_planned(self.connection, self.plan, self.scope)
        self.progress("unchanged", 0, 0)
        total = len(self.plan.statements)
        self._lines = tuple(lines(self.plan.statements))
        for line in self._lines:
            self.current = line
            execute(line.sql)
            if line.statement is not None:
                self.done += 1
                self.progress("statement", self.done, total)
        self.current = None
        prove(self.connection, self.plan, self.scope)
        self.progress("proved", 0, 0)
        row = execute("SELECT pg_current_xact_id()::text AS xid").fetchone()
        self.xid = row["xid"] if row else None
        execute("COMMIT")
        self.committed = True
        self.progress("committed", 0, 0)

    def roll_back(self) -> None:
        """Undo everything; the server has done it itself where the connection is gone."""
        import psycopg  # noqa: PLC0415 - 160 ms

        with contextlib.suppress(psycopg.Error):
            self.connection.rollback()

    def lost(self, error: Exception) -> bool:
        """Tell whether the connection is gone, or has been told to go."""
        import psycopg  # noqa: PLC0415

        sqlstate = getattr(error, "sqlstate", None) or ""
        silent = isinstance(error, psycopg.OperationalError) and not sqlstate
        return self.connection.closed or silent or sqlstate.startswith(("57P", "08"))

    def interrupted(self) -> str:
        """Say how far the attempt had come when the user interrupted it."""
        total = len(self.plan.statements)
        if self.committed or self._was_committed():
            return f"Interrupted after the commit: all {total} statements were applied."
        return f"Interrupted after {self.done} of {total} statements. {ROLLED_BACK}"

    def _was_committed(self) -> bool:
        """Ask the server what became of a COMMIT whose answer did not arrive."""
        if self.xid is None or self.connection.closed:
            return False
        query = "SELECT pg_xact_status(%s::xid8) = 'committed' AS done"
        row = self.connection.execute(query, [self.xid]).fetchone()
        return bool(row and row["done"])

    @property
    def place(self) -> Place | None:
        """The line of the file behind the current statement; a role switch is for the next one."""
        following = iter(self._lines)
        for line in following:
            if line is self.current:
                statement = line.statement or next(
                    (later.statement for later in following if later.statement), None
                )
                return statement.origin.place if statement else None
        return None


def connection_lost(attempt: Attempt) -> ApplyError:
    """Say that the connection is gone, and what that means for the database."""
    total = len(attempt.plan.statements)
    if attempt.xid is not None:
        problem = Problem(
            codes.CONNECTION_LOST,
            "the connection was lost during COMMIT: whether the plan was applied is not known",
            remedy="plan again: it says what is left to do, if anything",
        )
        return ApplyError(problem)
    problem = Problem(
        codes.CONNECTION_LOST,
        f"the connection was lost after {attempt.done} of {total} statements",
        remedy="did somebody end the session, or did the server restart? Then plan again",
    )
    return ApplyError(problem, footer=ROLLED_BACK)


_REMEDIES = {
    "53200": "raise max_locks_per_transaction: a lock is held for each table that is changed",
    "2BP01": "remove what depends on it, or let the file say it, then plan again",
    "42501": "plan again as a role that may do it",
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
        footer=ROLLED_BACK,
    )


def locked_out(attempt: Attempt, error: Exception, tries: int, seconds: float) -> ApplyError:
    """Say what could not be locked, and which sessions hold it."""
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate != "55P03":
        said = str(error).split("\n")[0]
        message = f"other sessions change the same objects: {said}, in {tries} tries"
        remedy = "wait for them to end, then apply again"
        problem = Problem(codes.LOCKED, message, attempt.place, remedy=remedy)
        return ApplyError(problem, footer="Nothing was changed.")
    tables: tuple[QName, ...] = attempt.plan.locked_tables()
    what = "what the plan needs"
    if attempt.current and attempt.current.statement and attempt.current.statement.lock:
        tables = (attempt.current.statement.lock,)
        what = str(tables[0])
    return ApplyError(
        Problem(
            codes.LOCKED,
            f"could not lock {what} in {tries} tries ({seconds:.0f} s)",
            details=holders(attempt.connection, tables),
            remedy="end that session, or give more time: --lock-timeout 10s",
        ),
        footer="Nothing was changed.",
    )
