"""The two curves of JWS signatures, P-256 and edwards25519, as numbers."""

from __future__ import annotations

from typing import Literal

from jwtroles.frozen import frozen

PLACES = 160
"""Digits of the decimal fractions by which the database reduces: over twice those of a prime."""


def fraction(number: int, places: int = PLACES) -> str:
    """Return 1/number as a decimal fraction, cut off after `places` digits."""
    return "0." + str(10**places // number).rjust(places, "0")


CurveName = Literal["p256", "ed25519"]


@frozen
class Point:
    """A point of a curve by its coordinates."""

    curve: CurveName
    x: int
    y: int


@frozen
class Curve:
    """A curve over the field of `p` elements.

    Attributes:
        p: the prime of the field.
        n: the order of the base point.
        x, y: the base point.
        name: as functions of the database are called after it.
        base_digest: of the stored multiples of the base point (:mod:`jwtroles.verifier.multiples`).
        base_point: the number under which the multiples of the base point are stored.
        base_width: decimal digits of a factor that one stored multiple of it stands for.
        b, d: the coefficient of a short Weierstrass curve, and of a twisted Edwards curve.
    """

    name: CurveName
    p: int
    n: int
    x: int
    y: int
    base_point: int
    base_digest: str
    base_width: int = 3
    b: int = 0
    d: int = 0

    @property
    def base(self) -> Point:
        """The base point."""
        return Point(self.name, self.x, self.y)

    @property
    def p_inverse(self) -> str:
        """1/p as a decimal fraction."""
        return fraction(self.p)


P256 = Curve(
    name="p256",
    p=2**256 - 2**224 + 2**192 + 2**96 - 1,
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    x=0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    y=0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    base_point=-1,
    base_digest="229f9b41eb0f739d26e6b9baccb6ca43d5ac161258366de07a77e31ec6a05e2d",
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
)
"""NIST P-256 (SP 800-186 section 3.2.1.3)."""

_P = 2**255 - 19

EDWARDS25519 = Curve(
    name="ed25519",
    p=_P,
    n=2**252 + 27742317777372353535851937790883648493,
    x=15112221349535400772501151409588531511454012693041857206046113283949847762202,
    y=4 * pow(5, -1, _P) % _P,
    base_point=-2,
    base_digest="fa53381561bcd429ca9160cfeed2897f5b0f0e7d7df92216181c011f17d44703",
    d=-121665 * pow(121666, -1, _P) % _P,
)
"""edwards25519 (RFC 8032 section 5.1)."""


def edwards25519_x(y: int, sign: int) -> int | None:
    """Return the x of the point with this y whose lowest bit is `sign`, or None if there is none.

    RFC 8032 section 5.1.3.
    """
    u = (y * y - 1) % _P
    v = (EDWARDS25519.d * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x + u) % _P == 0:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (v * x * x - u) % _P or (x == 0 and sign):
        return None
    return x if x % 2 == sign else _P - x


def edwards25519_add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Return the sum of two points; the formula has no exceptions (RFC 8032 section 5.1.4)."""
    (x, y), (u, v) = one, other
    t = EDWARDS25519.d * x * y * u * v
    return (
        (x * v + u * y) * pow(1 + t, -1, _P) % _P,
        (y * v + x * u) * pow(1 - t, -1, _P) % _P,
    )
