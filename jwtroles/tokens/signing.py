"""Signatures by a library: made with a development key, and checked with the keys of the file."""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Problem, UsageError
from jwtroles.frozen import frozen
from jwtroles.spec.wording import tick
from jwtroles.tokens.parts import encoded
from jwtroles.verifier.jwk import Origin, RefusedKey, key_of
from jwtroles.verifier.keys import HASHES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.spec.model import Spec
    from jwtroles.spec.token_model import Issuer
    from jwtroles.verifier.keys import Key

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


@frozen
class Signer:
    """A private key, and the key of the file that it is a half of."""

    jwk: Mapping[str, Any]
    key: Key
    issuer: Issuer

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a signed token."""
        from joserfc import jwt  # noqa: PLC0415 - 100 ms
        from joserfc.jwk import JWKRegistry  # noqa: PLC0415

        header = {"alg": self.key.alg, "typ": "JWT"}
        if self.key.kid:
            header["kid"] = self.key.kid
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would rather have Ed25519 than EdDSA (RFC 9864)
            signs = JWKRegistry.import_key(dict(self.jwk))
            return jwt.encode(header, dict(payload), signs, algorithms=[self.key.alg])


def signer(spec: Spec, text: str, keys: Iterable[Key]) -> Signer:
    """Return the signer that a private JWK is: its public half has to be a key of the file.

    Raises:
        UsageError: JR642. Nothing of the key is in the message.
    """
    try:
        jwk = json.loads(text)
    except ValueError:
        jwk = None
    if not isinstance(jwk, dict) or not ({"d", "k"} & jwk.keys()):
        raise _refusal("the file of --key is no private JWK")
    public = {name: value for name, value in jwk.items() if name not in _PRIVATE}
    # A development key says what it is for; `key_ops` of a private half is to sign.
    public.pop("key_ops", None)
    known = list(keys)
    for issuer in spec.tokens.issuers.values():
        origin = Origin(str(issuer.name), tuple(map(str, issuer.algorithms)), "--key", secret=True)
        try:
            made = key_of(public, origin)
        except RefusedKey:
            continue
        for key in known:
            if (key.issuer, key.alg, key.public) == (made.issuer, made.alg, made.public):
                return Signer(jwk, key, issuer)
    raise _refusal("the key is none that verifies tokens in this environment")


def _refusal(message: str) -> UsageError:
    remedy = "make one, and apply:  jwtroles keys add --make EdDSA --private dev-key.json"
    return UsageError(Problem(codes.TOKEN_KEY, message, remedy=remedy), footer="No token.")


def verifies(key: Key, token: str) -> bool:
    """Tell whether a library finds the signature of a token good."""
    if key.pads is not None:
        signed, _, signature = token.rpartition(".")
        inner = hashlib.new(HASHES[key.alg], key.pads.inner + signed.encode()).digest()
        code = hashlib.new(HASHES[key.alg], key.pads.outer + inner).digest()
        return hmac.compare_digest(encoded(code), signature)
    from joserfc import jws  # noqa: PLC0415 - 100 ms
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import JWKRegistry  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            jws.deserialize_compact(token, JWKRegistry.import_key(_jwk(key)), algorithms=[key.alg])
        except (JoseError, ValueError):
            return False
    return True


def _jwk(key: Key) -> dict[str, str | list[str]]:
    """Return the public JWK of a key (RFC 7518 section 6, RFC 8037 section 2)."""
    if key.rsa is not None:
        exponent = key.rsa.exponent
        octets = exponent.to_bytes((exponent.bit_length() + 7) // 8)
        return {"kty": "RSA", "n": encoded(key.public), "e": encoded(octets)}
    if key.alg == "ES256":
        x, y = key.public[:32], key.public[32:]
        return {"kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y)}
    return {"kty": "OKP", "crv": "Ed25519", "x": encoded(key.public)}


def chosen(header: Mapping[str, Any], issuer: str, keys: Iterable[Key]) -> Key | str:
    """Return the key that a header names, or why there is none."""
    live = [key for key in keys if key.issuer == issuer]
    kid = header.get("kid")
    found = live if kid is None else [key for key in live if key.kid == kid]
    if not found:
        return "the issuer has no such key here"
    if len(found) > 1:
        return "the token names no key, and the issuer has several"
    (key,) = found
    if header.get("alg") != key.alg:
        return f"the key {tick(key.kid)} is for {key.alg}, whatever the header says"
    return key
