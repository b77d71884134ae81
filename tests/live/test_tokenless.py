"""Attacks on roles without a token, on logins with roles of their own, and on unsafe rights."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles.applier import apply
from jwtroles.errors import CompileError
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.test_cases import EVERYTHING, SCHEMA
from tests.workbench import loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.planner.model import Plan
    from tests.servers import Sandbox

ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"

FILE = """\
jwtroles: 1
project: shop
database:
  schemas: [app]
  connect_as: {web: [member, editor], jobs: [auditor], idle: [nobody]}
tokens:
  verify: gateway
  claims: {tenant: {type: uuid}, roles: {type: "text[]"}}
mapping:
  - {claim: roles, contains: auditor, role: auditor}
  - {claim: roles, contains: editor, role: editor}
  - {claim: roles, contains: member, role: member}
tenancy:
  rows: tenant = claims.tenant
  tables: [app.notes, app.events]
roles:
  auditor:
    tables: {app.notes: {select: all}}
  member:
    tables: {app.notes: {select: all}}
  editor:
    inherits: [member]
    tables: {app.notes: {delete: all}}
  nobody: {}
  bi:
    token: false
    login: true
    connection_limit: 1
    tables:
      app.notes: {select: [id, tenant, state]}
    settings: {statement_timeout: 7s, search_path: "app, pg_temp"}
  nightly:
    token: false
    tables: {app.notes: {select: all, delete: {rows: state = 'done'::app.state}, truncate: all}}
"""
ROWS = f"""
INSERT INTO app.notes (id, tenant, author, state)
VALUES (1, '{ONE}', '{ONE}', 'open'), (2, '{TWO}', '{TWO}', 'done');
"""


def deploy(url: str, text: str) -> Plan:
    with connect(url) as connection:
        planned = make_plan(connection, loaded(text), None)
        apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
    return planned.plan


@pytest.fixture
def shop(sandbox: Sandbox, applier: str) -> Sandbox:
    """Deploy the file above, and make two tenants' rows."""
    sandbox.load(SCHEMA)
    deploy(sandbox.applier_url(applier), FILE)
    sandbox.run_sql(ROWS)
    return sandbox


@contextmanager
def request(
    sandbox: Sandbox, login: str, role: str, tenant: str = ONE
) -> Iterator[psycopg.Connection]:
    with psycopg.connect(sandbox.url_for(login)) as connection:
        claims = json.dumps({"tenant": tenant, "roles": [role]})
        connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("SELECT jwtroles.pre_request()")
        yield connection
        connection.rollback()


def ids(connection: psycopg.Connection) -> list[Any]:
    return [row[0] for row in connection.execute("SELECT id FROM app.notes ORDER BY id")]


def refused(sandbox: Sandbox, user: str, statement: str) -> bool:
    """Tell whether a statement is refused for lack of rights, and for nothing else."""
    try:
        sandbox.run_sql(statement, user)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_a_role_without_a_token_is_under_no_floor_and_in_no_way_a_token(shop: Sandbox) -> None:
    with psycopg.connect(shop.url_for("bi"), autocommit=True) as bi:
        assert ids(bi) == [1, 2]
        asked = "SELECT current_setting('statement_timeout'), current_setting('search_path')"
        assert bi.execute(asked).fetchone() == ("7s", "app, pg_temp")
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            psycopg.connect(shop.url_for("bi")).close()
        for statement in (
            "SELECT body FROM app.notes",
            "DELETE FROM app.notes",
            "SELECT jwtroles.pre_request()",
            "SELECT jwtroles.role_for('{}')",
            "SET ROLE member",
            "SET ROLE nightly",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                bi.execute(statement)
    # The floor still stands under the others.
    with request(shop, "web", "member") as connection:
        assert ids(connection) == [1]


def test_no_login_of_a_gateway_becomes_a_role_without_a_token(shop: Sandbox) -> None:
    for login in ("web", "jobs", "idle"):
        for role in ("bi", "nightly"):
            assert refused(shop, login, f"SET ROLE {role}")
    # Not even when somebody writes it into the mapping.
    shop.run_sql("UPDATE jwtroles.claim_role SET role = 'nightly' WHERE position = 3")
    with (
        pytest.raises(psycopg.Error, match="this login may not become the role nightly"),
        request(shop, "web", "member"),
    ):
        pass
    # It is the missing membership that holds them back.
    shop.run_sql("GRANT nightly TO web")
    with request(shop, "web", "member") as connection:
        assert ids(connection) == [1, 2]


def test_conditions_of_a_role_without_a_token_hold(shop: Sandbox) -> None:
    with shop.connect() as connection:
        connection.execute("SET ROLE nightly")
        assert connection.execute("DELETE FROM app.notes").rowcount == 1
        assert ids(connection) == [1]
        connection.execute("TRUNCATE app.notes")
        assert ids(connection) == []


PAIRS = [
    ("web", "auditor"),
    ("web", "nobody"),
    ("jobs", "member"),
    ("jobs", "editor"),
    ("jobs", "nobody"),
    ("idle", "member"),
    ("idle", "editor"),
    ("idle", "auditor"),
]


def test_each_login_becomes_its_own_roles_alone(shop: Sandbox) -> None:
    own = {"web": ["member", "editor"], "jobs": ["auditor"], "idle": ["nobody"]}
    for login, roles in own.items():
        for role in roles:
            assert not refused(shop, login, f"SET ROLE {role}"), (login, role)
        with psycopg.connect(shop.url_for(login)) as connection:
            assert refused(shop, login, "SELECT FROM app.notes")
            connection.rollback()
    for login, role in PAIRS:
        assert refused(shop, login, f"SET ROLE {role}"), (login, role)
        # By way of a role that it may become, it comes no further either.
        for step in own[login]:
            assert refused(shop, login, f"SET ROLE {step}; SET ROLE {role}"), (login, step, role)
        if role != "nobody":
            with (
                pytest.raises(psycopg.Error, match=f"may not become the role {role}") as raised,
                request(shop, login, role),
            ):
                pass
            assert raised.value.sqlstate == "28000"
    with request(shop, "jobs", "auditor") as connection:
        assert ids(connection) == [1]
    # What holds them back is that they are no members.
    shop.run_sql("GRANT editor TO jobs")
    with request(shop, "jobs", "editor") as connection:
        assert connection.execute("DELETE FROM app.notes").rowcount == 1


def test_the_plan_says_what_is_under_no_floor_and_who_has_no_way_in(
    sandbox: Sandbox, applier: str
) -> None:
    sandbox.load(SCHEMA)
    plan = deploy(sandbox.applier_url(applier), FILE)
    said = {(one.code.id, one.message) for one in plan.remarks}
    assert said == {
        ("JR512", "bi is a role without a token: no floor stands under it in app.notes"),
        ("JR512", "nightly is a role without a token: no floor stands under it in app.notes"),
        ("JR515", "the mapping gives idle no role: every token is refused there"),
    }
    lost = FILE.replace("jobs: [auditor]", "jobs: [nobody]")
    with connect(sandbox.url) as connection:
        again = make_plan(connection, loaded(lost), None).plan
    assert ("JR515", "no login may become auditor: tokens that map to it are refused") in {
        (one.code.id, one.message) for one in again.remarks
    }


UNSAFE = FILE.replace(
    "  editor:\n    inherits: [member]\n    tables: {app.notes: {delete: all}}\n",
    "  editor:\n    inherits: [member]\n"
    "    tables: {app.notes: {delete: all, truncate: all, references: all, unsafe: true}}\n",
)


def test_an_unsafe_right_is_what_its_name_says(sandbox: Sandbox, applier: str) -> None:
    sandbox.load(SCHEMA)
    url = sandbox.applier_url(applier)
    deploy(url, FILE)
    sandbox.run_sql(ROWS)
    with (
        request(sandbox, "web", "editor") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("TRUNCATE app.notes")
    plan = deploy(url, UNSAFE)
    assert {one.message for one in plan.remarks if one.code.id == "JR513"} == {
        "editor may truncate app.notes: no row security holds there",
        "editor may make foreign keys to app.notes: no row security holds there",
    }
    with request(sandbox, "web", "editor") as connection:
        assert connection.execute("TRUNCATE app.notes").statusmessage == "TRUNCATE TABLE"
    # `member`, which editor inherits from, has gained nothing.
    with (
        request(sandbox, "web", "member") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("TRUNCATE app.notes")


def test_maintain_is_granted_where_the_server_has_it(sandbox: Sandbox, applier: str) -> None:
    sandbox.load(SCHEMA)
    url = sandbox.applier_url(applier)
    text = FILE.replace("truncate: all}}", "maintain: all}}")
    if sandbox.major < 17:
        with pytest.raises(CompileError) as raised:
            deploy(url, text)
        (problem,) = raised.value.problems
        assert problem.code.id == "JR351"
        assert problem.message.startswith(f"the server is PostgreSQL {sandbox.major}.")
        assert problem.place is not None
        return
    deploy(url, text)
    sandbox.run_sql("SET ROLE nightly; ANALYZE app.notes")
    assert sandbox.rows("SELECT has_table_privilege('nightly', 'app.notes', 'MAINTAIN')") == [
        (True,)
    ]
