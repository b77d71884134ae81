"""A JWK Set (RFC 7517): each key of it is one to verify with, or is refused with the reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from jwtroles import codes
from jwtroles.spec.wording import tick
from jwtroles.verifier.jwk import RefusedKey, key_of, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.errors import Collector
    from jwtroles.verifier.jwk import Origin
    from jwtroles.verifier.keys import Key

MAX_OCTETS = 1024 * 1024
"""Of a document; thousands of keys fit into it."""


def read_jwks(text: str | bytes, origin: Origin, problems: Collector) -> tuple[Key, ...]:
    """Return the keys of a document; note every key that is refused, and why."""
    found: list[Key] = []
    for number, jwk in enumerate(members(text, origin, problems), 1):
        try:
            found.append(key_of(jwk, origin))
        except RefusedKey as refused:
            message = f"{origin.shown}: {named(number, jwk)} {refused.why}"
            problems.add(refused.code, message, origin.place, remedy=refused.remedy)
    return tuple(found)


def members(
    text: str | bytes, origin: Origin, problems: Collector
) -> tuple[Mapping[str, Any], ...]:
    """Return the keys of a document as JSON objects (JR275 for what is no JWK Set)."""
    try:
        return _listed(_json(text))
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else _said(error)
        remedy = 'a JWK Set is {"keys": [{"kty": …}, …]}, as an issuer publishes it'
        problems.add(codes.NO_JWKS, f"{origin.shown}: {why}", origin.place, remedy=remedy)
        return ()


def _listed(data: Any) -> tuple[Mapping[str, Any], ...]:
    listed = data.get("keys") if isinstance(data, dict) else None
    if isinstance(data, dict) and "kty" in data and listed is None:
        raise ValueError("it is a single key, not a set")
    if not isinstance(listed, list):
        raise ValueError("it is no object with a list `keys`")  # noqa: TRY004 - told as the others
    if not listed:
        raise ValueError("it has no keys")
    if not all(isinstance(one, dict) for one in listed):
        raise ValueError("what stands in `keys` is not all objects")
    return tuple(listed)


def _said(error: ValueError) -> str:
    """Return what is wrong with a document, without any of it."""
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON (line {error.lineno}, column {error.colno})"
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _json(text: str | bytes) -> Any:
    if len(text) > MAX_OCTETS:
        raise ValueError("it is longer than 1 MB")
    decoded = text.decode("utf-8") if isinstance(text, bytes) else text

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a member stands in it twice")
        return found

    def constant(_: str) -> NoReturn:
        raise ValueError("it is not JSON: NaN and Infinity are no numbers")

    return json.loads(decoded, object_pairs_hook=once, parse_constant=constant)


def check_ids(keys: Iterable[Key], origin: Origin, problems: Collector) -> None:
    """Within an issuer a kid names one key: never a secret beside a public key of its name."""
    by_kid: dict[str, list[Key]] = {}
    for key in keys:
        by_kid.setdefault(key.kid, []).append(key)
    for kid, same in by_kid.items():
        if len(same) == 1:
            continue
        what = f"{len(same)} keys of {origin.issuer} " + (
            f"are called {tick(kid)}" if kid else "have no `kid`"
        )
        if len({key.symmetric for key in same}) > 1:
            what += ", and one of them is a secret while another is public"
        remedy = "give each key a `kid` of its own, as the issuer does"
        problems.add(codes.SAME_KID, what, origin.place, remedy=remedy)
