"""The rows of jwtroles' tables: the claim-to-role mapping, and the settings of token roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from jwtroles.kinds.base import Origin
from jwtroles.kinds.stored_row import ClaimRole, RoleSetting, conditions_text
from jwtroles.verifier.claims import pointer_steps

if TYPE_CHECKING:
    from jwtroles.spec.model import Condition, Spec

RoleName = Callable[[str], str]
"""Role name of the file → role name in the environment."""


def claim_rows(spec: Spec, role_name: RoleName) -> tuple[ClaimRole, ...]:
    """Return the mapping as rows, in the order in which they are tried."""
    return tuple(
        ClaimRole(
            position,
            conditions_text(_condition(spec, condition) for condition in rule.conditions),
            role_name(rule.role),
            Origin(rule.place),
        )
        for position, rule in enumerate(spec.mapping, start=1)
    )


def _condition(spec: Spec, condition: Condition) -> Mapping[str, object]:
    claim = spec.tokens.claims[condition.claim]
    return {
        "claim": condition.claim,
        "path": pointer_steps(claim.path),
        "split": claim.split,
        "test": condition.test,
        "value": condition.value,
    }


def setting_rows(spec: Spec, role_name: RoleName) -> tuple[RoleSetting, ...]:
    """Return the settings that each role is given when a token becomes it."""
    return tuple(
        RoleSetting(role_name(role.name), str(name), str(value), Origin(name.place))
        for role in spec.roles.values()
        for name, value in role.settings.items()
    )
