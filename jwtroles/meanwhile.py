"""A library that is loaded while a server is waited for.

A short command is mostly start-up, and whoever waits for a socket lets other threads run.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from threading import Thread


@cache
def load_meanwhile(library: str) -> None:
    """Load a library, the first time, beside what the caller does next.

    Whoever imports it before it is there waits for it, and meets its errors.

    Args:
        library: a top-level package that the others import as a whole. Where one thread imports a
            package whose `__init__` imports its parts, and another one such a part, each may wait
            for the other, and Python ends one of the imports (`_DeadlockError`). So it is none of
            our own, of which the caller imports parts all the time.

    Raises:
        ValueError: for a part of a package, or a package of ours.
    """
    if "." in library or library == __package__:
        raise ValueError(f"not to be loaded beside others: {library}")
    Thread(target=_load, args=(library,)).start()


def _load(library: str) -> None:
    with suppress(ImportError):
        import_module(library)
