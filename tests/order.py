"""Tests pass in any order: a server that a module keeps is taken by no other of its tests.

Under xdist a process may be given the first tests of a module after its last ones, while what
the module keeps is still there.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def _takers(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Name what takes servers for a test, its fixtures or itself, and how long that keeps them."""
    info = item._fixtureinfo  # type: ignore[attr-defined]  # pytest has no public way
    if "cluster" in info.argnames:
        yield item.name.partition("[")[0], "function"
    for name, (*_, last) in info.name2fixturedefs.items():
        if "cluster" in last.argnames:
            yield name, last.scope


def check_order(items: Iterable[pytest.Item]) -> None:
    """Refuse modules that keep servers and whose tests take others beside them."""
    modules: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in items:
        modules[item.nodeid.partition("::")[0]].update(_takers(item))
    for module, takers in modules.items():
        if len(takers) > 1 and any(scope == "module" for _, scope in takers):
            names = ", ".join(sorted(name for name, _ in takers))
            raise pytest.UsageError(
                f"{module}: one of {names} keeps servers for the module, and another may find "
                "them taken: put one of them into a file of its own"
            )
