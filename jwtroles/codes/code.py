"""The type of a stable code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code: its id, a title, and why it is an error (or worth a look)."""

    id: str
    title: str
    why: str
