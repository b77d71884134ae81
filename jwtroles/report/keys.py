"""The list of keys as text; it knows no secret."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len

from jwtroles.report.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jwtroles.keyring import KeyState


def render_keys(states: tuple[KeyState, ...]) -> str:
    """Return the keys below their issuers, in columns."""
    if not states:
        return "No keys, in the file or in the database."
    return "\n".join(_lines(states))


def _lines(states: tuple[KeyState, ...]) -> Iterator[str]:
    rows = aligned({state: cells(state) for state in states})
    for issuer, group in groupby(states, key=lambda one: one.issuer):
        yield visible(issuer)
        yield from (f"  {rows[state]}".rstrip() for state in group)


def aligned(rows: Mapping[KeyState, tuple[str, ...]]) -> dict[KeyState, str]:
    """Return the cells of each row in columns."""
    widths = [max(map(cell_len, column)) for column in zip(*rows.values(), strict=True)]
    return {
        key: "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        for key, row in rows.items()
    }


def cells(state: KeyState) -> tuple[str, str, str, str]:
    """Return id, algorithm, source and status."""
    alg = f"{state.alg}, {state.size} bits" if state.size else state.alg
    return (
        visible(state.kid) or "(no kid)",
        visible(alg),
        visible(state.source) or "not in the file",
        status(state),
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
