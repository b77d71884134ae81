"""Signatures in the database: known answers, edge cases of the curves, multiples of points."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jwtroles.verifier.curves import EDWARDS25519, P256, edwards25519_x
from tests.servers import MAJORS
from tests.verifier.keys import make_verifier, rsa_numbers, store_multiples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.verifier.curves import Curve
    from tests.servers import Clusters
    from tests.verifier.keys import Connection

VECTORS = Path(__file__).parents[1] / "vectors"


def groups(name: str) -> list[dict[str, Any]]:
    """Return the groups of a file of vectors, each with one key."""
    found: list[dict[str, Any]] = json.loads((VECTORS / name).read_text("utf-8"))["testGroups"]
    return found


@pytest.fixture(scope="module", params=MAJORS)
def verifier(request: pytest.FixtureRequest, cluster: Clusters) -> Iterator[Connection]:
    """Give a database with the functions and the multiples of both base points."""
    with cluster(request.param).fresh() as sandbox:
        connection = sandbox.connect()
        make_verifier(connection)
        for kind, curve in (("p256", P256), ("ed25519", EDWARDS25519)):
            store_multiples(
                connection, kind, curve.base_point, (curve.x, curve.y), curve.base_width
            )
        yield connection


def answer(connection: Connection, call: str, *values: object) -> bool:
    row = connection.execute(f"SELECT jwtroles.{call}".encode(), values).fetchone()
    assert row is not None
    assert isinstance(row[0], bool)
    return row[0]


def told(wrong: list[str], counts: Counter[str], name: str) -> None:
    assert wrong == []
    assert counts.total() == json.loads((VECTORS / name).read_text("utf-8"))["numberOfTests"]
    assert counts["valid"] > 5
    assert counts["invalid"] > 10


def judge(wrong: list[str], counts: Counter[str], case: dict[str, Any], *, accepted: bool) -> None:
    counts[case["result"]] += 1
    if accepted != (case["result"] == "valid"):
        wrong.append(f"{case['tcId']} {case['comment']}: {case['result']}")


def test_the_page_of_the_vectors_says_how_many_there_are() -> None:
    """Their number, and that of the codes which JWS does not have (RFC 7518 section 3.2)."""
    page = (VECTORS / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S+\.json) \| (\d+) \| (\d+) \| (\d+)", page, re.MULTILINE)
    told = {name: tuple(map(int, counts)) for name, *counts in rows}
    assert told.keys() == {path.name for path in VECTORS.glob("*.json")}
    for name, counts in told.items():
        cases = [(group, case) for group in groups(name) for case in group["tests"]]
        bits = re.search(r"hmac_sha(\d+)", name)
        without = sum(group["tagSize"] < int(bits[1]) for group, _ in cases) if bits else 0
        assert counts == (len(cases), len(cases) - without, without)
        # Why they are judged by the inner functions: none signs what a token could be.
        token = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
        assert not any(token.fullmatch(bytes.fromhex(case["msg"])) for _, case in cases)


def test_p256(verifier: Connection) -> None:
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    for number, group in enumerate(groups("ecdsa_secp256r1_sha256_p1363_test.json")):
        width = 2 if number == 0 else 1
        point = (int(group["publicKey"]["wx"], 16), int(group["publicKey"]["wy"], 16))
        store_multiples(verifier, "p256", 1, point, width)
        for case in group["tests"]:
            digest = hashlib.sha256(bytes.fromhex(case["msg"])).digest()
            sent = (digest, bytes.fromhex(case["sig"]), 1, width)
            accepted = answer(verifier, "verify_p256(%s, %s, %s, %s)", *sent)
            judge(wrong, counts, case, accepted=accepted)
    told(wrong, counts, "ecdsa_secp256r1_sha256_p1363_test.json")


def test_ed25519(verifier: Connection) -> None:
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    for number, group in enumerate(groups("ed25519_test.json")):
        width = 2 if number == 0 else 1
        key = bytes.fromhex(group["publicKey"]["pk"])
        encoded = int.from_bytes(key, "little")
        y = encoded % 2**255
        x = edwards25519_x(y, encoded >> 255)
        assert x is not None, group["publicKey"]
        store_multiples(verifier, "ed25519", 2, (EDWARDS25519.p - x, y), width)
        for case in group["tests"]:
            sent = (bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]), key, 2, width)
            accepted = answer(verifier, "verify_ed25519(%s, %s, %s, %s, %s)", *sent)
            judge(wrong, counts, case, accepted=accepted)
    told(wrong, counts, "ed25519_test.json")


@pytest.mark.parametrize("bits", [2048, 3072])
def test_rsa(verifier: Connection, bits: int) -> None:
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    for group in groups(f"rsa_signature_{bits}_sha256_test.json"):
        n = int(group["publicKey"]["modulus"], 16)
        e = int(group["publicKey"]["publicExponent"], 16)
        key = rsa_numbers(n, e, "sha256")
        names = ("modulus", "octets", "exponent", "inverse", "places", "encoded")
        for case in group["tests"]:
            digest = hashlib.sha256(bytes.fromhex(case["msg"])).digest()
            sent = (digest, bytes.fromhex(case["sig"]), *(key[name] for name in names))
            call = "verify_rsa(%s, %s, %s, %s, %s, %s, %s, %s)"
            judge(wrong, counts, case, accepted=answer(verifier, call, *sent))
    told(wrong, counts, f"rsa_signature_{bits}_sha256_test.json")


Point = tuple[int, int] | None


def add_p256(one: Point, other: Point) -> Point:
    """Add two points by the textbook, None being the point at infinity."""
    if one is None or other is None:
        return one or other
    p = P256.p
    if one[0] == other[0]:
        if (one[1] + other[1]) % p == 0:
            return None
        slope = 3 * (one[0] ** 2 - 1) * pow(2 * one[1], -1, p)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, p)
    x = (slope**2 - one[0] - other[0]) % p
    return x, (slope * (one[0] - x) - one[1]) % p


def add_edwards25519(one: Point, other: Point) -> Point:
    assert one is not None
    assert other is not None
    p, d = EDWARDS25519.p, EDWARDS25519.d
    (x, y), (u, v) = one, other
    t = d * x * y * u * v
    return (
        (x * v + u * y) * pow(1 + t, -1, p) % p,
        (y * v + x * u) * pow(1 - t, -1, p) % p,
    )


def times(factor: int, point: Point, add: Any) -> Point:
    product: Point = point
    for bit in f"{factor:b}"[1:]:
        product = add(product, product)
        product = add(product, point) if bit == "1" else product
    return product


@pytest.mark.parametrize(
    ("curve", "add"), [(P256, add_p256), (EDWARDS25519, add_edwards25519)], ids=["P-256", "Ed25519"]
)
def test_the_multiples_of_a_base_point(verifier: Connection, curve: Curve, add: Any) -> None:
    rows = verifier.execute(
        "SELECT place, digit, x, y, z FROM jwtroles.curve_multiple WHERE point = %s",
        [curve.base_point],
    ).fetchall()
    assert len(rows) == 26 * 999
    found = {(place, digit): (int(x), int(y), int(z)) for place, digit, x, y, z in rows}
    for place, digit in [(0, 1), (0, 2), (0, 999), (1, 1), (7, 500), (25, 1), (25, 999)]:
        point = times(digit * 1000**place, (curve.x, curve.y), add)
        assert point is not None
        x, y = point
        if curve is P256:
            assert found[place, digit] == (x, y, 0)
        else:
            p = curve.p
            assert found[place, digit] == ((y - x) % p, (y + x) % p, 2 * curve.d * x * y % p)


def test_sums_that_meet_equal_and_opposite_points(verifier: Connection) -> None:
    """The key is the base point itself or its opposite: both factors add multiples of one point."""
    opposite = (P256.x, P256.p - P256.y)
    n = P256.n
    for secret, point in ((1, (P256.x, P256.y)), (n - 1, opposite)):
        store_multiples(verifier, "p256", 3, point, 1)
        for nonce in (1, 2, 3, 10, 1001, n - 2):
            multiple = times(nonce, (P256.x, P256.y), add_p256)
            assert multiple is not None
            r = multiple[0] % n
            # A hash that makes the factors small, equal, opposite, or one of them zero.
            for e in (0, r, n - r, 2 * r % n, 1, 999 * r % n):
                s = pow(nonce, -1, n) * (e + r * secret) % n
                if s == 0:
                    continue
                sent = e.to_bytes(32), r.to_bytes(32) + s.to_bytes(32), 3, 1
                assert answer(verifier, "verify_p256(%s, %s, %s, %s)", *sent), (secret, nonce, e)
                changed = ((e + 1) % n).to_bytes(32), *sent[1:]
                assert not answer(verifier, "verify_p256(%s, %s, %s, %s)", *changed)


@pytest.mark.parametrize("length", [0, 1, 6, 7, 8, 27, 28, 29, 55, 56, 57, 256, 257])
def test_octets_are_numbers(verifier: Connection, length: int) -> None:
    octets = bytes((37 * i + 255) % 256 for i in range(length))
    query = "SELECT jwtroles.octets_to_number(%s), jwtroles.octets_to_number_le(%s)"
    row = verifier.execute(query, [octets, octets]).fetchone()
    assert row == (int.from_bytes(octets), int.from_bytes(octets, "little"))


def test_a_point_without_its_multiples_verifies_nothing(verifier: Connection) -> None:
    """Sums of the base point alone are sums that anybody can make."""
    vectors = groups("ed25519_test.json")[0]
    key = bytes.fromhex(vectors["publicKey"]["pk"])
    neutral = b"\1" + bytes(63)
    sent = (b"", neutral, key, 4, 2)
    assert not answer(verifier, "verify_ed25519(%s, %s, %s, %s, %s)", *sent)
    five = times(5, (P256.x, P256.y), add_p256)
    assert five is not None
    e = 12345
    s = e * pow(5, -1, P256.n) % P256.n
    signature = (five[0] % P256.n).to_bytes(32) + s.to_bytes(32)
    assert not answer(verifier, "verify_p256(%s, %s, %s, %s)", e.to_bytes(32), signature, 4, 2)
