"""What the file of a plan holds: all that it needs, and no secret."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import TYPE_CHECKING

import pytest

from jwtroles.verifier.keys import Pads
from tests.live.billing import SCHEMA, state
from tests.saved_plans.bench import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Clusters

SPEC = """\
jwtroles: 1
project: acme
include: [roles/*.yaml]
database: {schemas: [app], connect_as: gate}
environments:
  dev: {database: "postgresql://deployer:open sesame@db.example/acme"}
  # postgresql://old:forgotten@db.example/acme
tokens:
  verify: database
  issuers:
    https://id: {audience: [db], keys: "keys/{environment}.json"}
    https://platform: {audience: [db], algorithms: [HS256], secrets: {s: "${SECRET}"}}
    https://document: {audience: [db], keys: "${JWKS}"}
  claims: {sub: {type: text}}
mapping:
  - {claim: sub, present: true, role: reader}
"""
ROLES = "roles:\n  reader: {tables: {app.plans: {select: all}}}\n"


def jwks(*kids: str) -> str:
    keys = [
        {"kty": "oct", "kid": kid, "alg": "HS256", "k": base64url(secrets.token_bytes(40))}
        for kid in kids
    ]
    return json.dumps({"keys": keys})


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


PUBLIC = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "kid": "ours",
            "use": "sig",
            "alg": "EdDSA",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",  # RFC 8037 appendix A.2
        }
    ]
}


@pytest.fixture
def desk(cluster: Clusters, tmp_path: Path) -> Iterator[Desk]:
    with cluster(18).fresh() as sandbox:
        sandbox.load(SCHEMA)
        (tmp_path / "keys").mkdir()
        (tmp_path / "roles").mkdir()
        (tmp_path / "jwtroles.yaml").write_text(SPEC.replace("open sesame", "sesame"))
        (tmp_path / "roles" / "reader.yaml").write_text(ROLES)
        (tmp_path / "keys" / "dev.json").write_text(json.dumps(PUBLIC))
        yield Desk(tmp_path, sandbox, sandbox.url)


def test_no_secret_is_in_a_plan_and_the_right_one_is_known_by_its_fingerprint(
    desk: Desk, tmp_path: Path
):
    """Neither the secret nor its pads, which are as good, nor its plain hash."""
    secret, document = secrets.token_hex(32), jwks("one", "two")
    said = desk.plan(SECRET=secret, JWKS=document)
    assert said.code == 0, said.err
    text = (desk.folder / "plan.json").read_text()
    octets = [secret.encode()]
    octets += [base64.urlsafe_b64decode(key["k"] + "==") for key in json.loads(document)["keys"]]
    hidden = [key["k"] for key in json.loads(document)["keys"]] + ["sesame", "forgotten"]
    for one in octets:
        pads = Pads.of(one, "HS256")
        for kept in (one, pads.inner, pads.outer, hashlib.sha256(one).digest()):
            hidden += [kept.hex(), base64.b64encode(kept).decode(), base64url(kept), repr(kept)]
    assert [one for one in hidden if one in text] == []
    assert "postgresql://deployer:******@db.example/acme" in text
    (tmp_path / "jwtroles.yaml").rename(tmp_path / "gone.yaml")

    assert desk.run("show", "plan.json").code == 0, "it needs no variable"
    before = state(desk.sandbox)
    said = desk.apply(JWKS=document)
    assert (said.code, "the variable SECRET is not set" in said.err) == (1, True)
    other = json.loads(document)
    other["keys"][1]["k"] = base64url(secrets.token_bytes(40))
    for wrong, named in (
        ({"SECRET": secret + "0", "JWKS": document}, "${SECRET}: not the keys"),
        ({"SECRET": secret, "JWKS": json.dumps(other)}, "${JWKS}: not the keys"),
        ({"SECRET": secret, "JWKS": jwks("one")}, "${JWKS}: not the keys"),
    ):
        said = desk.apply(**wrong)
        assert (said.code, said.out) == (3, "")
        assert said.err.startswith(f"error[JR651]: {named}")
        assert secret not in said.err
    assert state(desk.sandbox) == before
    said = desk.apply(SECRET=secret, JWKS=document)
    assert said.code == 0, said.err
    pads = Pads.of(secret.encode(), "HS256")
    stored = desk.sandbox.rows("SELECT inner_pad, outer_pad FROM jwtroles.key_pad")
    assert (pads.inner, pads.outer) in stored
    assert len(stored) == 3


def test_with_a_specification_it_has_to_be_that_one(desk: Desk):
    """Then the file of the plan decides nothing but whether this is what was approved."""
    variables = {"SECRET": secrets.token_hex(32), "JWKS": jwks("one")}
    assert desk.plan(**variables).code == 0
    spec = ("--spec", "jwtroles.yaml")
    before = state(desk.sandbox)
    for name, changed in (
        ("roles/reader.yaml", ROLES.replace("all", "[id]")),
        ("keys/dev.json", json.dumps(PUBLIC).replace("ours", "theirs")),
        ("jwtroles.yaml", SPEC.replace("present: true", "equals: root")),
    ):
        path = desk.folder / name
        kept = path.read_text()
        path.write_text(changed)
        said = desk.apply(*spec, **variables)
        assert (said.code, said.out, said.err[6:11]) == (3, "", "JR650"), name
        path.write_text(kept)
    assert state(desk.sandbox) == before
    assert desk.apply(JWTROLES_SPEC="nowhere.yaml", **variables).code == 1, (
        "a variable names one too"
    )
    said = desk.apply(*spec, **variables)
    assert said.code == 0, said.err


def test_what_cannot_be_written_without_a_password_is_not_written(desk: Desk):
    """A condition that looks like one would be another condition without it."""
    path = desk.folder / "roles" / "reader.yaml"
    path.write_text(ROLES.replace("{select: all}", "{select: {rows: \"name = 'password=none'\"}}"))
    said = desk.plan(SECRET=secrets.token_hex(32), JWKS=jwks("one"))
    assert (said.code, said.err[6:11]) == (1, "JR024")
    assert not (desk.folder / "plan.json").exists()


def test_a_plan_is_written_whole_or_not_at_all(desk: Desk):
    variables = {"SECRET": secrets.token_hex(32), "JWKS": jwks("one")}
    (desk.folder / "plan.json").write_text("the last one")
    (desk.folder / "roles" / "reader.yaml").write_text("roles: 1")
    assert desk.plan(**variables).code == 1
    assert (desk.folder / "plan.json").read_text() == "the last one"
    said = desk.run("plan", "--env", "dev", "--out", "none/plan.json", **variables)
    assert said.code == 1
    assert sorted(one.name for one in desk.folder.iterdir()) == [
        "jwtroles.yaml", "keys", "plan.json", "roles",
    ]  # fmt: skip


def test_a_migration_holds_no_secret(desk: Desk):
    variables = {"SECRET": secrets.token_hex(32), "JWKS": jwks("one")}
    (desk.folder / "migrations").mkdir()
    said = desk.run(
        "plan", "--env", "dev", "--as", "flyway", "--out-dir", "migrations", **variables
    )
    assert (said.code, said.err[6:11]) == (1, "JR025")
    assert list((desk.folder / "migrations").iterdir()) == []


MANY = """
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
DO $$ BEGIN FOR n IN 1 .. 300 LOOP
  EXECUTE format('CREATE TABLE app.t%s (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, name text,
                  email text, total numeric, note text, made_at timestamptz, status text)', n);
END LOOP; END $$;
RESET ROLE;
"""
WIDE = """\
jwtroles: 1
project: acme
database: {schemas: [app]}
environments: {dev: {}}
tokens:
  verify: gateway
  claims: {sub: {type: uuid}, tenant_id: {type: uuid, required: true}}
mapping: [{claim: sub, present: true, role: reader}]
tenancy: {rows: tenant_id = claims.tenant_id, tables: [app.*]}
roles:
  reader: {tables: {app.*: {select: all}}}
  writer: {inherits: [reader], tables: {app.*: {update: [name, note]}}}
"""


def test_the_plan_of_300_tables_is_a_file_that_is_easily_kept(cluster: Clusters, tmp_path: Path):
    with cluster(18).fresh() as sandbox:
        sandbox.run_sql(MANY)
        (tmp_path / "jwtroles.yaml").write_text(WIDE)
        desk = Desk(tmp_path, sandbox, sandbox.url)
        assert desk.plan("--quiet").code == 0
        octets = (tmp_path / "plan.json").stat().st_size
        assert octets < 300 * 2048, octets
        assert desk.apply("--quiet").code == 0
        assert desk.plan("--quiet", "--check").code == 0
        applied = (tmp_path / "plan.json").stat().st_size
        assert applied < 300 * 4096, applied
