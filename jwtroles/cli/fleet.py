"""`plan` for an environment of many databases, and the options of commands about them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer

from jwtroles import codes
from jwtroles.cli.formats import Format
from jwtroles.cli.session import connection_string
from jwtroles.cli.terminal import color, show, tell, width
from jwtroles.cli.written import write
from jwtroles.errors import Exit, Problem, UsageError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.saved_plans import SavedPlan
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
        """The option that makes no sense for one database, or ''.

        A variable is for all commands, but with only a part of the databases one is not meant.
        """
        if self.jobs and "JWTROLES_JOBS" not in os.environ:
            return "--jobs"
        return "--shard" if self.shard else ""


def fleet_of(
    environment: Environment | None, database: str | None, part: Part, *, keep_going: bool = False
) -> Environment | None:
    """Return the environment where the command is about many databases, else None.

    Raises:
        UsageError: JR010 for an option that is about many, where there is one.
    """
    if database is None and environment is not None and environment.databases is not None:
        return environment
    on = keep_going and "JWTROLES_KEEP_GOING" not in os.environ
    asked = "--keep-going" if on else part.asked
    if asked:
        message = f"{asked} is for an environment that has `databases`"
        raise UsageError(Problem(codes.USAGE, message, remedy="leave it out for one database"))
    return None


def surveyed(
    spec: Spec,
    environment: Environment,
    part: Part,
    crew: Crew,
    *,
    quiet: bool,
    out: Path | None = None,
) -> Survey:
    """Find the databases and plan each of them; `out` is the folder that plans are saved to."""
    from jwtroles.cli.progress import counting  # noqa: PLC0415 - only what a command needs
    from jwtroles.targets.planning import Job, plan_all  # noqa: PLC0415

    job = Job.of(spec, environment)
    if out is not None:
        job = replace(job, save=partial(_save, out))
    targets = targets_in(environment, part)
    with counting("planned", len(targets), quiet=quiet) as told:
        return plan_all(job, targets, crew, told)


def _save(folder: Path, target: Target, plan: SavedPlan) -> None:
    path = folder / target.file
    if path.exists():  # of a target whose name differs in case alone
        raise _not_empty(f"{path} is there already")
    write(path, plan.text())


def _empty_folder(path: Path) -> None:
    """Make the folder that plans are saved to; what is in it would be applied with them (JR679)."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise _not_empty(f"{path} is not empty")
    except OSError as error:
        message = f"cannot write into {path}: {error.strerror}"
        problem = Problem(codes.CANNOT_WRITE, message, remedy="name another folder")
        raise UsageError(problem) from None


def _not_empty(message: str) -> UsageError:
    remedy = "name a new folder: plans of another run would be applied as well"
    return UsageError(Problem(codes.PLANS_APART, message, remedy=remedy))


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
    out: Path | None = None


def plan_many(
    spec: Spec, environment: Environment, part: Part, how: Showing, *, check: bool
) -> NoReturn:
    """Plan all databases of an environment, print that, and exit by the worst of them."""
    from jwtroles.report.text.sheet import counted  # noqa: PLC0415
    from jwtroles.targets.crew import Crew  # noqa: PLC0415
    from jwtroles.targets.model import State  # noqa: PLC0415

    form = form_of(how.format)
    if how.out is not None:
        _empty_folder(how.out)
    crew = Crew(part.jobs or JOBS, stops=False)
    survey = surveyed(spec, environment, part, crew, quiet=how.quiet, out=how.out)
    fleet = survey.fleet(part.shard or "", str(how.out or ""))
    code = exit_of_fleet(fleet, how.allowed, check=check)
    if not how.quiet:
        show(form(fleet, spec, how, code))
        if how.out is not None:
            number = len(fleet.of(State.DIFFERENT))
            look = f" Look at them:  {fleet.see}" if number else ""
            tell(f"{how.out}: {counted(number, 'plan')}.{look}")
    tell_failures(fleet.of(State.FAILED))
    if crew.interrupted:
        tell("Interrupted: not every database was planned.")
    raise typer.Exit(code)


def form_of(form: Format) -> Form:
    """Return what prints many plans in a form.

    Raises:
        UsageError: JR010 for a script: it is run in one database.
    """
    if form not in FORMS:
        message = f"--format {form} is for one database: a script does not say in which it is run"
        remedy = "say which one with --database URL; or save the plans, and print one:\n"
        remedy += "jwtroles plan --out FOLDER, jwtroles show FOLDER/NAME.json --format sql"
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy))
    return FORMS[form]


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


def _github(fleet: Fleet, _spec: Spec, how: Showing, _code: Exit) -> str:
    from jwtroles.report.many_annotations import render_fleet  # noqa: PLC0415

    return render_fleet(fleet, how.allowed)


Form = Callable[["Fleet", "Spec", Showing, Exit], str]
FORMS: Mapping[Format, Form] = {
    Format.TEXT: _text,
    Format.JSON: _json,
    Format.MARKDOWN: _markdown,
    Format.GITHUB: _github,
}
"""The forms in which many plans are printed."""


def tell_failures(outcomes: tuple[Outcome, ...]) -> None:
    """Tell why targets failed, on standard error."""
    from jwtroles.report.text.fleet import render_failures  # noqa: PLC0415

    if told := render_failures(outcomes, color=color(sys.stderr), width=width()):
        tell(told)
