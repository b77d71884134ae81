"""Documents of keys: what becomes of a good one, and every reason for which a key is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from jwtroles.errors import Collector
from jwtroles.spec.grammar.tokens import ALGORITHMS
from jwtroles.verifier.curves import EDWARDS25519, edwards25519_add, edwards25519_x
from jwtroles.verifier.jwk import Origin
from jwtroles.verifier.jwks import check_ids, read_jwks
from jwtroles.verifier.keys import HASHES, Key, secret_key


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8))


RSA = rsa.generate_private_key(65537, 2048)
N = RSA.public_key().public_numbers().n
EC = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
ED = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()

RSA_KEY = {"kty": "RSA", "kid": "r", "alg": "RS256", "n": number(N), "e": "AQAB"}
EC_KEY = {
    "kty": "EC",
    "kid": "c",
    "crv": "P-256",
    "x": b64(EC.x.to_bytes(32)),
    "y": b64(EC.y.to_bytes(32)),
}
ED_KEY = {"kty": "OKP", "kid": "o", "crv": "Ed25519", "x": b64(ED)}
OCT_KEY = {"kty": "oct", "kid": "s", "alg": "HS256", "k": b64(bytes(range(32)))}


def read(
    *keys: Any, text: str | None = None, secret: bool = False, algorithms: tuple[str, ...] = ()
) -> tuple[tuple[Key, ...], list[tuple[str, str]]]:
    """Return the keys of a document and the problems, by code and message."""
    origin = Origin("https://id", algorithms, "keys.json", secret)
    problems = Collector()
    found = read_jwks(text or json.dumps({"keys": list(keys)}), origin, problems)
    check_ids(found, origin, problems)
    return found, [(one.code.id, one.message) for one in problems.problems]


def test_an_rsa_key_becomes_its_numbers() -> None:
    (key,), problems = read(RSA_KEY | {"nbf": 1000, "exp": 2000, "x5c": ["ignored"]})
    assert problems == []
    assert (key.kid, key.alg, key.size, key.not_before, key.not_after) == (
        "r",
        "RS256",
        2048,
        1000,
        2000,
    )
    assert key.public == N.to_bytes(256)
    assert key.rsa is not None
    block = key.rsa.encoded.to_bytes(256)
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
    assert block == b"\0\1" + b"\xff" * 202 + b"\0" + prefix + bytes(32)


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512"])
def test_the_block_is_that_of_the_hash(alg: str) -> None:
    """A signature of an independent library, opened with the key, is the block and the hash."""
    (key,), _ = read(RSA_KEY | {"alg": alg})
    assert key.rsa is not None
    named = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}[alg]
    signature = RSA.sign(b"message", padding.PKCS1v15(), named)
    hasher = hashes.Hash(named)
    hasher.update(b"message")
    opened = pow(int.from_bytes(signature), 65537, N)
    assert opened == key.rsa.encoded + int.from_bytes(hasher.finalize())


def test_points_of_both_curves() -> None:
    (one, other), problems = read(EC_KEY, ED_KEY)
    assert problems == []
    assert (one.alg, other.alg) == ("ES256", "EdDSA")
    assert one.point is not None
    assert other.point is not None
    assert (one.point.x, one.point.y) == (EC.x, EC.y)
    y = int.from_bytes(ED, "little") % 2**255
    x = edwards25519_x(y, ED[31] >> 7)
    assert x is not None
    assert (other.point.x, other.point.y) == (EDWARDS25519.p - x, y)
    assert other.public == ED


@pytest.mark.parametrize(
    ("alg", "allowed", "found"),
    [
        (None, (), "EdDSA"),
        (None, ("Ed25519", "RS256"), "Ed25519"),
        ("Ed25519", (), "Ed25519"),
        ("EdDSA", (), "EdDSA"),
        (None, ("EdDSA", "Ed25519"), "has no `alg`, and could be for EdDSA, Ed25519"),
        ("Ed25519", ("EdDSA",), "is for Ed25519, which its issuer does not sign with"),
        ("EdDSA", ("Ed25519",), "is for EdDSA, which its issuer does not sign with"),
        ("Ed448", (), "has `alg` `Ed448`, which does not fit its kind"),
    ],
)
def test_the_name_of_an_ed25519_key(alg: str | None, allowed: tuple[str, ...], found: str) -> None:
    keys, problems = read(ED_KEY | ({"alg": alg} if alg else {}), algorithms=allowed)
    if keys:
        assert ([key.alg for key in keys], problems) == ([found], [])
    else:
        assert problems == [("JR281", f"keys.json: key 1 (kid `o`) {found}")]


def test_rfc_8037_appendix_a2() -> None:
    (key,), problems = read(
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    )
    assert problems == []
    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_the_pads_are_those_of_hmac() -> None:
    for alg, name in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
        for length in (64, 65, 128, 129, 200):
            secret = bytes(i % 251 for i in range(length))
            key = secret_key("i", "k", alg, secret)
            assert key.pads is not None
            inner = hashlib.new(name, key.pads.inner + b"message").digest()
            came = hashlib.new(name, key.pads.outer + inner).digest()
            assert came == hmac.digest(secret, b"message", name)


def test_a_secret_is_in_no_text_of_its_key() -> None:
    (key,), problems = read(OCT_KEY, secret=True)
    assert problems == []
    assert key.pads is not None
    for text in (repr(key), repr(key.pads), str(key.pads)):
        assert repr(key.pads.inner) not in text
        assert key.pads.inner.hex() not in text
        assert repr(bytes(range(32))) not in text


def test_another_key_under_the_same_kid_is_another_row() -> None:
    ids = {
        secret_key("i", "k", "HS256", b"a" * 32).id,
        secret_key("i", "k", "HS256", b"b" * 32).id,
        secret_key("i", "k", "HS512", b"a" * 32).id,
        secret_key("i", "l", "HS256", b"a" * 32).id,
        secret_key("j", "k", "HS256", b"a" * 32).id,
    }
    assert len(ids) == 5
    assert all(0 < one < 2**31 for one in ids)
    assert secret_key("i", "k", "HS256", b"a" * 32).id in ids


def small_order() -> list[bytes]:
    """Return the encodings of all eight points of small order, found by multiplying."""
    point = (0, 0)
    for candidate in range(2, 1000):
        x = edwards25519_x(candidate, 0)
        if x is None:
            continue
        point, base = (0, 1), (x, candidate)
        for bit in f"{EDWARDS25519.n:b}":
            point = edwards25519_add(point, point)
            point = edwards25519_add(point, base) if bit == "1" else point
        fourth = edwards25519_add(*(edwards25519_add(point, point),) * 2)
        if fourth != (0, 1):
            break  # a point of order 8
    found, one = [], (0, 1)
    for _ in range(8):
        found.append((one[1] + (one[0] % 2) * 2**255).to_bytes(32, "little"))
        one = edwards25519_add(one, point)
    assert one == (0, 1)
    assert len(set(found)) == 8
    return found


@pytest.mark.parametrize("octets", small_order(), ids=bytes.hex)
def test_points_of_small_order(octets: bytes) -> None:
    _, problems = read(ED_KEY | {"x": b64(octets)})
    ((code, message),) = problems
    assert code == "JR278"
    assert message.startswith("keys.json: key 1 (kid `o`) is a point of small order")


P25519 = 2**255 - 19
P_256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
SMALL = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n

REFUSED = {
    "1024 bits": (RSA_KEY | {"n": number(SMALL)}, "JR278", "has 1024 bits of RSA"),
    "2047 bits": (RSA_KEY | {"n": number(N >> 1 | 1)}, "JR278", "has 2047 bits of RSA"),
    "8193 bits": (RSA_KEY | {"n": number(2**8192 + 1)}, "JR278", "has 8193 bits of RSA"),
    "even modulus": (RSA_KEY | {"n": number(N - 1)}, "JR279", "has an even modulus"),
    "exponent 1": (RSA_KEY | {"e": "AQ"}, "JR278", "has the public exponent 1"),
    "exponent 2": (RSA_KEY | {"e": "Ag"}, "JR278", "has the public exponent 2"),
    "even exponent": (RSA_KEY | {"e": number(65536)}, "JR278", "has the public exponent 65536"),
    "long exponent": (RSA_KEY | {"e": number(2**32 + 1)}, "JR278", "has the public exponent 4294"),
    "leading zeros": (RSA_KEY | {"n": b64(b"\0" + N.to_bytes(256))}, "JR279", "leading zeros in"),
    "padding": (RSA_KEY | {"e": "AQAB="}, "JR279", "has no proper `e`"),
    "trailing bits": (RSA_KEY | {"e": "AR"}, "JR279", "has no proper `e`"),
    "one character": (RSA_KEY | {"e": "A"}, "JR279", "has no proper `e`"),
    "plain base64": (RSA_KEY | {"e": "AQ+/"}, "JR279", "has no proper `e`"),
    "no modulus": ({"kty": "RSA", "e": "AQAB"}, "JR279", "has no proper `n`"),
    "modulus no text": (RSA_KEY | {"n": 5}, "JR279", "has no proper `n`"),
    "off the curve": (EC_KEY | {"y": b64((EC.y ^ 1).to_bytes(32))}, "JR279", "no point of P-256"),
    "beyond the field": (EC_KEY | {"x": b64(P_256.to_bytes(32))}, "JR279", "no point of P-256"),
    "zero": (EC_KEY | {"x": b64(bytes(32)), "y": b64(bytes(32))}, "JR279", "no point of P-256"),
    "31 octets": (EC_KEY | {"x": b64(b"\1" * 31)}, "JR279", "has 31 octets in `x`"),
    "another curve": (EC_KEY | {"crv": "P-384"}, "JR283", "is on the curve `P-384`"),
    "no curve": ({"kty": "EC"}, "JR283", "is on the curve none"),
    "X25519": (ED_KEY | {"crv": "X25519"}, "JR283", "is on the curve `X25519`"),
    "not canonical": (
        ED_KEY | {"x": b64((P25519 + 3).to_bytes(32, "little"))},
        "JR279",
        "is not written in the one form of a point",
    ),
    "no point": (
        ED_KEY | {"x": b64((2).to_bytes(32, "little"))},
        "JR279",
        "is no point of edwards25519",
    ),
    "33 octets": (ED_KEY | {"x": b64(b"\1" * 33)}, "JR279", "has 33 octets in `x`"),
    "encryption": (RSA_KEY | {"use": "enc"}, "JR280", "is for another use: `use` is `enc`"),
    "signing": (RSA_KEY | {"key_ops": ["sign"]}, "JR280", "is not for verifying"),
    "no operations": (RSA_KEY | {"key_ops": "verify"}, "JR280", "is not for verifying"),
    "revoked": (RSA_KEY | {"revoked": {"revoked_at": 5}}, "JR280", "is revoked"),
    "ends first": (RSA_KEY | {"nbf": 5, "exp": 5}, "JR280", "ends before it begins"),
    "date as text": (RSA_KEY | {"exp": "5"}, "JR279", "has a `exp` that is no date"),
    "date as truth": (RSA_KEY | {"nbf": True}, "JR279", "has a `nbf` that is no date"),
    "PSS": (RSA_KEY | {"alg": "PS256"}, "JR281", "`PS256`, which does not fit its kind"),
    "alg of another kind": (EC_KEY | {"alg": "RS256"}, "JR281", "which does not fit its kind"),
    "HMAC with RSA": (RSA_KEY | {"alg": "HS256"}, "JR281", "which does not fit its kind"),
    "alg none": (RSA_KEY | {"alg": "none"}, "JR281", "`none`, which does not fit its kind"),
    "private RSA": (RSA_KEY | {"d": "AQAB", "p": "AQ"}, "JR276", "is a private key: it has d, p"),
    "private EC": (EC_KEY | {"d": "AQAB"}, "JR276", "is a private key: it has d"),
    "private OKP": (ED_KEY | {"d": "AQAB"}, "JR276", "is a private key: it has d"),
    "secret": (OCT_KEY, "JR277", "is a secret, in a file"),
    "kind": ({"kty": "XYZ"}, "JR283", "has the kind `XYZ`"),
    "no kind": ({"kid": "a"}, "JR283", "has the kind none"),
    "kid no text": (RSA_KEY | {"kid": 5}, "JR282", "has a `kid` that is no name"),
    "NUL in kid": (RSA_KEY | {"kid": "a\0"}, "JR282", "has a `kid` that is no name"),
    "separator in kid": (RSA_KEY | {"kid": "a\x1f"}, "JR282", "has a `kid` that is no name"),
    "half a pair in kid": (RSA_KEY | {"kid": "\ud800"}, "JR282", "has a `kid` that is no name"),
    "long kid": (RSA_KEY | {"kid": "k" * 257}, "JR282", "has a `kid` that is no name"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_key_is_refused(name: str) -> None:
    jwk, code, said = REFUSED[name]
    found, problems = read(jwk, EC_KEY | {"kid": "other"})
    assert [one for one, _ in problems] == [code]
    assert said in problems[0][1]
    assert problems[0][1].startswith("keys.json: key 1 ")
    assert [key.kid for key in found] == ["other"], "the next key is judged all the same"


@pytest.mark.parametrize(
    ("alg", "length", "good"),
    [
        ("HS256", 31, False),
        ("HS256", 32, True),
        ("HS384", 47, False),
        ("HS384", 48, True),
        ("HS512", 63, False),
        ("HS512", 64, True),
    ],
)
def test_a_secret_is_as_long_as_the_hash(alg: str, length: int, good: bool) -> None:
    _, problems = read(OCT_KEY | {"alg": alg, "k": b64(b"s" * length)}, secret=True)
    assert [code for code, _ in problems] == ([] if good else ["JR278"])


def test_the_algorithm_of_a_key_without_one() -> None:
    without = {name: value for name, value in RSA_KEY.items() if name != "alg"}
    assert read(without, algorithms=("RS384", "ES256"))[0][0].alg == "RS384"
    ((code, message),) = read(without, algorithms=("RS256", "RS512"))[1]
    assert (code, message) == (
        "JR281",
        "keys.json: key 1 (kid `r`) has no `alg`, and could be for RS256, RS512",
    )
    ((code, message),) = read(without, algorithms=("ES256",))[1]
    assert (code, "is for no algorithm that its issuer signs with" in message) == ("JR281", True)
    ((code, message),) = read(RSA_KEY, algorithms=("RS512", "ES256"))[1]
    assert (code, "is for RS256, which its issuer does not sign with" in message) == ("JR281", True)


def test_ids_name_one_key() -> None:
    both = read(RSA_KEY, EC_KEY | {"kid": "r"})[1]
    assert both == [("JR282", "2 keys of https://id are called `r`")]
    mixed = read(OCT_KEY | {"kid": "r"}, RSA_KEY, secret=True)[1]
    assert mixed[0][1].endswith("and one of them is a secret while another is public")
    nameless = [{k: v for k, v in one.items() if k != "kid"} for one in (EC_KEY, ED_KEY)]
    assert read(*nameless)[1] == [("JR282", "2 keys of https://id have no `kid`")]


DOCUMENTS = {
    "no JSON": ("{", "it is not JSON (line 1, column 2)"),
    "a text": ('"a"', "it is no object with a list `keys`"),
    "a list": ("[]", "it is no object with a list `keys`"),
    "an object": ("{}", "it is no object with a list `keys`"),
    "a single key": ('{"kty": "RSA"}', "it is a single key, not a set"),
    "no keys": ('{"keys": []}', "it has no keys"),
    "numbers": ('{"keys": [5]}', "what stands in `keys` is not all objects"),
    "twice": ('{"keys": [], "keys": []}', "a member stands in it twice"),
    "twice inside": ('{"keys": [{"kty": "RSA", "kty": "oct"}]}', "a member stands in it twice"),
    "NaN": ('{"keys": [{"exp": NaN}]}', "it is not JSON: NaN and Infinity are no numbers"),
    "deep": ('{"keys": ' + "[" * 100_000, "it is nested too deeply"),
    "long": ('{"keys": "' + "a" * 2**20 + '"}', "it is longer than 1 MB"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_jwks(name: str) -> None:
    text, said = DOCUMENTS[name]
    assert read(text=text) == ((), [("JR275", f"keys.json: {said}")])


def test_no_utf8() -> None:
    problems = Collector()
    read_jwks(b'{"keys": "\xff"}', Origin("i", (), "keys.json", secret=False), problems)
    assert [one.message for one in problems.problems] == ["keys.json: it is not UTF-8"]


def test_no_message_tells_a_key() -> None:
    secrets = [b64(b"sesame-" * 4), number(SMALL), "sesame"]
    texts = [
        read(OCT_KEY | {"k": secrets[0]}, secret=True),
        read(OCT_KEY | {"k": secrets[0]}),
        read(RSA_KEY | {"d": "sesame", "n": secrets[1]}),
        read(RSA_KEY | {"n": "sesame="}),
        read(text='{"keys": [{"kty": "oct", "k": "sesame" "sesame"}]}'),
    ]
    for _, problems in texts:
        assert problems
        assert [one for one in secrets for _, message in problems if one in message] == []


def test_the_file_may_name_every_algorithm_that_is_verified() -> None:
    assert set(ALGORITHMS) == set(HASHES)
