"""What a token says, what is checked of it, and which rule of the mapping decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.explanation.model import CheckEntry, ClaimEntry, ConditionEntry, RuleEntry, TokenEntry
from jwtroles.explanation.objects import at as position
from jwtroles.explanation.values import plain
from jwtroles.tokens.mapping import at, conditions_of, holds, rules
from jwtroles.verifier.claims import pointer_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.explanation.model import Outcome
    from jwtroles.kinds.stored_row import ClaimRole
    from jwtroles.spec.model import Spec
    from jwtroles.tokens.inspection import Inspection
    from jwtroles.tokens.mapping import Claims

_REGISTERED = ("iss", "aud", "exp", "nbf", "iat", "jti", "sub")
"""The claims that the database looks at whatever the file says (RFC 7519 section 4.1)."""


def token_entry(spec: Spec, found: Inspection, now: float) -> TokenEntry:
    """Return a token that was inspected, with every rule of the mapping beside it."""
    return TokenEntry(
        accepted=found.good,
        claims=tuple(_claims(spec, found.parts.claims)),
        checks=tuple(CheckEntry(one.name, one.holds, one.said) for one in found.checks),
        rules=tuple(_rules(spec, found, now)),
    )


def requestable(spec: Spec, claims: Claims, now: float) -> tuple[str, ...]:
    """Return the roles that `login(token, role)` gives these claims, in the order of the file.

    Asked for a role, the database tries that role's rules alone.
    """
    by_role: dict[str, list[ClaimRole]] = {}
    for row in rules(spec):
        by_role.setdefault(row.role, []).append(row)
    return tuple(role for role, rows in by_role.items() if _gives(rows, claims, now))


def _gives(rows: list[ClaimRole], claims: Claims, now: float) -> bool:
    for row in rows:
        failed = next((one for one in conditions_of(row) if not holds(one, claims, now)), None)
        if failed is None or failed["test"] == "required":
            return failed is None
    return False


def _claims(spec: Spec, claims: Claims) -> Iterator[ClaimEntry]:
    """Yield the registered claims that are there, and those of the file; of others, nothing."""
    declared = list(spec.tokens.claims.values())
    read = {pointer_steps(one.path) for one in declared}
    for name in _REGISTERED:
        if name in claims and (name,) not in read:
            yield ClaimEntry(name, plain(claims[name]), trusted=True)
    for one in declared:
        value = at(claims, pointer_steps(one.path)) if one.trusted else None
        yield ClaimEntry(str(one.name), plain(value), one.trusted)


def _rules(spec: Spec, found: Inspection, now: float) -> Iterator[RuleEntry]:
    claims = found.parts.claims
    tried = {one.row.position: one for one in found.trials}
    for row in rules(spec):
        one = tried.get(row.position)
        outcome: Outcome = "not tried"
        if one is not None:
            outcome = "decides" if one.failed is None else "does not match"
            outcome = "refuses" if one.refused else outcome
        yield RuleEntry(
            position=row.position,
            role=row.role,
            outcome=outcome,
            conditions=tuple(_conditions(row, claims, now)),
            place=position(row.origin.place),
        )


def _conditions(row: ClaimRole, claims: Claims, now: float) -> Iterator[ConditionEntry]:
    for one in conditions_of(row):
        yield ConditionEntry(
            claim=str(one.get("claim", "")),
            test=str(one.get("test")),
            value=one.get("value"),
            found=plain(at(claims, one.get("path", ()))),
            holds=holds(one, claims, now),
        )
