"""`jwtroles init`: a first specification, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles import codes
from jwtroles.cli.options import DEFAULT_SPEC, DatabaseUrl, NoColor, SpecFile
from jwtroles.cli.terminal import show, width
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.report.first import First


def init(
    spec: SpecFile = DEFAULT_SPEC,
    database: DatabaseUrl = None,
    from_database: Annotated[
        bool,
        typer.Option("--from-database", help="Write what the database has, as `import` does."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the file if it is there.")
    ] = False,
    no_color: NoColor = False,
) -> None:
    """Write a commented first specification; with a database, one that fits it.

    The file gives one role very little and takes nothing from anybody. Nothing is changed in the
    database, and its address is not written down.

    Example: jwtroles init --database "$DATABASE_URL"
    """
    from jwtroles.report.first import first_specification  # noqa: PLC0415 - what a command needs

    if from_database:
        from jwtroles.cli.importing import import_file  # noqa: PLC0415

        import_file(database, out=spec, force=force)
        return
    if spec.exists() and not force:
        raise _there(spec)
    found = None
    if database is not None:
        from jwtroles.cli.session import opened  # noqa: PLC0415
        from jwtroles.reader.first_look import survey  # noqa: PLC0415

        with opened(database, "--database") as connection:
            found = survey(connection)
        if not found.tables:
            message = f"no table in the database {found.database} that a file could be about"
            remedy = "run the migrations first; without --database, init writes an example"
            raise UsageError(Problem(codes.NOTHING_THERE, message, remedy=remedy))
    first = first_specification(found)
    try:
        with spec.open("w" if force else "x", encoding="utf-8") as file:
            file.write(first.text)
    except FileExistsError:
        raise _there(spec) from None
    except OSError as error:
        message = f"cannot write {spec}: {error.strerror}"
        raise UsageError(
            Problem(codes.CANNOT_WRITE, message, remedy="--spec FILE names another")
        ) from None
    for line in _told(spec, first, looked=found is not None):
        show(line)


def _there(spec: Path) -> UsageError:
    message = f"{spec} is there already"
    remedy = "--spec FILE names another, --force overwrites it"
    return UsageError(
        Problem(codes.FILE_THERE, message, remedy=remedy), footer="Nothing was written."
    )


def _told(spec: Path, first: First, *, looked: bool) -> list[str]:
    """Say what the file holds, and what to do next."""
    from jwtroles.report.problems import visible  # noqa: PLC0415
    from jwtroles.report.text.layout import Page  # noqa: PLC0415

    page = Page(width())
    lines = [f"{spec}: a first specification. Read it, then: jwtroles validate, plan, apply."]
    if not looked:
        return [*lines, "  It names the schema app: mend it, or take --database to look at yours."]
    count = len(first.tenant.tables) if first.tenant else 0
    lines.append(f"  {first.tables} tables in {', '.join(first.schemas)}")
    if first.tenant:
        lines.append(f"  {count} of them under one condition: {first.tenant.rows}")
    else:
        lines.append("  no column that looks like a tenant's: `tenancy` is left to you")
    if first.exempt:
        lines.append(f"  keep every row (database.exempt): {', '.join(first.exempt)}")
    return [
        one
        for line in map(visible, lines)
        for one in page.paragraph(line.lstrip(), " " * (len(line) - len(line.lstrip())), "    ")
    ]
