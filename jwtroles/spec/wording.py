"""How the language's errors speak: a name in backticks, and the nearest valid one."""

from __future__ import annotations

import difflib
import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST = 60
_MOST = 12
_MOST_COMPARED = 2000


def tick(text: str) -> str:
    """Return `text` in backticks, on one line and cut to a readable length."""
    line = re.sub(r"\s*[\r\n]\s*", " ", text).strip()
    shown = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
    return f"`{shown}`"


def listed(names: Iterable[str]) -> str:
    """Return names separated by commas; of a long list, its beginning and how many follow."""
    all_names = list(names)
    more = len(all_names) - _MOST
    head = ", ".join(tick(name)[1:-1] for name in all_names[:_MOST])
    return f"{head} and {more} more" if more > 0 else head


def beginning(lines: Sequence[str], most: int) -> list[str]:
    """Return the first `most` lines, and after them how many follow, if any do."""
    more = len(lines) - most
    return [*lines[:most], f"and {more} more"] if more > 0 else list(lines)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that `word` was probably meant to be, whatever its case, or None."""
    by_folded = {name.casefold(): name for name in islice(names, _MOST_COMPARED)}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return a label that names the nearest valid name, or '' where none is near."""
    near = nearest(word, names)
    return f"did you mean {tick(near)}?" if near is not None else ""
