"""docs/fleets.md: its commands run, in their order, on databases as the page speaks of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.pages import ROOT, unrun
from tests.targets.tenants import FILE, Tenants
from tests.verifier.test_operations import jwks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers import Clusters

VERIFIED = (
    FILE.replace(
        "  verify: gateway\n",
        "  issuers:\n    https://id.example/: {audience: [db], keys: 'keys/{environment}.json'}\n",
    )
    .replace("like: tenant_*", "like: tenant_*\n    allow: [tightens, neutral, loosens, cuts_off]")
    .replace("connect_as: web", "connect_as: gate")
)
JWTROLES = 'jwtroles() { "$PYTHON" -c "from jwtroles.cli import main; main()" "$@"; }\n'


def test_the_commands_of_the_page_run(cluster: Clusters, tmp_path: Path) -> None:
    saved, keys, role = [one for one in unrun("docs/fleets.md") if "jwtroles" in one.text]
    document = json.loads(jwks("ES256", "EdDSA"))
    document["keys"][0]["kid"] = "2026-05"
    with cluster(18).fresh() as sandbox:
        sandbox.run_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        tenants = Tenants(sandbox, tmp_path, "createrole").make(3)
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "tenants.json").write_text(json.dumps(document))
        tenants.file(VERIFIED + "  old_reporter: {tables: {app.notes: {select: all}}}\n")

        shell(tenants, saved.text)
        assert tenants.run("plan", "--check").code == 0
        assert "`jwtroles apply plans` applies" in (tmp_path / "comment.md").read_text("utf-8")
        printed = shell(tenants, keys.text)
        assert "2026-05  ES256  keys/tenants.json  live in 3 databases" in printed
        assert printed.count("3 databases: 3 done.") == 3
        assert "retired in 3 databases" in tenants.run("keys", "list").out
        tenants.file(VERIFIED)
        assert tenants.run("apply", "--yes").code == 0
        assert "✓ dropped" in shell(tenants, role.text, JWTROLES_YES="1")
        assert sandbox.rows("SELECT 1 FROM pg_roles WHERE rolname = 'old_reporter'") == []


def shell(tenants: Tenants, text: str, **variables: str) -> str:
    """Run the lines of a block until one fails, and return all that they print."""
    given = {"CLUSTER_URL": tenants.url("postgres"), "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    done = subprocess.run(
        ["bash", "-e", "-c", JWTROLES + text],
        cwd=tenants.folder,
        env=os.environ | given | {"PYTHON": sys.executable} | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
