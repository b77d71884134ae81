"""Many databases: found, planned, applied together, each by itself."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
from typing import TYPE_CHECKING

import psycopg
import pytest
import yaml
from psycopg import sql

from jwtroles import load
from jwtroles.compiler import compile_spec
from jwtroles.reader.connection import connect
from jwtroles.reader.identity import locate
from jwtroles.targets import compiling
from jwtroles.targets.model import Target
from jwtroles.targets.planning import Job
from jwtroles.workflow import make_plan
from tests.pages import blocks
from tests.targets.tenants import FILE, Tenants

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Clusters, Sandbox

EXTRA = "CREATE TABLE app.extra (id int, tenant_id uuid); ALTER TABLE app.extra OWNER TO app_owner"
NEWEST = 18


@pytest.fixture
def few(sandbox: Sandbox, applier: str, tmp_path: Path) -> Tenants:
    """Give five databases on each major, as each applying role."""
    return Tenants(sandbox, tmp_path, applier).make(5)


@pytest.fixture
def newest(cluster: Clusters, tmp_path: Path) -> Iterator[Tenants]:
    """Give three databases on the newest major."""
    with cluster(NEWEST).fresh() as sandbox:
        yield Tenants(sandbox, tmp_path).make(3)


def test_plans_that_are_alike_are_one_and_all_become_as_the_file_says(few, applier, record_case):
    few.run_sql("tenant_01", EXTRA)

    planned = few.run("plan")

    assert planned.code == 0, planned
    assert "4 databases: the same 23 changes\n" in planned.out
    assert "tenant_00, tenant_02, tenant_03, tenant_04. Shown for tenant_00:" in planned.out
    assert "\ntenant_01: 27 changes\n" in planned.out
    assert few.run("plan", "--check").code == 2

    applied = few.run("apply", "--yes")

    assert applied.code == 0, applied
    assert "5 databases: 5 applied." in applied.err
    again = few.run("plan", "--check")
    assert again.code == 0, again
    assert "5 databases: in sync" in again.out
    record_case(few.sandbox.major, applier)


VERIFIED = FILE.replace(
    "  verify: gateway\n",
    "  issuers:\n"
    "    https://a: {audience: [db], algorithms: [HS256], secrets: {s: '${HMAC_SECRET}'}}\n",
)


def test_who_is_cut_off_in_each_database_is_told_once(newest):
    newest.file(VERIFIED)
    newest.run_sql("tenant_00", "CREATE ROLE etl LOGIN")
    secret = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")

    planned = newest.run("plan", HMAC_SECRET=secret)

    assert planned.code == 3, planned
    assert "etl  can make temporary tables in tenant_00 only through PUBLIC" in planned.out
    assert "tenant_00, tenant_01, tenant_02. Shown for tenant_00:" in planned.out
    assert "Refused in tenants as it stands: cuts off 1 role (etl)." in planned.out

    allowed = newest.run("plan", "--allow", "cuts_off", HMAC_SECRET=secret)

    assert allowed.code == 0, allowed
    assert "Refused" not in allowed.out
    assert "All allowed in tenants with --allow cuts_off." in " ".join(allowed.out.split())
    assert "Not applied. Next: jwtroles apply --env tenants --allow cuts_off" in allowed.out


def test_what_is_compiled_once_is_what_each_database_would_have_come_to(newest, monkeypatch):
    """Shared where nothing but the name differs: not where a table does, or somebody's rights."""
    newest.make(2, first=3)
    newest.run_sql("tenant_01", EXTRA)
    newest.run_sql("postgres", "CREATE ROLE bot")
    newest.run_sql("tenant_02", "GRANT SELECT ON app.notes TO bot")
    newest.file(
        FILE.replace("connect_as: web", "connect_as: web, exempt: [bot]").replace(
            "    inherits: [reader]", "    inherits: [reader]\n    database: [temporary]"
        )
    )
    spec = load(newest.folder / "jwtroles.yaml")
    job = Job.of(spec, next(iter(spec.environments.values())))
    calls = []
    monkeypatch.setattr(
        compiling, "compile_spec", lambda *given: calls.append(given[2]) or compile_spec(*given)
    )

    for name in newest.names:
        with connect(newest.url(name)) as connection:
            target = Target(name, name, newest.url(name))
            shared = job.plan(connection, target, locate(connection), frozenset()).plan
            alone = make_plan(connection, job.spec, job.environment, job.keys).plan
        assert [one.sql for one in shared.statements] == [one.sql for one in alone.statements]
        assert shared.desired == alone.desired
        assert shared.remarks == alone.remarks
        assert any(f"ON DATABASE {name} " in one.sql for one in shared.statements)
    assert [one.server.database for one in calls] == ["tenant_00", "tenant_01", "tenant_02"]


ODD = (
    "tenant \"a\" 'b'",
    "tenant_:pw@h",
    "tenant/ü?x=1",
    "tenant\x1b[31m",
    ".tenant",
    "Tenant_00",
)
CLOSED = """
    ALTER DATABASE tenant_01 IS_TEMPLATE true;
    ALTER DATABASE tenant_02 ALLOW_CONNECTIONS false;
    UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'tenant_03'
"""
OPENED = (
    "DROP DATABASE tenant_03",
    "ALTER DATABASE tenant_01 IS_TEMPLATE false",
    "ALTER DATABASE tenant_02 ALLOW_CONNECTIONS true",
)


def test_a_database_may_be_called_anything_and_one_that_lets_nobody_in_is_none(newest):
    """The first is what no URL may have unescaped; the last are a template, closed and invalid."""
    newest.make(1, first=3)
    with psycopg.connect(newest.url("postgres"), autocommit=True) as connection:
        for name in ODD:
            made, template = sql.Identifier(name), sql.Identifier(newest.sandbox.database)
            text = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
            connection.execute(sql.SQL(text).format(made, template))
    newest.run_sql("postgres", CLOSED)
    newest.file(FILE.replace("like: tenant_*", "like: ['*tenant*', Tenant*]"))
    given = {"CLUSTER_URL": newest.url("postgres").replace("postgres@", "postgres:sesame@")}
    expected = sorted((*ODD, "tenant_00"))
    try:
        found = []
        for shard in ("1/3", "2/3", "3/3"):
            done = newest.run("plan", "--format", "json", "--shard", shard, **given)
            found += [one["name"] for one in json.loads(done.out)["targets"]] if done.out else []
        assert sorted(found) == expected
        planned = newest.run("plan", "--out", "plans", **given)
        assert planned.code == 0, planned
        assert "7 databases: the same 23 changes" in planned.out
        assert "\x1b" not in planned.out + planned.err
        files = [one.read_text("utf-8") for one in (newest.folder / "plans").iterdir()]
        assert (len(files), "sesame" in "".join(files)) == (7, False)
        done = newest.run("apply", "plans", "--yes", "--verbose", **given)
        assert done.code == 0, done
        assert "7 databases: 7 applied." in done.err
        assert "sesame" not in planned.out + planned.err + done.out + done.err
        assert newest.run("plan", "--check").code == 0
    finally:
        for text in OPENED:
            newest.run_sql("postgres", text)


def test_the_matrix_of_the_manual_applies_to_each_database_once(newest):
    newest.make(3, first=3)
    (workflow,) = (yaml.safe_load(one.text) for one in blocks("docs/fleets.md", "yml"))
    job = workflow["jobs"]["apply"]
    (line,) = (step["run"] for step in job["steps"] if step.get("run", "").startswith("jwtroles"))
    assert job["strategy"]["fail-fast"] is False
    applied = 0
    for shard in job["strategy"]["matrix"]["shard"]:
        program, *words = shlex.split(line.replace("${{ matrix.shard }}", str(shard)))
        done = newest.run(*words)
        assert (program, done.code) == ("jwtroles", 0), done
        applied += int((re.findall(r"(\d+) applied", done.err) or ["0"])[0])
    assert applied == 6
    assert newest.run("plan", "--check").code == 0


def test_what_is_wrong_in_each_database_is_told_once(newest):
    newest.file(FILE.replace("[app]", "[apq]").replace("app.", "apq."))

    planned = newest.run("plan")

    assert planned.code == 1, planned
    assert planned.err.count("error[JR301]") == 1
    assert "tenant_00, tenant_01, tenant_02:" in planned.err


def test_an_unreachable_database_is_named_and_nothing_is_begun(newest):
    wrong = newest.url("nowhere", "nobody").replace("nobody@", "nobody:sesame@")
    variables = newest.addresses([*map(newest.url, newest.names), wrong])

    done = newest.run("apply", "--yes", **variables)

    assert done.code == 1
    assert "1 database failed" in done.out
    assert "nowhere" in done.out
    assert "Nothing was changed." in done.err
    assert "sesame" not in done.out + done.err
    assert "3 databases: the same 23 changes" in newest.run("plan", **variables).out

    done = newest.run("apply", "--yes", "--keep-going", **variables)

    assert done.code == 1
    assert "4 databases: 3 applied, 1 failed. Run it again" in done.err


def test_one_database_twice_is_refused(newest):
    url = newest.url("tenant_00")
    variables = newest.addresses([url, url + "&application_name=again"])

    done = newest.run("plan", **variables)

    assert done.code == 1
    assert "JR671" in done.err


REGISTRY = "      from: ${CLUSTER_URL}\n      query: %s\n"


def asked(tenants: Tenants, query: str) -> None:
    before, _, rest = FILE.partition("      on: ")
    tenants.file(before + REGISTRY % query + rest[rest.index("tokens:") :])


def test_a_query_says_where_the_databases_are(newest):
    urls = ", ".join(f"('{newest.url(name)}')" for name in newest.names)
    newest.run_sql("postgres", f"CREATE TABLE live (url text); INSERT INTO live VALUES {urls}")
    try:
        asked(newest, "select url from public.live order by url")
        assert "3 databases: the same 23 changes" in newest.run("plan").out
        newest.run_sql("postgres", "INSERT INTO live VALUES (NULL), ('no :sesame@ url')")
        done = newest.run("plan")
        assert done.code == 1
        assert "error[JR037]: row 5 of the query is no connection string" in done.err
        newest.run_sql("postgres", "DELETE FROM live WHERE url IS NULL")
        done = newest.run("plan")
        assert "from row 1 of the query" in done.err
        assert "sesame" not in done.out + done.err
        away = "'postgresql://u:sesame@127.0.0.1:1/' || url"
        newest.run_sql("postgres", "DELETE FROM live; INSERT INTO live VALUES ('a'), ('b'), ('c')")
        asked(newest, f"select {away} from public.live")
        done = newest.run("plan", "--out", "plans")
        assert "sesame" not in done.out + done.err
        assert done.err.count("error[JR001]: no answer from 127.0.0.1:1") == 1, "told once for all"
        assert "plans: 0 plans.\n" in done.err
    finally:
        newest.run_sql("postgres", "DROP TABLE live")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select 'postgresql://u:sesame@h/d'::int::text", "the server refuses the query"),
        ("select nothing", 'column "nothing" does not exist (42703)'),
        ("select set_config('x.y', '1', false), pg_sleep(0)::text", "row 1 of the query"),
        ("select pg_notify('a', 'b')::text from pg_create_restore_point('x')", "the query"),
        ("select 'x' where false", "JR036"),
    ],
)
def test_a_query_that_says_nothing_of_the_kind(newest, query, said):
    asked(newest, query)

    done = newest.run("plan")

    assert done.code == 1
    assert said in done.err
    assert "sesame" not in done.out + done.err


def test_a_glob_that_matches_nothing(newest):
    newest.file(FILE.replace("tenant_*", "customer_*"))
    done = newest.run("plan")
    assert (done.code, done.out) == (1, "")
    assert "error[JR036]: tenants has no databases" in done.err


def test_some_are_left_out(newest):
    newest.file(FILE.replace("like: tenant_*", "like: tenant_*\n      except: ['*_01']"))
    assert "tenant_00, tenant_02." in newest.run("plan").out


def test_other_commands_are_about_one_database(newest):
    for command in (["snapshot"], ["doctor"]):
        done = newest.run(*command)
        assert done.code == 1
        assert "error[JR035]: tenants has many databases" in done.err
        assert "--database URL" in done.err
    done = newest.run("plan", "--database", newest.url("tenant_02"))
    assert done.code == 0
    assert "23 changes:" in done.out
    done = newest.run("plan", "--database", newest.url("tenant_02"), "--jobs", "3")
    assert done.code == 1
    assert "error[JR010]: --jobs is for an environment that has `databases`" in done.err


def test_two_of_many_are_compared_by_their_addresses(newest):
    """The refusal says how, also where the environment has names of its own."""
    assert newest.run("apply", "--yes").code == 0
    newest.run_sql("tenant_01", "GRANT DELETE ON app.notes TO reader")
    one, other = newest.url("tenant_00"), newest.url("tenant_01")
    for words in (("tenants", other), (one, "tenants")):
        done = newest.run("diff", *words)
        assert (done.code, done.out) == (1, "")
        assert "error[JR035]: tenants has many databases, and two are compared" in done.err
    taken = "jwtroles snapshot --env tenants --database URL --out FILE.json"
    assert taken in done.err
    words = shlex.split(taken.replace("URL", shlex.quote(one)))[1:]
    assert newest.run(*words).code == 0
    for model in (one, "FILE.json"):
        done = newest.run("diff", model, other, "--check")
        assert (done.code, "- reader  delete all rows" in done.out) == (2, True), done
