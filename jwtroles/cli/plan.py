"""`jwtroles plan`: what would change, read like a code review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles.cli.formats import Format, Print, rendered, told_as
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    Allow,
    DatabaseUrl,
    EnvironmentName,
    Quiet,
    SpecFile,
    Verbose,
    effects,
)
from jwtroles.cli.terminal import show

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec


def plan(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            envvar="JWTROLES_CHECK",
            help="Exit 2 when the database is not as the file says.",
        ),
    ] = False,
    format: Annotated[  # noqa: A002 - the option is called --format
        Format,
        typer.Option("--format", envvar="JWTROLES_FORMAT", help="For whom the plan is printed."),
    ] = Format.TEXT,
    plain: Annotated[
        bool,
        typer.Option("--plain", envvar="JWTROLES_PLAIN", help="Leave the emoji of Markdown out."),
    ] = False,
    allow: Allow = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Show what has to change for a database to be as the file says. Nothing is changed.

    Exits 0 when done, 2 with --check and differences, 3 when the environment refuses an effect.

    Example: jwtroles plan --env staging
    """
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415 - only what a command needs
    from jwtroles.report.verdict import exit_of  # noqa: PLC0415
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    with told_as(format, quiet=quiet, plain=plain):
        allowed = effects(allow)
        target = choose(spec, env, database, "plan")
        with connected(target) as connection:
            made = make_plan(connection, target.spec, target.environment).plan
    exit_code = exit_of(made, allowed, check=check)
    if not quiet:
        what = Print(made, target.spec, verbose, allowed=allowed, exit_code=exit_code, plain=plain)
        show(rendered(what, format))
    raise typer.Exit(exit_code)


def show_plan(made: Plan, spec: Spec, *, verbose: bool, applying: bool = False) -> None:
    """Print a plan for people."""
    show(rendered(Print(made, spec, verbose, applying), Format.TEXT))
