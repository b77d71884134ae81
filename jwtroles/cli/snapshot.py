"""`jwtroles snapshot` and `jwtroles compile`: the catalog as a file, and SQL without a database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from jwtroles import codes
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    CatalogFile,
    DatabaseUrl,
    EnvironmentName,
    NoColor,
    OutFile,
    Quiet,
    Schemas,
    SpecFile,
    listed,
    told_by,
)
from jwtroles.cli.terminal import show, tell
from jwtroles.cli.written import write
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.reader.saved import Snapshot


def snapshot(
    context: typer.Context,
    spec: SpecFile = DEFAULT_SPEC,
    schemas: Schemas = None,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    out: OutFile = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Write the catalog that matters to a file, to plan and compile without a database.

    It holds names, columns, rights and conditions; no rows and no passwords. Without a file it is
    of what jwtroles manages there, or of --schemas, and is for `diff` alone.

    Example: jwtroles snapshot --env staging --out access.json
    """
    named = told_by(context)
    if "spec" not in named and ("schemas" in named or not (spec.exists() or env)):
        taken = _unfiled(database, listed(schemas))
    elif "schemas" in named:
        message = "--schemas is for a snapshot without a file: a file names its schemas"
        raise UsageError(Problem(codes.USAGE, message, remedy="leave --schemas or the file out"))
    else:
        taken = _of_file(spec, env, database)
    text = taken.text()
    if out is None:
        show(text.removesuffix("\n"))
        return
    write(out, text)
    if not quiet:
        *managed, _ours = taken.scope.schemas
        structure = taken.survey.structure
        count = sum(name.schema in structure.managed for name in structure.relations)
        tell(f"{out}: {count} tables, views and sequences of {', '.join(managed)}.")


def _of_file(spec: Path, env: str | None, database: str | None) -> Snapshot:
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415 - only what a command needs
    from jwtroles.offline import take_snapshot  # noqa: PLC0415

    target = choose(spec, env, database, "snapshot")
    with connected(target) as connection:
        return take_snapshot(connection, target.spec, target.environment)


def _unfiled(database: str | None, schemas: tuple[str, ...]) -> Snapshot:
    from jwtroles.cli.session import opened  # noqa: PLC0415 - only what a command needs
    from jwtroles.mirror.unfiled import Given, taken_alone  # noqa: PLC0415

    url = database if database is not None else os.environ.get("DATABASE_URL", "")
    with opened(url, "--database" if database else "DATABASE_URL") as connection:
        return taken_alone(Given(str(connection.info.dbname), connection), schemas)


def compile_file(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    catalog: CatalogFile = None,
    no_color: NoColor = False,
) -> None:
    """Print all the SQL of a file, from nothing, without a database.

    The tables are those of a snapshot. The same file and snapshot give the same bytes. The
    statements are for a superuser and a database without anything of jwtroles in it; `plan` and
    `apply` are for every other one.

    Example: jwtroles compile --env staging --catalog access.json
    """
    from jwtroles.cli.session import environment_of  # noqa: PLC0415
    from jwtroles.offline import compile_alone  # noqa: PLC0415
    from jwtroles.reader.saved import load_snapshot  # noqa: PLC0415
    from jwtroles.report.sql import render_sql  # noqa: PLC0415
    from jwtroles.spec.load import load  # noqa: PLC0415

    loaded = load(spec)
    environment = environment_of(loaded, env, "compile")
    if catalog is None:
        message = "compile needs to know the tables and their columns"
        remedy = "jwtroles snapshot --out access.json, then compile --catalog access.json"
        raise UsageError(Problem(codes.CATALOG_NEEDED, message, remedy=remedy))
    show(render_sql(compile_alone(load_snapshot(catalog), loaded, environment), loaded))
