"""`jwtroles db`: the embedded server, from the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles.cli.values import Command, Group

if TYPE_CHECKING:
    from jwtroles.cli.session import Loads
    from jwtroles.embedded import EmbeddedServer

app = typer.Typer(
    name="db",
    cls=Group,
    help="""The private PostgreSQL server: start it, stop it, find it, talk to it.

    It comes with jwtroles, listens on a Unix socket only, and one serves all of your shells.

    Example: jwtroles db start
    """,
)

Database = Annotated[
    str, typer.Option("--database", "-d", metavar="NAME", help="The database to connect to.")
]
Environment = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--env",
        "-e",
        metavar="NAME",
        help="The server of an environment of jwtroles.yaml that has `load`.",
    ),
]
User = Annotated[str, typer.Option("--user", "-U", metavar="ROLE", help="The role to log in as.")]


@app.command(cls=Command)
def start(env: Environment = None) -> None:
    """Start the server, unless it runs already, and print its address.

    It keeps running until `jwtroles db stop`.

    Example: jwtroles db start
    """
    typer.echo(_started(env).url())


@app.command(cls=Command)
def stop(
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete its databases and roles as well.")
    ] = False,
    env: Environment = None,
) -> None:
    """Stop the server. Its databases are there again at the next start, unless they are deleted.

    Example: jwtroles db stop
    """
    from jwtroles.embedded import default_server, server_of  # noqa: PLC0415 - only what is needed

    loads = _loads(env)
    server = server_of(loads.owner) if loads else default_server()
    if delete:
        deleted = server.delete()
        typer.echo("deleted" if deleted else "there was nothing to delete")
        return
    stopped = server.stop()
    typer.echo("stopped" if stopped else "it was not running")


@app.command(cls=Command)
def url(database: Database = "postgres", user: User = "postgres", env: Environment = None) -> None:
    """Print the server's address, as libpq and drivers read it; start the server if need be.

    Example: pg_dump --schema-only "$(jwtroles db url)"
    """
    typer.echo(_started(env).url(database, user))


@app.command(cls=Command, context_settings={"ignore_unknown_options": True})
def psql(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PSQL OPTIONS", show_default=False, help="What psql takes, behind `--`."
        ),
    ] = None,
    database: Database = "postgres",
    user: User = "postgres",
    env: Environment = None,
) -> None:
    """Open psql on the server; start the server if need be.

    Example: jwtroles db psql --user postgres -- -c 'SELECT version()'
    """
    server = _started(env)
    program = str(server.binary("psql"))
    command = [program, f"--dbname={server.url(database, user)}", *(arguments or ())]
    os.execv(program, command)  # noqa: S606 - no shell is the intention


def _loads(env: str | None) -> Loads | None:
    if env is None:
        return None
    from jwtroles.cli.options import DEFAULT_SPEC  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import environment_of, loads_of  # noqa: PLC0415
    from jwtroles.spec.load import load  # noqa: PLC0415

    return loads_of(DEFAULT_SPEC, environment_of(load(DEFAULT_SPEC), env, "db"))


def _started(env: str | None) -> EmbeddedServer:
    from jwtroles.cli.session import started  # noqa: PLC0415 - only what a command needs

    return started(_loads(env))
