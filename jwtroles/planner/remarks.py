"""What is allowed and still worth a look: declarations that do less, or other, than they seem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.compiler.access import Names
from jwtroles.compiler.rights import Inheritance
from jwtroles.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.spec.model import MappingRule, Spec


def remarks(spec: Spec) -> tuple[Problem, ...]:
    """Return every remark on the file, in the order of its lines."""
    found = [*_limits(spec), *_order(spec)]
    return tuple(sorted(found, key=lambda p: p.place.line if p.place else 0))


def _limits(spec: Spec) -> Iterator[Problem]:
    for role in spec.roles.values():
        if role.connection_limit is not None:
            place = role.places.get("connection_limit", role.place)
            message = f"connection_limit on {role.name} never applies: nobody logs in as it"
            yield Problem(codes.NEVER_APPLIES, message, place)


def _order(spec: Spec) -> Iterator[Problem]:
    """A lesser role before a greater one: a token that has both becomes the lesser."""
    inheritance = Inheritance.of(spec, Names({}))
    for position, first in enumerate(spec.mapping):
        for second in spec.mapping[position + 1 :]:
            if first.role != second.role and first.role in inheritance.above(second.role):
                both = f"{_conditions(second)} and {_conditions(first)}"
                message = f"a token with {both} becomes {first.role}, not {second.role}"
                yield Problem(codes.SHADOWED_RULE, message, first.place)


def _conditions(rule: MappingRule) -> str:
    """Return what a token has for a rule to hold: `roles member and scope invoices:read`."""
    return " and ".join(f"{c.claim} {c.value or ''}".strip() for c in rule.conditions)
