"""The keys of many databases: each once, with the databases in which it is live, or is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles.report.keys import listed, status
from jwtroles.report.text.fleet import names
from jwtroles.report.text.sheet import counted

if TYPE_CHECKING:
    from jwtroles.keyring import KeyState
    from jwtroles.targets.model import Fleet, Outcome
    from jwtroles.targets.operating import Looked

    Places = dict[KeyState, dict[str, list[Outcome]]]


def render_many_keys(fleet: Fleet, found: tuple[Looked, ...], width: int) -> str:
    """Return the keys below their issuers; behind each, what it is in how many databases."""
    places: Places = {}
    for outcome, looked in zip(fleet.outcomes, found, strict=True):
        for state in looked.keys:
            key = replace(state, applied=True, status="live", retired="")
            where = places.setdefault(key, {})
            where.setdefault(status(state, when=False), []).append(outcome)
    if not places:
        return "No keys, in the file or in a database."
    order = sorted(places, key=lambda one: (one.issuer, one.kid, one.alg))
    return "\n".join(listed({key: _ways(places[key], len(found)) for key in order}, width))


def _ways(places: dict[str, list[Outcome]], number: int) -> list[str]:
    """Return how a key stands, with where; what holds in most databases first."""
    return [
        f"{said} in {counted(len(outcomes), 'database')}"
        + (f": {names(outcomes)}" if len(outcomes) < number else "")
        for said, outcomes in sorted(places.items(), key=lambda pair: -len(pair[1]))
    ]
