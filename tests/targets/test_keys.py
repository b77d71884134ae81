"""Keys and tokens of many databases: listed together, retired and revoked in each."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from jsonschema import Draft202012Validator

from tests.pages import ROOT
from tests.targets.tenants import FILE, Tenants
from tests.verifier.test_operations import ISSUER, SECRET, jwks, token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters

VERIFIED = FILE.replace(
    "  verify: gateway\n",
    "  issuers:\n"
    "    https://id.example/: {audience: [db], keys: 'keys/{environment}.json', clock_skew: 1s}\n"
    "    https://other/: {audience: [db], algorithms: [HS256], secrets: {s: '${SECRET}'}}\n",
).replace("connect_as: web", "connect_as: gate")


@pytest.fixture(params=[14, 18], scope="module")
def several(
    request: pytest.FixtureRequest, cluster: Clusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tenants]:
    """Give five databases with keys, to a role with CREATEROLE, which borrows memberships.

    Each test has a key of its own.
    """
    folder = tmp_path_factory.mktemp("several")
    with cluster(request.param).fresh() as sandbox:
        sandbox.run_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        tenants = Tenants(sandbox, folder, "createrole").make(5)
        tenants.file(VERIFIED)
        (folder / "keys").mkdir()
        (folder / "keys" / "tenants.json").write_text(jwks("ES256", "EdDSA"))
        done = tenants.run("apply", "--yes", "--allow", "cuts_off", SECRET=SECRET)
        assert done.code == 0, done
        yield tenants


def accepted(tenants: Tenants, alg: str, **claims: object) -> str:
    """Return the numbers of the databases that accept a token."""
    tenant = "00000000-0000-0000-0000-000000000001"
    sent = token(alg, tenant_id=tenant, roles=["reader"], **claims)

    def accepts(name: str) -> bool:
        with psycopg.connect(tenants.url(name, "gate"), autocommit=True) as connection:
            try:
                connection.execute("SELECT jwtroles.login(%s)", [sent])
            except psycopg.errors.InvalidAuthorizationSpecification:
                return False
        return True

    return " ".join(name[-1] for name in tenants.names if accepts(name))


def one_away(tenants: Tenants) -> tuple[dict[str, str], dict[str, str]]:
    """Name the databases one by one; return their addresses, and those with one unreachable."""
    there = tenants.addresses(map(tenants.url, tenants.names), VERIFIED)
    return there, there | {"DB_2": "postgresql://someone:sesame@127.0.0.1:1/tenant_02"}


def test_a_leaked_key_ends_in_every_database(several):
    there, away = one_away(several)
    retire = ("keys", "retire", "ES256", "--yes")

    done = several.run(*retire, **away)
    assert done.code == 1
    assert "5 databases: 4 to do, 1 failed. Nothing was changed." in done.err
    assert "--keep-going does it in 4 databases." in done.err
    assert accepted(several, "ES256") == "0 1 2 3 4"

    done = several.run(*retire, "--keep-going", **away)
    assert done.code == 1
    assert "5 databases: 4 done, 1 failed. Run it again: it does what is left." in done.err
    assert "sesame" not in done.out + done.err
    assert accepted(several, "ES256") == "2"
    assert accepted(several, "EdDSA") == "0 1 2 3 4"

    listed = several.run("keys", "list", SECRET=SECRET, **there)
    assert listed.code == 0, listed
    assert "ES256  keys/tenants.json  retired in 4 databases: tenant_00, tenant_01, tenant_03" in (
        listed.out
    )
    assert " " * 34 + "live in 1 database: tenant_02\n" in listed.out
    assert "${SECRET}          live in 5 databases\n" in listed.out

    done = several.run("keys", "retire", "ES256", **there)
    assert "error[JR624]: there is no terminal to ask on" in done.err
    one = ("--database", several.url("tenant_02"))
    subject = ("--subject", "ann", "--issuer", ISSUER)
    for asks in (("keys", "retire", "ES256"), ("keys", "rotate-ticket-secret")):
        assert "error[JR624]: there is no terminal to ask on" in several.run(*asks, *one).err
    assert "error[JR624]" in several.run("revoke", *subject, *one).err
    assert accepted(several, "ES256", sub="ann") == "2"
    document = several.folder / "keys" / "tenants.json"
    document.rename(several.folder / "away")  # in an emergency nothing is needed but databases
    done = several.run(*retire, **there)
    (several.folder / "away").rename(document)
    assert done.code == 0, done
    assert done.out.startswith(f"Retired the key ES256 of {ISSUER}. Open sessions")
    assert "5 databases: 1 done, 4 done before.\n" in done.err
    assert accepted(several, "ES256") == ""
    again = several.run(*retire, **there)
    assert (again.code, again.out) == (0, "5 databases: 5 done before. Nothing to do.\n")


def test_a_key_that_an_apply_would_bring_is_not_called_retired(several):
    """Where a database has not got the key yet, the leaked one would come with the next apply."""
    several.file(VERIFIED)
    make = ("keys", "add", "--make", "EdDSA", "--kid", "new", "--private", "new.json")
    done = several.run(*make, "--issuer", ISSUER, "--env", "tenants")
    assert (done.code, done.out[:7]) == (0, "  + new"), done
    url = several.url("tenant_01")
    given = ("--yes", "--allow", "cuts_off", "--allow", "destroys")
    assert several.run("apply", "--database", url, *given, SECRET=SECRET).code == 0

    done = several.run("keys", "retire", "new", "--yes", "--keep-going")
    assert done.code == 1
    assert "tenant_00, tenant_02, tenant_03, tenant_04:\nerror[JR678]: tenant_00 does not" in (
        done.err
    )
    assert "5 databases: 1 done, 4 failed." in done.err
    (several.folder / "keys" / "tenants.json").write_text(jwks("ES256", "EdDSA"))
    assert several.run("keys", "retire", "new", "--yes").code == 0
    # Of a secret that is not at hand nobody can tell: it may come as well.
    several.run_sql("tenant_03", "DELETE FROM jwtroles.signing_key WHERE kid = 's'")
    done = several.run("keys", "retire", "s", "--yes")
    assert "error[JR678]: tenant_03 does not have the key `s`" in done.err

    done = several.run("keys", "retire", "ES265", "--yes", "--keep-going")
    assert "error[JR630]: no database has a key `ES265`\n   did you mean `ES256`?" in done.err
    several.run_sql("postgres", "CREATE DATABASE tenant_05")
    listed = several.run("keys", "list", "--format", "json", SECRET=SECRET)
    assert listed.code == 1
    assert "error[JR632]: tenant_05 has no keys yet" in listed.err
    whole = json.loads(listed.out)
    published = (ROOT / "docs" / "schemas" / "keys.schema.json").read_text("utf-8")
    form = Draft202012Validator(json.loads(published))
    form.validate(whole)
    away = ("--database", "postgresql://someone:sesame@127.0.0.1:1/tenant_02")
    failed = several.run("keys", "list", "--format", "json", *away, SECRET=SECRET)
    form.validate(json.loads(failed.out))
    assert ("JR001" in failed.out, "sesame" in failed.out + failed.err) == (True, False)
    assert (whole["environment"], whole["exit_code"]) == ("tenants", 1)
    assert [len(one["keys"]) for one in whole["targets"]] == [3, 4, 3, 3, 3, 0]
    assert [one["code"] for one in whole["targets"][-1]["errors"]] == ["JR632"]
    several.run_sql("postgres", "DROP DATABASE tenant_05")
    assert several.run("apply", *given, SECRET=SECRET).code == 0


def test_a_revocation_is_finished_with_the_instant_that_it_began_with(several):
    there, away = one_away(several)
    revoke = ("revoke", "--subject", "ann", "--issuer", ISSUER, "--yes")
    before = int(time.time()) - 60
    assert accepted(several, "EdDSA", iat=before) == "0 1 2 3 4"

    done = several.run(*revoke, "--keep-going", **away)
    assert done.code == 1
    assert accepted(several, "EdDSA", iat=before) == "2"
    instant = re.search(r"Run it again with --before (\S+): it does what is left", done.err)
    assert instant, done.err
    time.sleep(2.1)  # the skew of the issuer's clock, and iat is in seconds
    later = int(time.time())

    done = several.run(*revoke, "--before", instant[1], **there)
    assert done.code == 0, done
    assert "5 databases: 1 done, 4 done before.\n" in done.err
    assert accepted(several, "EdDSA", iat=before) == ""
    assert accepted(several, "EdDSA", iat=later) == "0 1 2 3 4", "issued after the first run"

    for shard in ("1/2", "2/2"):
        done = several.run(
            "revoke", "--jti", "a", "--issuer", ISSUER, "--yes", "--shard", shard, **there
        )
        assert done.code == 0, done
    assert accepted(several, "EdDSA", iat=later, jti="a") == ""


def test_the_secrets_of_tickets_are_made_anew_where_they_are_older_than_the_first_run(several):
    there, away = one_away(several)
    rotate = ("keys", "rotate-ticket-secret", "--yes")
    old = secrets(several)

    done = several.run(*rotate, **away)
    assert done.code == 1
    assert "5 databases: 4 to do, 1 failed. Nothing was changed." in done.err
    assert secrets(several) == old

    done = several.run(*rotate, "--keep-going", **away)
    assert done.code == 1
    first = secrets(several)
    assert [a == b for a, b in zip(old, first, strict=True)] == [False, False, True, False, False]
    instant = re.search(r"Run it again with --before (\S+): it does what is left", done.err)
    assert instant, done.err

    done = several.run(*rotate, "--before", instant[1], **there)
    assert done.code == 0, done
    assert "5 databases: 1 done, 4 done before.\n" in done.err
    second = secrets(several)
    assert [a == b for a, b in zip(first, second, strict=True)] == [True, True, False, True, True]
    again = several.run(*rotate, "--before", instant[1], "--database", several.url("tenant_02"))
    assert again.out == "The secret of tickets was made since. Nothing to do.\n"
    assert secrets(several) == second
    assert several.run(*rotate, **there).code == 0
    assert not set(second) & set(secrets(several))
    assert "error[JR637]" in several.run(*rotate, "--before", "yesterday", **there).err


def secrets(tenants: Tenants) -> list[bytes]:
    """Return the secret of tickets of each database."""
    found = []
    for name in tenants.names:
        with psycopg.connect(tenants.url(name, "postgres")) as connection:
            (row,) = connection.execute("SELECT inner_pad FROM jwtroles.ticket_secret").fetchall()
            found.append(row[0])
    return found
