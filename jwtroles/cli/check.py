"""`jwtroles validate` and `jwtroles test`: is the file right, and does it do what it promises?"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles.cli.options import (
    DEFAULT_SPEC,
    CatalogFile,
    DatabaseUrl,
    EnvironmentName,
    NoColor,
    Quiet,
    SpecFile,
    yields,
)
from jwtroles.cli.terminal import show, width
from jwtroles.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.policy_tests import Results
    from jwtroles.spec.model import Environment, Spec


class Form(StrEnum):
    """Forms in which the errors of a file are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def validate(
    context: typer.Context,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    catalog: CatalogFile = None,
    format: Annotated[  # noqa: A002 - the option is called --format
        Form,
        typer.Option("--format", envvar="JWTROLES_FORMAT", help="For whom errors are printed."),
    ] = Form.TEXT,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a file, for editors.")
    ] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Check the file; tables and columns too, where a database or a snapshot is named.

    Example: jwtroles validate
    """
    if schema:
        import json  # noqa: PLC0415 - only what a command needs

        from jwtroles.spec.grammar.schema import schema as declared  # noqa: PLC0415

        show(json.dumps(declared(), indent=2))
        return
    from jwtroles.cli.formats import Format, told_as  # noqa: PLC0415 - only what a command needs

    catalog = None if yields(context, "catalog", "database") else catalog
    database = None if yields(context, "database", "catalog") else database
    with told_as(Format(format.value), quiet=quiet):
        said = _checked(spec, env, database, catalog)
    if quiet:
        return
    if format is Form.JSON:
        from jwtroles.report.contract import render_success  # noqa: PLC0415

        said = render_success()
    if format is not Form.GITHUB:
        show(said)


def _checked(spec: Path, env: str | None, database: str | None, catalog: Path | None) -> str:
    """Check a file, and say that it is right."""
    from jwtroles.spec.load import load  # noqa: PLC0415

    if catalog is not None and database is not None:
        from jwtroles import codes  # noqa: PLC0415
        from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

        message = "--database and --catalog: a file is checked with one of them"
        remedy = "leave one of them out"
        raise UsageError(Problem(codes.TWO_SOURCES, message, remedy=remedy))
    if catalog is not None:
        from jwtroles.cli.session import environment_of  # noqa: PLC0415
        from jwtroles.offline import check_against  # noqa: PLC0415
        from jwtroles.reader.saved import load_snapshot  # noqa: PLC0415

        loaded = load(spec)
        check_against(load_snapshot(catalog), loaded, environment_of(loaded, env, "validate"))
        return f"{spec}: valid, and it fits {catalog}."
    if env is None and database is None:
        loaded = load(spec)
        count = len(loaded.roles)
        return f"{spec}: valid. {count} role{'s' * (count != 1)}, {len(loaded.tests)} tests."
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    target = choose(spec, env, database, "validate")
    with connected(target) as connection:
        made = make_plan(connection, target.spec, target.environment).plan
    return f"{spec}: valid, and it fits {made.server.database}."


def test(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    load: Annotated[
        list[str] | None,
        typer.Option(
            "--load",
            metavar="FILE",
            help="SQL files that make the tables of a private server; may be repeated.",
        ),
    ] = None,
    no_color: NoColor = False,
) -> None:
    """Run the file's own tests: claims in, role out, then what each statement may do.

    On a private server, which is made from the SQL files of --load or of the environment and
    thrown away; or on a database that is applied already, where everything is rolled back.

    Example: jwtroles test --load schema.sql
    """
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415 - only what a command needs
    from jwtroles.spec.load import load as load_spec  # noqa: PLC0415

    loaded = load_spec(spec)
    environment = _tested(loaded, env)
    files = [spec.parent / name for name in load or ()] or _loaded(spec, environment)
    if database is None and (env is None or files):
        results = _privately(loaded, environment, files or _beside(spec))
    else:
        from jwtroles.policy_tests import run  # noqa: PLC0415

        target = choose(spec, env, database, "test")
        with connected(target) as connection:
            results = run(connection, target.spec, environment=target.environment)
    from jwtroles.report.policy_tests import render_tests  # noqa: PLC0415

    show(render_tests(results, width()))
    if not results.passed:
        raise typer.Exit(Exit.FAILED)


def _tested(spec: Spec, env: str | None) -> Environment | None:
    """Return the environment that is meant: the only one that loads tables needs no naming."""
    from jwtroles.cli.session import environment_of  # noqa: PLC0415

    if env is not None:
        return environment_of(spec, env, "test")
    loading = [one for one in spec.environments.values() if one.load]
    return loading[0] if len(loading) == 1 else None


def _loaded(spec: Path, environment: Environment | None) -> list[Path]:
    from jwtroles.cli.session import loads_of  # noqa: PLC0415

    loads = loads_of(spec, environment)
    return list(loads.files) if loads else []


def _beside(spec: Path) -> list[Path]:
    """Return the schema.sql beside the file, which makes the tables where nothing else is named."""
    from jwtroles import codes  # noqa: PLC0415 - only what a command needs
    from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

    schema = spec.parent / "schema.sql"
    if not schema.is_file():
        message = f"nothing makes the tables of a private server: there is no {schema}"
        remedy = "--load FILE, `load` of an environment, or --database URL"
        raise UsageError(Problem(codes.NO_SUCH_FILE, message, remedy=remedy))
    return [schema]


def _privately(spec: Spec, environment: Environment | None, files: list[Path]) -> Results:
    """Run the tests on a server of their own: schema loaded, file applied, tests run, all gone."""
    from jwtroles.policy_tests import run  # noqa: PLC0415
    from jwtroles.private import applied_privately  # noqa: PLC0415

    with applied_privately(spec, files, environment) as connection:
        return run(connection, spec, environment=environment)
