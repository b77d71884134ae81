"""Make a pair that fails smaller, by leaving parts out as long as it fails."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.convergence.states import State

SECONDS = 60.0


@dataclass(frozen=True)
class Pair:
    """Two states, and what was done by hand between them."""

    before: State | None
    drifts: list[str]
    after: State


def smaller(pair: Pair, wrong: str, fails: Callable[[Pair], str]) -> tuple[Pair, str]:
    """Return the smallest pair that was found to fail, and how it fails.

    A pair that fails only at the end of its chain is given back as it is.
    """
    end = time.monotonic() + SECONDS
    if not (found := fails(pair)):
        return pair, f"{wrong}\n(only after the states before it, not by itself)"
    again = True
    while again:
        again = False
        for candidate in _candidates(pair):
            if time.monotonic() > end:
                return pair, found
            if said := fails(candidate):
                pair, found, again = candidate, said, True
                break
    return pair, found


def _candidates(pair: Pair) -> Iterator[Pair]:
    """Yield the pair with one part left out."""
    if pair.before is not None:
        yield replace(pair, before=None)
    for index in range(len(pair.drifts)):
        yield replace(pair, drifts=pair.drifts[:index] + pair.drifts[index + 1 :])
    for side in ("before", "after"):
        made = getattr(pair, side)
        for path in _paths(made or {}):
            less = copy.deepcopy(made)
            parent = less
            for key in path[:-1]:
                parent = parent[key]
            del parent[path[-1]]
            yield replace(pair, **{side: less})


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every part, larger parts first."""
    level: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while level:
        deeper = []
        for path, part in level:
            keys = (
                part
                if isinstance(part, dict)
                else range(len(part))
                if isinstance(part, list)
                else ()
            )
            for key in keys:
                yield (*path, key)
                deeper.append(((*path, key), part[key]))
        level = deeper
