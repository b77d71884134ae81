"""One key of a JWK Set, judged strictly: a key to verify signatures with, or why it is none.

No reason holds anything of a key but its id.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.spec.wording import listed, tick
from jwtroles.verifier.curves import EDWARDS25519, P256, Point, edwards25519_add, edwards25519_x
from jwtroles.verifier.keys import ED25519, HASHES, Key, Rsa, secret_key

if TYPE_CHECKING:
    from jwtroles.errors import Place

_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth")
"""Members that only a private key has (RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2)."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+\Z")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LEAST_BITS, _MOST_BITS = 2048, 8192
_MOST_EXPONENT = 2**32


@frozen
class Origin:
    """Where keys come from.

    Attributes:
        issuer: whose they are.
        algorithms: what the issuer may sign with; every one of them where the file says none.
        shown: the file or the variable, for messages.
        secret: whether it may hold HMAC secrets: a variable may, a file never.
        place: the word of the specification that names it.
    """

    issuer: str
    algorithms: tuple[str, ...]
    shown: str
    secret: bool
    place: Place | None = None


class RefusedKey(Exception):  # noqa: N818 - one key is refused, and the next one is judged
    """Why a key is none to verify with, and what to do about it."""

    def __init__(self, code: codes.Code, why: str, remedy: str) -> None:
        super().__init__(why)
        self.code, self.why, self.remedy = code, why, remedy


def _refuse(code: codes.Code, why: str, remedy: str) -> NoReturn:
    raise RefusedKey(code, why, remedy)


def key_of(jwk: Mapping[str, Any], origin: Origin) -> Key:
    """Return the key that a JWK is.

    Raises:
        RefusedKey: it is none to verify with.
    """
    kid = _kid(jwk)
    kty = jwk.get("kty")
    make = _KINDS.get(kty) if isinstance(kty, str) else None
    if make is None:
        remedy = f"kinds of keys: {listed(_KINDS)}; take this one out"
        _refuse(codes.UNSUPPORTED_KEY, f"has the kind {_word(kty)}", remedy)
    _check_private(jwk, origin)
    _check_use(jwk)
    not_before, not_after = _date(jwk, "nbf"), _date(jwk, "exp")
    key = replace(make(jwk, kid, origin), not_before=not_before, not_after=not_after)
    if key.not_before is not None and key.not_after is not None and key.not_before >= key.not_after:
        _refuse(
            codes.OTHER_USE, "ends before it begins: `exp` is not after `nbf`", "mend the dates"
        )
    return key


def _word(value: object) -> str:
    if value is None:
        return "none"
    return (
        tick(value) if isinstance(value, str) and not _UNSEEN.search(value) else "that is no word"
    )


def _kid(jwk: Mapping[str, Any]) -> str:
    kid = jwk.get("kid", "")
    if not isinstance(kid, str) or len(kid) > 256 or _UNSEEN.search(kid):
        remedy = "a kid is a text of at most 256 characters, none of them a control character"
        _refuse(codes.SAME_KID, "has a `kid` that is no name", remedy)
    return kid


def _check_private(jwk: Mapping[str, Any], origin: Origin) -> None:
    found = [name for name in _PRIVATE if name in jwk]
    if not found or jwk.get("kty") == "oct":
        return
    remedy = (
        "take it out, and make a new key: this one may sign tokens of any role"
        if origin.secret
        else "take it out of the repository and its history, make a new key, and write only the "
        "public half here"
    )
    _refuse(codes.PRIVATE_KEY, f"is a private key: it has {listed(found)}", remedy)


def _check_use(jwk: Mapping[str, Any]) -> None:
    use, operations = jwk.get("use", "sig"), jwk.get("key_ops", ["verify"])
    if use != "sig":
        why = f"is for another use: `use` is {_word(use)}"
        _refuse(codes.OTHER_USE, why, "take it out: only keys with `use: sig` verify tokens")
    if not isinstance(operations, list) or "verify" not in operations:
        why = "is not for verifying: its `key_ops` do not have `verify`"
        _refuse(codes.OTHER_USE, why, "take it out, or take the one that the issuer verifies with")
    if "revoked" in jwk:
        _refuse(codes.OTHER_USE, "is revoked, as it says itself", "take it out")


def _algorithm(jwk: Mapping[str, Any], origin: Origin, fitting: tuple[str, ...]) -> str:
    """Return the one algorithm that a key verifies."""
    allowed = origin.algorithms or tuple(HASHES)
    of_kind = [alg for alg in fitting if alg in allowed]
    alg = jwk.get("alg")
    if alg is not None:
        if alg not in fitting:
            why = f"has `alg` {_word(alg)}, which does not fit its kind"
            _refuse(codes.KEY_ALGORITHM, why, f"algorithms of this kind of key: {listed(fitting)}")
        if alg not in allowed:
            remedy = (
                f"the issuer's algorithms: {listed(allowed)}; add it there, or take the key out"
            )
            _refuse(
                codes.KEY_ALGORITHM, f"is for {alg}, which its issuer does not sign with", remedy
            )
        return str(alg)
    if not of_kind:
        remedy = f"the issuer's algorithms: {listed(allowed)}; take the key out, or add one of "
        remedy += f"{listed(fitting)} there"
        _refuse(codes.KEY_ALGORITHM, "is for no algorithm that its issuer signs with", remedy)
    if len(of_kind) > 1:
        remedy = f'write the one that it is for into the key: "alg": "{of_kind[0]}"'
        _refuse(codes.KEY_ALGORITHM, f"has no `alg`, and could be for {listed(of_kind)}", remedy)
    return of_kind[0]


def _octets(jwk: Mapping[str, Any], name: str) -> bytes:
    """Return a member that is base64url of the one form that RFC 7515 section 2 knows."""
    value = jwk.get(name)
    octets = b""
    if isinstance(value, str) and _BASE64URL.match(value):
        try:
            octets = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        except binascii.Error:
            octets = b""
        if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != value:
            octets = b""
    if not octets:
        remedy = "write it as base64url without padding (RFC 7515 section 2)"
        _refuse(codes.NO_KEY, f"has no proper {tick(name)}", remedy)
    return octets


def _number(jwk: Mapping[str, Any], name: str) -> int:
    octets = _octets(jwk, name)
    if octets[0] == 0:
        remedy = "write the number without leading zero octets (RFC 7518 section 6.3.1.1)"
        _refuse(codes.NO_KEY, f"has leading zeros in {tick(name)}", remedy)
    return int.from_bytes(octets)


def _date(jwk: Mapping[str, Any], name: str) -> int | None:
    """Return from when or until when a key is good, as some issuers write it: `nbf` and `exp`."""
    value = jwk.get(name)
    if value is not None and (type(value) is not int or not 0 <= value < 2**37):
        remedy = "write it as a NumericDate: whole seconds since 1970"
        _refuse(codes.NO_KEY, f"has a `{name}` that is no date", remedy)
    return value


def _rsa(jwk: Mapping[str, Any], kid: str, origin: Origin) -> Key:
    modulus, exponent = _number(jwk, "n"), _number(jwk, "e")
    bits = modulus.bit_length()
    if not _LEAST_BITS <= bits <= _MOST_BITS:
        remedy = f"make one of {_LEAST_BITS} to {_MOST_BITS} bits"
        _refuse(codes.WEAK_KEY, f"has {bits} bits of RSA", remedy)
    if modulus % 2 == 0:
        _refuse(codes.NO_KEY, "has an even modulus, which no RSA key has", "take the issuer's key")
    if exponent < 3 or exponent % 2 == 0 or exponent >= _MOST_EXPONENT:
        why = "has the public exponent " + (
            str(exponent) if exponent < 2**64 else "of a private key"
        )
        remedy = "an exponent is odd, at least 3, and below 2^32; nearly every key has 65537"
        _refuse(codes.WEAK_KEY, why, remedy)
    alg = _algorithm(jwk, origin, ("RS256", "RS384", "RS512"))
    numbers = Rsa.of(modulus, exponent, alg)
    public = modulus.to_bytes(numbers.octets)
    return Key(origin.issuer, kid, alg, public, bits, rsa=numbers)


def _ec(jwk: Mapping[str, Any], kid: str, origin: Origin) -> Key:
    _curve(jwk, "P-256")
    parts = {name: _octets(jwk, name) for name in ("x", "y")}
    for name, octets in parts.items():
        if len(octets) != 32:
            remedy = "write it as 32 octets, leading zeros with them (RFC 7518 section 6.2.1.2)"
            _refuse(codes.NO_KEY, f"has {len(octets)} octets in {tick(name)}", remedy)
    x, y = (int.from_bytes(octets) for octets in parts.values())
    if max(x, y) >= P256.p or (y * y - (x * x * x - 3 * x + P256.b)) % P256.p:
        _refuse(codes.NO_KEY, "is no point of P-256", "take the key that the issuer publishes")
    alg = _algorithm(jwk, origin, ("ES256",))
    public = parts["x"] + parts["y"]
    point = Point("p256", x, y)
    return Key(origin.issuer, kid, alg, public, point=point)


def _okp(jwk: Mapping[str, Any], kid: str, origin: Origin) -> Key:
    _curve(jwk, "Ed25519")
    public = _octets(jwk, "x")
    if len(public) != 32:
        remedy = "an Ed25519 key is 32 octets (RFC 8032 section 5.1.5)"
        _refuse(codes.NO_KEY, f"has {len(public)} octets in `x`", remedy)
    encoded = int.from_bytes(public, "little")
    y, p = encoded % 2**255, EDWARDS25519.p
    x = edwards25519_x(y, encoded >> 255) if y < p else None
    if x is None:
        why = (
            "is no point of edwards25519" if y < p else "is not written in the one form of a point"
        )
        _refuse(codes.NO_KEY, why, "take the key that the issuer publishes")
    multiple = (x, y)
    for _ in range(3):
        multiple = edwards25519_add(multiple, multiple)
    if multiple == (0, 1):
        why = "is a point of small order: signatures that nobody made would be valid"
        _refuse(codes.WEAK_KEY, why, "take the key that the issuer publishes")
    # Without `alg` it is for the name that keys had when they needed none, unless the file has the
    # other one (RFC 9864).
    unsaid = not origin.algorithms and "alg" not in jwk
    alg = _algorithm(jwk, origin, ED25519[:1] if unsaid else ED25519)
    point = Point("ed25519", p - x, y)
    return Key(origin.issuer, kid, alg, public, point=point)


def _oct(jwk: Mapping[str, Any], kid: str, origin: Origin) -> Key:
    if not origin.secret:
        remedy = "take it out of the repository and its history, make a new secret, and keep it in "
        remedy += "a variable:  secrets: {KID: ${VARIABLE}}"
        _refuse(codes.SECRET_IN_FILE, "is a secret, in a file", remedy)
    secret = _octets(jwk, "k")
    alg = _algorithm(jwk, origin, ("HS256", "HS384", "HS512"))
    if (least := shortage(secret, alg)) is not None:
        _refuse(codes.WEAK_KEY, f"has {len(secret)} octets, too few for {alg}", least)
    return secret_key(origin.issuer, kid, alg, secret)


def shortage(secret: bytes, alg: str) -> str | None:
    """Return what to do about a secret that is shorter than the hash of its algorithm, if it is."""
    least = int(alg[2:]) // 8
    if len(secret) >= least:
        return None
    return f"{alg} takes at least {least} octets (RFC 7518 section 3.2): openssl rand -base64 48"


def _curve(jwk: Mapping[str, Any], curve: str) -> None:
    if jwk.get("crv") != curve:
        remedy = "curves: `P-256` for EC, `Ed25519` for OKP; take this key out"
        _refuse(codes.UNSUPPORTED_KEY, f"is on the curve {_word(jwk.get('crv'))}", remedy)


_KINDS: Mapping[str, Callable[[Mapping[str, Any], str, Origin], Key]] = {
    "RSA": _rsa,
    "EC": _ec,
    "OKP": _okp,
    "oct": _oct,
}
"""`kty` (RFC 7518 section 6.1, RFC 8037 section 2) → what makes a key of it."""


def named(number: int, jwk: Mapping[str, Any]) -> str:
    """Return a key by its position and its id."""
    kid = jwk.get("kid")
    seen = isinstance(kid, str) and not _UNSEEN.search(kid)
    return f"key {number}" + (f" (kid {tick(str(kid))})" if seen else "")
