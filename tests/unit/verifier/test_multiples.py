"""The digests of stored multiples, by sums that are computed another way."""

from __future__ import annotations

import hashlib

import pytest

from jwtroles.verifier.curves import EDWARDS25519, P256, Curve, Point, edwards25519_add
from jwtroles.verifier.multiples import digest


@pytest.mark.parametrize("curve", [P256, EDWARDS25519], ids=["P-256", "edwards25519"])
def test_the_digest_of_a_base_point(curve: Curve) -> None:
    assert digest(curve.base, curve.base_width) == curve.base_digest


def p256_add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Add two points by the textbook; none of the sums here is the point at infinity."""
    (x, y), (u, v), p = one, other, P256.p
    slope = (
        3 * (x * x - 1) * pow(2 * y, -1, p) if one == other else (v - y) * pow(u - x, -1, p)
    ) % p
    at = (slope * slope - x - u) % p
    return at, (slope * (x - at) - y) % p


@pytest.mark.parametrize("curve", [P256, EDWARDS25519], ids=["P-256", "edwards25519"])
def test_the_digest_of_any_point(curve: Curve) -> None:
    """Each multiple is the one before it and the point of its place, without batches."""
    add = p256_add if curve is P256 else edwards25519_add
    base = add((curve.x, curve.y), add((curve.x, curve.y), (curve.x, curve.y)))
    point, rows = Point(curve.name, *base), []
    for place in range(78):
        multiple = base
        for number in range(1, 10):
            x, y = multiple
            stored = (x, y, 0)
            if curve is EDWARDS25519:
                stored = ((y - x) % curve.p, (y + x) % curve.p, 2 * curve.d * x * y % curve.p)
            rows.append(f"{place} {number} {' '.join(map(str, stored))} ")
            multiple = add(multiple, base)
        base = multiple
    assert digest(point, 1) == hashlib.sha256("".join(rows).encode()).hexdigest()
