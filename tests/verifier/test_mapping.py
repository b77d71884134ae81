"""Mapping rules on real servers: no token, several conditions, required claims, recent log-ins."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.verifier.install import install, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Sandbox

SPEC = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
tokens:
  verify: gateway
  issuers:
    https://auth.example/: {clock_skew: 30s}
  claims:
    sub: {type: text, required: true}
    role: {type: text}
    roles: {type: "text[]"}
    amr: {type: "text[]"}
    org: {type: text}
    auth_time: {type: numeric}
mapping:
  - all:
      - {claim: roles, contains: admin}
      - {claim: amr, contains: mfa}
      - {claim: auth_time, younger_than: 5m}
    role: admin
  - {claim: roles, contains: member, requires: [org, amr], role: member}
  - {claim: role, equals: reader, role: reader}
  - {absent: true, role: anon}
  - {claim: org, present: true, role: guest}
roles: {admin: {}, member: {}, reader: {}, anon: {}, guest: {}}
"""

ROLES = """
CREATE ROLE gate LOGIN NOINHERIT;
CREATE ROLE admin; CREATE ROLE member; CREATE ROLE reader; CREATE ROLE anon; CREATE ROLE guest;
GRANT admin, member, reader, anon, guest TO gate;
CREATE SCHEMA app;
"""


@pytest.fixture
def gate(sandbox: Sandbox) -> Iterator[psycopg.Connection]:
    """Give a connection of the login to a database with the mapping above."""
    sandbox.run_sql(ROLES)
    install(sandbox, spec_of(SPEC))
    with psycopg.connect(sandbox.url_for("gate"), autocommit=True) as connection:
        yield connection


@contextmanager
def undone(connection: psycopg.Connection) -> Iterator[None]:
    with connection.transaction(force_rollback=True):
        yield


def becomes(connection: psycopg.Connection, claims: Any) -> str:
    """Return the role that claims become, or why they become none."""
    try:
        with undone(connection):
            text = claims if isinstance(claims, str) else json.dumps(claims)
            connection.execute("SELECT set_config('request.jwt.claims', %s, true)", (text,))
            connection.execute("SELECT jwtroles.pre_request()")
            row = connection.execute("SELECT current_user").fetchone()
            assert row is not None
            return str(row[0])
    except psycopg.Error as error:
        # Anything but a refusal shows its SQLSTATE, and no test expects it.
        said = str(error.diag.message_primary)
        return said if error.sqlstate == "28000" else f"{error.sqlstate} {said}"


def now(connection: psycopg.Connection) -> float:
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
    assert row is not None
    return float(row[0])


NO_SUB = "the token has no claim sub"
UNMAPPED = "no role is mapped to the claims of this token"


def test_a_request_without_a_token_has_a_role_of_its_own(gate: psycopg.Connection) -> None:
    with undone(gate):
        gate.execute("SELECT jwtroles.pre_request()")
        assert gate.execute("SELECT current_user").fetchone() == ("anon",)
    # What gateways send for no token: nothing, an empty object, or the name of a role alone.
    assert [becomes(gate, claims) for claims in ("", {}, {"role": "web_anon"})] == ["anon"] * 3


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"sub": "a"}, UNMAPPED),
        ({"sub": "a", "role": "anon"}, UNMAPPED),
        ({"sub": None}, NO_SUB),
        ({"exp": 1}, NO_SUB),
        ({"org": "x"}, NO_SUB),
        ("null", "the claims are not a JSON object"),
        ("[]", "the claims are not a JSON object"),
        ("{", "the claims are not JSON"),
    ],
)
def test_a_token_is_never_taken_for_none(gate: psycopg.Connection, claims: Any, why: str) -> None:
    assert becomes(gate, claims) == why


def test_the_name_of_a_role_alone_is_no_token_and_maps_to_no_other_role(
    gate: psycopg.Connection, sandbox: Sandbox
) -> None:
    assert becomes(gate, {"role": "reader", "sub": "a"}) == "reader"
    # Without `sub`, which every token has to have, the rule on `role` must not hold.
    assert becomes(gate, {"role": "reader"}) == "anon"
    sandbox.run_sql("DELETE FROM jwtroles.claim_role WHERE role = 'anon'")
    assert becomes(gate, {"role": "reader"}) == "there is no token"


def test_all_conditions_must_hold(gate: psycopg.Connection) -> None:
    whole = {"sub": "a", "roles": ["admin"], "amr": ["pwd", "mfa"], "auth_time": now(gate)}
    assert becomes(gate, whole) == "admin"
    for name in ("roles", "amr", "auth_time"):
        assert becomes(gate, {**whole, name: None}) == UNMAPPED, name
    assert becomes(gate, {**whole, "amr": ["pwd"], "org": "x"}) == "guest"


def test_a_token_that_lacks_what_its_rule_requires_becomes_no_other_role(
    gate: psycopg.Connection,
) -> None:
    whole = {"sub": "a", "roles": ["member"], "org": "x", "amr": ["pwd"]}
    assert becomes(gate, whole) == "member"
    assert becomes(gate, {**whole, "roles": ["other"]}) == "guest"
    # `org` alone would make it a guest: the rule that it fits must not let it go there.
    for missing in ([], None):
        refused = becomes(gate, {**whole, "amr": missing})
        assert refused == "the token has no claim amr, which the role member requires"
    refused = becomes(gate, {**whole, "org": ""})
    assert refused == "the token has no claim org, which the role member requires"


@pytest.mark.parametrize(
    ("seconds", "role"),
    [(0, "admin"), (-280, "admin"), (20, "admin"), (-320, UNMAPPED), (60, UNMAPPED)],
)
def test_a_log_in_is_recent_and_not_of_the_future(
    gate: psycopg.Connection, seconds: int, role: str
) -> None:
    claims = {"sub": "a", "roles": ["admin"], "amr": ["mfa"]}
    assert becomes(gate, {**claims, "auth_time": now(gate) + seconds}) == role


@pytest.mark.parametrize("value", ["text", None, True, [], {}, -1, 0, 1e30, 1e300])
def test_a_time_that_is_no_number_of_recent_seconds_denies(
    gate: psycopg.Connection, value: Any
) -> None:
    found = str(now(gate)) if value == "text" else value
    claims = {"sub": "a", "roles": ["admin"], "amr": ["mfa"], "auth_time": found}
    assert becomes(gate, claims) in (UNMAPPED, "the claim auth_time is not of type numeric")


def test_a_transaction_that_is_held_open_does_not_stop_the_clock(
    gate: psycopg.Connection, sandbox: Sandbox
) -> None:
    sandbox.run_sql(
        "UPDATE jwtroles.claim_role SET conditions = "
        """replace(conditions::text, '"value": 300', '"value": 1')::jsonb"""
    )
    claims: dict[str, Any] = {"sub": "a", "roles": ["admin"], "amr": ["mfa"]}
    with undone(gate):
        claims["auth_time"] = now(gate)
        assert becomes(gate, claims) == "admin"
        gate.execute("SELECT pg_sleep(1.1)")
        assert becomes(gate, claims) == UNMAPPED


@pytest.mark.parametrize(
    "condition",
    [
        '{"test": "present_or_not"}',
        '{"test": null}',
        "{}",
        '{"claim": "t", "path": ["t"], "test": "younger_than", "value": 300, "skew": null}',
        '{"claim": "t", "path": ["t"], "test": "younger_than", "value": null, "skew": 30}',
        '{"claim": "t", "path": ["t"], "test": "younger_than"}',
        '{"claim": "t", "path": ["t"], "test": "older_than", "value": 300, "skew": 30}',
    ],
)
def test_a_condition_that_is_not_understood_denies(
    gate: psycopg.Connection, sandbox: Sandbox, condition: str
) -> None:
    claims = json.dumps({"t": now(gate)})
    with sandbox.connect() as connection:
        connection.execute("DELETE FROM jwtroles.claim_role")
        insert = "INSERT INTO jwtroles.claim_role VALUES (1, %s, 'admin')"
        right = '{"claim": "t", "path": ["t"], "test": "younger_than", "value": 300, "skew": 30}'
        asked = "SELECT jwtroles.role_for(%s)"
        for conditions, role in (
            (f"[{condition}]", None),
            (f"[{right}, {condition}]", None),
            (f"[{right}]", "admin"),
        ):
            connection.execute("DELETE FROM jwtroles.claim_role")
            connection.execute(insert, (conditions,))
            assert connection.execute(asked, (claims,)).fetchone() == (role,)


NOT_DELEGATED = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
tokens:
  verify: gateway
  claims: {act: {type: jsonb}, sub: {type: text}}
mapping:
  - {claim: act, present: false, role: member}
  - {claim: sub, present: true, role: guest}
  - {absent: true, role: anon}
roles: {member: {}, guest: {}, anon: {}}
"""


def test_a_claim_that_must_not_be_there(sandbox: Sandbox) -> None:
    sandbox.run_sql(ROLES)
    install(sandbox, spec_of(NOT_DELEGATED))
    with psycopg.connect(sandbox.url_for("gate"), autocommit=True) as connection:
        for act in (None, "", [], {}):
            assert becomes(connection, {"sub": "a", "act": act}) == "member"
        assert becomes(connection, {"sub": "a"}) == "member"
        for act in ("x", 0, False, [None], {"sub": None}, {"sub": "b"}):
            assert becomes(connection, {"sub": "a", "act": act}) == "guest"
        # No token at all lacks every claim, and is no token without this one.
        for nothing in ("", {}, {"role": "member"}):
            assert becomes(connection, nothing) == "anon"
