"""The keys of issuers as the database stores them: numbers for a verification, never a secret text.

What a document or a variable says is judged in :mod:`jwtroles.verifier.jwks`; here stand the kinds
of keys that come of it, each with what a row of `jwtroles.signing_key` needs.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import field
from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.verifier.curves import Point, fraction

if TYPE_CHECKING:
    from jwtroles.errors import Place

ED25519 = ("EdDSA", "Ed25519")
"""The old name of one signature and the new one (RFC 8037 section 3.1, RFC 9864 section 2.2)."""

HASHES = {
    "HS256": "sha256",
    "HS384": "sha384",
    "HS512": "sha512",
    "RS256": "sha256",
    "RS384": "sha384",
    "RS512": "sha512",
    "ES256": "sha256",
    **dict.fromkeys(ED25519, "sha512"),
}
"""Algorithm → its hash (RFC 7518 section 3.1, RFC 8032 section 5.1)."""

_DIGEST_INFO = {
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}
"""What stands before the hash in a PKCS#1 v1.5 signature (RFC 8017 section 9.2, note 1)."""

FINGERPRINT = b"jwtroles fingerprint"
"""What an HMAC key is run over to be told from another without being told."""

KEY_WIDTH = 2
"""Decimal digits of a factor that one stored multiple of a key's point stands for."""


@frozen
class Rsa:
    """The numbers with which `verify_rsa` divides by multiplying.

    Attributes:
        modulus, exponent: the public key.
        octets: length of the modulus and of every signature.
        inverse: 1/modulus as a decimal fraction.
        places: how many digits may be cut off a number before it is divided.
        encoded: the padded block of RFC 8017 section 9.2 with zeros in the place of the hash.
    """

    modulus: int
    exponent: int
    octets: int
    inverse: str
    places: int
    encoded: int

    @classmethod
    def of(cls, modulus: int, exponent: int, alg: str) -> Rsa:
        """Return the numbers of a key for one algorithm."""
        octets, digits = (modulus.bit_length() + 7) // 8, len(str(modulus))
        info = bytes.fromhex(_DIGEST_INFO[HASHES[alg]])
        hashed = bytes(hashlib.new(HASHES[alg]).digest_size)
        padding = b"\xff" * (octets - 3 - len(info) - len(hashed))
        encoded = b"\0\1" + padding + b"\0" + info + hashed
        inverse, places = fraction(modulus, 2 * digits + 4), (digits - 1) // 4 * 4
        return cls(modulus, exponent, octets, inverse, places, int.from_bytes(encoded))


@frozen
class Pads:
    """The two pads of an HMAC key (RFC 2104 section 2). They *are* the key: never to be told."""

    inner: bytes = field(repr=False)
    outer: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes, alg: str) -> Pads:
        """Return the pads of a secret for the hash of an algorithm."""
        digest = hashlib.new(HASHES[alg])
        key = (
            secret
            if len(secret) <= digest.block_size
            else hashlib.new(HASHES[alg], secret).digest()
        )
        block = key.ljust(digest.block_size, b"\0")
        return cls(bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block))

    @property
    def digest(self) -> str:
        """What tells these pads from others."""
        return hashlib.sha256(self.inner + self.outer).hexdigest()


@frozen
class Key:
    """One key of one issuer, bound to one algorithm.

    Attributes:
        kid: '' where the key has none.
        public: RSA: the modulus; P-256: x and y; Ed25519: x; HMAC: a fingerprint. Each big-endian
            or as RFC 8032 encodes it.
        size: bits of RSA; 0 of other kinds.
        point: whose multiples are stored; of Ed25519 the opposite of the key's own.
        not_before, not_after: seconds since 1970 (RFC 7519 section 2), None without a limit.
        source: the file or the variable that it stands in.
        place: the word of the specification that names that.
    """

    issuer: str
    kid: str
    alg: str
    public: bytes
    size: int = 0
    not_before: int | None = None
    not_after: int | None = None
    rsa: Rsa | None = None
    point: Point | None = None
    pads: Pads | None = field(default=None, repr=False)
    source: str = field(default="", compare=False)
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def id(self) -> int:
        """The number of its row: another key under the same kid is another number.

        The first 31 bits of a hash, so that it is the same wherever it is computed.
        """
        parts = (self.issuer.encode(), self.kid.encode(), self.alg.encode(), self.public)
        return int.from_bytes(hashlib.sha256(b"\x1f".join(parts)).digest()[:4]) >> 1 or 1

    @property
    def symmetric(self) -> bool:
        """Whether what verifies also signs."""
        return self.pads is not None


def secret_key(issuer: str, kid: str, alg: str, secret: bytes) -> Key:
    """Return the key that an HMAC secret is."""
    fingerprint = hmac.digest(secret, FINGERPRINT, "sha256")
    return Key(issuer, kid, alg, fingerprint, pads=Pads.of(secret, alg))
