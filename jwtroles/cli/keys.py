"""`jwtroles keys`: what verifies tokens, in the file and in the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles.cli.check import Form
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    DatabaseUrl,
    EnvironmentName,
    SpecFile,
)
from jwtroles.cli.terminal import show, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.cli.session import Target
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.spec.token_model import Issuer

app = typer.Typer(
    name="keys",
    no_args_is_help=True,
    help="""Keys that verify tokens: list them, add one, import a document, retire one.

    A key is added to the JWKS document of an environment, reviewed and applied; it is retired in
    the database, at once.

    Example: jwtroles keys list --env staging
    """,
)

IssuerName = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option("--issuer", metavar="ISSUER", help="Whose, where the file has several issuers."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", envvar="JWTROLES_YES", help="Do not ask.")]


@app.command("list")
def list_keys(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    format: Annotated[  # noqa: A002 - the option is called --format
        Form, typer.Option("--format", envvar="JWTROLES_FORMAT", help="text or json.")
    ] = Form.TEXT,
) -> None:
    """Show what the file says of keys beside what the database has. No secret is shown.

    Example: jwtroles keys list --env staging
    """
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415 - only what a command needs
    from jwtroles.keyring import states_of  # noqa: PLC0415
    from jwtroles.operations import check_verifies  # noqa: PLC0415
    from jwtroles.report.keys import render_keys, render_keys_json  # noqa: PLC0415
    from jwtroles.verifier.key_sources import read_keys  # noqa: PLC0415
    from jwtroles.workflow import read_database  # noqa: PLC0415

    target = choose(spec, env, database, "keys list")
    wanted = read_keys(target.spec, target.environment)
    with connected(target) as connection:
        reading = read_database(connection, target.spec, target.environment)
    check_verifies(target.spec, reading)
    states = states_of(wanted, reading.catalog)
    show(render_keys_json(states) if format is Form.JSON else render_keys(states))


@app.command("import")
def import_keys(
    document: Annotated[Path, typer.Argument(metavar="JWKS", help="A JWKS document.")],
    issuer: IssuerName = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
) -> None:
    """Check a JWKS document, and add its keys to the environment's file.

    Keys for encryption are left out. Nothing is written unless every other key is right.

    Example: jwtroles keys import jwks.json --env staging
    """
    loaded, environment = _loaded(spec, env, "keys import")
    _merge(loaded, environment, issuer, _read(document), str(document))


@app.command()
def add(
    key: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(metavar="KEY", help="One public key, as PEM or as a JWK."),
    ] = None,
    make: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--make", metavar="ALG", help="Make a key pair for development instead."),
    ] = None,
    private: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--private", metavar="FILE", help="With --make: where its private half goes."),
    ] = None,
    kid: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--kid", metavar="ID", help="The key's id; else its thumbprint."),
    ] = None,
    alg: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--alg", metavar="ALG", help="The algorithm that it is for."),
    ] = None,
    issuer: IssuerName = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
) -> None:
    """Add one public key to the environment's file, or make a key pair for development.

    Example: jwtroles keys add --make EdDSA --private dev-key.json --env dev
    """
    from jwtroles import codes  # noqa: PLC0415 - only what a command needs
    from jwtroles.errors import Problem, UsageError  # noqa: PLC0415
    from jwtroles.verifier.key_pairs import PAIRS, public_jwk  # noqa: PLC0415

    if (key is None) == (make is None) or (make is None) != (private is None):
        message = "name one public key, or make a pair"
        remedy = "jwtroles keys add public.pem   or   --make EdDSA --private dev-key.json"
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy))
    loaded, environment = _loaded(spec, env, "keys add")
    if key is not None:
        more = {name: value for name, value in (("kid", kid), ("alg", alg)) if value}
        jwk = {**public_jwk(_read(key).decode("utf-8", "replace")), **more}
        _merge(loaded, environment, issuer, _document(jwk), str(key))
        return
    if make not in PAIRS:
        message = f"no key pair for {make}"
        remedy = "algorithms with a public half: " + ", ".join(PAIRS)
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy))
    _make(loaded, environment, issuer, make, kid, private)


def _make(
    loaded: Spec,
    environment: Environment | None,
    issuer: str | None,
    alg: str,
    kid: str | None,
    private: Path | None,
) -> None:
    from jwtroles import codes  # noqa: PLC0415
    from jwtroles.errors import Problem, SpecError  # noqa: PLC0415
    from jwtroles.verifier.key_pairs import keep_private, make_pair  # noqa: PLC0415

    if environment is not None and environment.confirm:
        message = (
            f"{environment.name} has `confirm: true`: no development key verifies tokens there"
        )
        remedy = "let the issuer make its keys, and import its JWKS document"
        raise SpecError(
            Problem(codes.NO_DEVELOPMENT_KEY, message, environment.place, remedy=remedy)
        )
    public, secret = make_pair(alg, kid)
    _writable(loaded, environment, issuer)
    assert private is not None  # noqa: S101 - --private was asked for
    keep_private(private, secret)
    _merge(loaded, environment, issuer, _document(public), "the new key")
    tell(f"Its private half is in {private}: whoever has it can sign tokens of any role.")


@app.command()
def retire(
    kid: Annotated[str, typer.Argument(metavar="KID", help="The key's id.")],
    issuer: IssuerName = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    yes: Yes = False,
) -> None:
    """End a key in the database, at once: every token that it signed is refused.

    Sessions that are logged in fail at their next statement. The key stays retired until it has
    left the file.

    Example: jwtroles keys retire 2026-05 --env production
    """
    from jwtroles import operations  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415
    from jwtroles.report.problems import visible  # noqa: PLC0415
    from jwtroles.workflow import read_database  # noqa: PLC0415

    target = choose(spec, env, database, "keys retire")
    with connected(target) as connection:
        reading = read_database(connection, target.spec, target.environment)
        operations.check_verifies(target.spec, reading)
        key = operations.key_called(reading, kid, issuer)
        name = visible(f"{key.kid or key.id} of {key.issuer}")
        if key.retired:
            show(f"Key {name} is retired since {key.retired}.")
            return
        confirm(target, f"Retire the key {name}? Every token that it signed is refused", yes=yes)
        operations.retire(connection, target.spec, reading, key)
    show(f"Retired the key {name}. Open sessions of its tokens fail at their next statement.")
    tell("Take it out of its JWKS document as well, and apply: the database keeps it retired.")


@app.command("rotate-ticket-secret")
def rotate_ticket_secret(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    yes: Yes = False,
) -> None:
    """Make the secret of tickets anew: every login ends, and tokens log in again.

    It is made in the database, and never leaves it.

    Example: jwtroles keys rotate-ticket-secret --env staging
    """
    from jwtroles import operations  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415
    from jwtroles.workflow import read_database  # noqa: PLC0415

    target = choose(spec, env, database, "keys rotate-ticket-secret")
    with connected(target) as connection:
        reading = read_database(connection, target.spec, target.environment)
        operations.check_verifies(target.spec, reading)
        confirm(target, "Make the secret of tickets anew? Every login ends", yes=yes)
        operations.rotate_ticket_secret(connection, target.spec, reading)
    show(
        "Made the secret of tickets anew. Sessions that are logged in fail at their next statement."
    )


def confirm(target: Target, question: str, *, yes: bool) -> None:
    """Ask before tokens stop to work; where `confirm: true` stands, for the environment's name."""
    import sys  # noqa: PLC0415 - only what a command needs

    from jwtroles import codes  # noqa: PLC0415
    from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

    if yes:
        return
    environment = target.environment
    agreed = False
    if sys.stdin.isatty():
        if environment is not None and environment.confirm:
            said = typer.prompt(f"{question}. Type {environment.name} to go on")
            agreed = said == environment.name
        else:
            agreed = typer.confirm(question)
    if not agreed:
        message = "not confirmed" if sys.stdin.isatty() else "there is no terminal to ask on"
        problem = Problem(codes.NO_YES, message, remedy="answer as asked, or say --yes")
        raise UsageError(problem, footer="Nothing was changed.")


def _loaded(spec: Path, env: str | None, command: str) -> tuple[Spec, Environment | None]:
    from jwtroles.cli.session import environment_of  # noqa: PLC0415 - only what a command needs
    from jwtroles.spec.load import load  # noqa: PLC0415

    loaded = load(spec)
    return loaded, environment_of(loaded, env, command)


def _read(path: Path) -> bytes:
    from jwtroles import codes  # noqa: PLC0415
    from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            return file.read(2**20 + 1)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        message, remedy = f"cannot read {path}: {said}", "name a file that is there"
        raise UsageError(Problem(codes.NO_SUCH_FILE, message, remedy=remedy)) from None


def _document(jwk: object) -> bytes:
    return json.dumps({"keys": [jwk]}).encode()


def _writable(
    loaded: Spec, environment: Environment | None, name: str | None
) -> tuple[Issuer, Path]:
    from jwtroles.operations import issuer_called  # noqa: PLC0415
    from jwtroles.verifier.key_files import file_of  # noqa: PLC0415

    issuer = issuer_called(loaded, name)
    return issuer, file_of(loaded, issuer, environment)


def _merge(
    loaded: Spec, environment: Environment | None, name: str | None, new: bytes, shown: str
) -> None:
    from jwtroles.verifier.jwk import Origin  # noqa: PLC0415
    from jwtroles.verifier.key_files import merge  # noqa: PLC0415

    issuer, path = _writable(loaded, environment, name)
    algorithms = tuple(map(str, issuer.algorithms))
    origin = Origin(str(issuer.name), algorithms, shown, secret=False)
    merged = merge(path, new, origin)
    for line in _told(merged.added, merged.there, merged.left_out):
        show(line)
    if merged.added:
        where = f" --env {environment.name}" if environment else ""
        show(f"Wrote {merged.path}. Next: jwtroles plan{where}")


def _told(
    added: tuple[str, ...], there: tuple[str, ...], left_out: tuple[str, ...]
) -> Iterator[str]:
    from jwtroles.report.problems import visible  # noqa: PLC0415

    yield from (f"  + {visible(kid)}" for kid in added)
    yield from (f"    {visible(kid)}  is there already" for kid in there)
    yield from (f"    {visible(kid)}  left out: it is not for signatures" for kid in left_out)
