"""One attempt at one transaction of a plan, from BEGIN to COMMIT."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtroles.applier.locks import take
from jwtroles.applier.proof import prove
from jwtroles.applier.room import check_room
from jwtroles.applier.stale import source_as_read, still_as_planned, undisturbed
from jwtroles.kinds.base import Phase
from jwtroles.planner.model import nothing_elsewhere
from jwtroles.planner.script import Line, lines, preamble
from jwtroles.reader import ended

if TYPE_CHECKING:
    from jwtroles.errors import Place
    from jwtroles.kinds.base import Secret
    from jwtroles.planner.model import Batch, Elsewhere, Plan
    from jwtroles.reader import Reading
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope


LOAN_TIMEOUT = "60s"
"""How long a membership that is borrowed is waited for. An apply to another database of the cluster
may hold it until it commits. No table is locked yet, so that nobody waits behind us."""

Progress = Callable[[str, int, int], None]
"""Told of what is done: a stage (`locked`, `unchanged`, `statement`, `proved`, `committed`), how
many of how many: statements of the plan for `statement`, transactions for the others."""


@dataclass(slots=True)
class Attempt:
    """One attempt at one transaction.

    Attributes:
        number: which transaction of the plan it is, counted from 0.
        since: what the transaction before it left; None for the first.
        before: how many statements ran in the transactions before it.
        elsewhere: what tells whether the source of a mirror is still what was read.
        current: the line that is running, or ran last.
        done: how many of its statements have run.
        left: what it leaves, once it is proved.
        xid: the transaction's number once COMMIT is all that is left, to ask what became of it.
        committed: whether the server has confirmed the COMMIT.
    """

    connection: Connection
    plan: Plan
    scope: Scope
    lock_timeout: str
    progress: Progress
    number: int = 0
    since: Reading | None = None
    before: int = 0
    elsewhere: Elsewhere = nothing_elsewhere
    current: Line | None = None
    done: int = 0
    left: Reading | None = None
    xid: str | None = None
    committed: bool = False
    _lines: tuple[Line, ...] = field(default=(), repr=False)

    @property
    def batch(self) -> Batch:
        """What this transaction runs."""
        return self.plan.batches[self.number]

    def again(self) -> Attempt:
        """Return another attempt at the same transaction."""
        given = (self.connection, self.plan, self.scope, self.lock_timeout, self.progress)
        return Attempt(*given, self.number, self.since, self.before, self.elsewhere)

    def following(self) -> Attempt:
        """Return an attempt at the next transaction, after this one was committed."""
        given = (self.connection, self.plan, self.scope, self.lock_timeout, self.progress)
        before = self.before + self.done
        return Attempt(*given, self.number + 1, self.left, before, self.elsewhere)

    def run(self) -> None:
        """Lock, compare with the plan, run every statement, prove, commit."""
        execute = self.connection.execute
        execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        for sql in preamble(self.lock_timeout):
            execute(sql)
        take(self.connection, self.plan.project)
        self._tell("locked")
        given = (self.connection, self.plan, self.scope)
        begun = still_as_planned(*given, self.since, self.number)
        source_as_read(self.plan, self.elsewhere)
        check_room(self.batch, begun.server)
        self._tell("unchanged")
        total = len(self.plan.statements)
        waits = False
        self._lines = tuple(lines(self.batch.statements))
        for line in self._lines:
            self.current = line
            loan = line.statement is not None and line.statement.phase is Phase.BORROW
            if loan is not waits:
                waits = loan
                execute(f"SET LOCAL lock_timeout = '{LOAN_TIMEOUT if loan else self.lock_timeout}'")
            self._send(line)
            if line.statement is not None:
                self.done += 1
                self.progress("statement", self.before + self.done, total)
        self.current = None
        self.left = prove(*given, self.number)
        undisturbed(self.plan, begun, self.left.structure)
        source_as_read(self.plan, self.elsewhere)
        self._tell("proved")
        row = execute("SELECT pg_current_xact_id()::text AS xid").fetchone()
        self.xid = row["xid"] if row else None
        execute("COMMIT")
        self.committed = True
        self._tell("committed")

    def _send(self, line: Line) -> None:
        if line.statement is not None and line.statement.copied is not None:
            self._copy(line.sql, line.statement.copied)
        else:
            self.connection.execute(line.sql)

    def _copy(self, sql: str, secret: Secret) -> None:
        """Send rows that no statement, log or error may show."""
        with self.connection.cursor().copy(sql.encode()) as copy:
            copy.set_types(secret.types)
            for row in secret.reveal():
                copy.write_row(row)

    def _tell(self, stage: str) -> None:
        self.progress(stage, self.number + 1, len(self.plan.batches))

    def roll_back(self) -> None:
        """Undo everything; the server does it itself where the connection is gone."""
        import psycopg  # noqa: PLC0415 - 160 ms
        from psycopg.pq import TransactionStatus  # noqa: PLC0415

        with contextlib.suppress(psycopg.Error):
            self.connection.rollback()
        if self.connection.info.transaction_status is not TransactionStatus.IDLE:
            self.connection.close()

    def lost(self, error: Exception) -> bool:
        """Tell whether the connection is gone, or has been told to go."""
        return self.connection.closed or ended.gone(error)

    def was_committed(self) -> bool:
        """Tell whether it was committed: the server says, where the answer did not arrive."""
        if self.committed or self.xid is None or self.connection.closed:
            return self.committed
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
