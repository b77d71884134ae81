"""`jwtroles snapshot` and `jwtroles compile`: the catalog as a file, and SQL without a database."""

from __future__ import annotations

from jwtroles import codes
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    CatalogFile,
    DatabaseUrl,
    EnvironmentName,
    NoColor,
    OutFile,
    Quiet,
    SpecFile,
)
from jwtroles.cli.terminal import show, tell
from jwtroles.cli.written import write
from jwtroles.errors import Problem, UsageError


def snapshot(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    out: OutFile = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Write the catalog that matters to a file, to plan and compile without a database.

    It holds names, columns, rights and conditions; no rows and no passwords.

    Example: jwtroles snapshot --env staging --out access.json
    """
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415 - only what a command needs
    from jwtroles.offline import take_snapshot  # noqa: PLC0415

    target = choose(spec, env, database, "snapshot")
    with connected(target) as connection:
        taken = take_snapshot(connection, target.spec, target.environment)
    text = taken.text()
    if out is None:
        show(text.removesuffix("\n"))
        return
    write(out, text)
    if not quiet:
        *schemas, _ours = taken.scope.schemas
        count = sum(name.schema in schemas for name in taken.survey.structure.relations)
        tell(f"{out}: {count} tables, views and sequences of {', '.join(schemas)}.")


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
