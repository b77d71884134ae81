"""The type of a stable code."""

from __future__ import annotations

from jwtroles.frozen import frozen


@frozen
class Code:
    """A stable code: its id, a title, and why it is an error (or worth a look)."""

    id: str
    title: str
    why: str
