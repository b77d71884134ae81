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
from jwtroles.report.verdict import Verdict, verdict_of
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
    command = f"jwtroles plan --env {fleet.environment}"
    command += f" --shard {fleet.shard}" if fleet.shard else ""
    parts: list[Piece] = [Fixed(_top(fleet, allowed, plain=plain))]
    parts += _failures(fleet, command)
    differing = [(d, found) for d, found in fleet.groups if not fleet.plans[d].empty]
    for digest, outcomes in differing[:TOLD]:
        plan = fleet.plans[digest]
        head = f"#### {counted(len(outcomes), 'database')}: {said(plan, allowed)}"
        shown = f"{_names(outcomes)}. Shown for {code(plan.server.database)}."
        parts += [Fixed(f"{head}\n\n{shown}"), *body(Sheet(plan, spec), plain=plain)]
    parts += _rest(fleet, differing[TOLD:], command)
    again = f"jwtroles apply --env {fleet.environment}"
    parts.append(Fixed(f"<sub>{code(again)} plans each database again, and applies no more.</sub>"))
    return fitted(parts, LIMIT)


def _top(fleet: Fleet, allowed: tuple[str, ...], *, plain: bool) -> str:
    worst = max((verdict_of(plan, allowed) for plan in fleet.plans.values()), key=_RANK.index,
                default=Verdict.IN_SYNC)  # fmt: skip
    sign = "⛔" if fleet.of(State.FAILED) else SIGNS[worst]
    where = f"{marker(fleet.project, fleet.environment)}\n"
    shard = f", shard {fleet.shard}" if fleet.shard else ""
    told = f"{summary(fleet)} in {bold(fleet.environment)}{shard}"
    return f"{where}### {'' if plain else sign + ' '}jwtroles: {told}"


_RANK = (
    Verdict.IN_SYNC,
    Verdict.NEUTRAL,
    Verdict.TIGHTENS,
    Verdict.LOOSENS,
    Verdict.CUTS_OFF,
    Verdict.DESTROYS,
    Verdict.REFUSED,
)
"""Verdicts, the worst one last."""


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
