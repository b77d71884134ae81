"""Logging in: what a transaction and a session get, and what an old snapshot does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.workbench import EVERYTHING, loaded

if TYPE_CHECKING:
    from tests.servers import Sandbox

ONE, TWO = "1" * 8 + "-1111-4111-8111-111111111111", "2" * 8 + "-2222-4222-8222-222222222222"
ISSUER = "https://login.example/"
SECRET = "a secret of thirty-two octets or more"
SCHEMA = f"""
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.notes (id integer PRIMARY KEY, tenant_id uuid NOT NULL, owner_id text NOT NULL);
CREATE TABLE app.kinds (name text PRIMARY KEY);
INSERT INTO app.notes VALUES (1, '{ONE}', 'ann'), (2, '{ONE}', 'bob'), (3, '{TWO}', 'ann');
INSERT INTO app.kinds VALUES ('memo');
"""
FILE = f"""
jwtroles: 1
project: notes
database: {{schemas: [app], connect_as: {{web: [reader, editor], batch: [reader]}}}}
tokens:
  application_name: sub
  login_session: [batch]
  issuers:
    {ISSUER}:
      audience: [notes]
      algorithms: [HS256]
      secrets: {{k1: "${{LOGIN_TEST_SECRET}}"}}
      max_lifetime: 1h
  claims:
    sub: {{type: text, required: true}}
    tenant_id: {{type: uuid, required: true}}
    roles: {{type: "text[]"}}
    level: {{type: integer}}
mapping:
  - {{claim: roles, contains: editor, role: editor}}
  - {{claim: roles, contains: reader, role: reader}}
tenancy: {{rows: tenant_id = claims.tenant_id, tables: [app.notes]}}
roles:
  reader:
    tables: {{app.notes: {{select: all}}, app.kinds: {{select: all}}}}
    settings: {{statement_timeout: 7s}}
  editor:
    inherits: [reader]
    tables: {{app.notes: {{update: {{columns: [owner_id], rows: owner_id = claims.sub}}}}}}
"""
NOTES = "SELECT id FROM app.notes ORDER BY id"
KINDS = "SELECT name FROM app.kinds"
LOGIN = "SELECT jwtroles.login(%s)"
AS_READER = "SELECT jwtroles.login(%s, 'reader')"
OLD = "the snapshot of this transaction is too old to tell whether a token holds"


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def token(tenant: str = ONE, *roles: str, sub: str = "ann", **more: Any) -> str:
    now = int(time.time())
    ours = {"iss": ISSUER, "aud": "notes", "iat": now, "exp": now + 600}
    claims = ours | {"sub": sub, "tenant_id": tenant, "roles": roles or ("reader",)} | more
    parts = {"alg": "HS256", "kid": "k1"}, claims
    signed = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    return (
        f"{signed}.{encoded(hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest())}"
    )


@dataclass
class Notes:
    """The applied database, and what a client says to it."""

    sandbox: Sandbox

    def plan(self, file: str = FILE) -> int:
        """Apply a file, and return how many changes it took."""
        with connect(self.sandbox.url) as connection:
            planned = make_plan(connection, loaded(file), None)
            apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
            return len(planned.plan.steps)

    def say(self, client: psycopg.Connection[Any], *statements: Any) -> list[tuple[Any, ...]] | str:
        """Run statements in one transaction; return the rows of the last one, or the error."""
        try:
            with client.transaction():
                for one in statements:
                    sql, values = one if isinstance(one, tuple) else (one, None)
                    cursor = client.execute(sql, values)
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            return f"{error.sqlstate} {error.diag.message_primary}"


@pytest.fixture
def notes(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Notes:
    monkeypatch.setenv("LOGIN_TEST_SECRET", SECRET)
    sandbox.run_sql(SCHEMA)
    made = Notes(sandbox)
    assert made.plan()
    assert made.plan() == 0
    return made


def test_a_login_lasts_for_its_transaction(notes: Notes) -> None:
    web, say = notes.sandbox.connect("web"), notes.say
    closed = "42501 permission denied for schema app"
    assert say(web, NOTES) == closed
    assert say(web, (LOGIN, [token()])) == [("reader",)]
    assert say(web, (LOGIN, [token()]), NOTES) == [(1,), (2,)]
    assert say(web, NOTES) == closed
    assert say(web, (LOGIN, [token(TWO)]), NOTES) == [(3,)]
    assert say(web, (LOGIN, [token()]), "SHOW statement_timeout") == [("7s",)]
    assert say(web, (LOGIN, [token()]), "SHOW application_name") == [("ann",)]
    assert say(web, "SHOW application_name") == [("",)]
    # The last login of a transaction counts, and a savepoint brings back the one before.
    assert say(web, (LOGIN, [token()]), (LOGIN, [token(TWO)]), NOTES) == [(3,)]
    back = ("SAVEPOINT s", (LOGIN, [token(TWO)]), "ROLLBACK TO s", NOTES)
    assert say(web, (LOGIN, [token()]), *back) == [(1,), (2,)]
    assert say(web, (LOGIN, [token()]), "SELECT jwtroles.logout()", NOTES) == closed


def test_the_role_is_one_that_the_token_maps_to(notes: Notes) -> None:
    web, say = notes.sandbox.connect("web"), notes.say
    both = token(ONE, "reader", "editor")
    assert say(web, (LOGIN, [both])) == [("editor",)]
    assert say(web, (AS_READER, [both])) == [("reader",)]
    refused = "28000 this token may not become the role that was asked for"
    # It would inherit everything of reader, and still no rule names reader for it.
    assert say(web, (AS_READER, [token(ONE, "editor")])) == refused
    none = "28000 no role is mapped to the claims of this token"
    assert say(web, (LOGIN, [token(ONE, "stranger")])) == none
    mine = "UPDATE app.notes SET owner_id = owner_id RETURNING id"
    assert say(web, (LOGIN, [token(ONE, "editor")]), mine) == [(1,)]
    assert say(web, (LOGIN, [token(ONE, "editor", sub="bob")]), mine) == [(2,)]
    assert say(web, (LOGIN, [token(level="x")])) == "28000 the claim level is not of type integer"
    missing = "28000 the token has no claim tenant_id"
    assert say(web, (LOGIN, [token(tenant_id=None)])) == missing
    separated = "28000 the token has a control character in a claim"
    assert say(web, (LOGIN, [token(sub="ann\x1f")])) == separated


def test_a_session_that_may_stays_logged_in(notes: Notes) -> None:
    say = notes.say
    batch, web = notes.sandbox.connect("batch"), notes.sandbox.connect("web")
    session = ("SELECT jwtroles.login_session(%s, NULL)", [token()])
    denied = "42501 permission denied for function login_session"
    assert say(web, session) == denied
    assert say(batch, session) == [("reader",)]
    assert say(batch, NOTES) == [(1,), (2,)]
    assert say(batch, "SELECT jwtroles.logout()", NOTES) == "42501 permission denied for schema app"
    assert notes.plan(FILE.replace("  login_session: [batch]\n", ""))
    nobody = "42883 function jwtroles.login_session(unknown, unknown) does not exist"
    assert say(batch, ("SELECT jwtroles.login_session('x', NULL)", None)) == nobody


def test_a_snapshot_from_before_a_change_gives_no_access(notes: Notes) -> None:
    say, steady = notes.say, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
    client, other = notes.sandbox.connect("web"), notes.sandbox.connect("web")
    login = (LOGIN, [token()])
    assert say(client, steady, login, KINDS) == [("memo",)]
    other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    [(snapshot,)] = other.execute("SELECT pg_export_snapshot()").fetchall()
    before = (steady, f"SET TRANSACTION SNAPSHOT '{snapshot}'")
    assert say(client, *before, login, KINDS) == [("memo",)]
    notes.sandbox.run_sql("UPDATE jwtroles.signing_key SET retired_at = now()")
    assert say(client, login, KINDS) == "28000 the token fits no live key of its issuer"
    assert say(client, *before, login, KINDS) == f"28000 {OLD}"
    # Without the look at the catalog as it is now, the retired key would open the old snapshot.
    notes.sandbox.run_sql(
        "CREATE OR REPLACE FUNCTION jwtroles.snapshot_is_new(generation uuid) RETURNS boolean "
        "LANGUAGE sql AS 'SELECT true'"
    )
    assert say(client, *before, login, KINDS) == [("memo",)]
    other.execute("ROLLBACK")


def test_a_ticket_ends_with_what_it_rests_on(notes: Notes) -> None:
    """Within one transaction that is held open, each change is seen at the next statement."""
    sandbox = notes.sandbox

    def seen(change: str) -> str:
        client = sandbox.connect("web")
        client.execute("BEGIN")
        client.execute(LOGIN, [token(jti="t1")])
        assert client.execute(NOTES).fetchall() == [(1,), (2,)]
        sandbox.run_sql(
            "INSERT INTO jwtroles.revocation VALUES ('other', '', 'infinity', 'infinity')"
        )
        assert client.execute(NOTES).fetchall() == [(1,), (2,)], "a change of something else"
        sandbox.run_sql("DELETE FROM jwtroles.revocation")
        sandbox.run_sql(change)
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification) as raised:
            client.execute(NOTES)
        client.close()
        sandbox.run_sql("DELETE FROM jwtroles.revocation")
        return str(raised.value.diag.message_primary)

    revoke = "INSERT INTO jwtroles.revocation VALUES ('" + ISSUER + "', '{}', '{}', 'infinity')"
    revoked = "the token is revoked"
    assert seen(revoke.format("jti:t1", "infinity")) == revoked
    assert seen(revoke.format("sub:ann", "infinity")) == revoked
    assert seen(revoke.format("", "infinity")) == revoked
    replaced = "UPDATE jwtroles.claim_role SET conditions = conditions WHERE role = 'reader'"
    assert seen(replaced) == "the mapping to this role has changed: log in again"
    retired = "UPDATE jwtroles.signing_key SET retired_at = now()"
    assert seen(retired) == "the key of the token is retired"
