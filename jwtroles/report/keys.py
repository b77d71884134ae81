"""The list of keys as text; it knows no secret."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len

from jwtroles.report.problems import visible
from jwtroles.report.text.layout import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jwtroles.keyring import KeyState


def render_keys(states: tuple[KeyState, ...], width: int) -> str:
    """Return the keys below their issuers, in columns."""
    if not states:
        return "No keys, in the file or in the database."
    return "\n".join(listed({state: (status(state),) for state in states}, width))


def listed(keys: Mapping[KeyState, Sequence[str]], width: int) -> Iterator[str]:
    """Give the lines of keys, which are in order, and of how each stands, in one or more ways.

    An id has a line of its own where not all would stand beside each other: a thumbprint is long.
    """
    page, rows = Page(width), _aligned({key: cells(key) for key in keys})
    beside = all(
        2 + cell_len("  ".join(rows[key])) + 2 + min(cell_len(said), ROOM) <= width
        for key, ways in keys.items()
        for said in ways
    )
    for issuer, group in groupby(keys, key=lambda one: one.issuer):
        yield visible(issuer)
        for key in group:
            kid, *rest = rows[key]
            lead = "  ".join(("", kid, *rest) if beside else ("", "", "", *rest)) + "  "
            if not beside:
                yield f"  {kid.rstrip()}"
            for said in keys[key]:
                yield from page.paragraph(said, lead, " " * cell_len(lead))
                lead = " " * cell_len(lead)


ROOM = 24
"""Columns that are enough to say how a key stands, over several lines where it is more."""


def _aligned(rows: Mapping[KeyState, tuple[str, ...]]) -> dict[KeyState, list[str]]:
    """Return the cells of each row, as wide as their columns."""
    widths = [max(map(cell_len, column)) for column in zip(*rows.values(), strict=True)]
    return {
        key: [cell + " " * (most - cell_len(cell)) for cell, most in zip(row, widths, strict=True)]
        for key, row in rows.items()
    }


def cells(state: KeyState) -> tuple[str, str, str]:
    """Return id, algorithm and source."""
    alg = f"{state.alg}, {state.size} bits" if state.size else state.alg
    return (
        visible(state.kid) or "(no kid)",
        visible(alg),
        visible(state.source) or "not in the file",
    )


def status(state: KeyState, *, when: bool = True) -> str:
    """Return how a key stands; `when` says since when it is retired, too."""
    words = {
        "live": "live" + (f" until {_date(state.not_after)}" if state.not_after else ""),
        "not applied": "not in the database: apply adds it",
        "not in the file": "live in the database: apply removes it",
        "retired": f"retired since {state.retired}" if when else "retired",
        "not yet": f"live from {_date(state.not_before)}",
        "over": f"over since {_date(state.not_after)}",
    }
    return words[state.status]


def _date(seconds: int | None) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds or 0, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError):  # past the year 9999
        return str(seconds)
