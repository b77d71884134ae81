"""A database under `verify: database`, and tokens for it: what the measurements stand on.

`items` and `documents` have tenants of 1,000 rows each, `events` has one tenant.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from jwtroles import connect
from jwtroles.applier import apply
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan
from tests.workbench import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from tests.servers import Sandbox

ISSUER = "https://auth.example.com"
TENANT = "11111111-1111-1111-1111-111111111111"
SUBJECT = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
LOGIN, OWNER = "bench_login", "app_owner"
ROWS_EACH = 1000
ALGORITHMS = ("HS256", "RS256", "ES256", "EdDSA")

SCHEMA = """
CREATE ROLE app_owner LOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.items (
  id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner_id uuid NOT NULL, amount integer, note text
);
CREATE TABLE app.documents (LIKE app.items INCLUDING ALL);
CREATE TABLE app.notes (LIKE app.items);
CREATE TABLE app.events (id bigint, tenant_id uuid NOT NULL, amount integer);
CREATE INDEX ON app.items (tenant_id);
CREATE INDEX ON app.documents (tenant_id);
"""

ROWS = f"""
INSERT INTO app.items
  SELECT t * {ROWS_EACH} + i,
    CASE t WHEN 0 THEN '{TENANT}' ELSE repeat(to_char(t, 'FM00000000'), 4) END::uuid,
    '{SUBJECT}', i, 'a note'
  FROM generate_series(0, %(tenants)s - 1) AS t, generate_series(1, {ROWS_EACH}) AS i;
INSERT INTO app.documents SELECT * FROM app.items;
INSERT INTO app.events SELECT i, '{TENANT}', i %% 100 FROM generate_series(1, %(events)s) AS i
"""

SPEC = """
jwtroles: 1
project: bench
database: {schemas: [app], owner: app_owner, connect_as: bench_login}
environments:
  dev: {database: embedded}
tokens:
  verify: database
  issuers:
    https://auth.example.com: {audience: [bench], keys: "${BENCH_KEYS}", clock_skew: 30s}
  claims:
    sub: {type: uuid, required: true}
    tenant_id: {type: uuid, required: true}
    roles: {type: "text[]"}
mapping:
  - {claim: roles, contains: manager, role: manager}
  - {claim: roles, contains: reader, role: reader}
tenancy:
  rows: tenant_id = claims.tenant_id
  tables: [app.*]
rows:
  own: owner_id = claims.sub
roles:
  reader:
    tables:
      app.items: {select: all, insert: all, update: [note]}
      app.notes: {insert: all}
      app.events: {select: all}
      app.documents: {select: {rows: own}}
  clerk:
    tables:
      app.items: {select: [id, tenant_id, amount]}
  bookkeeper:
    tables:
      app.items: {select: [id, tenant_id, note]}
  manager:
    inherits: [clerk, bookkeeper]
    tables:
      app.items: {select: all, insert: all, update: [note]}
      app.notes: {insert: all}
"""


@dataclass(frozen=True)
class Stage:
    """The applied database."""

    sandbox: Sandbox

    @classmethod
    def build(
        cls,
        sandbox: Sandbox,
        monkeypatch: pytest.MonkeyPatch,
        tenants: int,
        events: int,
        algorithms: Iterable[str] = ALGORITHMS,
    ) -> Stage:
        """Create the tables and apply the specification, with a key for each algorithm."""
        keys = [key(one).as_dict(private=one == "HS256") for one in algorithms]
        monkeypatch.setenv("BENCH_KEYS", json.dumps({"keys": keys}))
        sandbox.run_sql(SCHEMA)
        spec = load_text(SPEC)
        with sandbox.connect() as connection, connection.transaction():
            for statement in ROWS.split(";"):
                connection.execute(statement, {"tenants": tenants, "events": events})
        with connect(sandbox.url) as applying:
            (environment,) = spec.environments.values()
            planned = make_plan(applying, spec, environment)
            apply(applying, planned.plan, planned.scope, allow=EVERYTHING)
        with sandbox.connect() as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        return cls(sandbox)


@cache
def key(algorithm: str) -> Any:
    """Return the key that tokens of an algorithm are signed with."""
    named: Any = {"kid": algorithm, "alg": algorithm}
    if algorithm == "HS256":
        return OctKey.import_key(secrets.token_hex(16), named)
    if algorithm == "RS256":
        return RSAKey.generate_key(2048, named)
    return (
        ECKey.generate_key("P-256", named)
        if algorithm == "ES256"
        else OKPKey.generate_key("Ed25519", named)
    )


def token(role: str, algorithm: str = "HS256", tenant: str = TENANT) -> str:
    """Return a token of about the size that identity platforms hand out."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "bench",
        "iat": now,
        "exp": now + 3600,
        "jti": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "sub": SUBJECT,
        "tenant_id": tenant,
        "roles": [role],
    }
    signed: str = jwt.encode(
        {"alg": algorithm, "typ": "JWT", "kid": algorithm},
        claims,
        key(algorithm),
        algorithms=[algorithm],
    )
    return signed
