"""A database of its own for one piece of work, filled from SQL files."""

from __future__ import annotations

import secrets
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.embedded.run_as import environment
from jwtroles.errors import Problem, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from jwtroles.embedded.server import EmbeddedServer


@contextmanager
def scratch_database(server: EmbeddedServer, load: Sequence[Path] = ()) -> Iterator[str]:
    """Create a database, run SQL files in it and yield its address; drop it afterwards.

    The files are run as psql runs them, so a dump with COPY data will do. What they create
    besides the database's own objects, roles above all, belongs to the whole server and stays:
    give those to :meth:`EmbeddedServer.private`.

    Args:
        server: a running server.
        load: the files, in their order.
    """
    import psycopg  # noqa: PLC0415 - loads slowly
    from psycopg import sql  # noqa: PLC0415

    name = f"scratch_{secrets.token_hex(8)}"
    database = sql.Identifier(name)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
    try:
        for file in load:
            run_file(server, name, file)
        yield server.url(name)
    finally:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))


def run_file(server: EmbeddedServer, database: str, file: Path) -> None:
    """Run a SQL file in a database of the server, up to its first error."""
    done = subprocess.run(
        [
            server.binary("psql"),
            "--no-psqlrc",
            "--quiet",
            "--output=/dev/null",
            "--set=ON_ERROR_STOP=1",
            f"--file={file}",
            f"--dbname={server.url(database)}",
        ],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment()
        | {"PGCLIENTENCODING": "UTF8", "PGOPTIONS": "-c client_min_messages=warning"},
    )
    if done.returncode != 0:
        raise ServerError(
            Problem(
                codes.EMBEDDED,
                f"{file} could not be loaded into the embedded server",
                details=tuple(done.stderr.splitlines()[-8:]),
                remedy="correct the file: it is run by psql as the superuser `postgres`",
            )
        )
