"""`jwtroles validate` and `jwtroles test`: is the file right, and does it do what it promises?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles.cli.options import DEFAULT_SPEC, DatabaseUrl, EnvironmentName, SpecFile
from jwtroles.cli.terminal import show, width
from jwtroles.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.policy_tests import Results
    from jwtroles.spec.model import Spec


def validate(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
) -> None:
    """Check the file; tables and columns too, where a database is named.

    Example: jwtroles validate
    """
    from jwtroles.spec.load import load  # noqa: PLC0415 - only what a command needs

    if env is None and database is None:
        loaded = load(spec)
        count = len(loaded.roles)
        show(f"{spec}: valid. {count} role{'s' * (count != 1)}, {len(loaded.tests)} tests.")
        return
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    target = choose(spec, env, database, "validate")
    with connected(target) as connection:
        made = make_plan(connection, target.spec, target.environment).plan
    show(f"{spec}: valid, and it fits {made.server.database}.")


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
) -> None:
    """Run the file's own tests: claims in, role out, then what each statement may do.

    On a private server, which is made from the SQL files of --load and thrown away; or on a
    database
    that is applied already, where everything is rolled back.

    Example: jwtroles test --load schema.sql
    """
    from jwtroles.spec.load import load as load_spec  # noqa: PLC0415

    if database is None and env is None:
        loaded = load_spec(spec)
        results = _privately(loaded, [spec.parent / name for name in load or ("schema.sql",)])
    else:
        from jwtroles.cli.session import choose, connected  # noqa: PLC0415
        from jwtroles.policy_tests import run  # noqa: PLC0415

        target = choose(spec, env, database, "test")
        with connected(target) as connection:
            results = run(connection, target.spec, environment=target.environment)
    from jwtroles.report.policy_tests import render_tests  # noqa: PLC0415

    show(render_tests(results, width()))
    if not results.passed:
        raise typer.Exit(Exit.FAILED)


def _privately(spec: Spec, files: list[Path]) -> Results:
    """Run the tests on a server of their own: schema loaded, file applied, tests run, all gone."""
    from jwtroles.policy_tests import run  # noqa: PLC0415
    from jwtroles.private import applied_privately  # noqa: PLC0415

    with applied_privately(spec, files) as connection:
        return run(connection, spec, environment=None)
