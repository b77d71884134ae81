"""Work on many targets at once: a bound, the first failure, and Ctrl-C.

Threads are enough: most of the time goes to waiting for servers, and each has a connection of its
own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from jwtroles.applier import Interrupted
from jwtroles.applier.interrupt import interrupted_once
from jwtroles.applier.locks import pause
from jwtroles.errors import JwtrolesError
from jwtroles.reader.connection import Crowded, connect

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection
    from jwtroles.targets.model import Target

T = TypeVar("T")
R = TypeVar("R")

CONNECT_ATTEMPTS = 5
"""How often a server without a free connection is asked, since others of ours may end."""


class Crew:
    """Threads that work on targets, no more than `jobs` at a time.

    With `stops` nothing new is begun after the first failure. What runs then comes to its end: it
    is one transaction, and would be rolled back for nothing.
    """

    def __init__(self, jobs: int, *, stops: bool) -> None:
        self._jobs = jobs
        self._stops = stops
        self._halted = threading.Event()
        self._interrupted = threading.Event()
        self._open: set[Connection] = set()
        self.lock = threading.Lock()

    @property
    def halted(self) -> bool:
        """Whether nothing new is begun any more."""
        return self._halted.is_set()

    @property
    def interrupted(self) -> bool:
        """Whether the user has said so."""
        return self._interrupted.is_set()

    def failed(self) -> None:
        """Tell that something failed."""
        if self._stops:
            self._halted.set()

    def each(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Do `work` on each item and return what came of it, in their order.

        `work` does not raise what it expects, and looks at `halted` before it begins. Ctrl-C ends
        the statements that are running; what has been committed stays.
        """
        with interrupted_once(), ThreadPoolExecutor(self._jobs) as pool:
            pending = [pool.submit(work, item) for item in items]
            try:
                return [one.result() for one in pending]
            except KeyboardInterrupt:
                self._interrupt()
                return [one.result() for one in pending]

    def _interrupt(self) -> None:
        import psycopg  # noqa: PLC0415 - 160 ms

        self._interrupted.set()
        self._halted.set()
        with self.lock:
            running = tuple(self._open)
        for connection in running:
            with suppress(psycopg.Error):
                connection.cancel()

    @contextmanager
    def opened(self, target: Target) -> Iterator[Connection]:
        """Open a connection to a target; a server that is full for a moment is asked again.

        Raises:
            ServerError: JR001, JR002.
        """
        with self._connected(target) as connection:
            with self.lock:
                self._open.add(connection)
            try:
                yield connection
            finally:
                with self.lock:
                    self._open.discard(connection)

    def _connected(self, target: Target) -> Connection:
        for attempt in range(CONNECT_ATTEMPTS):
            try:
                return connect(target.url, origin=target.origin, place=target.place)
            except Crowded:
                if attempt + 1 == CONNECT_ATTEMPTS or self.halted:
                    raise
                time.sleep(pause(attempt))
        raise AssertionError("the last attempt returns or raises")

    def excuse(self, error: JwtrolesError) -> JwtrolesError:
        """Return an error, or that the user interrupted what failed by it."""
        if self.interrupted:
            return Interrupted(footer=error.footer or "Rolled back: nothing was changed.")
        return error


class Board(Generic[T]):
    """Counts what is done, for whoever shows it; told from many threads, one at a time."""

    def __init__(self, total: int, told: Callable[[T, int, int], None]) -> None:
        self._total, self._told = total, told
        self._done = 0
        self._lock = threading.Lock()

    def tell(self, result: T) -> None:
        """Tell that one more is done."""
        with self._lock:
            self._done += 1
            self._told(result, self._done, self._total)


def in_order(items: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Return items by a key, in the order in which they come."""
    found: dict[str, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found
