"""`jwtroles diff` and `jwtroles sync`: two environments, of which one is to mirror the other."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles.cli.formats import Format, Print, project_in, rendered, told_as
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    Allow,
    CatalogFile,
    DatabaseUrl,
    EnvironmentName,
    LockTimeout,
    Manner,
    NoColor,
    Plain,
    Quiet,
    Schemas,
    SpecFile,
    Verbose,
    Yes,
    effects,
    listed,
    told_by,
)
from jwtroles.cli.sides import Asked, Sides, opened_sides
from jwtroles.cli.terminal import show
from jwtroles.errors import Exit

if TYPE_CHECKING:
    from jwtroles.cli.session import Chosen

FormatOption = Annotated[
    Format,
    typer.Option("--format", envvar="JWTROLES_FORMAT", help="For whom it is printed."),
]


def diff(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="A", help="An environment, a URL, a snapshot or a specification: the model."
        ),
    ],
    target: Annotated[str, typer.Argument(metavar="B", help="What is compared with it.")],
    spec: SpecFile = DEFAULT_SPEC,
    schemas: Schemas = None,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    catalog: CatalogFile = None,
    check: Annotated[
        bool,
        typer.Option("--check", envvar="JWTROLES_CHECK", help="Exit 2 when access differs."),
    ] = False,
    format: FormatOption = Format.TEXT,  # noqa: A002 - the option is called --format
    plain: Plain = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Show what differs in access between two environments, databases, snapshots or files.

    It reads as the plan that makes B the mirror of A: + is in A alone, - is in B alone, ~ is
    otherwise in B. Keys, secrets and addresses are not compared.

    Without a file two databases or snapshots are compared by the marks that jwtroles left in them,
    or by --schemas. Two files are compared on the tables of --database, --catalog, or the
    environment --env of the second one.

    Example: jwtroles diff staging production
    """
    whose = partial(_marked, spec, source, target)
    with told_as(format, quiet=quiet, plain=plain, whose=whose):
        from jwtroles.mirror import compare  # noqa: PLC0415 - only what a command needs

        told, wanted = told_by(context), listed(schemas)
        asked = Asked("diff", spec, told, source, target, env, database, catalog, wanted)
        with opened_sides(asked) as sides:
            compared = compare(sides.spec, sides.source, sides.target)
    plan = compared.plan
    if sides.note is not None:
        from jwtroles.mirror.unfiled import noted  # noqa: PLC0415

        plan = noted(plan, sides.note)
    exit_code = Exit.DIFFERENT if check and not compared.same else Exit.DONE
    if not quiet:
        what = Print(plan, sides.spec, verbose, exit_code=exit_code, plain=plain)
        show(rendered(what, format))
    raise typer.Exit(exit_code)


def sync(
    context: typer.Context,
    source: Annotated[
        str, typer.Option("--from", metavar="A", help="Whose access it is, as for `diff`.")
    ],
    target: Annotated[
        str, typer.Option("--to", metavar="B", help="The environment or URL that gets it.")
    ],
    spec: SpecFile = DEFAULT_SPEC,
    plan_only: Annotated[
        bool, typer.Option("--plan", help="Show what would change, and change nothing.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            envvar="JWTROLES_CHECK",
            help="Change nothing, and exit 2 when access differs.",
        ),
    ] = False,
    format: FormatOption = Format.TEXT,  # noqa: A002 - the option is called --format
    plain: Plain = False,
    yes: Yes = False,
    allow: Allow = None,
    lock_timeout: LockTimeout = "2s",
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Make the access of one database mirror another's, and prove it before the commit.

    Keys, secrets, passwords and addresses stay. What the target has not (a table, a role of
    others, an extension) is told before anything is done. --format is for --plan and --check.

    Example: jwtroles sync --from staging --to production
    """
    from jwtroles import applier  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.apply import carry_out  # noqa: PLC0415
    from jwtroles.mirror import make_sync  # noqa: PLC0415
    from jwtroles.report.verdict import exit_of  # noqa: PLC0415

    allowed = effects(allow)
    applier.check_lock_timeout(lock_timeout)
    only = plan_only or check
    whose = partial(_marked, spec, source, target)
    with told_as(format if only else Format.TEXT, quiet=quiet, plain=plain, whose=whose):
        asked = Asked("sync", spec, told_by(context), source, target)
        with opened_sides(asked) as sides:
            planned = make_sync(sides.spec, sides.source, sides.target)
            if not only:
                connection = sides.target.connection
                assert connection is not None  # noqa: S101 - a sync changes a database
                manner = Manner(yes, allowed, lock_timeout, verbose, quiet)
                carry_out(connection, planned, _target(sides), manner)
                return
    exit_code = exit_of(planned.plan, allowed, check=check)
    if not quiet:
        what = Print(
            planned.plan, sides.spec, verbose, allowed=allowed, exit_code=exit_code, plain=plain
        )
        show(rendered(what, format))
    raise typer.Exit(exit_code)


def _marked(spec: Path, source: str, target: str) -> tuple[str, str]:
    """Return what the comment of a pull request is found again by."""
    from jwtroles.passwords import covered  # noqa: PLC0415 - only what a command needs

    return project_in(spec), f"{covered(source)} → {covered(target)}"


def _target(sides: Sides) -> Chosen:
    from jwtroles.cli.session import Chosen  # noqa: PLC0415

    return Chosen(sides.spec, sides.target.environment, "", sides.target.label)
