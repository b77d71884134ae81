"""`jwtroles db`: the embedded server, from the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jwtroles.embedded import EmbeddedServer

app = typer.Typer(
    name="db",
    no_args_is_help=True,
    help="""The private PostgreSQL server: start it, stop it, find it, talk to it.

    It comes with jwtroles, listens on a Unix socket only, and one serves all of your shells.

    Example: jwtroles db start
    """,
)

Database = Annotated[
    str, typer.Option("--database", "-d", metavar="NAME", help="The database to connect to.")
]
User = Annotated[str, typer.Option("--user", "-U", metavar="ROLE", help="The role to log in as.")]


@app.command()
def start() -> None:
    """Start the server, unless it runs already, and print its address.

    It keeps running until `jwtroles db stop`.

    Example: jwtroles db start
    """
    typer.echo(_started().url())


@app.command()
def stop(
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete its databases and roles as well.")
    ] = False,
) -> None:
    """Stop the server. Its databases are there again at the next start, unless they are deleted.

    Example: jwtroles db stop
    """
    from jwtroles.embedded import default_server  # noqa: PLC0415 - only what a command needs

    if delete:
        deleted = default_server().delete()
        typer.echo("deleted" if deleted else "there was nothing to delete")
        return
    stopped = default_server().stop()
    typer.echo("stopped" if stopped else "it was not running")


@app.command()
def url(database: Database = "postgres", user: User = "postgres") -> None:
    """Print the server's address, as libpq and drivers read it; start the server if need be.

    Example: pg_dump --schema-only "$(jwtroles db url)"
    """
    typer.echo(_started().url(database, user))


@app.command(context_settings={"ignore_unknown_options": True})
def psql(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="PSQL OPTIONS", show_default=False)
    ] = None,
    database: Database = "postgres",
    user: User = "postgres",
) -> None:
    """Open psql on the server; start the server if need be.

    Example: jwtroles db psql --user postgres -- -c 'SELECT version()'
    """
    server = _started()
    program = str(server.binary("psql"))
    command = [program, f"--dbname={server.url(database, user)}", *(arguments or ())]
    os.execv(program, command)  # noqa: S606 - no shell is the intention


def _started() -> EmbeddedServer:
    from jwtroles.embedded import default_server  # noqa: PLC0415 - only what a command needs

    server = default_server()
    server.start()
    return server
