"""The contract of the billing example, applied, and tokens that its issuer has signed."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan
from tests.workbench import EVERYTHING

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec
    from tests.servers import Sandbox

EXAMPLE = Path(__file__).parents[2] / "examples" / "saas"
SCHEMA = EXAMPLE / "schema.sql"
LOGIN = "acme_authenticator"
ISSUER = "https://auth.acme.example/"
TENANTS = ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222")
ANN, BOB = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"

ROWS = f"""
INSERT INTO app.customers (id, tenant_id, name, email) VALUES
  (1, '{TENANTS[0]}', 'Ann', 'ann@one.example'), (2, '{TENANTS[1]}', 'Bob', 'bob@two.example');
INSERT INTO app.invoices (id, tenant_id, owner_id, total)
  SELECT i, CASE WHEN i % 2 = 1 THEN '{TENANTS[0]}' ELSE '{TENANTS[1]}' END::uuid,
    CASE WHEN i % 2 = 1 THEN '{ANN}' ELSE '{BOB}' END::uuid, i
  FROM generate_series(1, 20) AS i;
"""
"""Odd invoices are of the first tenant and of Ann, even ones of the second and of Bob."""


APPLIED_BY = {
    14: "createrole",
    15: "superuser",
    16: "createrole",
    17: "superuser",
    18: "superuser",
}
"""Who applies on each server. What a role with CREATEROLE may do has changed in 16."""


def applier_of(sandbox: Sandbox) -> str:
    """Return the address of who applies there; the schema is loaded already.

    Before 15 everybody may create in `public`, which a superuser has to take away first.
    """
    sandbox.run_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    return sandbox.applier_url(APPLIED_BY[sandbox.major])


@cache
def signing_key(kid: str = "first") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256"})


@cache
def shared_secret() -> OctKey:
    """Return a key of HS256, whose value is what the variable holds."""
    return OctKey.import_key(secrets.token_hex(), {"kid": "shared", "alg": "HS256"})


BY_SECRET = (
    ("algorithms: [RS256, ES256, EdDSA]", "algorithms: [HS256]"),
    ("keys: keys/{environment}.jwks.json", "secrets: {shared: '${ACME_SECRET}'}"),
)
"""Edits for tokens by the shared secret, which take a tenth of the time to verify."""


def token(*, key: RSAKey | OctKey | None = None, **claims: Any) -> str:
    """Return a token of Ann's, of the first tenant, except for what `claims` say."""
    key = key or signing_key()
    now = int(time.time())
    payload = {
        "iss": ISSUER,
        "aud": "acme-db",
        "iat": now,
        "exp": now + 600,
        "sub": ANN,
        "app_metadata": {"tenant_id": TENANTS[0], "roles": ["member"]},
        **claims,
    }
    return jwt.encode({"alg": key.alg, "kid": key.kid}, payload, key)


def bobs_token(**claims: Any) -> str:
    """Return a token of Bob's, of the second tenant."""
    metadata = {"tenant_id": TENANTS[1], "roles": ["member"]}
    return token(**{"sub": BOB, "app_metadata": metadata, **claims})


@dataclass(frozen=True)
class Contract:
    """The example in a folder of its own, with the keys that verify its tokens.

    Args:
        folder: where the file is put.
        edits: text of the file → what stands there instead.
        example: the folder that it is taken from.
    """

    folder: Path
    edits: tuple[tuple[str, str], ...] = ()
    example: Path = EXAMPLE

    def spec(self, *keys: RSAKey) -> Spec:
        """Write the file and its keys, the first signing key unless told, and load it."""
        text = (self.example / "jwtroles.yaml").read_text(encoding="utf-8")
        for before, after in self.edits:
            assert before in text
            text = text.replace(before, after)
        self.folder.mkdir(exist_ok=True)
        shutil.copy(self.example / "schema.sql", self.folder)
        (self.folder / "keys").mkdir(exist_ok=True)
        for environment in ("dev", "staging"):
            written = [key.as_dict(private=False) for key in keys or (signing_key(),)]
            document = self.folder / "keys" / f"{environment}.jwks.json"
            document.write_text(json.dumps({"keys": written}), encoding="utf-8")
        file = self.folder / "jwtroles.yaml"
        file.write_text(text, encoding="utf-8")
        return load(file)

    def apply(self, url: str, *keys: RSAKey) -> Plan:
        """Apply the file, and see that the second plan is empty; return the first."""
        spec = self.spec(*keys)
        environment = next(iter(spec.environments.values()))
        with connect(url) as connection:
            planned = make_plan(connection, spec, environment)
            apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
            assert make_plan(connection, spec, environment).plan.empty
        return planned.plan
