"""Policies that stay beside a permissive floor, and that the file does not decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem
from jwtroles.kinds.policy import gives_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.kinds.policy import Policy
    from jwtroles.names import QName
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec


def past_floors(spec: Spec, plan: Plan) -> Iterator[Problem]:
    """Yield a remark for each policy that gives rows past a floor: kept, left, or of others."""
    places = {one.rows.place for one in spec.tenancy if one.policy and one.policy.permissive}
    if not places:
        return
    by_table: dict[QName, list[Policy]] = {}
    for policy in (*_staying(plan), *plan.structure.other_policies):
        by_table.setdefault(policy.table, []).append(policy)
    for floor in plan.desired["policy"].values():
        for other in by_table.get(floor.table, ()):
            if floor.origin.place in places and gives_beside(floor, other):
                roles = ", ".join(sorted(other.roles))
                message = f"policy {other.name} gives {roles} rows of {floor.table} past the floor"
                remedy = "drop it, or take the table out of the floor with `except`"
                yield Problem(codes.REACHED_PAST, message, floor.origin.place, remedy=remedy)


def _staying(plan: Plan) -> Iterator[Policy]:
    """Yield the policies that the file does not say and that stay all the same."""
    dropped = {step.change.key for step in plan.steps if step.change.kind == "policy"}
    for key, policy in plan.current["policy"].items():
        if key not in plan.desired["policy"] and key not in dropped:
            yield policy
