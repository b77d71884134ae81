"""`jwtroles keys`: what verifies tokens, in the file and in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles.cli import key_files
from jwtroles.cli.asking import agree
from jwtroles.cli.fleet import Jobs, KeepGoing, Part, Shard, fleet_of
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    DatabaseUrl,
    EnvironmentName,
    ForWhom,
    IssuerName,
    NoColor,
    SpecFile,
    TextOrJson,
    Yes,
    instant,
)
from jwtroles.cli.terminal import show, tell, width
from jwtroles.cli.values import Command, Group

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(
    name="keys",
    cls=Group,
    help="""Keys that verify tokens: list them, add one, import a document, retire one.

    A key is added to the JWKS document of an environment, reviewed and applied; it is retired in
    the database, at once.

    Example: jwtroles keys list --env staging
    """,
)


@app.command("list", cls=Command)
def list_keys(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    format: ForWhom = TextOrJson.TEXT,  # noqa: A002 - the option is called --format
    jobs: Jobs = None,
    shard: Shard = None,
    no_color: NoColor = False,
) -> None:
    """Show what the file says of keys beside what the database has. No secret is shown.

    Of many databases each key is told once, with how many have it, and how it stands there.

    Example: jwtroles keys list --env staging
    """
    from jwtroles.cli.formats import Format, told_as  # noqa: PLC0415 - only what a command needs

    part = Part(jobs, shard)
    with told_as(Format(format.value)):
        show(_listed(spec, env, database, part, as_json=format is TextOrJson.JSON))


def _listed(spec: Path, env: str | None, database: str | None, part: Part, *, as_json: bool) -> str:
    """Return the keys of one database; those of many are told, and end the command."""
    from jwtroles.cli.session import chosen, connected, reached  # noqa: PLC0415
    from jwtroles.keyring import states_of  # noqa: PLC0415
    from jwtroles.operations import check_verifies  # noqa: PLC0415
    from jwtroles.report import keys as text  # noqa: PLC0415
    from jwtroles.report.contract import keys as contract  # noqa: PLC0415
    from jwtroles.verifier.key_sources import read_keys  # noqa: PLC0415
    from jwtroles.workflow import read_database  # noqa: PLC0415

    loaded, environment = chosen(spec, env, database, "keys list")
    if fleet := fleet_of(environment, database, part):
        from jwtroles.cli.operating import Scene, list_many  # noqa: PLC0415

        list_many(Scene(loaded, fleet, part), as_json=as_json)
    target = reached(spec, loaded, environment, database)
    wanted = read_keys(target.spec, target.environment)
    with connected(target) as connection:
        reading = read_database(connection, target.spec, target.environment)
    check_verifies(target.spec, reading)
    states = states_of(wanted, reading.catalog)
    return contract.render_keys(states) if as_json else text.render_keys(states, width())


app.command("import", cls=Command)(key_files.import_keys)
app.command(cls=Command)(key_files.add)


@app.command(cls=Command)
def retire(
    kid: Annotated[str, typer.Argument(metavar="KID", help="The key's id.")],
    issuer: IssuerName = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    yes: Yes = False,
    jobs: Jobs = None,
    shard: Shard = None,
    keep_going: KeepGoing = False,
    no_color: NoColor = False,
) -> None:
    """End a key in the database, at once: every token that it signed is refused.

    Sessions that are logged in fail at their next statement. The key stays retired until it has
    left the file. Of many databases it is ended in each that has it; the same command again does
    what was left.

    Example: jwtroles keys retire 2026-05 --env production
    """
    from jwtroles import operations  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import chosen, connected, reached  # noqa: PLC0415
    from jwtroles.report.problems import visible  # noqa: PLC0415
    from jwtroles.workflow import read_database  # noqa: PLC0415

    part = Part(jobs, shard)
    loaded, environment = chosen(spec, env, database, "keys retire")
    if fleet := fleet_of(environment, database, part, keep_going=keep_going):
        from jwtroles.cli.operating import Scene, retire_many  # noqa: PLC0415

        retire_many(Scene(loaded, fleet, part, yes, keep_going), kid, issuer)
    target = reached(spec, loaded, environment, database)
    with connected(target) as connection:
        reading = read_database(connection, target.spec, target.environment)
        operations.check_verifies(target.spec, reading)
        key = operations.key_called(reading, kid, issuer)
        name = visible(f"{key.kid or key.id} of {key.issuer}")
        if key.retired:
            show(f"Key {name} is retired since {key.retired}.")
            return
        asked = f"Retire the key {name}? Every token that it signed is refused."
        agree(asked, target.environment, yes=yes)
        operations.retire(connection, target.spec, reading, key)
    show(f"Retired the key {name}. Open sessions of its tokens fail at their next statement.")
    tell("Take it out of its JWKS document as well, and apply: the database keeps it retired.")


@app.command("rotate-ticket-secret", cls=Command)
def rotate_ticket_secret(
    before: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option("--before", metavar="TIME", help="Only a secret that was made before then."),
    ] = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    yes: Yes = False,
    jobs: Jobs = None,
    shard: Shard = None,
    keep_going: KeepGoing = False,
    no_color: NoColor = False,
) -> None:
    """Make the secret of tickets anew: every login ends, and tokens log in again.

    It is made in the database, and never leaves it. Of many databases each has its own; where some
    were left, it says with which --before to run it again.

    Example: jwtroles keys rotate-ticket-secret --env staging
    """
    from jwtroles import operations  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import chosen, connected, reached  # noqa: PLC0415
    from jwtroles.workflow import read_database  # noqa: PLC0415

    since = None if before is None else instant(before)
    part = Part(jobs, shard)
    loaded, environment = chosen(spec, env, database, "keys rotate-ticket-secret")
    if fleet := fleet_of(environment, database, part, keep_going=keep_going):
        from jwtroles.cli.operating import Scene, rotate_many  # noqa: PLC0415

        rotate_many(Scene(loaded, fleet, part, yes, keep_going), since)
    target = reached(spec, loaded, environment, database)
    with connected(target) as connection:
        reading = read_database(connection, target.spec, target.environment)
        operations.check_verifies(target.spec, reading)
        asked = "Make the secret of tickets anew? Every login ends."
        agree(asked, target.environment, yes=yes)
        made = operations.rotate_ticket_secret(connection, target.spec, reading, since)
    from jwtroles.cli.operating import MADE_ANEW  # noqa: PLC0415 - only what a command needs

    show(MADE_ANEW if made else "The secret of tickets was made since. Nothing to do.")
