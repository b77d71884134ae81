"""What a plan comes to: one word for it, by the worst that it does, and the exit code."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from jwtroles.errors import Exit
from jwtroles.kinds.base import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.planner.model import Plan


class Verdict(StrEnum):
    """The worst of a plan: what a reviewer has to know first; the worst one stands last."""

    IN_SYNC = "in_sync"
    NEUTRAL = "neutral"
    TIGHTENS = "tightens"
    LOOSENS = "loosens"
    CUTS_OFF = "cuts_off"
    DESTROYS = "destroys"
    REFUSED = "refused"


def still_refused(plan: Plan, allowed: Iterable[str]) -> tuple[str, ...]:
    """Return the effects that neither the environment nor the command line allows."""
    return tuple(sorted(set(plan.refused_effects()) - set(allowed)))


def verdict_of(plan: Plan, allowed: Iterable[str] = ()) -> Verdict:
    """Return the verdict; what cannot be told counts as loosens."""
    if plan.empty:
        return Verdict.IN_SYNC
    if still_refused(plan, allowed):
        return Verdict.REFUSED
    effects = plan.effects()
    if Effect.DESTROYS in effects:
        return Verdict.DESTROYS
    if plan.cut_off or Effect.CUTS_OFF in effects:
        return Verdict.CUTS_OFF
    if effects.keys() & {Effect.LOOSENS, Effect.UNKNOWN}:
        return Verdict.LOOSENS
    return Verdict.TIGHTENS if Effect.TIGHTENS in effects else Verdict.NEUTRAL


def worst_verdict(plans: Iterable[Plan], allowed: Iterable[str] = ()) -> Verdict:
    """Return the worst of several plans' verdicts, IN_SYNC of none."""
    order = [*Verdict]
    verdicts = (verdict_of(plan, allowed) for plan in plans)
    return max(verdicts, key=order.index, default=Verdict.IN_SYNC)


def exit_of(plan: Plan, allowed: Iterable[str] = (), *, check: bool = False) -> Exit:
    """Return the exit code of `plan`: the same in every format."""
    if still_refused(plan, allowed):
        return Exit.REFUSED
    return Exit.DIFFERENT if check and not plan.empty else Exit.DONE
