"""Signed texts in the database: examples of the RFCs, known answers, and hostile forms."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from joserfc import jws
from joserfc.jwk import import_key

from jwtroles.verifier.curves import P256
from jwtroles.verifier.jws import LONGEST
from tests.verifier.hostile import (
    BODY,
    GOOD,
    HARMLESS,
    HEAD,
    HOSTILE,
    NO_KEY,
    NOT_JSON,
    NOT_PARTS,
    NOT_VALID,
    OTHER_ALG,
    OTHER_SECRET,
    deep,
    nested,
)
from tests.verifier.keys import add_issuer, add_key, octets, pads, remove_key, text
from tests.verifier.rfc import ED25519, KEYS, OCT, OKP, TOKENS
from tests.verifier.test_signature import add_p256, times
from tests.verifier.tokens import claims, header, part, said, sealed, signed

if TYPE_CHECKING:
    from tests.verifier.keys import Connection

VECTORS = Path(__file__).parents[1] / "vectors"


@pytest.fixture(scope="module", autouse=True)
def keys(verifier: Connection) -> None:
    """Store an issuer that has one key of each algorithm."""
    add_issuer(verifier)
    for number, (alg, jwk) in enumerate(KEYS.items(), start=1):
        add_key(verifier, number, {**jwk, "alg": alg, "kid": alg})


@pytest.mark.parametrize("alg", TOKENS)
def test_the_tokens_of_rfc_7515(verifier: Connection, alg: str) -> None:
    add_key(verifier, 50, {**KEYS[alg], "alg": alg}, issuer="joe")
    query = "SELECT payload, key FROM jwtroles.verify_jws(%s)"
    row = verifier.execute(query, [TOKENS[alg]]).fetchone()
    payload = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
    assert row == (payload, 50)
    last = TOKENS[alg][-2]
    altered = TOKENS[alg][:-2] + ("A" if last != "A" else "B") + TOKENS[alg][-1]
    assert said(verifier, altered, "verify_jws") == "the signature of the token is not valid"
    # A claim of it is none of ours, so it is refused after its signature was found good.
    assert said(verifier, TOKENS[alg]) == "the issuer of the token is not known"
    add_issuer(verifier, "joe", optional=["aud"])
    assert said(verifier, TOKENS[alg]) == "the token has expired"
    verifier.execute("DELETE FROM jwtroles.issuer WHERE issuer = 'joe'")
    remove_key(verifier, 50)


def test_the_signature_of_rfc_8037(verifier: Connection) -> None:
    """Its payload is a sentence: so the signature by itself, and the refusal of the token."""
    signing_input, _, signature = ED25519.rpartition(".")
    query = "SELECT jwtroles.verify_ed25519(%s, %s, %s, 8, 2)"
    sent = [signing_input.encode(), octets(signature), octets(OKP["x"])]
    assert verifier.execute(query, sent).fetchone() == (True,)
    sent[0] += b"."
    assert verifier.execute(query, sent).fetchone() == (False,)
    assert said(verifier, ED25519) == "the header or the payload of the token is not JSON in UTF-8"


@pytest.mark.parametrize("bits", [256, 384, 512])
def test_hmac_vectors(verifier: Connection, bits: int) -> None:
    """Full codes are judged as the vectors say; a truncated one is none of JWS (RFC 7518, 3.2)."""
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    vectors = json.loads((VECTORS / f"hmac_sha{bits}_test.json").read_text("utf-8"))
    for group in vectors["testGroups"]:
        for case in group["tests"]:
            inner, outer = pads(bytes.fromhex(case["key"]), f"sha{bits}")
            sent = [bytes.fromhex(case["msg"]), bytes.fromhex(case["tag"]), f"HS{bits}"]
            query = "SELECT jwtroles.verify_hmac(%s, %s, %s, %s, %s)"
            row = verifier.execute(query, [*sent, inner, outer]).fetchone()
            truncated = group["tagSize"] < bits
            counts["truncated" if truncated else case["result"]] += 1
            if row != (case["result"] == "valid" and not truncated,):
                wrong.append(f"{case['tcId']} {case['comment']}: {case['result']}, {row}")
    assert wrong == []
    assert sum(counts.values()) == vectors["numberOfTests"] == 174
    assert counts["valid"] > 30
    assert counts["invalid"] > 30
    assert counts["truncated"] == 87


def spoiled(value: str, at: int) -> str:
    """Return a text with another character at one place."""
    return value[:at] + ("A" if value[at] != "A" else "B") + value[at:][1:]


def test_hostile_tokens(verifier: Connection) -> None:
    told = {name: said(verifier, token) for name, token, _ in HOSTILE}
    assert told == {name: message for name, _, message in HOSTILE}


def test_harmless_tokens(verifier: Connection) -> None:
    told = {name: said(verifier, token) for name, token in HARMLESS}
    assert told == dict.fromkeys(told, "accepted")
    assert max(len(token) for _, token in HARMLESS) > LONGEST - 200


def test_every_character_counts(verifier: Connection) -> None:
    """Another letter in any place of the token makes it another token."""
    for at, letter in enumerate(GOOD):
        if letter != ".":
            assert said(verifier, spoiled(GOOD, at)) != "accepted", at


def test_spare_bits_of_any_part(verifier: Connection) -> None:
    """Four, or sixteen, texts decode to the same octets: one of them is the token."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for length in range(3):
        body = part(claims(sub="x" * length))
        if len(body) % 4 == 0:
            continue
        accepted = []
        for letter in alphabet:
            other = body[:-1] + letter
            if octets(other) == octets(body):
                accepted.append(said(verifier, sealed(f"{HEAD}.{other}")))
        assert len(accepted) == (16 if len(body) % 4 == 2 else 4)
        assert Counter(accepted) == {"accepted": 1, NOT_PARTS: len(accepted) - 1}


def test_a_small_stack_is_an_answer_and_no_crash(verifier: Connection) -> None:
    verifier.execute("SET max_stack_depth = '100kB'")
    assert said(verifier, signed('{"a":' + nested(2_900) + "}")) in {NOT_JSON, deep("payload")}
    assert said(verifier, GOOD) == "accepted"
    verifier.execute("RESET max_stack_depth")


@pytest.mark.parametrize(
    "dates",
    [
        {"not_before": "2999-01-01"},
        {"not_after": "2001-01-01"},
        {"retired_at": "2001-01-01"},
        {"retired_at": "-infinity"},
    ],
    ids=str,
)
def test_a_key_outside_its_time(verifier: Connection, dates: dict[str, str]) -> None:
    token = signed()
    add_key(verifier, 1, {**OCT, "alg": "HS256", "kid": "HS256"}, **dates)
    assert said(verifier, token) == NO_KEY
    add_key(verifier, 1, {**OCT, "alg": "HS256", "kid": "HS256"}, not_before="2001-01-01")
    assert said(verifier, token) == "accepted"


def test_the_row_binds_the_algorithm(verifier: Connection) -> None:
    """One secret under two kids: the header's algorithm does not choose."""
    assert said(verifier, signed(header=header(alg="HS512", kid="HS512"), algorithm="sha512")) == (
        "accepted"
    )
    assert said(verifier, signed(header=header(alg="HS512"), algorithm="sha512")) == OTHER_ALG
    assert said(verifier, signed(header=header(kid="HS512"))) == OTHER_ALG


def test_a_kid_chooses_among_live_keys_of_the_issuer_alone(verifier: Connection) -> None:
    other = {"kty": "oct", "k": text(OTHER_SECRET), "alg": "HS256", "kid": "HS256"}
    elsewhere = "https://other.example"
    add_issuer(verifier, elsewhere)
    add_key(verifier, 60, other, issuer=elsewhere)
    body = part(claims(iss=elsewhere))
    assert said(verifier, sealed(f"{HEAD}.{body}", secret=OTHER_SECRET)) == "accepted"
    assert said(verifier, sealed(f"{HEAD}.{body}")) == NOT_VALID
    assert said(verifier, sealed(f"{HEAD}.{BODY}", secret=OTHER_SECRET)) == NOT_VALID
    # Without a kid the one key; a second live one makes it ambiguous, a retired one does not.
    plain = part(header(kid=None))
    assert said(verifier, sealed(f"{plain}.{body}", secret=OTHER_SECRET)) == "accepted"
    add_key(verifier, 61, {**OCT, "alg": "HS256", "kid": "new"}, issuer=elsewhere)
    assert said(verifier, sealed(f"{plain}.{body}", secret=OTHER_SECRET)) == (
        "the token fits more than one live key of its issuer"
    )
    add_key(verifier, 61, {**OCT, "alg": "HS256", "kid": "new"}, elsewhere, retired_at="2001-01-01")
    assert said(verifier, sealed(f"{plain}.{body}", secret=OTHER_SECRET)) == "accepted"
    # Two live keys under one kid are refused, however they came there.
    add_key(verifier, 61, {**OCT, "alg": "HS256", "kid": "HS256"}, issuer=elsewhere)
    assert said(verifier, sealed(f"{HEAD}.{body}", secret=OTHER_SECRET)) == (
        "the token fits more than one live key of its issuer"
    )
    for number in (60, 61):
        remove_key(verifier, number)


def test_ed25519_has_two_names_and_a_key_has_one(verifier: Connection) -> None:
    """RFC 9864: the signatures are the same, and yet the name is the one of the key."""
    key = import_key(OKP)
    names = ("EdDSA", "Ed25519")

    def token(kid: str, alg: str) -> str:
        head = {"alg": alg, "kid": kid}
        return jws.serialize_compact(head, json.dumps(claims()), key, algorithms=[alg])

    made = {(kid, alg): token(kid, alg) for kid in names for alg in names}
    assert {asked: said(verifier, one) for asked, one in made.items()} == {
        ("EdDSA", "EdDSA"): "accepted",
        ("Ed25519", "Ed25519"): "accepted",
        ("EdDSA", "Ed25519"): OTHER_ALG,
        ("Ed25519", "EdDSA"): OTHER_ALG,
    }


def test_a_key_without_its_numbers_verifies_nothing(verifier: Connection) -> None:
    """Without the multiples of a key, R = s * B is a sum that anybody can make."""
    # P-256: any k; r = x(kB), s = e / k. Ed25519: s = 0 and R the neutral point.
    head = part(header(alg="ES256", kid="ES256"))
    e = int.from_bytes(hashlib.sha256(f"{head}.{BODY}".encode()).digest())
    point = times(5, (P256.x, P256.y), add_p256)
    assert point is not None
    r, s = point[0] % P256.n, e * pow(5, -1, P256.n) % P256.n
    forged = f"{head}.{BODY}.{text(r.to_bytes(32) + s.to_bytes(32))}"
    neutral = f"{part(header(alg='EdDSA', kid='EdDSA'))}.{BODY}."
    neutral += text(b"\x01" + bytes(63))
    secret = f"{part(header(alg='HS384', kid='HS384'))}.{BODY}"
    secret = f"{secret}.{text(hmac.digest(b'', secret.encode(), 'sha384'))}"
    with verifier.transaction(force_rollback=True):
        verifier.execute("DELETE FROM jwtroles.curve_multiple WHERE point > 0")
        verifier.execute("DELETE FROM jwtroles.key_pad")
        found = []
        for token in (forged, neutral, secret):
            with pytest.raises(Exception, match=NOT_VALID), verifier.transaction():
                verifier.execute("SELECT jwtroles.verify(%s)", [token])
            found.append(token)
    assert len(found) == 3


@pytest.mark.parametrize(
    "setting",
    [
        "standard_conforming_strings = off",
        "bytea_output = escape",
        "plpgsql.extra_errors = 'all'",
        "array_nulls = off",
        "plan_cache_mode = force_custom_plan",
        "TimeZone = 'Pacific/Kiritimati'",
        "DateStyle = 'SQL, DMY'",
        "extra_float_digits = -15",
        "transform_null_equals = on",
    ],
)
def test_no_setting_of_a_session_changes_an_answer(verifier: Connection, setting: str) -> None:
    """Bodies are read when a session first calls them, under the settings that it has then."""
    address = f"{verifier.info.dsn} options='-c search_path=pg_catalog'"
    with psycopg.connect(address, autocommit=True) as session:
        session.execute(f"SET {setting}".encode())
        told = {name: said(session, token) for name, token, _ in HOSTILE}
        assert told == {name: message for name, _, message in HOSTILE}
        told = {name: said(session, token) for name, token in HARMLESS}
        assert told == dict.fromkeys(told, "accepted")
