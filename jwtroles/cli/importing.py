"""`jwtroles import`: from a live database to a specification whose plan is empty."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles import codes
from jwtroles.cli.options import DatabaseUrl, NoColor, OutFile, Quiet, Schemas, listed
from jwtroles.cli.terminal import show, tell
from jwtroles.errors import Exit, Problem, UsageError

if TYPE_CHECKING:
    from jwtroles.decompile import Imported
    from jwtroles.reader.connection import Connection


def import_file(
    database: DatabaseUrl = None,
    schemas: Schemas = None,
    project: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option(
            "--project",
            metavar="NAME",
            envvar="JWTROLES_PROJECT",
            help="The name of the project; made of the database's name if it is not given.",
        ),
    ] = None,
    out: OutFile = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the file if it is there.")
    ] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Write a specification of what a database has; its plan is empty. Nothing is changed.

    All schemas are read but PostgreSQL's own, or those of --schemas. What the language cannot say
    stands under `keep`, and is listed on standard error with the reason. Where somebody has taken
    away what jwtroles makes by itself, such as a gate, the plan puts it back and does nothing else;
    then the exit code is 2.

    Example: jwtroles import --database "$DATABASE_URL" --out jwtroles.yaml
    """
    from jwtroles.cli.session import opened  # noqa: PLC0415 - only what a command needs

    if out is not None and out.exists() and not force:
        raise _there(out)
    url = database if database is not None else os.environ.get("DATABASE_URL", "")
    with opened(url, "--database" if database else "DATABASE_URL") as connection:
        made = _imported(connection, schemas, project, out)
    if out is None:
        show(made.text.removesuffix("\n"))
    else:
        _write(made, out, force=force)
    if not quiet:
        for line in told(made, out):
            tell(line)
    raise typer.Exit(Exit.DIFFERENT if made.restored else Exit.DONE)


def _imported(
    connection: Connection, schemas: str | None, project: str | None, out: Path | None
) -> Imported:
    from jwtroles.decompile import import_database  # noqa: PLC0415

    name = project or project_of(connection.info.dbname)
    return import_database(connection, name, listed(schemas), out.name if out else "jwtroles.yaml")


def _write(made: Imported, out: Path, *, force: bool) -> None:
    """Write the file, and the public keys of its issuers below its folder."""
    documents = {out.parent / document.path: document.text for document in made.documents}
    for path in documents if not force else ():
        if path.exists():
            raise _there(path)
    for path, text in documents.items():
        path.parent.mkdir(exist_ok=True)
        write_file(path, text, force=force)
    write_file(out, made.text, force=force)


def project_of(database: str) -> str:
    """Return a plain name for the project of a database."""
    plain = re.sub(r"[^a-z0-9_]+", "_", database.lower()).strip("_")
    return plain if plain and not plain[0].isdigit() else f"db_{plain}".rstrip("_")


def _there(out: Path) -> UsageError:
    message, remedy = f"{out} is there already", "--out FILE names another, --force overwrites it"
    problem = Problem(codes.FILE_THERE, message, remedy=remedy)
    return UsageError(problem, footer="Nothing was written.")


def write_file(out: Path, text: str, *, force: bool) -> None:
    """Write a new file; one that is there is overwritten where that is asked for."""
    try:
        with out.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _there(out) from None
    except OSError as error:
        message = f"cannot write {out}: {error.strerror or error}"
        remedy = "name another file with --out"
        raise UsageError(Problem(codes.CANNOT_WRITE, message, remedy=remedy)) from None


def told(made: Imported, out: Path | None) -> list[str]:
    """Say what the file holds, and what it could not say."""
    from jwtroles.report.problems import visible  # noqa: PLC0415

    count = len(made.restored)
    plan = f"puts back {count} thing{'s' * (count != 1)} and does nothing else" if count else ""
    lines = [f"{out or 'imported'}: {made.said}. Its plan {plan or 'is empty'}."]
    lines += [f"  {one.code.id} {one.message}" for one in made.restored]
    for document in made.documents:
        where = "public keys" if out else "public keys, which --out writes beside the file"
        lines.append(f"  {document.path}: {where}")
    lines += [f"  {note.code.id} {note.message}" for note in made.notes]
    return [visible(line) for line in lines]
