"""Rows of `signing_key` and the tables beside it, computed from a JWK by the textbook."""

from __future__ import annotations

import base64
import hashlib
import hmac
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jwtroles.kinds.base import Change, Context
from jwtroles.kinds.function import FUNCTION
from jwtroles.kinds.own_table import OWN_TABLE
from jwtroles.verifier import jws
from jwtroles.verifier.curves import EDWARDS25519, P256, edwards25519_x, fraction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

ISSUER = "https://auth.example.com"
AUDIENCE = "api"
WIDTH = 2

DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""What stands before the hash (RFC 8017 section 9.2, note 1)."""


def octets(value: str) -> bytes:
    """Return what base64url without padding encodes (RFC 7515 section 2)."""
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def text(value: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def pads(key: bytes, algorithm: str) -> tuple[bytes, bytes]:
    """Return the two pads of an HMAC key (RFC 2104 section 2)."""
    size = hashlib.new(algorithm).block_size
    block = (hashlib.new(algorithm, key).digest() if len(key) > size else key).ljust(size, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def rsa_numbers(n: int, e: int, algorithm: str) -> dict[str, object]:
    """Return what `verify_rsa` takes of a key."""
    size, digits = (n.bit_length() + 7) // 8, len(str(n))
    info, zeros = DIGEST_INFO[algorithm], bytes(hashlib.new(algorithm).digest_size)
    padding = b"\xff" * (size - 3 - len(info) - len(zeros))
    block = b"\0\1" + padding + b"\0" + info + zeros
    return {
        "modulus": Decimal(n),
        "exponent": e,
        "octets": size,
        "inverse": Decimal(fraction(n, 2 * digits + 4)),
        "places": (digits - 1) // 4 * 4,
        "encoded": Decimal(int.from_bytes(block)),
    }


def make_verifier(connection: Connection, owner: str = "owner") -> None:
    """Create schema `jwtroles` with the verifier's tables and functions."""
    connection.execute(
        f"CREATE ROLE {owner}; CREATE SCHEMA jwtroles AUTHORIZATION {owner}".encode()
    )
    context = Context(180000, own_role=owner)
    for table in jws.tables(owner):
        for statement in OWN_TABLE.statements(Change("own_table", "", None, table), context):
            connection.execute(statement.sql.encode())
    for function in jws.functions(owner, "acme"):
        for statement in FUNCTION.statements(Change("function", "", None, function), context):
            connection.execute(statement.sql.encode())
    connection.execute("SET search_path = pg_catalog, pg_temp")


def store_base_points(connection: Connection) -> None:
    """Store the multiples of both base points, as the first server of this run computed them."""
    if not _BASE_POINTS:
        for kind, curve in (("p256", P256), ("ed25519", EDWARDS25519)):
            point = (curve.x, curve.y)
            store_multiples(connection, kind, curve.base_point, point, curve.base_width)
        with connection.cursor().copy("COPY jwtroles.curve_multiple TO STDOUT") as copied:
            _BASE_POINTS.extend(map(bytes, copied))
        return
    with connection.cursor().copy("COPY jwtroles.curve_multiple FROM STDIN") as copying:
        copying.write(b"".join(_BASE_POINTS))


_BASE_POINTS: list[bytes] = []
"""In the form of COPY: computing them takes a second or two."""


def store_multiples(
    connection: Connection, kind: str, number: int, point: tuple[int, int], width: int
) -> None:
    """Store the multiples of a point, in place of those that stand under its number."""
    connection.execute("DELETE FROM jwtroles.curve_multiple WHERE point = %s", [number])
    multiples = f"jwtroles.multiples_{kind}(%s, %s, %s)".encode()
    connection.execute(
        b"INSERT INTO jwtroles.curve_multiple SELECT %s, m.* FROM " + multiples + b" AS m",
        [number, *map(Decimal, point), width],
    )


def add_issuer(
    connection: Connection,
    issuer: str = ISSUER,
    audience: Iterable[str] = (AUDIENCE,),
    max_lifetime: int = 0,
    clock_skew: int = 0,
    optional: Iterable[str] = (),
) -> None:
    """Store an issuer, in place of the one of that name."""
    connection.execute("DELETE FROM jwtroles.issuer WHERE issuer = %s", [issuer])
    connection.execute(
        "INSERT INTO jwtroles.issuer VALUES (%s, %s, %s, %s, %s)",
        [issuer, list(audience), max_lifetime, clock_skew, list(optional)],
    )


def add_key(
    connection: Connection,
    number: int,
    jwk: Mapping[str, Any],
    issuer: str = ISSUER,
    *,
    not_before: str = "-infinity",
    not_after: str = "infinity",
    retired_at: str = "infinity",
) -> None:
    """Store a key under a number: the JWK must say its `alg`."""
    remove_key(connection, number)
    row: dict[str, Any] = {
        "id": number,
        "issuer": issuer,
        "kid": jwk.get("kid", ""),
        "alg": jwk["alg"],
        "public": b"",
        "not_before": not_before,
        "not_after": not_after,
        "retired_at": retired_at,
        **dict.fromkeys(("modulus", "exponent", "octets", "inverse", "places", "encoded"), 0),
        "width": 0,
    }
    algorithm = f"sha{jwk['alg'][2:]}"
    if jwk["kty"] == "oct":
        key = octets(jwk["k"])
        row["public"] = hmac.digest(key, b"jwtroles fingerprint", "sha256")
        inner, outer = pads(key, algorithm)
        sent = [number, inner, outer]
        connection.execute("INSERT INTO jwtroles.key_pad VALUES (%s, %s, %s)", sent)
    elif jwk["kty"] == "RSA":
        row["public"] = octets(jwk["n"])
        n, e = int.from_bytes(octets(jwk["n"])), int.from_bytes(octets(jwk["e"]))
        row |= rsa_numbers(n, e, algorithm)
    elif jwk["kty"] == "EC":
        x, y = octets(jwk["x"]), octets(jwk["y"])
        row |= {"public": x + y, "width": WIDTH}
        store_multiples(connection, "p256", number, (int.from_bytes(x), int.from_bytes(y)), WIDTH)
    else:
        row |= {"public": octets(jwk["x"]), "width": WIDTH}
        encoded = int.from_bytes(row["public"], "little")
        y_value = encoded % 2**255
        x_value = edwards25519_x(y_value, encoded >> 255)
        assert x_value is not None, "no point"
        opposite = (EDWARDS25519.p - x_value, y_value)
        store_multiples(connection, "ed25519", number, opposite, WIDTH)
    columns = ", ".join(row)
    values = ", ".join(["%s"] * len(row))
    query = f"INSERT INTO jwtroles.signing_key ({columns}) VALUES ({values})"
    connection.execute(query.encode(), list(row.values()))


def remove_key(connection: Connection, number: int) -> None:
    """Remove a key and all that is stored of it."""
    for table, column in (("signing_key", "id"), ("key_pad", "id"), ("curve_multiple", "point")):
        query = f"DELETE FROM jwtroles.{table} WHERE {column} = %s"
        connection.execute(query.encode(), [number])
