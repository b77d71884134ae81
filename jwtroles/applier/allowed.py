"""Effects: what the environment and the command line allow, asked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem, Refused
from jwtroles.kinds.base import Effect
from jwtroles.planner.describe import describe

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan


def check_allowed(plan: Plan, allow: tuple[str, ...]) -> None:
    """Refuse effects that neither the environment nor the command line allows.

    Raises:
        Refused: JR622 with every change that has one of these effects.
    """
    refused = [effect for effect in plan.refused_effects() if effect not in allow]
    if not refused:
        return
    doing = {effect: _doing(plan, effect) for effect in refused}
    counts = ", ".join(_counted(effect, len(lines)) for effect, lines in doing.items())
    where = plan.where
    place = plan.allow_place
    at = f" ({place.source.name}:{place.line})" if place else ""
    once = " ".join(f"--allow {effect}" for effect in refused)
    always = "add it to the environment's allow" if plan.environment else "an environment's allow"
    raise Refused(
        Problem(
            codes.NOT_ALLOWED,
            f"not allowed in {where}: {counts}",
            details=tuple(line for lines in doing.values() for line in lines),
            remedy=f"{where} allows {', '.join(plan.allow) or 'nothing'}{at}\n"
            f"once: {once}    always: {always}",
        ),
        footer="Nothing was changed.",
    )


def _counted(effect: str, count: int) -> str:
    if effect == "cuts_off":
        return f"{count} role{'s are' if count > 1 else ' is'} cut off"
    one, many = _VERBS.get(effect, (f"has the effect {effect}", f"have the effect {effect}"))
    return f"1 change {one}" if count == 1 else f"{count} changes {many}"


_VERBS = {
    "destroys": ("destroys", "destroy"),
    "loosens": ("loosens", "loosen"),
    "tightens": ("tightens", "tighten"),
    "neutral": ("is neutral", "are neutral"),
}


def _doing(plan: Plan, effect: str) -> list[str]:
    """Return a line for everything in the plan that has an effect."""
    if effect == Effect.CUTS_OFF:
        return [f"! {one.problem.message}" for one in plan.cut_off]
    wanted = {effect, "unknown"} if effect == Effect.LOOSENS else {effect}
    signs = {"add": "+", "alter": "~", "remove": "-"}
    lines = []
    for step in plan.steps:
        if step.effect.value in wanted:
            why = plan.gone if step.change.after is None else ""
            line = f"{signs[step.change.verb]} {describe(step.change)}"
            lines.append(f"{line}\t{why}" if why else line)
    return lines
