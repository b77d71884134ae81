"""Many databases as workflow commands of GitHub: each annotation once, with its databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.report.annotations import NOTICE, Annotation, faults, parts
from jwtroles.report.problems import visible
from jwtroles.report.text.fleet import names, summary
from jwtroles.report.text.sheet import counted
from jwtroles.report.verdict import worst_verdict
from jwtroles.targets.alike import word_of
from jwtroles.targets.model import State

if TYPE_CHECKING:
    from jwtroles.targets.model import Fleet, Outcome


def render_fleet(fleet: Fleet, allowed: tuple[str, ...] = ()) -> str:
    """Return all plans as workflow commands, one a line: the verdict, what failed, the plans."""
    word = worst_verdict(fleet.plans.values(), allowed).value.replace("_", " ")
    title = f"jwtroles: {visible(fleet.environment)}: {word}"
    found: dict[Annotation, list[Outcome]] = {}
    for one in fleet.of(State.FAILED):
        for fault in faults(one.error) if one.error else ():
            text = word_of(one.target.name).sub("its database", fault.message)
            alike = Annotation(fault.level, text, fault.place, fault.title)
            found.setdefault(alike, []).append(one)
    for digest, outcomes in fleet.groups:
        for part in parts(fleet.plans[digest], allowed):
            found.setdefault(part, []).extend(outcomes)
    lines = [Annotation(NOTICE, summary(fleet), None, title).command()]
    lines += [one.command(_where(outcomes)) for one, outcomes in found.items()]
    return "\n".join(lines)


def _where(outcomes: list[Outcome]) -> str:
    ordered = sorted(outcomes, key=lambda one: one.target.name)
    return f"in {counted(len(ordered), 'database')}: {names(ordered)}"
