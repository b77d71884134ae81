"""Lookups: what each is declared to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from jwtroles.errors import Collector
    from jwtroles.spec.model import Spec


def declarations(spec: Spec, problems: Collector) -> None:
    """Each lookup is a list, and its name is nothing else's."""
    for name, lookup in spec.lookups.items():
        if not lookup.type.endswith("[]"):
            problems.add(
                codes.LOOKUP_TYPE,
                f"the type of {tick(name)} is {tick(lookup.type)}, which is no list",
                lookup.type.place,
                remedy=f'type: "{lookup.type}[]"',
            )
        if name in spec.rows:
            problems.add(
                codes.LOOKUP_NAME,
                f"{tick(name)} is a named predicate as well",
                name.place,
                remedy="rename one of the two",
            )
