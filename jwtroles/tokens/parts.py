"""A token taken apart: header and claims, without any judgement of its signature."""

from __future__ import annotations

import base64
import binascii
import json
import re
from decimal import Decimal
from typing import Any

from jwtroles import codes
from jwtroles.errors import Problem, UsageError
from jwtroles.frozen import frozen

MAX_OCTETS = 8192
"""What the database accepts at most."""

_DIGITS, _DECIMALS = 131072, 16383
"""What PostgreSQL's numeric holds before and behind the point."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")


@frozen
class Parts:
    """Header and claims as JSON."""

    header: dict[str, Any]
    claims: dict[str, Any]


def parts_of(token: str) -> Parts:
    """Return what a token says.

    Raises:
        UsageError: JR641 for what is no token; nothing of it is in the message.
    """
    if not token:
        raise _no_token("nothing was given")
    if not _FORM.match(token):
        raise _no_token("it is not three parts of base64url with dots between them")
    if len(token) > MAX_OCTETS:
        raise _no_token("it is longer than 8 KiB, and the database refuses that")
    header, claims, _ = token.split(".")
    return Parts(_object(header, "header"), _object(claims, "payload"))


def _object(part: str, name: str) -> dict[str, Any]:
    try:
        octets = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        found = json.loads(octets, object_pairs_hook=_once, parse_float=_number)
    except (binascii.Error, ValueError, RecursionError):
        raise _no_token(f"its {name} is no JSON object with each member once") from None
    if not isinstance(found, dict) or encoded(octets) != part:
        raise _no_token(f"its {name} is no JSON object in the one form of base64url")
    return found


def _number(text: str) -> Decimal:
    """Return a number that PostgreSQL's numeric has room for (manual section 8.1.2).

    Written out, one with a greater exponent would fill any memory.
    """
    found = Decimal(text)
    if found.adjusted() >= _DIGITS or found.as_tuple().exponent < -_DECIMALS:  # type: ignore[operator]  # no NaN in JSON
        raise ValueError("a number out of range")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member stands there twice")
    return found


def encoded(octets: bytes) -> str:
    """Return base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _no_token(why: str) -> UsageError:
    remedy = "give the token alone, without `Bearer` or quotes"
    return UsageError(Problem(codes.NO_TOKEN, why, remedy=remedy))
