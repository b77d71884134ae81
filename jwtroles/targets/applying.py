"""Applies every target that differs: the first one of each cluster alone, then the others at once.

Roles and memberships belong to a cluster. Whoever comes first makes them, and the others, planned
again, find them there. So each target is planned once more right before it is applied, and nothing
is applied to it that its own plan did not show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import applier, codes
from jwtroles.errors import JwtrolesError, Problem, Refused
from jwtroles.frozen import frozen
from jwtroles.planner.describe import describe
from jwtroles.targets.alike import likeness, part_of
from jwtroles.targets.crew import Board, Crew, in_order
from jwtroles.targets.located import located
from jwtroles.targets.model import Outcome, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jwtroles.planner.model import Plan
    from jwtroles.targets.planning import Survey, Surveyed, Told

ATTEMPTS = 4
"""How often a target is planned again when its cluster's roles changed between plan and apply."""


@frozen
class Manner:
    """How targets are applied.

    Attributes:
        allow: effects that are allowed beside those of the environment.
        lock_timeout: how long a statement may wait for a lock.
        verbose: whether an error may quote what another session runs.
    """

    allow: tuple[str, ...] = ()
    lock_timeout: str = "2s"
    verbose: bool = False


def refused(survey: Survey, allow: tuple[str, ...]) -> tuple[Outcome, ...]:
    """Return the targets whose plans are refused before anything is sent, each with the reason."""
    reasons: dict[str, JwtrolesError] = {}
    for digest, planned in survey.plans.items():
        try:
            applier.check_allowed(planned.plan, allow)
        except Refused as error:
            reasons[digest] = error
    lacking = {one.target.name: one.lacking for one in survey.found if one.lacking}
    blocked = (
        (one, reasons.get(one.alike) or lacking.get(one.target.name))
        for one in survey.fleet().of(State.DIFFERENT)
    )
    return tuple(
        Outcome(one.target, State.FAILED, one.alike, error) for one, error in blocked if error
    )


def apply_all(survey: Survey, crew: Crew, manner: Manner, told: Told) -> tuple[Outcome, ...]:
    """Apply what was planned, and return what came of each target, in their order.

    Args:
        survey: what was planned, and shown.
        crew: who does it.
        manner: how.
        told: is told of each target that is done.
    """
    done = {one.target.name: one for one in refused(survey, manner.allow)}
    for one in survey.fleet().outcomes:
        if one.state is not State.DIFFERENT:
            done[one.target.name] = one
    todo = [one for one in survey.found if one.target.name not in done]
    board = Board[Outcome](len(todo), told)

    def work(one: Surveyed) -> Outcome:
        if crew.halted:
            return Outcome(one.target, State.NOT_BEGUN, _digest(one))
        outcome = _apply(one, survey, crew, manner)
        board.tell(outcome)
        return outcome

    def lead(cluster: Sequence[Surveyed]) -> list[Outcome]:
        """Apply the targets of a cluster one by one until the first of them is done."""
        outcomes: list[Outcome] = []
        for one in cluster:
            outcomes.append(work(one))
            if outcomes[-1].state is State.APPLIED:
                break
        return outcomes

    clusters = list(in_order(todo, lambda one: one.where.cluster if one.where else "").values())
    led = [outcome for outcomes in crew.each(lead, clusters) for outcome in outcomes]
    done.update((one.target.name, one) for one in led)
    rest = [one for one in todo if one.target.name not in done]
    done.update((one.target.name, one) for one in crew.each(work, rest))
    return tuple(done[one.target.name] for one in survey.found)


def _digest(one: Surveyed) -> str:
    return one.alike.digest if one.alike else ""


def _apply(one: Surveyed, survey: Survey, crew: Crew, manner: Manner) -> Outcome:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _once(one, survey, crew, manner)
        except JwtrolesError as error:
            if _stale(error) and attempt < ATTEMPTS and not crew.halted:
                continue
            crew.failed()
            return Outcome(one.target, State.FAILED, _digest(one), crew.excuse(error))
        return Outcome(one.target, State.APPLIED, _digest(one))
    raise AssertionError("the last attempt returns")


def _stale(error: JwtrolesError) -> bool:
    return any(problem.code is codes.STALE for problem in error.problems)


def _once(one: Surveyed, survey: Survey, crew: Crew, manner: Manner) -> None:
    """Plan a target again and apply that, if it holds nothing that was not shown."""
    assert one.where is not None  # noqa: S101 - it was planned
    with crew.opened(one.target) as connection:
        where = located(connection, one.target)
        if where.identity != one.where.identity:
            raise Refused(_another(one), footer="Nothing was changed.")
        planned = survey.job.plan(connection, one.target, where, one.stay)
        assert planned is not None  # noqa: S101 - it was planned
        shown = one.alike.parts if one.alike else frozenset()
        if likeness(planned.plan).parts - shown:
            raise Refused(_moved(one, planned.plan, shown), footer="Nothing was changed.")
        if not planned.plan.empty:
            applier.apply(
                connection,
                planned.plan,
                planned.scope,
                allow=manner.allow,
                lock_timeout=manner.lock_timeout,
                verbose=manner.verbose,
            )


def _another(one: Surveyed) -> Problem:
    return Problem(
        codes.NOT_SHOWN,
        f"{one.target.name} is another database now than the one that was planned",
        remedy="was it made anew, or does its address lead elsewhere? Look, and plan again",
    )


def _moved(one: Surveyed, plan: Plan, shown: Iterable[str]) -> Problem:
    known = frozenset(shown)
    part = part_of(plan)
    new = [describe(step.change) for step in plan.steps if part(step) not in known]
    new += [lost.problem.message for lost in plan.cut_off if part(lost) not in known]
    return Problem(
        codes.NOT_SHOWN,
        f"{one.target.name} has changed since its plan was shown",
        details=tuple(new),
        remedy="apply again: it shows what is left to do, and asks",
    )
