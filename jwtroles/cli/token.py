"""`jwtroles token`: tokens for development, and why a token does what it does."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles.cli.options import DEFAULT_SPEC, DatabaseUrl, EnvironmentName, NoColor, SpecFile
from jwtroles.cli.terminal import show, tell, width
from jwtroles.cli.values import Command, Group

if TYPE_CHECKING:
    from typing import NoReturn

    from jwtroles.codes import Code
    from jwtroles.tokens.ask import Answer

app = typer.Typer(
    name="token",
    cls=Group,
    help="""Tokens for development: make one, or see what would come of one, and why.

    Example: jwtroles token mint --env dev --key dev-key.json --role member | jwtroles token inspect
    """,
)


@app.command(cls=Command)
def mint(
    key: Annotated[
        Path,
        typer.Option(
            "--key", metavar="FILE", help="A private JWK, as `keys add --make` writes it."
        ),
    ],
    role: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option("--role", metavar="ROLE", help="Add the claims that its first rule asks for."),
    ] = None,
    claim: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--claim",
            metavar="NAME=VALUE",
            help="A claim of the file, or one at the top of the payload; repeatable.",
        ),
    ] = None,
    claims: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--claims", metavar="FILE", help="Claims as a JSON object."),
    ] = None,
    expires_in: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--expires-in", metavar="TIME", help="How long it is good (`30s`, `5m`)."),
    ] = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    no_color: NoColor = False,
) -> None:
    """Print a signed token for development. Never with a key of production.

    iss, aud, iat and exp come from the file; so do the claims that --role needs.

    Example: jwtroles token mint --env dev --key dev-key.json --role member --claim sub=ann
    """
    from jwtroles import codes  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import environment_of  # noqa: PLC0415
    from jwtroles.spec.load import load  # noqa: PLC0415
    from jwtroles.spec.resolve import resolve  # noqa: PLC0415
    from jwtroles.tokens.claims import Wanted, claims_of  # noqa: PLC0415
    from jwtroles.tokens.mapping import role_of, tried  # noqa: PLC0415
    from jwtroles.tokens.signing import signer  # noqa: PLC0415
    from jwtroles.verifier.key_sources import read_keys  # noqa: PLC0415

    loaded = load(spec)
    environment = environment_of(loaded, env, "token mint")
    if environment is not None and environment.confirm:
        message = f"{environment.name} has `confirm: true`: its tokens come from its issuer alone"
        _refuse(codes.TOKEN_ENVIRONMENT, message, "make tokens for an environment of development")
    loaded = resolve(loaded, environment)
    keys = read_keys(loaded, environment, offline=True).keys
    signs = signer(loaded, _text(key), keys)
    now = int(time.time())
    wanted = Wanted(role, _object(claims), tuple(claim or ()), _seconds(expires_in))
    payload = claims_of(loaded, signs.issuer, wanted, now)
    becomes = role_of(tried(loaded, payload, now))
    if role is not None and becomes != role:
        first = becomes or "no role"
        tell(f"Without asking for {role}, this token becomes {first}: login(token, '{role}')")
    show(signs.sign(payload))


@app.command(cls=Command, context_settings={"allow_extra_args": True})
def inspect(
    context: typer.Context,
    file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--file", metavar="FILE", help="Where the token is; else standard input."),
    ] = None,
    ask: Annotated[
        bool,
        typer.Option("--ask", help="Ask the database as well: log in, and roll back."),
    ] = False,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    no_color: NoColor = False,
) -> None:
    """Say what a token says, whether it holds, which role it becomes, and why.

    The token comes from standard input or a file, and is never shown. Exit code 3: it is refused.

    Example: jwtroles token inspect --env dev < token.txt
    """
    from jwtroles import codes  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import choose, connected, environment_of  # noqa: PLC0415
    from jwtroles.errors import Exit  # noqa: PLC0415
    from jwtroles.report.inspection import render_inspection  # noqa: PLC0415
    from jwtroles.spec.load import load  # noqa: PLC0415
    from jwtroles.spec.resolve import resolve  # noqa: PLC0415
    from jwtroles.tokens import inspection  # noqa: PLC0415
    from jwtroles.tokens.ask import ask as ask_database  # noqa: PLC0415
    from jwtroles.verifier.key_sources import read_keys  # noqa: PLC0415

    if context.args:
        message = "a token is not given as an argument: every user of this machine sees those"
        _refuse(codes.TOKEN_ARGUMENT, message, "jwtroles token inspect < token.txt   or   --file")
    loaded = load(spec)
    environment = environment_of(loaded, env, "token inspect", database)
    loaded = resolve(loaded, environment)
    keys = read_keys(loaded, environment, offline=True).keys
    text = _text(file) if file is not None else _standard_input()
    found = inspection.inspect(loaded, text.strip(), keys, time.time())
    answers: tuple[Answer, ...] = ()
    if ask:
        target = choose(spec, env, database, "token inspect")
        with connected(target) as connection:
            answers = ask_database(connection, target.spec, target.environment, text.strip())
    show(render_inspection(found, loaded, width(), answers))
    if not found.good or (answers and not any(one.role for one in answers if one.asked)):
        raise typer.Exit(Exit.REFUSED)


def _standard_input() -> str:
    if sys.stdin.isatty():
        tell("Paste the token, then Ctrl-D.")
    return sys.stdin.read(2**20)


def _text(path: Path) -> str:
    from jwtroles import codes  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            return file.read(2**20).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "not the name of a file"
        _refuse(codes.NO_SUCH_FILE, f"cannot read {path}: {said}", "name a file that is there")


def _object(path: Path | None) -> dict[str, object] | None:
    if path is None:
        return None
    from jwtroles import codes  # noqa: PLC0415

    try:
        found = json.loads(_text(path))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        _refuse(codes.TOKEN_CLAIMS, f"{path} is no JSON object", 'write {"sub": "ann"}')
    return found


def _seconds(text: str | None) -> int | None:
    """Return a duration in seconds, in the units of the language."""
    if text is None:
        return None
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    if not text[:-1].isdigit() or text[-1:] not in units:
        from jwtroles import codes  # noqa: PLC0415

        remedy = "write a whole number and one of the units s, m, h, d: --expires-in 5m"
        _refuse(codes.USAGE, f"no duration: {text}", remedy)
    return int(text[:-1]) * units[text[-1]]


def _refuse(code: Code, message: str, remedy: str) -> NoReturn:
    from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

    raise UsageError(Problem(code, message, remedy=remedy))
