"""The plan that takes a plan back, derived from the two catalogs of that plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.kinds import BY_NAME
from jwtroles.kinds.base import Effect
from jwtroles.planner import plan_between
from jwtroles.planner.describe import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Environment, Spec


def undo(plan: Plan, spec: Spec, environment: Environment | None) -> Plan:
    """Return the plan from what there will be to what there is.

    It takes back the changes of `plan` where `lasting` names nothing.
    """
    context = plan.context
    return plan_between(
        spec,
        environment,
        plan.structure,
        plan.desired,
        plan.current,
        definers=context.definers,
        lookups=context.lookups,
    )


def lasting(plan: Plan) -> Iterator[str]:
    """Tell why a plan cannot be taken back: what of it cannot be derived, a reason each."""
    if len(plan.batches) > 1:
        yield f"it has {len(plan.batches)} transactions, and somebody may stop between them"
    if plan.additive:
        yield "mode: additive keeps what is there beside the file"
    elif plan.kept:
        yield "entries of `keep` keep what is there beside the file"
    if plan.new_names:
        yield "it renames roles"
    for what in destroyed(plan):
        yield f"{what} goes, with what only the database knows of it"
    for step in plan.steps:
        if step.change.before is not None and not BY_NAME[step.change.kind].whole:
            yield f"{describe(step.change)} cannot be made again from what is read of it"


def destroyed(plan: Plan) -> tuple[str, ...]:
    """Name what a plan destroys."""
    return tuple(describe(step.change) for step in plan.steps if step.effect is Effect.DESTROYS)
