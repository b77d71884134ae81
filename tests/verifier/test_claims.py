"""Claims in the database (RFC 7519 section 4.1): what is missing, wrong or out of time refuses."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jwtroles.verifier import jws
from tests.verifier.hostile import OTHER_SECRET
from tests.verifier.keys import AUDIENCE, ISSUER, add_issuer, add_key
from tests.verifier.rfc import OCT
from tests.verifier.tokens import CLAIMS, NOW, claims, said, sealed, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.verifier.keys import Connection

HOUR = 3600
ACCEPTED = "accepted"
NO_EXP, NO_AUD = "the token has no claim exp", "the token has no claim aud"
EXPIRED, NOT_YET = "the token has expired", "the token is not valid yet"
IN_FUTURE = "the token was issued in the future"
NO_IAT = "the token has no claim iat, and its issuer limits lifetimes"
TOO_LONG = "the token lives longer than its issuer may let it"
OTHER_AUDIENCE = "the token is for another audience"
AUD_FORM = "the claim aud is neither a text nor a list of texts"
REVOKED = "the token has been revoked"
NOT_KNOWN = "the issuer of the token is not known"


def no_number(name: str) -> str:
    return f"the claim {name} is not a number of seconds"


def out_of_range(name: str) -> str:
    return f"the claim {name} is out of range"


def no_text(name: str) -> str:
    return f"the claim {name} is not a text"


def raw(member: str, **changed: Any) -> str:
    """Return good claims with one member as it is written."""
    return f"{json.dumps(claims(**changed))[:-1]},{member}}}"


JUDGED: list[tuple[str, str | dict[str, Any], str]] = [
    ("good", CLAIMS, ACCEPTED),
    ("expired", claims(exp=NOW - 5), EXPIRED),
    ("expired in 1970", claims(exp=0), EXPIRED),
    ("a fraction of a second", claims(exp=NOW + HOUR + 0.5), ACCEPTED),
    ("an exponent", raw('"exp":4.0e9', exp=None), ACCEPTED),
    ("no exp", claims(exp=None), NO_EXP),
    ("exp null", raw('"exp":null', exp=None), no_number("exp")),
    ("exp as a text", claims(exp=f"{NOW + HOUR}"), no_number("exp")),
    ("exp as a list", claims(exp=[NOW + HOUR]), no_number("exp")),
    ("exp true", claims(exp=True), no_number("exp")),
    ("exp as an object", claims(exp={}), no_number("exp")),
    ("exp in milliseconds", claims(exp=(NOW + HOUR) * 1000), out_of_range("exp")),
    ("exp 1e20", raw('"exp":1e20', exp=None), out_of_range("exp")),
    ("exp of 19 digits", raw('"exp":9223372036854775808', exp=None), out_of_range("exp")),
    ("exp negative", claims(exp=-1), out_of_range("exp")),
    ("exp -0.1", claims(exp=-0.1), out_of_range("exp")),
    ("the last second", claims(exp=jws.LAST_SECOND), ACCEPTED),
    ("one second too many", claims(exp=jws.LAST_SECOND + 1), out_of_range("exp")),
    ("EXP", raw(f'"EXP":{NOW + HOUR}', exp=None), NO_EXP),
    ("exp with a space", raw(f'"exp ":{NOW + HOUR}', exp=None), NO_EXP),
    ("exp below", raw(f'"a":{{"exp":{NOW + HOUR}}}', exp=None), NO_EXP),
    ("nbf in the past", claims(nbf=NOW - 5), ACCEPTED),
    ("nbf in the future", claims(nbf=NOW + HOUR), NOT_YET),
    ("nbf as a text", claims(nbf="0"), no_number("nbf")),
    ("nbf null", raw('"nbf":null'), no_number("nbf")),
    ("nbf negative", claims(nbf=-1), out_of_range("nbf")),
    ("iat in the past", claims(iat=NOW - 5), ACCEPTED),
    ("iat in the future", claims(iat=NOW + HOUR), IN_FUTURE),
    ("iat as a text", claims(iat="0"), no_number("iat")),
    ("iat null", raw('"iat":null'), no_number("iat")),
    ("iat out of range", claims(iat=1e15), out_of_range("iat")),
    ("no aud", claims(aud=None), NO_AUD),
    ("aud null", raw('"aud":null', aud=None), AUD_FORM),
    ("another aud", claims(aud="app"), OTHER_AUDIENCE),
    ("aud in capitals", claims(aud=AUDIENCE.upper()), OTHER_AUDIENCE),
    ("aud and more", claims(aud=f"{AUDIENCE} "), OTHER_AUDIENCE),
    ("a list as a text", claims(aud=f"app,{AUDIENCE}"), OTHER_AUDIENCE),
    ("a list in a text", claims(aud=json.dumps([AUDIENCE])), OTHER_AUDIENCE),
    ("aud empty", claims(aud=""), OTHER_AUDIENCE),
    ("aud in a list", claims(aud=["app", AUDIENCE]), ACCEPTED),
    ("others in a list", claims(aud=["app", "web"]), OTHER_AUDIENCE),
    ("an empty list", claims(aud=[]), OTHER_AUDIENCE),
    ("a list of nothing", claims(aud=[""]), OTHER_AUDIENCE),
    ("a number in the list", claims(aud=[AUDIENCE, 1]), AUD_FORM),
    ("null in the list", claims(aud=[AUDIENCE, None]), AUD_FORM),
    ("a list in the list", claims(aud=[[AUDIENCE]]), AUD_FORM),
    ("aud as an object", claims(aud={AUDIENCE: AUDIENCE}), AUD_FORM),
    ("aud as a number", claims(aud=1), AUD_FORM),
    ("jti", claims(jti="1"), ACCEPTED),
    ("jti as a number", claims(jti=1), no_text("jti")),
    ("jti null", raw('"jti":null'), no_text("jti")),
    ("no sub", claims(sub=None), ACCEPTED),
    ("sub as a number", claims(sub=1), no_text("sub")),
    ("sub as a list", claims(sub=["u1"]), no_text("sub")),
    ("sub null", raw('"sub":null', sub=None), no_text("sub")),
]


@pytest.fixture(autouse=True)
def issuer(verifier: Connection) -> Iterator[None]:
    """Give an issuer without leeway and its key, and no revocation."""
    add_issuer(verifier)
    add_key(verifier, 1, {**OCT, "alg": "HS256", "kid": "HS256"})
    yield
    verifier.execute("DELETE FROM jwtroles.revocation")


def test_claims_are_judged(verifier: Connection) -> None:
    told = {name: said(verifier, signed(payload)) for name, payload, _ in JUDGED}
    assert told == {name: expected for name, _, expected in JUDGED}


def test_what_comes_out(verifier: Connection) -> None:
    query = "SELECT claims, key, expires FROM jwtroles.verify(%s)"
    sent = claims(exp=NOW + HOUR, a=[1, {"b": None}])
    row = verifier.execute(query, [signed(sent)]).fetchone()
    assert row == (sent, 1, datetime.fromtimestamp(NOW + HOUR, UTC))


def test_the_key_of_an_issuer_that_is_not_declared(verifier: Connection) -> None:
    verifier.execute("DELETE FROM jwtroles.issuer")
    assert said(verifier, signed()) == NOT_KNOWN


def test_claims_are_not_looked_at_before_the_signature(verifier: Connection) -> None:
    head, body, _ = signed(claims(exp=NOW - 5, aud="app")).split(".")
    forged = sealed(f"{head}.{body}", secret=OTHER_SECRET)
    assert said(verifier, forged) == "the signature of the token is not valid"


def test_skew(verifier: Connection) -> None:
    """What lies 100 s off is within a skew of 200 s and not within one of 50 s."""
    now = int(time.time())
    add_issuer(verifier, clock_skew=200)
    sent = {
        EXPIRED: claims(exp=now - 100),
        NOT_YET: claims(nbf=now + 100),
        IN_FUTURE: claims(iat=now + 100),
    }
    assert {said(verifier, signed(one)) for one in sent.values()} == {ACCEPTED}
    add_issuer(verifier, clock_skew=50)
    assert {why: said(verifier, signed(one)) for why, one in sent.items()} == {w: w for w in sent}


def test_skew_is_in_the_end_of_the_token(verifier: Connection) -> None:
    add_issuer(verifier, clock_skew=200)
    query = "SELECT expires FROM jwtroles.verify(%s)"
    row = verifier.execute(query, [signed(claims(exp=NOW + HOUR))]).fetchone()
    assert row == (datetime.fromtimestamp(NOW + HOUR + 200, UTC),)


def test_lifetime(verifier: Connection) -> None:
    add_issuer(verifier, max_lifetime=HOUR)
    now = int(time.time())
    judged = [
        (claims(exp=now + 60), NO_IAT),
        (claims(iat=now - 60, exp=now - 60 + HOUR), ACCEPTED),
        (claims(iat=now - 60, exp=now - 59 + HOUR), TOO_LONG),
        (claims(iat=now - 60, exp=now - 60 + HOUR + 0.001), TOO_LONG),
        (claims(iat=0, exp=now + 60), TOO_LONG),
        (claims(iat=now - 60), TOO_LONG),
        (claims(iat=now - 60, exp=None), NO_EXP),
        (claims(iat=now + 60, exp=now + 120), IN_FUTURE),
    ]
    assert [said(verifier, signed(one)) for one, _ in judged] == [why for _, why in judged]


def test_without_exp_where_it_is_optional(verifier: Connection) -> None:
    add_issuer(verifier, optional=["exp"])
    query = "SELECT expires = 'infinity' FROM jwtroles.verify(%s)"
    assert verifier.execute(query, [signed(claims(exp=None))]).fetchone() == (True,)
    assert said(verifier, signed(claims(exp=NOW - 5))) == EXPIRED
    assert said(verifier, signed(raw('"exp":null', exp=None))) == no_number("exp")
    assert said(verifier, signed(claims(aud=None))) == NO_AUD
    # A lifetime ends it all the same.
    add_issuer(verifier, optional=["exp"], max_lifetime=HOUR)
    assert said(verifier, signed(claims(exp=None))) == NO_IAT
    assert said(verifier, signed(claims(exp=None, iat=NOW - HOUR - 1))) == EXPIRED
    row = verifier.execute(
        "SELECT expires FROM jwtroles.verify(%s)", [signed(claims(exp=None, iat=NOW))]
    ).fetchone()
    assert row == (datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=HOUR),)


def test_without_aud_where_it_is_optional(verifier: Connection) -> None:
    add_issuer(verifier, optional=["aud"])
    assert said(verifier, signed(claims(aud=None))) == ACCEPTED
    assert said(verifier, signed(claims(aud="app"))) == OTHER_AUDIENCE
    assert said(verifier, signed(claims(exp=None))) == NO_EXP


@pytest.mark.parametrize("audience", [[], [""]], ids=str)
def test_an_issuer_without_an_audience_is_for_nobody(
    verifier: Connection, audience: list[str]
) -> None:
    add_issuer(verifier, audience=audience)
    sent = [claims(), claims(aud=""), claims(aud=[]), claims(aud=[""])]
    assert {said(verifier, signed(one)) for one in sent} == {OTHER_AUDIENCE}
    assert said(verifier, signed(claims(aud=None))) == NO_AUD


def test_one_of_many_audiences(verifier: Connection) -> None:
    add_issuer(verifier, audience=["web", "a 'quoted' one", AUDIENCE])
    assert said(verifier, signed(claims(aud="a 'quoted' one"))) == ACCEPTED
    assert said(verifier, signed(claims(aud=["x", "web"]))) == ACCEPTED
    assert said(verifier, signed(claims(aud="a"))) == OTHER_AUDIENCE


def revoke(connection: Connection, what: str, before: str, issuer: str = ISSUER) -> None:
    connection.execute("DELETE FROM jwtroles.revocation")
    values = [issuer, what, before]
    connection.execute("INSERT INTO jwtroles.revocation VALUES (%s, %s, %s, 'infinity')", values)


def test_revocation(verifier: Connection) -> None:
    token = signed(claims(jti="j1", iat=NOW - 100))
    no_iat = signed(claims(jti="j1"))
    at = [datetime.fromtimestamp(NOW - 100 + late, UTC).isoformat() for late in (0, 1)]
    judged = [
        ("jti:j1", "infinity", REVOKED),
        ("jti:j2", "infinity", ACCEPTED),
        ("jti:", "infinity", ACCEPTED),
        ("sub:u1", at[1], REVOKED),
        ("sub:u1", at[0], ACCEPTED),
        ("sub:u1", "infinity", REVOKED),
        ("sub:u2", "infinity", ACCEPTED),
        ("sub:j1", "infinity", ACCEPTED),
        ("jti:u1", "infinity", ACCEPTED),
        ("", at[1], REVOKED),
        ("", at[0], ACCEPTED),
    ]
    for what, before, expected in judged:
        revoke(verifier, what, before)
        assert said(verifier, token) == expected, (what, before)
    revoke(verifier, "", at[1], "https://other.example")
    assert said(verifier, token) == ACCEPTED
    # Whoever does not say when it was issued was issued before.
    revoke(verifier, "sub:u1", at[0])
    assert said(verifier, no_iat) == REVOKED
    revoke(verifier, "jti:j1", "infinity")
    assert said(verifier, no_iat) == REVOKED
    # Without a subject or an id only the issuer's row counts.
    assert said(verifier, signed(claims(sub=None))) == ACCEPTED
    revoke(verifier, "", at[1])
    assert said(verifier, signed(claims(sub=None))) == REVOKED
