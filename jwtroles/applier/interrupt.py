"""Ctrl-C while a plan is applied: the first one interrupts, those behind it wait for its end.

psycopg cancels the statement that is running, so that even a wait for a lock ends at once. A second
Ctrl-C in the middle of the roll-back would leave the user with a message that nobody has checked.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupted_once() -> Iterator[None]:
    """Let the first Ctrl-C of a block raise KeyboardInterrupt, and ignore the next ones.

    A program that handles the signal itself, or applies in another thread, keeps its own way.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def first(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
