"""Which rule of the mapping a token fits, in the terms of the rows that the database reads.

The database judges by `templates/shared/condition.j2`; a test holds the two together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.verifier.mapping import claim_rows

if TYPE_CHECKING:
    from jwtroles.kinds.stored_row import ClaimRole
    from jwtroles.spec.model import Spec

Claims = Mapping[str, Any]
Condition = Mapping[str, Any]

_INDEX = re.compile(r"-?\d{1,9}\Z")


@frozen
class Tried:
    """One rule, and what came of it.

    Attributes:
        row: the rule as the database has it.
        failed: the first condition that does not hold; None where all of them do.
        refused: whether the token is refused because of it, rather than the next rule tried.
    """

    row: ClaimRole
    failed: Condition | None = None
    refused: bool = False


def rules(spec: Spec) -> tuple[ClaimRole, ...]:
    """Return the rules of a file, with the names of roles that it uses."""
    return claim_rows(spec, lambda role: role)


def conditions_of(row: ClaimRole) -> Sequence[Condition]:
    """Return what a rule asks of a token."""
    found: list[Condition] = json.loads(row.conditions)
    return found


def tried(spec: Spec, claims: Claims, now: float) -> tuple[Tried, ...]:
    """Return the rules that are tried without a requested role, up to the one that decides."""
    found: list[Tried] = []
    for row in rules(spec):
        failed = next((one for one in conditions_of(row) if not holds(one, claims, now)), None)
        refused = failed is not None and failed["test"] == "required"
        found.append(Tried(row, failed, refused))
        if failed is None or refused:
            break
    return tuple(found)


def role_of(trials: Sequence[Tried]) -> str | None:
    """Return the role that the last rule tried gives, if it does."""
    return trials[-1].row.role if trials and trials[-1].failed is None else None


def holds(condition: Condition, claims: Claims, now: float) -> bool:
    """Tell whether a condition holds; one that is not understood does not."""
    test = _TESTS.get(str(condition.get("test")))
    return test is not None and test(condition, at(claims, condition.get("path", ())), claims, now)


def at(claims: Any, path: Sequence[str]) -> Any:
    """Return what stands at a path, None where nothing does (`#>` of jsonb)."""
    found = claims
    for step in path:
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and _INDEX.match(step):
            index = int(step)
            found = found[index] if -len(found) <= index < len(found) else None
        else:
            return None
    return found


def _there(claim: Any) -> bool:
    return claim is not None and not (isinstance(claim, str | list | Mapping) and not claim)


def scalar_text(value: Any) -> str | None:
    """Return a scalar as jsonb prints it, and None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return format(Decimal(str(value)), "f")
    return value if isinstance(value, str) else None


def _equals(condition: Condition, claim: Any, _claims: Claims, _now: float) -> bool:
    return bool(condition.get("value")) and scalar_text(claim) == condition["value"]


def _contains(condition: Condition, claim: Any, _claims: Claims, _now: float) -> bool:
    split, wanted = condition.get("split"), condition.get("value")
    if not wanted:
        return False
    if isinstance(claim, str) and split is not None:
        return wanted in (claim.split(split) if split else [claim])
    return isinstance(claim, list) and split is None and wanted in map(scalar_text, claim)


def _younger(condition: Condition, claim: Any, _claims: Claims, now: float) -> bool:
    if isinstance(claim, bool) or not isinstance(claim, int | float | Decimal):
        return False
    least, most = now - condition["value"], now + condition["skew"]
    return bool(least <= claim <= most)


def _missing(_condition: Condition, claim: Any, claims: Claims, _now: float) -> bool:
    return bool(claims.keys() - {"role"}) and not _there(claim)


def _present(_condition: Condition, claim: Any, _claims: Claims, _now: float) -> bool:
    return _there(claim)


def _absent(_condition: Condition, _claim: Any, claims: Claims, _now: float) -> bool:
    return not claims.keys() - {"role"}


_TESTS: Mapping[str, Callable[[Condition, Any, Claims, float], bool]] = {
    "absent": _absent,
    "contains": _contains,
    "equals": _equals,
    "missing": _missing,
    "present": _present,
    "required": _present,
    "younger_than": _younger,
}
