"""`role_set_by: gateway`: the role that is set is checked against the mapping, never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.verifier.install import install, spec_of

if TYPE_CHECKING:
    from tests.servers import Sandbox

HEAD = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
tokens:
  verify: gateway
  role_set_by: gateway
  claims: {sub: {type: text}, groups: {type: "text[]"}}
roles:
  admin: {settings: {work_mem: 8MB}}
  member: {}
  anon: {}
  job: {token: false}
"""
MAPPING = """\
mapping:
  - {claim: groups, contains: admins, role: admin}
  - {claim: sub, present: true, role: member}
  - {absent: true, role: anon}
"""
ROLES = """
CREATE ROLE gate LOGIN NOINHERIT;
CREATE ROLE admin; CREATE ROLE member; CREATE ROLE anon; CREATE ROLE job; CREATE ROLE other;
GRANT admin, member, anon, job, other TO gate;
CREATE SCHEMA app;
"""
TOKEN_ROLES = ("admin", "member", "anon")


def installed(sandbox: Sandbox, text: str) -> Sandbox:
    sandbox.run_sql(ROLES)
    spec = spec_of(text)
    made = install(sandbox, spec)
    for grant in made.grants((), TOKEN_ROLES):
        on = {
            "schema": "SCHEMA jwtroles",
            "function": f"FUNCTION {grant.object.name.sql}({grant.object.arguments})",
        }[grant.object.cls]
        sandbox.run_sql(f"GRANT {grant.privilege} ON {on} TO {grant.grantee}, job, other")
    return sandbox


def outcome(sandbox: Sandbox, role: str | None, claims: Any) -> str:
    """Return the role in which a request runs, or why it is refused."""
    with psycopg.connect(sandbox.url_for("gate")) as connection:
        text = json.dumps(claims)
        connection.execute("SELECT set_config('request.jwt.claims', %s, true)", (text,))
        if role is not None:
            connection.execute("SELECT set_config('role', %s, true)", (role,))
        try:
            connection.execute("SELECT jwtroles.pre_request()")
        except psycopg.Error as error:
            said = str(error.diag.message_primary)
            return said if error.sqlstate == "28000" else f"{error.sqlstate} {said}"
        row = connection.execute("SELECT current_user").fetchone()
        connection.rollback()
        assert row is not None
        return str(row[0])


def unmapped(role: str) -> str:
    return f"the claims do not map to the role {role}, which is set"


ADMIN = {"sub": "a", "groups": ["admins"]}


@pytest.mark.parametrize(
    ("role", "claims", "came"),
    [
        ("admin", ADMIN, "admin"),
        ("member", ADMIN, "member"),  # by the second rule: less than it could be
        ("member", {"sub": "a"}, "member"),
        ("anon", {}, "anon"),
        ("anon", {"role": "anon"}, "anon"),
        ("admin", {"sub": "a"}, unmapped("admin")),
        ("admin", {"sub": "a", "groups": ["member"]}, unmapped("admin")),
        ("admin", {"role": "admin"}, unmapped("admin")),
        ("anon", ADMIN, unmapped("anon")),
        ("member", {}, unmapped("member")),
        ("job", ADMIN, unmapped("job")),
        ("other", ADMIN, unmapped("other")),
        (None, ADMIN, "the gateway has not set a role"),
        ("none", ADMIN, "the gateway has not set a role"),
        ("admin", [], "the claims are not a JSON object"),
    ],
)
def test_the_role_that_is_set_must_be_one_that_the_claims_map_to(
    sandbox: Sandbox, role: str | None, claims: Any, came: str
) -> None:
    installed(sandbox, HEAD + MAPPING)
    assert outcome(sandbox, role, claims) == came


def test_without_a_mapping_the_claim_role_names_the_role(sandbox: Sandbox) -> None:
    installed(sandbox, HEAD)
    assert outcome(sandbox, "admin", {"sub": "a", "role": "admin"}) == "admin"
    assert outcome(sandbox, "anon", {"role": "anon"}) == "anon"
    assert outcome(sandbox, "admin", {"sub": "a", "role": "member"}) == unmapped("admin")
    assert outcome(sandbox, "admin", {"sub": "a"}) == unmapped("admin")
    # A role without a token is not of those that a gateway may set, whatever the token says.
    assert outcome(sandbox, "job", {"sub": "a", "role": "job"}) == unmapped("job")
    assert outcome(sandbox, "other", {"sub": "a", "role": "other"}) == unmapped("other")


def test_a_reserved_role_is_refused_whatever_the_mapping_says(sandbox: Sandbox) -> None:
    installed(sandbox, HEAD + MAPPING)
    sandbox.run_sql("ALTER ROLE admin BYPASSRLS")
    said = "the role admin is not one that a token may become"
    assert outcome(sandbox, "admin", ADMIN) == said


def test_settings_of_the_role_are_applied(sandbox: Sandbox) -> None:
    installed(sandbox, HEAD + MAPPING)
    with psycopg.connect(sandbox.url_for("gate")) as connection:
        connection.execute("SET LOCAL ROLE admin")
        connection.execute(
            "SELECT set_config('request.jwt.claims', %s, true)", (json.dumps(ADMIN),)
        )
        connection.execute("SELECT jwtroles.pre_request()")
        assert connection.execute("SELECT current_setting('work_mem')").fetchone() == ("8MB",)
