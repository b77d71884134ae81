"""Databases that verify tokens: rules of issuers are mirrored; keys and secrets are never."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from jwtroles.errors import CompileError
from jwtroles.mirror import make_sync
from jwtroles.spec.load import load
from tests.live.billing import FOLDER
from tests.sync.pair import TABLES, Pair
from tests.sync.test_apart import said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Clusters

EXAMPLE = FOLDER.parent / "saas"
HELD = """
    SELECT 'key', kid FROM jwtroles.signing_key
    UNION ALL SELECT 'pads', id::text FROM jwtroles.key_pad
    UNION ALL SELECT 'secret', generation::text FROM jwtroles.ticket_secret
    UNION ALL SELECT 'issuer', issuer FROM jwtroles.issuer
    UNION ALL SELECT 'multiples', count(*)::text FROM jwtroles.curve_multiple ORDER BY 1, 2
"""
OTHER = "INSERT INTO jwtroles.issuer SELECT '{}', audience, max_lifetime, clock_skew, optional "
OTHER += "FROM jwtroles.issuer LIMIT 1"
LIKEWISE = "CREATE OR REPLACE FUNCTION {} AS $$BEGIN RETURN QUERY SELECT 1; END$$"


@pytest.fixture
def pair(cluster: Clusters, tmp_path: Path) -> Iterator[Pair]:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    keys = json.loads((tmp_path / "keys" / "dev.jwks.json").read_text(encoding="utf-8"))["keys"]
    for name, some in (("staging", keys[:1]), ("production", keys[1:])):
        text = json.dumps({"keys": some})
        (tmp_path / "keys" / f"{name}.jwks.json").write_text(text, encoding="utf-8")
    with ExitStack() as stack:
        servers = [stack.enter_context(cluster(major).fresh()) for major in (18, 15)]
        for sandbox in servers:
            sandbox.run_sql(TABLES)
        spec = load(tmp_path / "jwtroles.yaml")
        made = stack.enter_context(Pair.connected(spec, servers[0].url, servers[1].url))
        made.apply()
        yield made


def test_rules_of_issuers_are_mirrored_and_keys_stay(pair: Pair) -> None:
    held = pair.production.execute(HELD).fetchall()
    assert len([row for row in held if "key" in row.values()]) >= 1
    same = pair.compared()
    assert same.same, pair.told(same)
    pair.staging.execute("UPDATE jwtroles.issuer SET clock_skew = 5, audience = '{acme, x}'")
    pair.staging.execute("DROP POLICY jr_member_gate ON app.customers")
    assert pair.told(pair.compared()) == [
        "Issuers and keys",
        "~ https://auth.acme.example/ audience acme, x; at most 15m; clock skew 5s unknown",
        "was audience acme-db; at most 15m; clock skew 30s",
        "app.customers",
        "- floor all (tenant_id = ( SELECT not in staging",
        "jwtroles.claim_tenant_id('{billing_admin,member}'::text[]) AS claim_tenant_id))",
    ]
    plan = pair.synced()
    assert {step.change.kind for step in plan.steps} == {"issuer", "policy"}
    assert pair.compared().same
    assert pair.production.execute(HELD).fetchall() == held
    pair.staging.execute(OTHER.format("https://staging.example/").encode())
    pair.production.execute(OTHER.format("https://production.example/").encode())
    apart = pair.compared()
    assert apart.same, pair.told(apart)
    assert said(apart.plan.remarks) == [
        (
            "JR666 only staging accepts tokens of https://staging.example/: issuers come with "
            "their keys"
        ),
        (
            "JR666 only production accepts tokens of https://production.example/: issuers go with "
            "their keys"
        ),
    ]


def test_what_would_take_keys_along_is_refused(pair: Pair) -> None:
    pair.production.execute("ALTER FUNCTION jwtroles.secrets_held() COST 5 PARALLEL UNSAFE")
    pair.staging.execute("ALTER TABLE jwtroles.key_pad ADD COLUMN more int NOT NULL DEFAULT 0")
    with pytest.raises(CompileError) as error:
        make_sync(pair.spec, *pair.sources())
    assert said(error.value.problems) == [
        (
            "JR664 the table jwtroles.key_pad of staging is not the one of production: it goes "
            "with keys and secrets, which are never mirrored"
        ),
        (
            "JR664 jwtroles.secrets_held() of staging is not the one of production: secrets are "
            "stored again with it, which are never mirrored"
        ),
    ]
    assert not pair.compared().same


def test_what_hides_secrets_is_mirrored_and_never_taken_away(pair: Pair) -> None:
    hidden = "SELECT relrowsecurity FROM pg_class WHERE oid = 'jwtroles.key_pad'::regclass"
    shown = "ALTER TABLE jwtroles.key_pad DISABLE ROW LEVEL SECURITY"
    pair.staging.execute(shown.encode())
    same = pair.compared()
    assert same.same, pair.told(same)
    assert pair.production.execute(hidden.encode()).fetchall() == [{"relrowsecurity": True}]
    pair.staging.execute(shown.replace("DISABLE", "ENABLE").encode())
    pair.production.execute(shown.encode())
    assert not pair.compared().same
    pair.synced()
    assert pair.production.execute(hidden.encode()).fetchall() == [{"relrowsecurity": True}]
