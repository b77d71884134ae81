"""Many databases as one comment: what failed, then each plan once, the most common one first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.passwords import covered
from jwtroles.report.markdown import body
from jwtroles.report.markdown.escape import bold, code, marker
from jwtroles.report.markdown.fit import LIMIT, Fixed, Piece, Table, fitted
from jwtroles.report.markdown.verdict import SIGNS, said
from jwtroles.report.text.fleet import NAMED, name, summary
from jwtroles.report.text.sheet import Sheet, counted
from jwtroles.report.verdict import Verdict, still_refused, worst_verdict
from jwtroles.targets.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jwtroles.spec.model import Spec
    from jwtroles.targets.model import Fleet, Outcome

TOLD = 8
"""How many plans have a part of their own; of the others there is a line each."""


def render_fleet(
    fleet: Fleet, spec: Spec, allowed: tuple[str, ...] = (), *, plain: bool = False
) -> str:
    """Return the plans of all databases as Markdown, without a final line end."""
    command = fleet.see
    parts: list[Piece] = [Fixed(_top(fleet, allowed, plain=plain))]
    parts += _failures(fleet, command)
    differing = [(d, found) for d, found in fleet.groups if not fleet.plans[d].empty]
    for digest, outcomes in differing[:TOLD]:
        plan = fleet.plans[digest]
        head = f"#### {counted(len(outcomes), 'database')}: {said(plan, allowed)}"
        shown = f"{_names(outcomes)}. Shown for {code(plan.server.database)}."
        sheet = Sheet(plan, spec, saved=fleet.file_of(outcomes[0]))
        parts += [Fixed(f"{head}\n\n{shown}"), *body(sheet, plain=plain)]
    parts += _rest(fleet, differing[TOLD:], command)
    how = "plans each database again, and applies no more"
    if fleet.saved:
        how = "applies exactly this, and refuses where a database has moved"
    parts.append(Fixed(f"<sub>{code(fleet.carry_out)} {how}.</sub>"))
    return fitted(parts, LIMIT)


def _top(fleet: Fleet, allowed: tuple[str, ...], *, plain: bool) -> str:
    worst = worst_verdict(fleet.plans.values(), allowed)
    where = f"{marker(fleet.project, fleet.environment)}\n"
    shard = f", shard {fleet.shard}" if fleet.shard else ""
    verdict = _VERDICTS[worst]
    if worst is Verdict.REFUSED:
        plans = fleet.plans.values()
        effects = sorted({one for plan in plans for one in still_refused(plan, allowed)})
        verdict += f": {', '.join(effects).replace('_', ' ')}"
    if failed := fleet.of(State.FAILED):
        verdict = f"{counted(len(failed), 'database')} failed{f', {verdict}' * bool(fleet.plans)}"
    sign = "⛔" if failed else SIGNS[worst]
    told = f"{verdict}, in {bold(fleet.environment)}{shard}\n\n{summary(fleet)}."
    return f"{where}### {'' if plain else sign + ' '}jwtroles: {told}"


_VERDICTS = {
    Verdict.IN_SYNC: "in sync",
    Verdict.NEUTRAL: "no change to access",
    Verdict.TIGHTENS: "only tightens access",
    Verdict.LOOSENS: "loosens access",
    Verdict.CUTS_OFF: "cuts off other roles",
    Verdict.DESTROYS: "destroys",
    Verdict.REFUSED: "refused",
}
"""The worst of the plans, in words."""


def _names(outcomes: Sequence[Outcome]) -> str:
    more = f" and {len(outcomes) - NAMED} more" if len(outcomes) > NAMED else ""
    return ", ".join(code(name(one)) for one in outcomes[:NAMED]) + more


def _failures(fleet: Fleet, command: str) -> Iterator[Table]:
    rows = tuple(
        (code(name(one)), problem.code.id, code(covered(problem.message)))
        for one in fleet.of(State.FAILED)
        if one.error is not None
        for problem in one.error.problems
    )
    if rows:
        yield Table(("database", "", "why it failed"), rows, "failures", command, weight=10)


def _rest(
    fleet: Fleet, groups: Iterable[tuple[str, tuple[Outcome, ...]]], command: str
) -> Iterator[Table]:
    rows = tuple(
        (_names(outcomes), counted(len(fleet.plans[digest].units), "change"))
        for digest, outcomes in groups
    )
    if rows:
        yield Table(("databases", "plan"), rows, "other plans", command, weight=4)
