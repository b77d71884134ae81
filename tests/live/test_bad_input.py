"""Files and addresses that do not fit: a code, a place, a remedy, and nothing is changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.errors import CompileError, Exit, JwtrolesError, ServerError
from jwtroles.reader.connection import connect, network
from jwtroles.report.problems import render
from tests.live.billing import SCHEMA, changed, deploy, plan, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Sandbox

BEFORE = """
CREATE ROLE stranger LOGIN;
CREATE ROLE strong BYPASSRLS;
CREATE ROLE maker CREATEROLE;
CREATE ROLE landlord; CREATE TABLE app.land (tenant_id uuid); ALTER TABLE app.land OWNER TO
landlord;
CREATE ROLE of_another; COMMENT ON ROLE of_another IS 'theirs [jwtroles: other]';
CREATE VIEW app.taken AS SELECT 1 AS id;
CREATE FUNCTION app.checked(text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
ALTER TABLE app.plans ADD CONSTRAINT checked CHECK (app.checked(name));
CREATE FUNCTION app.made(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN $1;
ALTER TABLE app.plans ADD COLUMN made text GENERATED ALWAYS AS (app.made(name)) STORED;
"""

PLANS = "      app.plans: {select: all}\n"
READER = "  invoice_reader:\n"
AGE = '"app.invoice_age(date)": [execute]'
LOOKS_BACK = "exists (select from app.invoice_lines l where l.invoice_id = id)"

CASES: dict[str, tuple[tuple[tuple[str, str], ...], str, str, str]] = {
    "a schema": (
        (("schemas: [app]", "schemas: [app, shop]"),), "JR301", "shop]",
        "no schema shop in the database sandbox"),
    "an owner": (
        (("owner: app_owner", "owner: stranger"),), "JR309", "stranger",
        "schema app belongs to app_owner, not to stranger"),
    "a table": (
        ((PLANS, "      app.invoces: {select: all}\n"),), "JR302", "app.invoces",
        "no table app.invoces in the database sandbox"),
    "a glob": (
        ((PLANS, '      "app.zz*": {select: all}\n'),), "JR302", "app.zz*",
        "no table matches app.zz*"),
    "a sequence as a table": (
        ((PLANS, "      app.invoice_number: {select: all}\n"),), "JR302", "app.invoice_number",
        "no table app.invoice_number"),
    "a column": (
        (("select: [id, tenant_id, name]", "select: [id, tenant_id, nam]"),), "JR303", "nam]",
        "app.customers has no column nam"),
    "a sequence": (
        (("{app.invoice_number: [usage]}", "{app.invoice_numbers: [usage]}"),), "JR304",
        "app.invoice_numbers", "no sequence app.invoice_numbers"),
    "a function": (
        (("app.invoice_age(date)", "app.invoice_age(text)"),), "JR304", "app.invoice_age(text)",
        "no function app.invoice_age(text)"),
    "a type": (
        (("returns: {total: numeric}", "returns: {total: app.money}"),), "JR306", "app.money",
        "no type app.money"),
    "a column of a condition": (
        (("own: owner_id =", "own: owner ="),), "JR320", "owner = claims", "owner"),
    "a column of a view": (
        (("rows: not archived", "rows: not hidden"),), "JR320", "hidden",
        "app.customers has no column `hidden`"),
    "a column of a query": (
        (("select sum(total) from", "select sum(totals) from"),), "JR320", "totals",
        "no column `totals`"),
    "a relation of a condition": (
        (("from app.invoices i where", "from app.invoice i where"),), "JR321", "app.invoice i",
        "app.invoice"),
    "a floor without its column": (
        (("except: [app.plans]", "except: []"),), "JR312", "app.*]", "1 table under tenancy"),
    "a floor that the role cannot look through": (
        ((READER, "  reporter:\n    tables: {app.invoice_lines: {select: all}}\n" + READER),),
        "JR318", "select: all}}", "reporter cannot select app.invoice_lines"),
    "conditions in a circle": (
        (("delete: {rows: unpaid}", f'delete: {{rows: "{LOOKS_BACK}"}}'),),
        "JR319", "", "policies look into each other"),
    "a role that is there": (
        ((READER, "  stranger: {tables: {app.plans: {select: all}}}\n" + READER),), "JR307",
        "stranger: {tables", "role stranger exists and belongs to nobody"),
    "a role of another project": (
        ((READER, "  of_another: {tables: {app.plans: {select: all}}}\n" + READER),), "JR307",
        "of_another: {tables", "role of_another exists and belongs to project other"),
    "a role above row security": (
        (("owner: app_owner", "owner: app_owner\n  adopt: [strong]"),
         (READER, "  strong: {tables: {app.plans: {select: all}}}\n" + READER)), "JR308",
        "strong: {tables", "no token may become strong"),
    "a role that makes roles": (
        (("owner: app_owner", "owner: app_owner\n  adopt: [maker]"),
         (READER, "  maker: {tables: {app.plans: {select: all}}}\n" + READER)), "JR308",
        "maker: {tables", "no token may become maker"),
    "a role that owns tables": (
        (("owner: app_owner", "owner: app_owner\n  adopt: [landlord]"),
         (READER, "  landlord: {tables: {app.plans: {select: all}}}\n" + READER)), "JR308",
        "landlord: {tables", "no token may become landlord"),
    "a login above row security": (
        (("connect_as: acme_authenticator", "connect_as: strong"),), "JR308", "strong",
        "no token may become strong"),
    "a view that is there": (
        (("app.customer_directory:\n    from", "app.taken:\n    from"),
         ("select name from app.customer_directory", "select name from app.taken")), "JR307",
        "app.taken:", "app.taken exists"),
    "rows of a view": (
        ((PLANS, '      app.taken: {select: {rows: "id = 1"}}\n'),), "JR305", "id = 1",
        "app.taken cannot have row security"),
    "a function that a check calls": (
        ((AGE, f'{AGE}, "app.checked(text)": [execute]'),),
        "JR316", "app.checked(text)", "app.checked(text) is called by"),
    "a function of a generated column": (
        ((AGE, f'{AGE}, "app.made(text)": [execute]'),),
        "JR316", "app.made(text)", "app.made(text) is called by"),
    "an insert without the tenant": (
        (("insert: {columns: [tenant_id, owner_id,", "insert: {columns: [owner_id,"),), "JR315",
        "insert: {columns" , "member cannot insert into app.invoices"),
    "an expression that the server refuses": (
        (("own: owner_id = claims.sub", "own: owner_id = claims.sub and note = 5"),), "JR340", "",
        "PostgreSQL refuses an expression on app.invoices"),
}  # fmt: skip
"""What is changed in the example: the code, what stands at the place, how the message begins."""


@pytest.mark.parametrize("who", ["superuser", "createrole"])
def test_a_file_that_does_not_fit_the_database(sandbox, who, record_case):
    sandbox.load(SCHEMA)
    sandbox.run_sql(BEFORE)
    url = sandbox.applier_url(who)
    base = changed(("  except: [app.plans]", "  except: [app.plans, app.taken]"))
    before = state(sandbox)
    failed = {}
    for case, (pairs, code, at, message) in CASES.items():
        fitted = [
            (
                old.replace("except: [app.plans]", "except: [app.plans, app.taken]"),
                new.replace("except: []", "except: [app.taken]"),
            )
            for old, new in pairs
        ]
        try:
            plan(url, changed(*fitted, text=base))
        except CompileError as error:
            failed[case] = wrong(error, code, at, message)
        else:
            failed[case] = "it was planned"
    assert {case: why for case, why in failed.items() if why} == {}
    assert state(sandbox) == before
    record_case(sandbox.major, who)


def wrong(error: JwtrolesError, code: str, at: str, message: str) -> str:
    """Say what is wrong with an error, '' if it is as it should be."""
    text = render(error, color=False, width=100)
    found = [problem for problem in error.problems if problem.code.id == code]
    if error.exit_code != Exit.ERROR or not found:
        return f"not {code}: {text}"
    problem = found[0]
    if message not in problem.message:
        return f"says: {text}"
    if problem.place is None:
        return f"no place: {text}"
    line = problem.place.source.line(problem.place.line)
    if not line[problem.place.column - 1 :].lstrip('"').startswith(at):
        return f"another place: {text}"
    if not problem.remedy:
        return f"no remedy: {text}"
    return "" if all(len(one) <= 100 for one in text.splitlines()) else f"too wide: {text}"


def test_all_problems_are_told_in_one_run(sandbox):
    sandbox.load(SCHEMA)
    text = changed(
        (PLANS, "      app.plan: {select: all}\n"),
        ("select: [id, tenant_id, name]", "select: [id, tenant, name]"),
        ("app.invoice_age(date)", "app.invoice_age(int)"),
    )
    with pytest.raises(CompileError) as error:
        plan(sandbox.url, text)
    assert [problem.code.id for problem in error.value.problems] == ["JR302", "JR303", "JR304"]
    labels = [problem.label for problem in error.value.problems]
    assert labels[0] == "did you mean `app.plans`?"
    assert labels[1] == "did you mean `tenant_id`?"


def test_a_role_that_is_there_is_taken_over_when_the_file_says_so(sandbox, applier, record_case):
    sandbox.load(SCHEMA)
    sandbox.run_sql(
        "CREATE ROLE auditor LOGIN; COMMENT ON ROLE auditor IS 'since 2019';"
        "GRANT USAGE ON SCHEMA app TO auditor; GRANT DELETE ON app.plans TO auditor"
    )
    url = sandbox.applier_url(applier)
    before = state(sandbox)
    with pytest.raises(CompileError) as error:
        plan(url)
    (problem,) = error.value.problems
    assert problem.code.id == "JR307"
    assert problem.remedy.startswith("take it over:  database: {adopt: [auditor]}")
    assert state(sandbox) == before
    if applier == "createrole" and sandbox.major >= 16:
        sandbox.run_sql("GRANT auditor TO deployer WITH ADMIN OPTION")
    text = changed(("owner: app_owner", "owner: app_owner\n  adopt: [auditor]"))
    deploy(url, text)
    facts = """SELECT rolcanlogin, shobj_description(oid, 'pg_authid'),
                      has_table_privilege(oid, 'app.plans', 'SELECT'),
                      has_table_privilege(oid, 'app.plans', 'DELETE')
               FROM pg_roles WHERE rolname = 'auditor'"""
    comment = "reads everything of its tenant, and nothing else [jwtroles: acme]"
    assert sandbox.rows(facts) == [(False, comment, True, False)]
    assert plan(url, text).plan.empty
    record_case(sandbox.major, applier)


# Addresses.

SECRET = "hunter2-Zz"


def refused(url: str, code: str, message: str, *parts: str) -> None:
    """Check that connecting fails in this way, and tells nobody the password."""
    with pytest.raises(ServerError) as error:
        connect(url, origin="${STAGING_DATABASE_URL}, environment staging")
    (problem,) = error.value.problems
    text = render(error.value, color=False, width=100)
    assert problem.code.id == code, text
    assert re.fullmatch(message, problem.message), text
    assert problem.remedy, text
    assert "from ${STAGING_DATABASE_URL}, environment staging" in text
    assert error.value.exit_code == Exit.ERROR
    for secret in (SECRET, *parts):
        assert secret not in text + repr(error.value) + str(error.value.__cause__), text


def test_no_server_there(tmp_path: Path) -> None:
    refused(f"postgresql://me:{SECRET}@127.0.0.1:1/db", "JR001",
            r"no answer from 127\.0\.0\.1:1 \(connection refused\)")  # fmt: skip
    refused(f"host={tmp_path} user=me password={SECRET}", "JR001",
            rf"no answer from {re.escape(str(tmp_path))} \(no socket there\)")  # fmt: skip
    refused(f"postgresql://me:{SECRET}@nowhere.invalid/db", "JR001",
            r"no answer from nowhere\.invalid \(unknown host\)")  # fmt: skip


def test_no_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", str(tmp_path))
    with pytest.raises(ServerError) as error:
        connect("")
    (problem,) = error.value.problems
    assert problem.code.id == "JR001"
    assert "--database URL" in problem.remedy


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("postgresql://me:{}@part@127.0.0.1/db", "part"),
        ("postgresql://me:{}/part@127.0.0.1/db", "part"),
        ("postgresql://me:123/{}@127.0.0.1/db", "123"),
        ("postgresql://me:12@{}:part@127.0.0.1/db", "part"),
        ("postgresql://me:{}%zz@127.0.0.1/db", "%zz"),
        ("password={} nonsense", "nonsense"),
    ],
)
def test_a_password_that_is_not_encoded_is_not_printed(url, part):
    message = "the database URL is not one that libpq understands"
    refused(url.format(SECRET), "JR001", message, part)


@pytest.fixture
def guarded(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Give a server that asks one role for its password and has no entry for another."""
    (file,) = sandbox.rows("SHOW hba_file")[0]
    with open(file, encoding="utf-8") as hba:  # noqa: PTH123 - a path of the server's
        old = hba.read()
    with open(file, "w", encoding="utf-8") as hba:  # noqa: PTH123
        hba.write("local all guarded scram-sha-256\nlocal all nobody reject\n" + old)
    sandbox.rows("SELECT pg_reload_conf()")
    yield sandbox
    with open(file, "w", encoding="utf-8") as hba:  # noqa: PTH123
        hba.write(old)
    sandbox.rows("SELECT pg_reload_conf()")


def with_password(url: str, password: str) -> str:
    return psycopg.conninfo.make_conninfo(url, password=password)


def test_logins_that_the_server_refuses(guarded):
    guarded.run_sql(f"CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'; CREATE ROLE nobody LOGIN;"
                    "CREATE ROLE no_login")  # fmt: skip
    guarded.create_database("closed")
    guarded.run_sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
    before = state(guarded)
    guarded_url = guarded.url_for("guarded")
    said = {
        with_password(guarded_url, SECRET + "x"): "guarded for sandbox (wrong user or password)",
        guarded_url: "guarded for sandbox (it asks for a password and none was given)",
        with_password(guarded.url_for("nobody"), SECRET): (
            "nobody for sandbox (pg_hba.conf rejects it)"
        ),
        with_password(guarded.url_for("no_login"), SECRET): (
            "no_login for sandbox (the role may not log in)"
        ),
        with_password(guarded.url_for("absent"), SECRET): "absent for sandbox (no such role)",
        with_password(guarded.url_for(database="absent"), SECRET): (
            "postgres for absent (no such database)"
        ),
        with_password(guarded.url_for("guarded", "closed"), SECRET): (
            "guarded for closed (it may not connect to this database)"
        ),
    }
    for url, message in said.items():
        refused(url, "JR002", f".* refused {re.escape(message)}")
    with connect(with_password(guarded_url, SECRET)) as connection:
        assert connection.info.user == "guarded"
    assert state(guarded) == before


def test_a_local_socket_has_no_address(sandbox):
    with connect(sandbox.url) as connection:
        assert network(connection) == ""
