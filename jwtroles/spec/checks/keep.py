"""What stays as it is: entries that say exactly what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.spec.grammar.keep import ATTRIBUTES, OPTION
from jwtroles.spec.wording import listed, tick

if TYPE_CHECKING:
    from jwtroles.errors import Collector
    from jwtroles.spec.model import Spec

_BELONGS = {
    "name": ("policy",),
    "to": ("grant",),
    "privilege": ("grant",),
    "of": ("membership", "setting"),
    "attribute": ("role", "grant"),
}
_NEEDS = {"policy": "name", "grant": "to", "membership": "of", "setting": "of"}


def keep(spec: Spec, problems: Collector) -> None:
    """An entry has what tells its object apart, and nothing that belongs to another."""
    for entry in spec.keep:
        for key, other in _NEEDS.items():
            if key in entry.words and other not in entry.words:
                problems.add(
                    codes.KEEP_ENTRY,
                    f"`{key}` needs `{other}` beside it",
                    entry.words[key].place,
                    remedy=f"one entry keeps one thing:  {{{key}: …, {other}: …, reason: …}}",
                )
        for key, heads in _BELONGS.items():
            if key in entry.words and not entry.words.keys() & set(heads):
                problems.add(
                    codes.KEEP_ENTRY,
                    f"{tick(key)} belongs beside {' or '.join(map(tick, heads))}",
                    entry.words[key].place,
                    remedy="take it out",
                )
        attribute = entry.words.get("attribute")
        head = "grant" if attribute == OPTION else "role"
        if attribute is not None and head not in entry.words:
            problems.add(
                codes.KEEP_ENTRY,
                f"{tick(attribute)} is no attribute of a {'role' if head == 'grant' else 'grant'}",
                attribute.place,
                remedy=f"`{OPTION}` is the one of a grant; a role has {listed(ATTRIBUTES)}",
            )
