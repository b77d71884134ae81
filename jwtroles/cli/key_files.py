"""`jwtroles keys add` and `keys import`: what verifies tokens, in the files of an environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles.cli.options import DEFAULT_SPEC, EnvironmentName, IssuerName, NoColor, SpecFile
from jwtroles.cli.terminal import show, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.spec.model import Environment, Spec
    from jwtroles.spec.token_model import Issuer


def import_keys(
    document: Annotated[Path, typer.Argument(metavar="JWKS", help="A JWKS document.")],
    issuer: IssuerName = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    no_color: NoColor = False,
) -> None:
    """Check a JWKS document, and add its keys to the environment's file.

    Keys for encryption are left out. Nothing is written unless every other key is right.

    Example: jwtroles keys import jwks.json --env staging
    """
    loaded, environment = _loaded(spec, env, "keys import")
    _merge(loaded, environment, issuer, _read(document), str(document))


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
    no_color: NoColor = False,
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
