"""`jwtroles plan`: what would change, read like a code review."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles import codes
from jwtroles.cli.fleet import Jobs, Part, Shard, Showing, fleet_of, plan_many
from jwtroles.cli.formats import Format, PlanFormat, Print, concerned, rendered, told_as
from jwtroles.cli.migrations import Migration, write_migrations
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    Allow,
    DatabaseUrl,
    EnvironmentName,
    NoColor,
    Plain,
    Quiet,
    SpecFile,
    Verbose,
    effects,
    yields,
)
from jwtroles.cli.terminal import show, tell
from jwtroles.cli.written import write
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.workflow import Basis


def plan(
    context: typer.Context,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    against: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option(
            "--against",
            metavar="FILE",
            envvar="JWTROLES_AGAINST",
            help="Plan against a snapshot, without a database and credentials.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            envvar="JWTROLES_CHECK",
            help="Exit 2 when the database is not as the file says.",
        ),
    ] = False,
    format: PlanFormat = Format.TEXT,  # noqa: A002 - the option is called --format
    plain: Plain = False,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            envvar="JWTROLES_OUT",
            help="Save the plan as well, for `show` and `apply`; of many databases, a new folder.",
        ),
    ] = None,
    as_: Annotated[
        Optional[Migration],  # noqa: UP045
        typer.Option(
            "--as", envvar="JWTROLES_AS", help="Write the plan as migrations of this tool as well."
        ),
    ] = None,
    out_dir: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--out-dir",
            metavar="FOLDER",
            envvar="JWTROLES_OUT_DIR",
            help="Where the migrations are.",
        ),
    ] = None,
    allow: Allow = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
    jobs: Jobs = None,
    shard: Shard = None,
) -> None:
    """Show what has to change for a database to be as the file says. Nothing is changed.

    A plan that is saved is applied as it is, or not at all: jwtroles apply plan.json. Plans of many
    databases go to a folder, a file for each that differs.

    As migrations of Flyway it is written to new files of a folder, with the undo of it where that
    can be derived. Flyway proves nothing: plan --check does, afterwards.

    Exits 0 when done, 2 with --check and differences, 3 when the environment refuses an effect.

    Example: jwtroles plan --env staging --out plan.json
    """
    from jwtroles.cli.session import chosen  # noqa: PLC0415 - only what a command needs
    from jwtroles.report.verdict import exit_of  # noqa: PLC0415

    part = Part(jobs, shard)
    against = None if yields(context, "against", "database", "out") else against
    database = None if yields(context, "database", "against") else database
    out = None if yields(context, "out", "against") else out
    with told_as(format, quiet=quiet, plain=plain, whose=partial(concerned, spec, env)):
        allowed = effects(allow)
        if (as_ is None) != (out_dir is None):
            message = "--as and --out-dir go together: which tool, and where its migrations are"
            raise UsageError(Problem(codes.USAGE, message, remedy="jwtroles plan --help"))
        loaded, environment = chosen(spec, env, database, "plan")
        fleet = None if against else fleet_of(environment, database, part)
        if fleet and out_dir:
            raise _of_one(environment)
        if fleet:
            how = Showing(format, allowed, verbose=verbose, quiet=quiet, plain=plain, out=out)
            plan_many(loaded, fleet, part, how, check=check)
        made, loaded = _planned(spec, loaded, environment, database, against, out)
        migrations: tuple[Path, ...] = ()
        if out_dir is not None:
            migrations = write_migrations(made, loaded, environment, allowed, out_dir)
    exit_code = exit_of(made, allowed, check=check)
    if not quiet:
        what = Print(
            made, loaded, verbose, allowed=allowed, exit_code=exit_code, plain=plain, saved=out
        )
        show(rendered(what, format))
        if out is not None:
            tell(f"{out}: plan {made.id}. Look at it:  jwtroles show {out}")
        for path in migrations:
            tell(f"{path}")
    raise typer.Exit(exit_code)


def _planned(
    file: Path,
    spec: Spec,
    environment: Environment | None,
    database: str | None,
    against: Path | None,
    out: Path | None,
) -> tuple[Plan, Spec]:
    """Plan with the database, and save the plan where that is asked for; or against a snapshot."""
    from jwtroles.cli.session import connected, reached  # noqa: PLC0415
    from jwtroles.workflow import look, plan_from  # noqa: PLC0415

    if against is None:
        target = reached(file, spec, environment, database)
        with connected(target) as connection:
            basis = look(connection, target.spec, target.environment)
            made = plan_from(basis).plan
            if out is not None:
                _save(out, connection, basis, made)
        return made, target.spec
    from jwtroles.offline import plan_against  # noqa: PLC0415
    from jwtroles.reader.saved import load_snapshot  # noqa: PLC0415

    if out is not None:
        message = "--out and --against: a saved plan is bound to the database that it was made for"
        remedy = "plan with the database"
        raise UsageError(Problem(codes.TWO_SOURCES, message, remedy=remedy))
    if database is not None:
        message = "--database and --against: a plan is made with one of them"
        remedy = "leave one of them out"
        raise UsageError(Problem(codes.TWO_SOURCES, message, remedy=remedy))
    return plan_against(load_snapshot(against), spec, environment), spec


def _of_one(environment: Environment | None) -> UsageError:
    message = "migrations are of one database, and this environment has many"
    remedy = "say which one:  --database URL"
    place = environment.place if environment else None
    return UsageError(Problem(codes.MANY_DATABASES, message, place, remedy=remedy))


def _save(out: Path, connection: Connection, basis: Basis, made: Plan) -> None:
    from jwtroles.reader.identity import identify  # noqa: PLC0415
    from jwtroles.saved_plans import save  # noqa: PLC0415

    write(out, save(basis, made, identify(connection)).text())


def show_plan(
    made: Plan,
    spec: Spec,
    *,
    verbose: bool,
    applying: bool = False,
    allowed: tuple[str, ...] = (),
) -> None:
    """Print a plan for people."""
    show(rendered(Print(made, spec, verbose, applying, allowed), Format.TEXT))
