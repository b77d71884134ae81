"""`apply`, `release` and `uninstall` for an environment of many databases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import typer

from jwtroles import saved_plans
from jwtroles.cli.asking import agree
from jwtroles.cli.fleet import JOBS, Part, surveyed, targets_in, tell_failures
from jwtroles.cli.progress import counting
from jwtroles.cli.terminal import color, show, tell, width
from jwtroles.errors import Exit
from jwtroles.report.text.fleet import render_fleet, summary
from jwtroles.report.text.sheet import counted
from jwtroles.targets import applying
from jwtroles.targets.crew import Crew
from jwtroles.targets.model import State, worst
from jwtroles.targets.planning import plan_all
from jwtroles.targets.saved import each_once, gather, reachable

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.cli.options import Manner
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.targets.leaving import Leaving
    from jwtroles.targets.model import Fleet
    from jwtroles.targets.planning import Survey


def apply_many(
    spec: Spec, environment: Environment, part: Part, manner: Manner, *, keep_going: bool
) -> NoReturn:
    """Plan all databases, and carry the plans out."""
    crew = Crew(part.jobs or JOBS, stops=not keep_going)
    survey = surveyed(spec, environment, part, crew, quiet=manner.quiet)
    _carry_out(survey, survey.fleet(part.shard or ""), crew, manner, keep_going=keep_going)


def apply_saved(
    path: Path, spec: Path | None, env: str | None, part: Part, manner: Manner, *, keep_going: bool
) -> NoReturn:
    """Carry out saved plans of many databases, each in the database that it was made for."""
    plans = gather(path)
    saved_plans.check_environment(plans.first, env)
    if spec is not None:
        saved_plans.check_file(plans.first, spec)
    crew = Crew(part.jobs or JOBS, stops=not keep_going)
    targets = reachable(plans, targets_in(plans.environment, part))
    with counting("looked at", len(targets), quiet=manner.quiet) as told:
        survey = plan_all(plans, targets, crew, told)
    away = tuple(plans.without(survey.found)) if not part.shard else ()
    survey = replace(survey, found=(*each_once(survey.found), *away))
    fleet = survey.fleet(part.shard or "", str(path))
    _carry_out(survey, fleet, crew, manner, keep_going=keep_going)


def leave_many(
    leaving: Leaving, part: Part, manner: Manner, *, keep_going: bool, plan_only: bool
) -> NoReturn:
    """Leave all databases of an environment, or show what that would do."""
    crew = Crew(part.jobs or JOBS, stops=not keep_going)
    targets = targets_in(leaving.environment, part)
    with counting("planned", len(targets), quiet=manner.quiet) as told:
        survey = plan_all(leaving, targets, crew, told)
    fleet = survey.fleet(part.shard or "")
    if plan_only:
        _show(survey, fleet, manner)
        tell_failures(fleet.of(State.FAILED))
        raise typer.Exit(fleet.worst)
    _carry_out(survey, fleet, crew, manner, keep_going=keep_going)


def _show(survey: Survey, fleet: Fleet, manner: Manner, *, applying: bool = False) -> None:
    spec, allowed = survey.job.spec, manner.allowed
    show(
        render_fleet(
            fleet,
            spec,
            color=color(),
            width=width(),
            verbose=manner.verbose,
            applying=applying,
            allowed=allowed,
        )
    )


def _carry_out(
    survey: Survey, fleet: Fleet, crew: Crew, manner: Manner, *, keep_going: bool
) -> NoReturn:
    """Show, ask once, and apply each plan in a transaction of its own.

    Where one cannot be planned, or would be refused, nothing is applied unless `keep_going` says
    so.
    """
    environment = survey.job.environment
    if not manner.quiet:
        _show(survey, fleet, manner, applying=True)
    refused = applying.refused(survey, manner.allowed)
    blocked = (*fleet.of(State.FAILED), *refused)
    stopped = {one.target for one in refused}
    differs = [one for one in fleet.of(State.DIFFERENT) if one.target not in stopped]
    if blocked and (crew.interrupted or not keep_going or not differs):
        tell_failures(blocked)
        others = " --keep-going does the others." if differs else ""
        said = "Interrupted. Nothing was changed."
        tell(said if crew.interrupted else f"Nothing was changed.{others}")
        raise typer.Exit(worst(one.error.exit_code for one in blocked if one.error is not None))
    if not differs:
        raise typer.Exit(Exit.DONE)
    what = f"changes to {counted(len(differs), 'database')} of {environment.name}"
    agree(f"Apply these {what}?", environment, yes=manner.yes)
    how = applying.Manner(manner.allowed, manner.lock_timeout, manner.verbose)
    with counting("applied", len(differs), quiet=manner.quiet) as told:
        outcomes = applying.apply_all(survey, crew, how, told)
    fleet = replace(fleet, outcomes=outcomes)
    tell_failures(fleet.of(State.FAILED))
    left = fleet.of(State.FAILED, State.NOT_BEGUN)
    if crew.interrupted:
        tell("Interrupted. What had not been committed was rolled back.")
    if not manner.quiet or left:
        tell(f"{summary(fleet)}.{_again(fleet) if left else ''}")
    raise typer.Exit(fleet.worst)


def _again(fleet: Fleet) -> str:
    if fleet.saved:
        return " Run it again for what is left; plan again what has moved."
    if fleet.command != "apply":
        return " Run it again: it does what is left."
    return " Run it again: it plans anew and does what is left."
