"""Random tokens of two libraries: each is accepted, and none of them with one bit flipped."""

from __future__ import annotations

import random
import time
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from joserfc import jwt as jose
from joserfc.jwk import import_key

from tests.verifier.hostile import NOT_VALID
from tests.verifier.keys import AUDIENCE, ISSUER, add_issuer, add_key, octets, text
from tests.verifier.rfc import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.verifier.keys import Connection

ALL, SOME = 2000, 200
ALL_ON = {
    "HS256": 14,
    "HS384": 15,
    "HS512": 15,
    "RS256": 16,
    "RS384": 17,
    "ES256": 17,
    "RS512": 18,
    "EdDSA": 18,
    "Ed25519": None,
}
"""Where all tokens of an algorithm are tried, half of them by each library; elsewhere some are.

Ed25519 is the same signature as EdDSA, of which all are tried.
"""


def words(chance: random.Random, most: int) -> str:
    letters = 'aZ09 ":\\{}[],\n\u00e9\u0416\u20ac\U0001f600'
    return "".join(chance.choices(letters, k=chance.randint(0, most)))


def value(chance: random.Random, levels: int = 3) -> Any:
    kind = chance.randint(0, 7 if levels else 5)
    if kind <= 2:
        return words(chance, 40)
    if kind <= 4:
        return chance.choice([chance.randint(-(2**63), 2**63), chance.random(), 0, -1.5e-7])
    if kind == 5:
        return chance.choice([True, False, None])
    items = [value(chance, levels - 1) for _ in range(chance.randint(0, 4))]
    return items if kind == 6 else {f"{words(chance, 9)}{n}": one for n, one in enumerate(items)}


def claims(chance: random.Random, now: int) -> dict[str, Any]:
    found = {
        "iss": ISSUER,
        "aud": chance.choice([AUDIENCE, [AUDIENCE], ["web", AUDIENCE]]),
        "exp": now + chance.randint(3600, 10**9),
        "sub": words(chance, 30),
    }
    if chance.random() < 0.5:
        found["iat"] = now - chance.randint(0, 10**6)
    if chance.random() < 0.3:
        found["nbf"] = now - chance.randint(0, 10**6)
    if chance.random() < 0.3:
        found["jti"] = f"{chance.getrandbits(128):x}"
    for number in range(chance.randint(0, 6)):
        found[f"{words(chance, 12)}{number}"] = value(chance)
    order = list(found.items())
    chance.shuffle(order)
    return dict(order)


def with_joserfc(alg: str) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    key = import_key(KEYS[alg])
    return lambda header, payload: jose.encode(
        {"alg": alg, **header}, payload, key, algorithms=[alg]
    )


def with_pyjwt(alg: str) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    key = jwt.PyJWK(KEYS[alg], algorithm=alg).key
    return lambda header, payload: jwt.encode(payload, key, algorithm=alg, headers=header)


def flipped(token: str, chance: random.Random) -> str:
    """Flip one bit: of a character, or of what the characters of a part stand for."""
    if chance.random() < 0.3:
        at = chance.randrange(len(token))
        return f"{token[:at]}{chr(ord(token[at]) ^ 1 << chance.randrange(7))}{token[at + 1 :]}"
    parts = [bytearray(octets(part)) for part in token.split(".")]
    part = chance.choice(parts)
    part[chance.randrange(len(part))] ^= 1 << chance.randrange(8)
    return ".".join(text(bytes(one)) for one in parts)


@cache
def tokens(alg: str) -> list[tuple[str, str]]:
    """Return good tokens, of the libraries by turns, each with an altered one."""
    chance = random.Random(f"tokens of {alg}")
    now = int(time.time())
    made: list[tuple[str, str]] = []
    knows = alg in jwt.algorithms.get_default_algorithms()  # PyJWT knows `EdDSA` alone
    makers = [with_joserfc(alg), *([with_pyjwt(alg)] if knows else [])]
    for number in range(ALL):
        header = {"kid": alg, "typ": chance.choice(["JWT", "jwt", "at+jwt"])}
        token = makers[number % len(makers)](header, claims(chance, now))
        made.append((token, flipped(token, chance)))
    return made


@pytest.fixture(scope="module", autouse=True)
def keys(verifier: Connection) -> None:
    """Store a key of each algorithm, and a function that answers instead of failing."""
    add_issuer(verifier)
    for number, (alg, jwk) in enumerate(KEYS.items(), start=1):
        add_key(verifier, number, {**jwk, "alg": alg, "kid": alg})
    verifier.execute("""
        CREATE FUNCTION public.answer(token text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM jwtroles.verify(token);
          RETURN 'accepted';
        EXCEPTION WHEN invalid_authorization_specification THEN
          RETURN SQLERRM;
        END
        $$
    """)


def answers(connection: Connection, sent: list[str]) -> Counter[str]:
    query = """
        SELECT public.answer(token), count(*) FROM unnest(%s::text[]) AS sent (token) GROUP BY 1
    """
    return Counter(dict(connection.execute(query, [sent]).fetchall()))


@pytest.mark.parametrize("alg", KEYS)
def test_random_tokens(verifier: Connection, alg: str) -> None:
    major = verifier.info.server_version // 10000
    number = ALL if ALL_ON[alg] == major else SOME
    made = tokens(alg)[:number]
    assert answers(verifier, [good for good, _ in made]) == {"accepted": number}
    refused = answers(verifier, [altered for _, altered in made])
    assert refused["accepted"] == 0
    assert refused.total() == number
    # Most of them are well formed, and only their signature says that they were altered.
    assert refused[NOT_VALID] > number / 3
