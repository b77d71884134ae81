"""Multiples of a point as the database stores them, computed here to tell whether they are right.

The database makes them itself (`multiples_p256`, `multiples_ed25519`). What stands in the table is
compared by a digest with what this module computes, so that a changed row shows as drift.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cache

from jwtroles.verifier.curves import EDWARDS25519, P256, CurveName, Point

_DIGITS = 78
"""Decimal digits of a factor; both curves have fewer than 10^78 points."""

_Row = tuple[int, int, int]


@cache
def digest(point: Point, width: int) -> str:
    """Return SHA-256 of the stored rows as text, as curve_multiple.sql computes it."""
    rows = _MULTIPLES[point.curve](point.x, point.y, width)
    each = 10**width - 1
    numbered = ((*divmod(number, each), *row) for number, row in enumerate(rows))
    text = "".join(f"{place} {digit + 1} {x} {y} {z} " for place, digit, x, y, z in numbered)
    return hashlib.sha256(text.encode()).hexdigest()


def _inverses(numbers: list[int], p: int) -> list[int]:
    """Return the inverses of several numbers with one division (Montgomery's trick)."""
    products = [1]
    for number in numbers:
        products.append(products[-1] * number % p)
    inverse = pow(products[-1], -1, p)
    found = []
    for number, product in zip(reversed(numbers), reversed(products[:-1]), strict=True):
        found.append(inverse * product % p)
        inverse = inverse * number % p
    return found[::-1]


def _p256(x: int, y: int, width: int) -> Iterator[_Row]:
    """Yield x, y and 0 of every multiple, place by place, in Jacobian coordinates."""
    p = P256.p
    for _ in range(_DIGITS // width):
        points = [(x, y, 1)]
        for _ in range(10**width - 1):
            points.append(_p256_add(*points[-1], x, y))
        inverses = _inverses([z for _, _, z in points], p)
        affine = []
        for (a, b, _), inverse in zip(points, inverses, strict=True):
            square = inverse * inverse % p
            affine.append((a * square % p, b * square * inverse % p))
        yield from ((a, b, 0) for a, b in affine[:-1])
        x, y = affine[-1]


def _p256_add(x: int, y: int, z: int, u: int, v: int) -> tuple[int, int, int]:
    """Return (x : y : z) + (u, v), or its double where they are one point; never infinity here."""
    p = P256.p
    zz = z * z % p
    h, r = (u * zz - x) % p, (v * zz * z - y) % p
    if h == 0:
        s, m = 4 * x * y * y % p, 3 * (x - zz) * (x + zz) % p
        a = (m * m - 2 * s) % p
        return a, (m * (s - a) - 8 * y**4) % p, 2 * y * z % p
    hh = h * h % p
    hhh, q = h * hh % p, x * hh % p
    a = (r * r - hhh - 2 * q) % p
    return a, (r * (q - a) - y * hhh) % p, z * h % p


def _ed25519(x: int, y: int, width: int) -> Iterator[_Row]:
    """Yield y - x, y + x and 2dxy of every multiple, place by place, in projective coordinates."""
    p, d = EDWARDS25519.p, EDWARDS25519.d
    for _ in range(_DIGITS // width):
        points, xy = [(x, y, 1)], d * x * y % p
        for _ in range(10**width - 1):
            a, b, z = points[-1]
            t = xy * a * b % p  # d x1 x2 y1 y2 Z^2, over Z^2
            zz = z * z % p
            cross = ((a + b) * (x + y) - a * x - b * y) % p
            same = (b * y + a * x) % p
            f, g = (zz - t) % p, (zz + t) % p
            points.append((z * cross * f % p, z * same * g % p, f * g % p))
        inverses = _inverses([z for _, _, z in points], p)
        affine = [(a * i % p, b * i % p) for (a, b, _), i in zip(points, inverses, strict=True)]
        yield from (((b - a) % p, (b + a) % p, 2 * d * a * b % p) for a, b in affine[:-1])
        x, y = affine[-1]


_MULTIPLES: dict[CurveName, Callable[[int, int, int], Iterator[_Row]]] = {
    "p256": _p256,
    "ed25519": _ed25519,
}
