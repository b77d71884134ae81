"""The keys of many databases: each once, with the databases in which it is live, or is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len

from jwtroles.report.keys import aligned, cells, status
from jwtroles.report.problems import visible
from jwtroles.report.text.fleet import names
from jwtroles.report.text.sheet import counted

if TYPE_CHECKING:
    from jwtroles.keyring import KeyState
    from jwtroles.targets.model import Fleet, Outcome
    from jwtroles.targets.operating import Looked

    Places = dict[KeyState, dict[str, list[Outcome]]]


def render_many_keys(fleet: Fleet, found: tuple[Looked, ...]) -> str:
    """Return the keys below their issuers; behind each, what it is in how many databases."""
    places: Places = {}
    for outcome, looked in zip(fleet.outcomes, found, strict=True):
        for state in looked.keys:
            key = replace(state, applied=True, status="live", retired="")
            where = places.setdefault(key, {})
            where.setdefault(status(state, when=False), []).append(outcome)
    if not places:
        return "No keys, in the file or in a database."
    return "\n".join(_lines(places, len(found)))


def _lines(places: Places, number: int) -> Iterator[str]:
    order = sorted(places, key=lambda one: (one.issuer, one.kid, one.alg))
    rows = aligned({key: cells(key)[:-1] for key in order})
    for issuer, group in groupby(order, key=lambda one: one.issuer):
        yield visible(issuer)
        for key in group:
            head = rows[key]
            for said, outcomes in sorted(places[key].items(), key=lambda pair: -len(pair[1])):
                which = f": {names(outcomes)}" if len(outcomes) < number else ""
                yield f"  {head}  {said} in {counted(len(outcomes), 'database')}{which}"
                head = " " * cell_len(head)
