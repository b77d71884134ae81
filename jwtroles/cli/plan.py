"""`jwtroles plan`: what would change, read like a code review."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

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
from jwtroles.errors import Exit

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec


class Format(StrEnum):
    """Forms in which a plan is printed."""

    TEXT = "text"
    SQL = "sql"


def plan(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 2 when the database is not as the file says.")
    ] = False,
    format: Annotated[  # noqa: A002 - the option is called --format
        Format, typer.Option("--format", help="text for reading, sql for the statements.")
    ] = Format.TEXT,
    allow: Allow = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Show what has to change for a database to be as the file says. Nothing is changed.

    Exits 0 when done, 2 with --check and differences, 3 when the environment refuses an effect.

    Example: jwtroles plan --env staging
    """
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415 - only what a command needs
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    allowed = effects(allow)
    target = choose(spec, env, database, "plan")
    with connected(target) as connection:
        made = make_plan(connection, target.spec, target.environment).plan
    if not quiet:
        show_plan(made, target.spec, format, verbose=verbose)
    refused = set(made.refused_effects()) - set(allowed)
    if refused:
        raise typer.Exit(Exit.REFUSED)
    if check and not made.empty:
        raise typer.Exit(Exit.DIFFERENT)


def show_plan(
    made: Plan, spec: Spec, form: Format, *, verbose: bool, applying: bool = False
) -> None:
    """Print a plan in a form."""
    from jwtroles.cli.terminal import color, show, width  # noqa: PLC0415

    if form is Format.SQL:
        from jwtroles.report.sql import render_sql  # noqa: PLC0415

        show(render_sql(made, spec))
        return
    from jwtroles.report.text import render_plan  # noqa: PLC0415

    text = render_plan(made, spec, color=color(), width=width(), verbose=verbose, applying=applying)
    show(text)
