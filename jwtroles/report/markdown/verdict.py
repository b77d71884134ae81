"""The first line of the comment, by the worst that the plan does, and the sentence below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.kinds.base import Effect
from jwtroles.report.markdown.escape import bold, code
from jwtroles.report.text.sheet import counted
from jwtroles.report.verdict import Verdict, still_refused, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.planner.model import Plan

SIGNS: Mapping[Verdict, str] = {
    Verdict.IN_SYNC: "✅",
    Verdict.NEUTRAL: "✅",
    Verdict.TIGHTENS: "🔒",
    Verdict.LOOSENS: "🔓",
    Verdict.CUTS_OFF: "⚠️",
    Verdict.DESTROYS: "⚠️",
    Verdict.REFUSED: "⛔",
}
MARKS: Mapping[Effect, str] = {
    Effect.NEUTRAL: "",
    Effect.TIGHTENS: "🔒",
    Effect.LOOSENS: "🔓",
    Effect.UNKNOWN: "🔓",
    Effect.CUTS_OFF: "⚠️",
    Effect.DESTROYS: "⚠️",
}
"""Effect of a row → its emoji; what cannot be told counts as loosens."""

_NAMED = 5


def heading(plan: Plan, allowed: tuple[str, ...], *, plain: bool) -> str:
    """Return the heading: the verdict, and where."""
    sign = "" if plain else f"{SIGNS[verdict_of(plan, allowed)]} "
    return f"### {sign}jwtroles: {said(plan, allowed)}"


def said(plan: Plan, allowed: tuple[str, ...]) -> str:
    """Return the verdict in words, and where."""
    verdict = verdict_of(plan, allowed)
    where = bold(plan.where)
    makes = plan.desired["own_schema"] and not plan.current["own_schema"]
    if not plan.empty and makes:
        return _first(plan, where, refused=verdict is Verdict.REFUSED)
    return _SAID[verdict](plan, where, allowed)


def _first(plan: Plan, where: str, *, refused: bool) -> str:
    roles = {rule.role for rule in plan.desired["claim_role"].values()}
    relations = (plan.structure.relations.get(ref.name) for ref in plan.desired["acl"])  # type: ignore[attr-defined]
    tables = [one for one in relations if one is not None and one.kind in ("r", "p")]
    lost = counted(len(_cut_off(plan)), "other role")
    verb = "is" if len(_cut_off(plan)) == 1 else "are"
    also = f", {lost} {verb} cut off" if plan.cut_off else ""
    on = f"{counted(len(roles), 'token role')} on {counted(len(tables), 'table')}"
    return f"first apply to {where}{' refused' * refused}: {on}{also}"


def _cut_off(plan: Plan) -> list[str]:
    return list(dict.fromkeys(one.role for one in plan.cut_off))


def _loosens(plan: Plan, where: str, _allowed: Iterable[str]) -> str:
    effects = plan.effects()
    sure, unsure = effects.get(Effect.LOOSENS, 0), effects.get(Effect.UNKNOWN, 0)
    words = []
    if sure:
        words.append(f"{counted(sure, 'change')} loosen{'s' * (sure == 1)}")
    if unsure:
        words.append(f"{unsure if sure else counted(unsure, 'change')} may loosen")
    return f"{', '.join(words)} access in {where}"


def _cuts_off(plan: Plan, where: str, _allowed: Iterable[str]) -> str:
    roles = _cut_off(plan)
    more = f" and {len(roles) - _NAMED} more" if len(roles) > _NAMED else ""
    return f"cuts off {', '.join(map(code, roles[:_NAMED]))}{more} in {where}"


def _destroys(plan: Plan, where: str, _allowed: Iterable[str]) -> str:
    number = plan.effects()[Effect.DESTROYS]
    return f"{counted(number, 'change')} destroy{'s' * (number == 1)} in {where}"


def _refused(plan: Plan, where: str, allowed: Iterable[str]) -> str:
    return f"refused in {where}: {', '.join(still_refused(plan, allowed)).replace('_', ' ')}"


_SAID = {
    Verdict.IN_SYNC: lambda _plan, where, _allowed: f"{where} is in sync",
    Verdict.NEUTRAL: lambda plan, where, _allowed: (
        f"{counted(len(plan.units), 'change')} in {where}, none to access"
    ),
    Verdict.TIGHTENS: lambda _plan, where, _allowed: f"only tightens access in {where}",
    Verdict.LOOSENS: _loosens,
    Verdict.CUTS_OFF: _cuts_off,
    Verdict.DESTROYS: _destroys,
    Verdict.REFUSED: _refused,
}


def sentence(plan: Plan) -> str:
    """Return what a reviewer asks next: tokens, others, locks."""
    tokens = any(step.change.kind == "claim_role" for step in plan.steps)
    roles = _cut_off(plan)
    locks = list(map(str, plan.locked_tables()))
    words = ["Tokens map to roles in another way." if tokens else "Tokens map to roles as before."]
    if not plan.current["own_schema"]:
        words = []
    if roles:
        words.append(f"{counted(len(roles), 'role')} outside the file would be cut off.")
    else:
        words.append("No other role is affected.")
    if locks:
        few = len(locks) <= _NAMED
        on = ", ".join(map(code, locks)) if few else counted(len(locks), "table")
        words.append(f"Locks {on} for one short transaction.")
    return " ".join(words)
