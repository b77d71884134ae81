"""Conditions that several policies have, named once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.decompile.draft import StatedDraft

SHORTEST = 24
"""How long a condition has to be for a name to say more."""


def named(
    policies: Iterable[StatedDraft], taken: Iterable[str]
) -> tuple[Mapping[str, str], tuple[StatedDraft, ...]]:
    """Return names for the conditions that stand in several places, and the policies with them.

    Args:
        policies: the policies of the file.
        taken: words that a name must not be like, such as columns: in a condition a bare word is
            one or the other.
    """
    listed = tuple(policies)
    known = tuple(dict.fromkeys(taken))
    counts = Counter(text for one in listed for text in (one.using, one.check) if text)
    names: dict[str, str] = {}
    for one in listed:
        for text in (one.using, one.check):
            if text and counts[text] > 1 and len(text) >= SHORTEST and text not in names:
                names[text] = _name(one.name, (*known, *names.values()))

    def said(text: str | None) -> str | None:
        return names.get(text, text) if text else text

    found = tuple(replace(one, using=said(one.using), check=said(one.check)) for one in listed)
    return {name: text for text, name in names.items()}, found


def _name(policy: str, taken: tuple[str, ...]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", policy.lower()).strip("_")[:40].strip("_")
    name = plain if plain and not plain[0].isdigit() else f"rows_{plain}".strip("_")
    choices = (name, f"{name}_rule", *(f"{name}_rule_{number}" for number in range(2, 1000)))
    return next(one for one in choices if not get_close_matches(one, taken, 1, 0.75))
