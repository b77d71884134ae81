"""Tokens as a holder of the key of RFC 7515 A.1 can make them, well formed or not, and a look at
what the database says."""

from __future__ import annotations

import hmac
import json
import time
from typing import TYPE_CHECKING, Any

from psycopg.errors import InvalidAuthorizationSpecification

from tests.verifier.keys import AUDIENCE, ISSUER, octets, text
from tests.verifier.rfc import OCT

if TYPE_CHECKING:
    from tests.verifier.keys import Connection

SECRET = octets(OCT["k"])
NOW = int(time.time())
HEADER: dict[str, Any] = {"alg": "HS256", "typ": "JWT", "kid": "HS256"}
CLAIMS: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 7200, "sub": "u1"}

Part = dict[str, Any] | str | bytes


def part(value: Part) -> str:
    """Encode a part of a token: a JSON object, a text or octets."""
    if isinstance(value, dict):
        value = json.dumps(value)
    return text(value.encode() if isinstance(value, str) else value)


def signed(payload: Part = CLAIMS, header: Part = HEADER, algorithm: str = "sha256") -> str:
    """Return a token with a good signature over whatever it says."""
    return sealed(f"{part(header)}.{part(payload)}", algorithm)


def sealed(signing_input: str, algorithm: str = "sha256", secret: bytes = SECRET) -> str:
    """Put a signature after the first two parts."""
    code = hmac.digest(secret, signing_input.encode(), algorithm)
    return f"{signing_input}.{text(code)}"


def claims(**changed: Any) -> dict[str, Any]:
    """Return good claims with some changed, or absent where the value is None."""
    return {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}


def header(**changed: Any) -> dict[str, Any]:
    """Return a good header with some members changed, or absent where the value is None."""
    return {name: value for name, value in {**HEADER, **changed}.items() if value is not None}


def said(connection: Connection, token: str | None, function: str = "verify") -> str:
    """Return what the database says: 'accepted', or why not."""
    try:
        connection.execute(f"SELECT jwtroles.{function}(%s)".encode(), [token])
    except InvalidAuthorizationSpecification as error:
        told = error.diag
        assert told.message_detail is None
        assert told.message_hint is None
        assert token is None or len(token) < 20 or token not in f"{told.context}"
        return f"{told.message_primary}"
    return "accepted"
