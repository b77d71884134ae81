"""`jwtroles doctor`: is this server fit for what the file promises?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from jwtroles.cli.options import (
    DEFAULT_SPEC,
    DatabaseUrl,
    EnvironmentName,
    ForWhom,
    NoColor,
    SpecFile,
    TextOrJson,
)
from jwtroles.cli.terminal import show, width

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.doctor import Examination


def doctor(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    format: ForWhom = TextOrJson.TEXT,  # noqa: A002 - the option is called --format
    no_color: NoColor = False,
) -> None:
    """Examine a server: version, known holes, rights, logins, and where a token could be read.

    Needs no specification: where there is no file, the roles that carry the mark of jwtroles are
    looked at. Exits 1 when there is an error among the findings. Nothing is changed.

    Example: jwtroles doctor --env production
    """
    from jwtroles.cli.formats import Format, told_as  # noqa: PLC0415 - only what a command needs

    with told_as(Format(format.value)):
        found = _examined(spec, env, database)
    from jwtroles.report.doctor import render_doctor, render_doctor_json  # noqa: PLC0415

    show(render_doctor_json(found) if format is TextOrJson.JSON else render_doctor(found, width()))
    raise typer.Exit(found.exit_code)


def _examined(spec: Path, env: str | None, database: str | None) -> Examination:
    """Examine with the file, or without one where there is none at its usual place."""
    import os  # noqa: PLC0415 - only what a command needs

    from jwtroles.cli.session import choose, connected, opened  # noqa: PLC0415
    from jwtroles.doctor import examine  # noqa: PLC0415

    if spec == DEFAULT_SPEC and env is None and not spec.exists():
        url = database if database is not None else os.environ.get("DATABASE_URL", "")
        origin = "--database" if database is not None else "DATABASE_URL or PG* variables"
        with opened(url, origin) as connection:
            return examine(connection)
    target = choose(spec, env, database, "doctor")
    with connected(target) as connection:
        return examine(connection, target.spec, target.environment)
