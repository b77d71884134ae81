"""Two statements side by side on one server: in turn, in short rounds, on one processor.

A client and its server that run on two processors wake each other up, which takes as long as a
short statement does, and differs from one second to the next. So the client and both servers are
held on one processor. What counts is the time that the processor spent for client and server: on a
machine at rest that is the time of the round trip, and another load does not move it. The two
halves of one round are compared with each other.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from psycopg import pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import psycopg
    import pytest

ROUNDS = 60


@dataclass(frozen=True)
class Line:
    """What two sides took, in microseconds for one statement, round by round."""

    name: str
    limit: float | None
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the ratios of the rounds."""
        return median(our / their for our, their in zip(self.ours, self.theirs, strict=True))

    @property
    def more(self) -> float:
        """The median of the differences of the rounds."""
        return median(our - their for our, their in zip(self.ours, self.theirs, strict=True))

    @property
    def holds(self) -> bool:
        return self.limit is None or self.ratio <= self.limit

    def row(self) -> str:
        limit = "" if self.limit is None else f"{self.limit:.2f}"
        above = "" if self.holds else "  above"
        return (
            f"{self.name:<34}{median(self.ours):>12.1f}{median(self.theirs):>12.1f}"
            f"{self.more:>+12.1f}{self.ratio:>8.2f}{limit:>8}{above}"
        )


def report(
    title: str, ours: str, theirs: str, lines: Sequence[Line], capsys: pytest.CaptureFixture[str]
) -> None:
    """Print a table, and fail if a line is above its limit."""
    with capsys.disabled():
        print(f"\n{title}\n{head(ours, theirs)}")
        print("\n".join(line.row() for line in lines))
    assert [line.name for line in lines if not line.holds] == []


def head(ours: str, theirs: str) -> str:
    return f"{'microseconds':<34}{ours:>12}{theirs:>12}{'more':>12}{'ratio':>8}{'limit':>8}"


@dataclass(frozen=True)
class Statement:
    """A prepared statement on a connection, executed again and again with other parameters.

    Attributes:
        session: where it runs.
        sql: the statement.
        values: its parameters, one list for each execution of a round.
        before, after: what is done around a round, and not timed.
    """

    session: psycopg.Connection
    sql: str
    values: Sequence[Sequence[str]]
    before: str = "BEGIN"
    after: str = "ROLLBACK"
    name: str = field(default_factory=lambda: f"s{time.monotonic_ns()}")

    def prepare(self) -> None:
        """Prepare it in a transaction as a round's: names are looked up with the rights there."""
        connection = self.session.pgconn
        _done(connection.exec_(self.before.encode()))
        _done(connection.prepare(self.name.encode(), self.sql.encode()))
        _done(connection.exec_(self.after.encode()))

    def round(self) -> float:
        """Return microseconds for one execution, each a round trip of its own."""
        connection = self.session.pgconn
        sent = [[value.encode() for value in values] for values in self.values]
        name = self.name.encode()
        _done(connection.exec_(self.before.encode()))
        server = processor_clock(connection.backend_pid)
        started = time.process_time_ns() + time.clock_gettime_ns(server)
        for values in sent:
            result = connection.exec_prepared(name, values)
        took = time.process_time_ns() + time.clock_gettime_ns(server) - started
        _done(result)
        _done(connection.exec_(self.after.encode()))
        return took / len(sent) / 1000


@dataclass(frozen=True)
class Calls:
    """A call that the server makes again and again by itself: only the server's time counts.

    Attributes:
        session: where it runs.
        call: the call, as it stands after PERFORM, of a variable `token`.
        token: the value of that.
        times: how often a round calls it.
    """

    session: psycopg.Connection
    call: str
    token: str
    times: int

    def round(self) -> float:
        """Return microseconds for one call."""
        connection = self.session.pgconn
        body = f"""
            DECLARE token text := '{self.token}';
            BEGIN
              FOR i IN 1 .. {self.times} LOOP PERFORM {self.call}; END LOOP;
            END
        """
        server = processor_clock(connection.backend_pid)
        started = time.clock_gettime_ns(server)
        result = connection.exec_(f"DO $bench$ {body} $bench$".encode())
        took = time.clock_gettime_ns(server) - started
        _done(result)
        return took / self.times / 1000


def compare(
    name: str, ours: Statement, theirs: Statement, limit: float | None = None, rounds: int = ROUNDS
) -> Line:
    """Run both in turn; who is first changes from round to round, and two rounds do not count."""
    for side in (ours, theirs):
        side.prepare()
    return in_turn(name, ours.round, theirs.round, limit, rounds)


def in_turn(
    name: str,
    ours: Callable[[], float],
    theirs: Callable[[], float],
    limit: float | None,
    rounds: int = ROUNDS,
) -> Line:
    took: list[tuple[float, float]] = []
    for number in range(rounds + 2):
        if number % 2:
            our, their = ours(), theirs()
        else:
            their, our = theirs(), ours()
        took.append((our, their))
    counted = took[2:]
    return Line(name, limit, tuple(a for a, _ in counted), tuple(b for _, b in counted))


@contextmanager
def on_one_processor(*sessions: psycopg.Connection) -> Iterator[None]:
    """Hold this process and the servers of sessions on one processor."""
    before = os.sched_getaffinity(0)
    one = {max(before)}
    for pid in (0, *(session.info.backend_pid for session in sessions)):
        os.sched_setaffinity(pid, one)
    try:
        yield
    finally:
        for pid in (0, *(session.info.backend_pid for session in sessions)):
            os.sched_setaffinity(pid, before)


def processor_clock(pid: int) -> int:
    """Return the clock of the processor time of a process (clock_getcpuclockid(3))."""
    return (~pid << 3) | 2


def _done(result: pq.abc.PGresult) -> None:
    if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
        raise RuntimeError(result.error_message.decode())
