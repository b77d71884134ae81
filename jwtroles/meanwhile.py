"""Modules that are loaded while a server is waited for.

A short command is mostly start-up, and whoever waits for a socket lets other threads run.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from threading import Thread


@cache
def load_meanwhile(*modules: str) -> None:
    """Load modules, the first time, beside what the caller does next.

    Whoever imports one of them before it is there waits for it, and meets its errors.
    """
    Thread(target=_load, args=modules).start()


def _load(*modules: str) -> None:
    for module in modules:
        try:
            import_module(module)
        except ImportError:
            return
