"""Verifiers that have been in use: what `apply` ran for the contract, kept as SQL.

    python -m tests.attack.kept tests/attack/fixtures/verifier-2.sql

writes that of this version. A file that is there is never written again.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import JWKRegistry

from jwtroles.reader.connection import connect
from jwtroles.report.sql import render_sql
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan
from tests.servers import MAJORS, Clusters
from tests.verifier.rfc import EC, OKP, RSA

if TYPE_CHECKING:
    from jwtroles.spec.model import Spec

FOLDER = Path(__file__).parent / "fixtures"
SAAS = Path(__file__).parents[2] / "examples" / "saas"
PUBLISHED = {"RS256": RSA, "ES256": EC, "EdDSA": OKP}
"""Keys of RFCs by algorithm, of which everybody has the private halves."""


def contract(folder: Path) -> Spec:
    """Return the contract with the keys of the RFCs."""
    (folder / "keys").mkdir()
    keys = [
        {name: value for name, value in key.items() if name != "d"} | {"kid": alg, "alg": alg}
        for alg, key in PUBLISHED.items()
    ]
    (folder / "keys" / "dev.jwks.json").write_text(json.dumps({"keys": keys}))
    file = folder / "jwtroles.yaml"
    file.write_text((SAAS / "jwtroles.yaml").read_text())
    return load(file)


def token(alg: str, **changed: Any) -> str:
    """Return a token of the contract's issuer for a member of the first tenant."""
    now = int(time.time())
    claims = {
        "iss": "https://auth.acme.example/",
        "aud": "acme-db",
        "iat": now,
        "exp": now + 600,
        "sub": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
        "app_metadata": {"tenant_id": "11111111-1111-1111-1111-111111111111", "roles": ["member"]},
        **changed,
    }
    key = JWKRegistry.import_key(PUBLISHED[alg])
    return jwt.encode({"alg": alg, "kid": alg}, claims, key, algorithms=[alg])


def script(major: int) -> str:
    """Return what `apply` would run for the contract on an empty database of a server."""
    clusters = Clusters()
    try:
        with TemporaryDirectory() as folder, clusters(major).fresh() as sandbox:
            spec = contract(Path(folder))
            sandbox.load(SAAS / "schema.sql")
            with connect(sandbox.url) as connection:
                planned = make_plan(connection, spec, spec.environments["dev"])
            return render_sql(planned.plan, spec) + "\n"
    finally:
        clusters.close()


if __name__ == "__main__":
    with Path(sys.argv[1]).open("x", encoding="utf-8") as kept:
        kept.write(script(MAJORS[0]))
