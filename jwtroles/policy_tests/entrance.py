"""How the token of a test gets in: its payload by a gateway, or all of it to the database."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

from jwtroles.frozen import frozen
from jwtroles.names import ident
from jwtroles.policy_tests.bench import plain

if TYPE_CHECKING:
    from jwtroles.policy_tests.bench import Bench, Outcome
    from jwtroles.spec.model import Spec, Test

LIFETIME = 300
"""Seconds for which the token of a test is good, where the issuer allows as much."""

_BLOCK = 64
"""Octets in a block of SHA-256 (RFC 2104 section 2)."""


class Entrance(Protocol):
    """What the modes of `verify:` do with the payload of a test."""

    @property
    def function(self) -> str:
        """The function of the schema `jwtroles` that makes a token a role."""

    @property
    def actors(self) -> tuple[str, ...]:
        """Roles besides owners and logins that the tests must be able to act as."""

    def prepare(self, bench: Bench) -> None:
        """Do what all tokens need, once the transaction of a test is open."""

    def arrive(self, bench: Bench, test: Test, login: str, role: str | None) -> None:
        """Log in, and do what comes before the token becomes a role."""

    def attempt(self, bench: Bench, test: Test) -> Outcome:
        """Let the token become a role; what is raised is returned."""


@frozen
class ByGateway:
    """A gateway logs in, sets the role if that is its part, and passes the claims."""

    function: str = "pre_request"
    actors: tuple[str, ...] = ()

    def prepare(self, bench: Bench) -> None:
        """Do nothing: the gateway has verified the token."""

    def arrive(self, bench: Bench, test: Test, login: str, role: str | None) -> None:
        """Log in, set the role, pass the claims on."""
        bench.log_in(login)
        if role is not None:
            bench.run(f"SET LOCAL ROLE {ident(role)}")
        sql = "SELECT pg_catalog.set_config('request.jwt.claims', %(claims)s, true)"
        bench.run(sql, claims=_json(_payload(test, _now(bench))))

    def attempt(self, bench: Bench, test: Test) -> Outcome:  # noqa: ARG002 - the claims are set
        """Ask for the role."""
        return bench.attempt("SELECT jwtroles.pre_request()")


@frozen
class ByToken:
    """The client sends a token, signed with a key that stands for the time of the test alone.

    Attributes:
        own_role: the role that owns the keys.
        issuer: `iss` of a test that names none.
        audience: `aud` of such a test.
        lifetime: seconds until a token expires.
    """

    own_role: str
    issuer: str
    audience: str
    lifetime: int
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    function: str = "login"

    @classmethod
    def of(cls, spec: Spec) -> ByToken:
        """Return the entrance of a file: tests whose claims name no issuer are of its first one."""
        issuer = next(iter(spec.tokens.issuers.values()))
        lifetime = min(LIFETIME, issuer.max_lifetime or LIFETIME)
        return cls(spec.own_role, str(issuer.name), str(issuer.audience[0]), lifetime)

    @property
    def actors(self) -> tuple[str, ...]:
        """The owner of the keys."""
        return (self.own_role,)

    def prepare(self, bench: Bench) -> None:
        """Add the key for every issuer; it goes with the transaction, and nobody else sees it."""
        bench.become(self.own_role)
        padded = self.key.ljust(_BLOCK, b"\0")
        bench.run(
            "WITH made AS ("
            "  INSERT INTO jwtroles.signing_key (id, issuer, kid, alg, public, not_before,"
            "    not_after, retired_at, modulus, exponent, octets, inverse, places, encoded, width)"
            "  SELECT -row_number() OVER (), i.issuer, %(kid)s, 'HS256', '', '-infinity',"
            "    'infinity', 'infinity', 0, 0, 0, 0, 0, 0, 0"
            "  FROM jwtroles.issuer AS i RETURNING id"
            ") INSERT INTO jwtroles.key_pad (id, inner_pad, outer_pad)"
            "  SELECT id, %(inner)s, %(outer)s FROM made",
            kid=_KID,
            inner=bytes(octet ^ 0x36 for octet in padded),
            outer=bytes(octet ^ 0x5C for octet in padded),
        )
        bench.run("RESET ROLE")

    def arrive(self, bench: Bench, test: Test, login: str, role: str | None) -> None:  # noqa: ARG002
        """Log in: the connection is all that a client has before its token."""
        bench.log_in(login)

    def attempt(self, bench: Bench, test: Test) -> Outcome:
        """Send the token."""
        return bench.attempt("SELECT jwtroles.login(%(token)s)", token=self._token(bench, test))

    def _token(self, bench: Bench, test: Test) -> str:
        now = _now(bench)
        ours = {"iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + self.lifetime}
        claims = {**ours, **_payload(test, now)}
        head = _json({"alg": "HS256", "typ": "JWT", "kid": _KID})
        signed = f"{_base64(head.encode())}.{_base64(_json(claims).encode())}"
        mac = hmac.digest(self.key, signed.encode(), "sha256")
        return f"{signed}.{_base64(mac)}"


_KID = "jwtroles-test"
"""The key id of tests; it stands in no database once they are over."""


def _now(bench: Bench) -> int:
    """Return the time of the database, which judges the token, in seconds since 1970."""
    (row,) = bench.rows(
        "SELECT pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()))"
        "::bigint AS now"
    )
    return int(row["now"])


def _payload(test: Test, now: int) -> dict[str, Any]:
    """Return the claims of a test, with those that are so long ago."""
    return {**test.as_, **{str(name): now - seconds for name, seconds in test.ago.items()}}


def _json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False)


def _base64(octets: bytes) -> str:
    """Return base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def entrance(spec: Spec) -> Entrance:
    """Return how tokens get in, in the mode of `verify:` of a file."""
    return ByToken.of(spec) if spec.tokens.verify == "database" else ByGateway()
