"""Key pairs for development, made by a library: jwtroles itself verifies and never signs."""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Problem, SpecError
from jwtroles.verifier.keys import ED25519

if TYPE_CHECKING:
    from collections.abc import Mapping

PAIRS = ("RS256", "RS384", "RS512", "ES256", *ED25519)
"""Algorithms with a public half."""

_RSA_BITS = 3072


def make_pair(alg: str, kid: str | None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return a new public and a new private JWK, called after its thumbprint if not by `kid`.

    RFC 7638.
    """
    from joserfc.jwk import ECKey, OKPKey, RSAKey  # noqa: PLC0415 - 100 ms

    key: RSAKey | ECKey | OKPKey
    if alg == "ES256":
        key = ECKey.generate_key("P-256")
    elif alg in ED25519:
        key = OKPKey.generate_key("Ed25519")
    else:
        key = RSAKey.generate_key(_RSA_BITS)
    more = {"kid": kid or key.thumbprint(), "alg": alg, "use": "sig"}
    return {**key.as_dict(private=False), **more}, {**key.as_dict(private=True), **more}


def public_jwk(text: str) -> Mapping[str, Any]:
    """Return the JWK of one public key, which is PEM or a JWK.

    Raises:
        SpecError: JR275 where it is neither.
    """
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import ECKey, OKPKey, RSAKey  # noqa: PLC0415

    if text.lstrip().startswith("{"):
        try:
            found: dict[str, Any] = json.loads(text)
        except ValueError:
            raise _neither() from None
        return found
    if "PRIVATE KEY" in text:
        message = "it is a private key"
        remedy = "give the public half:  openssl pkey -in key.pem -pubout"
        raise SpecError(Problem(codes.PRIVATE_KEY, message, remedy=remedy))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own, about kinds that are not ours
        for kind in (RSAKey, ECKey, OKPKey):
            with contextlib.suppress(JoseError, ValueError, TypeError):
                key = kind.import_key(text)
                return {"kid": key.thumbprint(), **key.as_dict(private=False)}
    raise _neither()


def _neither() -> SpecError:
    remedy = 'PEM begins with -----BEGIN PUBLIC KEY-----, a JWK with {"kty": …}'
    return SpecError(Problem(codes.NO_JWKS, "it is neither PEM nor a JWK", remedy=remedy))


def keep_private(path: Path, jwk: Mapping[str, Any]) -> None:
    """Write a private key to a new file that its owner alone may read.

    Raises:
        SpecError: JR636 where something is there already.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        message = f"cannot write the private key to {path}: {error.strerror}"
        remedy = "name a new file, outside of the repository"
        raise SpecError(Problem(codes.NO_DEVELOPMENT_KEY, message, remedy=remedy)) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(json.dumps(jwk, indent=2) + "\n")
