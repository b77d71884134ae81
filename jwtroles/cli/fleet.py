"""`plan` and `apply` for an environment of many databases."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer

from jwtroles import codes
from jwtroles.cli.formats import Format
from jwtroles.cli.session import connection_string
from jwtroles.cli.terminal import color, show, tell, width
from jwtroles.errors import Exit, Problem, UsageError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.cli.apply import Manner
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.targets.crew import Crew
    from jwtroles.targets.model import Fleet, Outcome, Target
    from jwtroles.targets.planning import Survey

Jobs = Annotated[
    Optional[int],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        envvar="JWTROLES_JOBS",
        help="Of many databases: how many at a time (8).",
    ),
]
Shard = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--shard",
        metavar="I/N",
        envvar="JWTROLES_SHARD",
        help="Of many databases: the I-th of N parts, which together are all of them.",
    ),
]
KeepGoing = Annotated[
    bool,
    typer.Option(
        "--keep-going",
        envvar="JWTROLES_KEEP_GOING",
        help="Of many databases: go on after one that failed.",
    ),
]

JOBS = 8


@frozen
class Part:
    """Which databases are meant, and how many are worked on at a time."""

    jobs: int | None
    shard: str | None

    @property
    def asked(self) -> str:
        """The option that makes no sense for one database, or ''."""
        return "--jobs" if self.jobs else "--shard" if self.shard else ""


def fleet_of(
    environment: Environment | None, database: str | None, part: Part, *, keep_going: bool = False
) -> Environment | None:
    """Return the environment where the command is about many databases, else None.

    Raises:
        UsageError: JR010 for an option that is about many, where there is one.
    """
    if database is None and environment is not None and environment.databases is not None:
        return environment
    asked = "--keep-going" if keep_going else part.asked
    if asked:
        message = f"{asked} is for an environment that has `databases`"
        raise UsageError(Problem(codes.USAGE, message, remedy="leave it out for one database"))
    return None


def surveyed(
    spec: Spec, environment: Environment, part: Part, crew: Crew, *, quiet: bool
) -> Survey:
    """Find the databases and plan each of them."""
    from jwtroles.cli.progress import counting  # noqa: PLC0415 - only what a command needs
    from jwtroles.targets.planning import Job, plan_all  # noqa: PLC0415

    job = Job.of(spec, environment)
    targets = targets_in(environment, part)
    with counting("planned", len(targets), quiet=quiet) as told:
        return plan_all(job, targets, crew, told)


def targets_in(environment: Environment, part: Part) -> tuple[Target, ...]:
    """Return the databases of an environment, or of the part of it that is meant."""
    from jwtroles.targets.resolve import shard_of, targets_of  # noqa: PLC0415

    shard = _shard(part.shard) if part.shard else None
    targets = targets_of(environment, connection_string)
    return targets if shard is None else shard_of(targets, *shard)


def _shard(text: str) -> tuple[int, int]:
    """Return part and number of parts."""
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text)
    if match is None or int(match[1]) > int(match[2]):
        message = f"--shard {text} is no part of a whole"
        remedy = "--shard 3/8 is the third of eight parts"
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy))
    return int(match[1]), int(match[2])


def exit_of_fleet(fleet: Fleet, allowed: tuple[str, ...], *, check: bool) -> Exit:
    """Return the exit code of a plan of many databases: that of the worst one."""
    from jwtroles.report.verdict import exit_of  # noqa: PLC0415
    from jwtroles.targets.model import worst  # noqa: PLC0415

    return worst((fleet.worst, *(exit_of(p, allowed, check=check) for p in fleet.plans.values())))


@frozen
class Showing:
    """How plans are printed."""

    format: Format
    allowed: tuple[str, ...]
    verbose: bool = False
    quiet: bool = False
    plain: bool = False


def plan_many(
    spec: Spec, environment: Environment, part: Part, how: Showing, *, check: bool
) -> NoReturn:
    """Plan all databases of an environment, print that, and exit by the worst of them."""
    from jwtroles.targets.crew import Crew  # noqa: PLC0415
    from jwtroles.targets.model import State  # noqa: PLC0415

    if how.format not in FORMS:
        message = f"--format {how.format} is for one database"
        remedy = "say which one with --database URL, or take text, json or markdown"
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy))
    crew = Crew(part.jobs or JOBS, stops=False)
    fleet = surveyed(spec, environment, part, crew, quiet=how.quiet).fleet(part.shard or "")
    code = exit_of_fleet(fleet, how.allowed, check=check)
    if not how.quiet:
        show(FORMS[how.format](fleet, spec, how, code))
    tell_failures(fleet.of(State.FAILED))
    raise typer.Exit(code)


def _text(fleet: Fleet, spec: Spec, how: Showing, _code: Exit) -> str:
    from jwtroles.report.text.fleet import render_fleet  # noqa: PLC0415

    return render_fleet(
        fleet, spec, color=color(), width=width(), verbose=how.verbose, allowed=how.allowed
    )


def _json(fleet: Fleet, _spec: Spec, how: Showing, code: Exit) -> str:
    from jwtroles.report.contract.fleet import render_fleet  # noqa: PLC0415

    return render_fleet(fleet, how.allowed, code)


def _markdown(fleet: Fleet, spec: Spec, how: Showing, _code: Exit) -> str:
    from jwtroles.report.markdown.fleet import render_fleet  # noqa: PLC0415

    return render_fleet(fleet, spec, how.allowed, plain=how.plain)


FORMS: Mapping[Format, Callable[[Fleet, Spec, Showing, Exit], str]] = {
    Format.TEXT: _text,
    Format.JSON: _json,
    Format.MARKDOWN: _markdown,
}
"""The forms in which many plans are printed."""


def tell_failures(outcomes: tuple[Outcome, ...]) -> None:
    """Tell why targets failed, on standard error."""
    from jwtroles.report.text.fleet import render_failures  # noqa: PLC0415

    if told := render_failures(outcomes, color=color(sys.stderr), width=width()):
        tell(told)


def apply_many(
    spec: Spec, environment: Environment, part: Part, manner: Manner, *, keep_going: bool
) -> NoReturn:
    """Plan all databases, show, ask once, and apply each that differs in a transaction of its own.

    Where one cannot be planned, or would be refused, nothing is applied unless `keep_going` says
    so.
    """
    from dataclasses import replace  # noqa: PLC0415

    from jwtroles.cli.apply import agree  # noqa: PLC0415
    from jwtroles.cli.progress import counting  # noqa: PLC0415
    from jwtroles.report.text.fleet import render_fleet, summary  # noqa: PLC0415
    from jwtroles.report.text.sheet import counted  # noqa: PLC0415
    from jwtroles.targets import applying  # noqa: PLC0415
    from jwtroles.targets.crew import Crew  # noqa: PLC0415
    from jwtroles.targets.model import State, worst  # noqa: PLC0415

    crew = Crew(part.jobs or JOBS, stops=not keep_going)
    survey = surveyed(spec, environment, part, crew, quiet=manner.quiet)
    fleet = survey.fleet(part.shard or "")
    if not manner.quiet:
        show(
            render_fleet(
                fleet,
                spec,
                color=color(),
                width=width(),
                verbose=manner.verbose,
                applying=True,
                allowed=manner.allowed,
            )
        )
    refused = applying.refused(survey, manner.allowed)
    blocked = (*fleet.of(State.FAILED), *refused)
    stopped = {one.target for one in refused}
    differs = [one for one in fleet.of(State.DIFFERENT) if one.target not in stopped]
    if blocked and (crew.interrupted or not keep_going or not differs):
        tell_failures(blocked)
        tell("Nothing was changed.")
        raise typer.Exit(worst(one.error.exit_code for one in blocked if one.error is not None))
    if not differs:
        raise typer.Exit(Exit.DONE)
    if not manner.yes:
        what = f"changes to {counted(len(differs), 'database')} of {environment.name}"
        agree(what, f"Apply these {what}?", str(environment.name), environment)
    how = applying.Manner(manner.allowed, manner.lock_timeout, manner.verbose)
    with counting("applied", len(differs), quiet=manner.quiet) as told:
        outcomes = applying.apply_all(survey, crew, how, told)
    fleet = replace(fleet, outcomes=outcomes)
    tell_failures(fleet.of(State.FAILED))
    left = fleet.of(State.FAILED, State.NOT_BEGUN)
    if crew.interrupted:
        tell("Interrupted. What had not been committed was rolled back.")
    if not manner.quiet or left:
        again = " Run it again: it plans anew and does what is left." if left else ""
        tell(f"{summary(fleet)}.{again}")
    raise typer.Exit(fleet.worst)
