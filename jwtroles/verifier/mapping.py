"""The rows of jwtroles' tables: the claim-to-role mapping, and the settings of token roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from jwtroles.kinds.base import Origin
from jwtroles.kinds.stored_row import ClaimRole, RoleSetting, conditions_text, named_itself
from jwtroles.verifier.claims import pointer_steps

if TYPE_CHECKING:
    from jwtroles.spec.model import Spec, Word
    from jwtroles.spec.token_model import MappingRule

DEFAULT_SKEW = 60
"""Seconds that an issuer's clock may be ahead in a file that declares no issuer."""

RoleName = Callable[[str], str]
"""Role name of the file → role name in the environment."""


def claim_rows(spec: Spec, role_name: RoleName) -> tuple[ClaimRole, ...]:
    """Return the mapping as rows, in the order in which they are tried.

    A gateway that sets the role itself may do without one: then the claim `role` is the role.
    """
    if spec.tokens.role_set_by and not spec.mapping:
        return tuple(
            ClaimRole(
                position,
                conditions_text([named_itself(role_name(role))]),
                role_name(role),
                Origin(role.place),
            )
            for position, role in enumerate(spec.token_roles, start=1)
        )
    return tuple(
        ClaimRole(
            position,
            conditions_text(_conditions(spec, rule)),
            role_name(rule.role),
            Origin(rule.place),
        )
        for position, rule in enumerate(spec.mapping, start=1)
    )


def _conditions(spec: Spec, rule: MappingRule) -> Iterator[Mapping[str, object]]:
    """Yield what `role_for` judges, in its order: what a rule requires comes last."""
    if rule.absent:
        yield {"test": "absent"}
    for condition in rule.conditions:
        yield _condition(spec, condition.claim, condition.test, condition.value)
    for claim in rule.requires:
        yield _condition(spec, claim, "required", None)


def _condition(spec: Spec, name: Word, test: str, value: object) -> Mapping[str, object]:
    claim = spec.tokens.claims[name]
    found = {
        "claim": name,
        "path": pointer_steps(claim.path),
        "split": claim.split,
        "test": test,
        "value": value,
    }
    return {**found, "skew": _skew(spec)} if test == "younger_than" else found


def _skew(spec: Spec) -> int:
    """Return how many seconds the clock of an issuer may be ahead (RFC 7519 section 4.1.4)."""
    allowed = (issuer.clock_skew for issuer in spec.tokens.issuers.values())
    return max(allowed, default=DEFAULT_SKEW)


def setting_rows(spec: Spec, role_name: RoleName) -> tuple[RoleSetting, ...]:
    """Return the settings that each role is given when a token becomes it."""
    return tuple(
        RoleSetting(role_name(role.name), str(name), str(value), Origin(name.place))
        for role in spec.roles.values()
        if role.token
        for name, value in role.settings.items()
    )
