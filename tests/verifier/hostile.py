"""Tokens that a hostile client may send, each with what it must be told; and harmless odd ones."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from jwtroles.verifier.jws import DEPTH, LONGEST
from tests.verifier.keys import ISSUER, octets, text
from tests.verifier.rfc import EC, KEYS, RSA
from tests.verifier.tokens import CLAIMS, HEADER, claims, header, part, sealed, signed

OTHER_SECRET = b"another secret, which is as long as it must be"


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def public_pem() -> bytes:
    n, e = (int.from_bytes(octets(RSA[name])) for name in "ne")
    return (
        RSAPublicNumbers(e, n)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


GOOD = signed()
HEAD, BODY, CODE = GOOD.split(".")
UNEVEN = signed(claims(sub="u12"))  # 2 octets more than a multiple of 3: spare bits
NO_TOKEN = "there is no token"
NOT_PARTS = "the token is not three parts of base64url"
NOT_JSON = "the header or the payload of the token is not JSON in UTF-8"
NO_KEY = "the token fits no live key of its issuer"
OTHER_ALG = "the alg of the token is not the one of its key"
NO_ALG = "the alg of the token is not supported"
CRIT = "the header of the token has crit or b64, which are not supported"
NOT_VALID = "the signature of the token is not valid"
NO_KID = "the kid of the token is not a text"
NO_TYP = "the typ of the token is neither JWT nor at+jwt"
NO_ISSUER = "the token has no issuer"


def twice(where: str) -> str:
    return f"the {where} of the token names a member twice"


def deep(where: str) -> str:
    return f"the {where} of the token is nested too deep"


def no_object(where: str) -> str:
    return f"the {where} of the token is not a JSON object"


def no_number(where: str) -> str:
    return f"the {where} of the token has a number out of range"


HOSTILE: list[tuple[str, str | None, str]] = [
    ("no token", None, NO_TOKEN),
    ("nothing", "", NOT_PARTS),
    ("1 MB", "a" * 2**20, f"the token is longer than {LONGEST} octets"),
    (
        "one octet too long",
        GOOD + "A" * (LONGEST + 1 - len(GOOD)),
        f"the token is longer than {LONGEST} octets",
    ),
    ("1 MB of two-octet characters", "ä" * 2**19, f"the token is longer than {LONGEST} octets"),
    ("two parts", f"{HEAD}.{BODY}", NOT_PARTS),
    ("four parts", f"{GOOD}.{CODE}", NOT_PARTS),
    ("five parts, as of a JWE", f"{GOOD}.{CODE}.{CODE}", NOT_PARTS),
    ("an empty header", f".{BODY}.{CODE}", NOT_PARTS),
    ("an empty payload", sealed(f"{HEAD}."), NOT_PARTS),
    ("an empty signature", f"{HEAD}.{BODY}.", NOT_PARTS),
    ("a line break after it", f"{GOOD}\n", NOT_PARTS),
    ("white space before it", f" {GOOD}", NOT_PARTS),
    ("a line break inside", f"{HEAD}.{BODY[:8]}\n{BODY[8:]}.{CODE}", NOT_PARTS),
    ("white space that is signed", sealed(f"{HEAD}.{BODY[:8]} {BODY[8:]}"), NOT_PARTS),
    ("padding", f"{HEAD}.{BODY}.{CODE}=", NOT_PARTS),
    ("the other alphabet", f"{HEAD}.{BODY}.{CODE[:-2]}+A", NOT_PARTS),
    ("the other alphabet, slash", f"{HEAD}.{BODY}.{CODE[:-2]}/A", NOT_PARTS),
    ("a letter that is none of ASCII", f"{HEAD}.{BODY}.{CODE[:-1]}\uff21", NOT_PARTS),
    ("4n + 1 characters", f"{HEAD}.{BODY}.{CODE}AA", NOT_PARTS),
    (
        "4n + 1 characters that are signed",
        sealed(f"{HEAD}.{BODY[: len(BODY) // 4 * 4]}A"),
        NOT_PARTS,
    ),
    (
        "spare bits in the signature",
        f"{HEAD}.{BODY}.{CODE[:-1]}{chr(ord(CODE[-1]) + 1)}",
        NOT_PARTS,
    ),
    ("a JSON serialization", json.dumps({"payload": BODY, "signature": CODE}), NOT_PARTS),
    ("no UTF-8", signed(b'{"iss":"\xff"}'), NOT_JSON),
    ("an overlong form of UTF-8", signed(b'{"iss":"\xc0\xaf"}'), NOT_JSON),
    ("a surrogate in UTF-8", signed(b'{"iss":"\xed\xa0\x80"}'), NOT_JSON),
    ("NUL as an octet", signed(b'{"iss":"a\0b"}'), NOT_JSON),
    ("NUL after the payload", signed(json.dumps(CLAIMS).encode() + b"\0"), NOT_JSON),
    ("NUL as an escape", signed(r'{"iss":"a\u0000b"}'), NOT_JSON),
    ("half of a surrogate pair", signed(r'{"iss":"\ud800"}'), NOT_JSON),
    ("a byte order mark", signed(b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode()), NOT_JSON),
    ("UTF-16", signed(json.dumps(CLAIMS).encode("utf-16")), NOT_JSON),
    ("two objects", signed(json.dumps(CLAIMS) * 2), NOT_JSON),
    ("a comma too many", signed('{"iss":"a",}'), NOT_JSON),
    ("a comment", signed('{"iss":"a"/**/}'), NOT_JSON),
    ("single quotes", signed("{'iss':'a'}"), NOT_JSON),
    ("NaN", signed(json.dumps(claims(exp=float("nan")))), NOT_JSON),
    ("Infinity", signed(json.dumps(claims(exp=float("inf")))), NOT_JSON),
    ("a number that no server holds", signed('{"exp":1e999999999}'), NOT_JSON),
    ("20,000 levels", signed(nested(20_000)), f"the token is longer than {LONGEST} octets"),
    ("as many levels as there is room for", signed('{"a":' + nested(2_900) + "}"), deep("payload")),
    ("one level too many", signed(claims(a=json.loads(nested(DEPTH)))), deep("payload")),
    ("one object too many", signed('{"a":' * DEPTH + "{}" + "}" * DEPTH), deep("payload")),
    ("a deep header", signed(header=header(a=json.loads(nested(DEPTH)))), deep("header")),
    ("a header that is a list", signed(header="[]"), no_object("header")),
    ("a header that is a text", signed(header='"HS256"'), no_object("header")),
    ("a payload that is a list", signed(json.dumps([CLAIMS])), no_object("payload")),
    ("a payload that is null", signed("null"), no_object("payload")),
    ("a huge number", signed(json.dumps(CLAIMS)[:-1] + ',"a":1e400}'), no_number("payload")),
    ("a tiny number", signed(json.dumps(CLAIMS)[:-1] + ',"a":[1E-400]}'), no_number("payload")),
    ("a huge number behind an escape", signed(r'{"a":"\n","b":1.0e+100}'), no_number("payload")),
    ("a huge number in a header", signed(header='{"a":1e131071}'), no_number("header")),
    ("exp twice", signed(json.dumps(CLAIMS)[:-1] + ',"exp":1}'), twice("payload")),
    ("a member twice, alike", signed(json.dumps(CLAIMS)[:-1] + ',"sub":"u1"}'), twice("payload")),
    (
        "a member twice, once escaped",
        signed(json.dumps(CLAIMS)[:-1] + r',"\u0073ub":"u1"}'),
        twice("payload"),
    ),
    (
        "a member twice below",
        signed(json.dumps(CLAIMS)[:-1] + ',"a":[{"b":1,"b":2}]}'),
        twice("payload"),
    ),
    (
        "a member twice beside a colon that is escaped",
        signed(json.dumps(CLAIMS)[:-1] + r',"a":"\u003a","a":"\u003a"}'),
        twice("payload"),
    ),
    ("alg twice", signed(header='{"alg":"none","alg":"HS256","kid":"HS256"}'), twice("header")),
    ("crit", signed(header=header(crit=["exp"])), CRIT),
    ("an empty crit", signed(header=header(crit=[])), CRIT),
    ("crit that is null", signed(header='{"alg":"HS256","kid":"HS256","crit":null}'), CRIT),
    ("b64", signed(header=header(b64=True)), CRIT),
    ("b64 false, as it asks", signed(header=header(b64=False, crit=["b64"])), CRIT),
    ("alg none", sealed(f"{part(header(alg='none'))}.{BODY}"), NO_ALG),
    ("alg none without a signature", f"{part(header(alg='none'))}.{BODY}.", NOT_PARTS),
    ("alg NONE", signed(header=header(alg="NONE")), NO_ALG),
    ("alg hs256", signed(header=header(alg="hs256")), NO_ALG),
    ("no alg", signed(header=header(alg=None)), NO_ALG),
    ("alg null", signed(header='{"alg":null,"kid":"HS256"}'), NO_ALG),
    ("alg as a list", signed(header=header(alg=["HS256"])), NO_ALG),
    ("PS256", signed(header=header(alg="PS256")), NO_ALG),
    ("ES384", signed(header=header(alg="ES384")), NO_ALG),
    ("another typ", signed(header=header(typ="dpop+jwt")), NO_TYP),
    ("typ null", signed(header='{"alg":"HS256","kid":"HS256","typ":null}'), NO_TYP),
    ("typ with a prefix that is none", signed(header=header(typ="x/jwt")), NO_TYP),
    ("typ as a list", signed(header=header(typ=["JWT"])), NO_TYP),
    ("kid as a number", signed(header=header(kid=1)), NO_KID),
    ("kid null", signed(header='{"alg":"HS256","kid":null}'), NO_KID),
    ("an empty kid", signed(header=header(kid="")), NO_KID),
    ("kid as a list", signed(header=header(kid=["HS256"])), NO_KID),
    ("SQL in the kid", signed(header=header(kid="' OR true --")), NO_KEY),
    ("a pattern as kid", signed(header=header(kid="%")), NO_KEY),
    ("a path as kid", signed(header=header(kid="../../dev/null")), NO_KEY),
    ("another kid", signed(header=header(kid="hs256")), NO_KEY),
    ("kid with a space", signed(header=header(kid="HS256 ")), NO_KEY),
    (
        "no kid, and many keys",
        signed(header=header(kid=None)),
        "the token fits more than one live key of its issuer",
    ),
    ("no iss", signed(claims(iss=None)), NO_ISSUER),
    ("iss null", signed('{"iss":null}'), NO_ISSUER),
    ("iss empty", signed(claims(iss="")), NO_ISSUER),
    ("iss as a list", signed(claims(iss=[ISSUER])), NO_ISSUER),
    ("another iss", signed(claims(iss="https://evil.example")), NO_KEY),
    ("iss with a slash", signed(claims(iss=f"{ISSUER}/")), NO_KEY),
    ("kid of an RSA key", signed(header=header(kid="RS256")), OTHER_ALG),
    ("HS256 under a key for HS512", signed(header=header(kid="HS512")), OTHER_ALG),
    (
        "HS256 with the public key of RSA as the secret",
        sealed(f"{part(header(kid='RS256'))}.{BODY}", secret=public_pem()),
        OTHER_ALG,
    ),
    (
        "HS256 with the modulus as the secret",
        sealed(f"{part(header(kid='RS256'))}.{BODY}", secret=octets(RSA["n"])),
        OTHER_ALG,
    ),
    ("another secret", sealed(f"{HEAD}.{BODY}", secret=OTHER_SECRET), NOT_VALID),
    (
        "an embedded jwk",
        sealed(
            f"{part(header(jwk={'kty': 'oct', 'k': text(OTHER_SECRET)}))}.{BODY}",
            secret=OTHER_SECRET,
        ),
        NOT_VALID,
    ),
    (
        "a jku and certificates",
        sealed(
            f"{part(header(jku='https://evil.example', x5u='x', x5c=['MII']))}.{BODY}",
            secret=OTHER_SECRET,
        ),
        NOT_VALID,
    ),
    ("an empty secret", sealed(f"{HEAD}.{BODY}", secret=b""), NOT_VALID),
    ("a part of the signature", f"{HEAD}.{BODY}.{text(octets(CODE)[:16])}", NOT_VALID),
    ("more than the signature", f"{HEAD}.{BODY}.{text(octets(CODE) + bytes(1))}", NOT_VALID),
    ("another payload", f"{HEAD}.{part(claims(sub='u2'))}.{CODE}", NOT_VALID),
    ("another header", f"{part(header(typ='at+jwt'))}.{BODY}.{CODE}", NOT_VALID),
    ("a signature of zeros", f"{HEAD}.{BODY}.{text(bytes(32))}", NOT_VALID),
    *(
        (
            f"zeros for {alg}",
            f"{part(header(alg=alg, kid=alg))}.{BODY}.{text(bytes(size))}",
            NOT_VALID,
        )
        for alg, size in (("RS256", 256), ("RS512", 256), ("ES256", 64), ("EdDSA", 64))
    ),
    *(
        (f"one octet for {alg}", f"{part(header(alg=alg, kid=alg))}.{BODY}.AA", NOT_VALID)
        for alg in KEYS
    ),
]

HARMLESS = [
    ("a good one", GOOD),
    ("no typ", signed(header=header(typ=None))),
    *((f"typ {typ}", signed(header=header(typ=typ))) for typ in ("jwt", "at+jwt", "AT+JWT")),
    ("typ with the prefix", signed(header=header(typ="application/at+JWT"))),
    ("a jwk that is ignored", signed(header=header(jwk={**EC, "d": "x"}, jku="x", x5c=["x"]))),
    (
        "white space in the JSON",
        signed(" \r\n\t" + json.dumps(CLAIMS, indent=2) + " ", header=json.dumps(HEADER, indent=1)),
    ),
    (
        "escapes",
        signed(claims(sub='a"\\:\n\u00e9\U0001f600:{[}]', a={"\u003a": ":", "b": [{"c": "\\"}]})),
    ),
    ("colons and braces in texts", signed(claims(sub=':::{"a":1,"a":2}', a=[":", {":": ":"}]))),
    (
        "what looks like a number",
        signed(claims(sub=",5e400", a="1e999", tenant="0b1c2d3e-000e-4000")),
    ),
    ("as deep as may be", signed(claims(a=json.loads(nested(DEPTH - 1))))),
    ("the same name at two places", signed(claims(a={"sub": 1}, b=[{"a": 1}, {"a": 2}]))),
    ("a number of many digits", signed(json.dumps(CLAIMS)[:-1] + ',"a":' + "9" * 900 + ".5e99}")),
    ("as long as may be", signed(claims(a="x" * 5900))),
]
