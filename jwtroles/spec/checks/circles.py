"""Circles in what points to what: roles that inherit, floors that go through one another."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set


def circles(graph: Mapping[str, Set[str]]) -> Iterator[tuple[str, ...]]:
    """Give circles of `graph` (node → where it leads), until none is left, each as a path.

    A path ends where it began: `(a, b, a)`. Each circle found is cut open before the next search,
    at the step that closes it, so that one slip is told once.
    """
    left = {node: set(targets) for node, targets in graph.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # graphlib gives each node before the one that depends on it; turn that around.
            path = tuple(reversed(error.args[1]))
            start = path.index(next(node for node in left if node in path))
            turned = path[start:-1] + path[:start] + (path[start],)
            yield turned
            left[turned[-2]].discard(turned[-1])
        else:
            return
