"""Workflow commands of GitHub Actions: what a plan does, beside the line of the file that says so.

The escaping is that of the runner (actions/toolkit, `command.ts`): `%`, CR and LF in a message, and
`:` and `,` in a property as well. A name can therefore begin no command of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.kinds.base import Effect
from jwtroles.kinds.own_schema import own_unit
from jwtroles.planner.describe import describe
from jwtroles.planner.model import worst_effect
from jwtroles.report.problems import visible
from jwtroles.report.secrets import covered_problem
from jwtroles.report.text.layout import SIGNS
from jwtroles.report.text.sheet import counted, origin_of
from jwtroles.report.verdict import still_refused, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.errors import JwtrolesError, Place, Problem
    from jwtroles.planner.model import Plan, Step

ERROR, WARNING, NOTICE = "error", "warning", "notice"
_LEVELS = {Effect.DESTROYS: WARNING, Effect.CUTS_OFF: WARNING}
"""Effect → level where it is more than a notice."""


@frozen
class Annotation:
    """What is said beside a line of the file, or about all of it."""

    level: str
    message: str
    place: Place | None
    title: str

    def command(self, more: str = "") -> str:
        """Return the workflow command; `more` stands on a last line."""
        message = f"{self.message}\n{more}" if more else self.message
        return command(self.level, message, self.place, self.title)


def render_annotations(plan: Plan, allowed: Iterable[str] = ()) -> str:
    """Return a plan as workflow commands, one a line, the verdict first.

    GitHub shows the first ten of each level.
    """
    return "\n".join(one.command() for one in (_verdict(plan, allowed), *parts(plan, allowed)))


def parts(plan: Plan, allowed: Iterable[str]) -> list[Annotation]:
    """Return what is said of a plan below its verdict."""
    return [*_refused(plan, still_refused(plan, allowed)), *_remarks(plan), *_changes(plan)]


def render_error_annotations(error: JwtrolesError) -> str:
    """Return errors as workflow commands, one a line."""
    return "\n".join(one.command() for one in faults(error))


def faults(error: JwtrolesError) -> list[Annotation]:
    """Return what is said of errors."""
    return [_problem(ERROR, problem) for problem in error.problems]


def _refused(plan: Plan, refused: Iterable[str]) -> Iterator[Annotation]:
    where = plan.where
    for effect in refused:
        word = effect.replace("_", " ")
        message = f"{where} allows {', '.join(plan.allow) or 'nothing'}, and this plan {word}"
        message += f"\nonce: --allow {effect}"
        yield Annotation(ERROR, message, plan.allow_place, f"jwtroles: {word} is refused")
    level = ERROR if Effect.CUTS_OFF.value in refused else WARNING
    for one in plan.cut_off:
        yield _problem(level, one.problem)


def _remarks(plan: Plan) -> Iterator[Annotation]:
    yield from (_problem(WARNING, problem) for problem in plan.remarks)
    yield from (_problem(NOTICE, problem) for problem in plan.kept)


def _changes(plan: Plan) -> Iterator[Annotation]:
    """Give one notice for each line of the file that makes changes, with all of them."""
    grouped: dict[tuple[str, int], list[Step]] = {}
    for step in plan.steps:
        place = origin_of(step).place
        if place is not None:
            grouped.setdefault((place.source.name, place.line), []).append(step)
    for _, steps in sorted(grouped.items(), key=lambda group: group[0]):
        effect = worst_effect(steps)
        title = f"jwtroles: {counted(len(steps), 'change')}, {effect.value.replace('_', ' ')}"
        lines = dict.fromkeys(f"{SIGNS[step.verb]} {_what(step)}" for step in steps)
        place = origin_of(steps[0]).place
        yield Annotation(_LEVELS.get(effect, NOTICE), "\n".join(lines), place, title)


def _what(step: Step) -> str:
    """Return what a change is about; jwtroles' own schema is one thing, whatever is in it."""
    if step.unit == own_unit(step.change):
        return "jwtroles' own schema"
    return visible(describe(step.change))


def _verdict(plan: Plan, allowed: Iterable[str]) -> Annotation:
    where = plan.where
    word = verdict_of(plan, allowed).value.replace("_", " ")
    verbs = ", ".join(f"{number} to {verb}" for verb, number in plan.verbs().items())
    message = f"{counted(len(plan.units), 'change')}: {verbs}" if plan.steps else "nothing to do"
    return Annotation(NOTICE, message, None, f"jwtroles: {visible(where)}: {word}")


def _problem(level: str, problem: Problem) -> Annotation:
    problem = covered_problem(problem)
    lines = [problem.message, problem.label, *problem.details, *problem.remedy.splitlines()]
    text = "\n".join(visible(line) for line in lines if line)
    return Annotation(level, text, problem.place, f"{problem.code.id}: {problem.code.title}")


def command(level: str, message: str, place: Place | None, title: str) -> str:
    """Return one workflow command."""
    properties = {"title": title}
    if place is not None:
        at = {"file": place.source.name, "line": str(place.line), "col": str(place.column)}
        properties = {**at, **properties}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
