"""`verify: gateway` on real servers: what a token becomes, and what it never becomes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from jwtroles.kinds.function import parse
from jwtroles.read import query_text
from tests.verifier.install import install, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.verifier import Machinery
    from tests.servers import Sandbox

SUB = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
TENANT = "11111111-1111-1111-1111-111111111111"

SPEC = """\
jwtroles: 1
project: acme
database:
  schemas: [app]
  connect_as: {gate: [member, auditor, Odd Role], side_gate: [auditor]}
environments: {dev: {database: embedded}}
tokens:
  verify: gateway
  claims:
    sub: {type: uuid, required: true}
    tenant_id: {type: uuid, path: /app_metadata/tenant_id}
    roles: {type: "text[]", path: /app_metadata/roles}
    teams: {type: "bigint[]"}
    scope: {type: "text[]", split: " "}
    level: {type: integer}
    admin: {type: boolean}
    meta: {type: jsonb}
    note: {type: text}
    odd: {type: text, path: "/a~1b/m~0n/it's \\\\"}
    since: {type: timestamptz}
    nickname: {type: text, path: /user_metadata/nickname, trusted: false}
mapping:
  - {claim: note, equals: become someone else, role: auditor}
  - {claim: scope, contains: "app:odd", role: Odd Role}
  - {claim: roles, contains: member, role: member}
  - {claim: meta, present: true, role: auditor}
roles:
  member:
    settings: {statement_timeout: 5s, search_path: "app, pg_temp"}
  auditor:
    settings: {default_transaction_read_only: "on", work_mem: 8MB}
  Odd Role: {comment: a name that needs quotes}
"""

ROLES = """
CREATE ROLE gate LOGIN NOINHERIT;
CREATE ROLE side_gate LOGIN NOINHERIT;
CREATE ROLE member; CREATE ROLE auditor; CREATE ROLE "Odd Role";
GRANT member, auditor, "Odd Role" TO gate;
GRANT auditor TO side_gate;
CREATE SCHEMA app;
CREATE TABLE app.notes (id int, owner_id uuid);
GRANT USAGE ON SCHEMA app TO member, auditor;
GRANT SELECT, INSERT ON app.notes TO member, auditor;
"""

MEMBER = {"sub": SUB, "app_metadata": {"roles": ["member"]}}
AUDITOR = {"sub": SUB, "meta": {"x": 1}}


@pytest.fixture
def made(sandbox: Sandbox) -> Machinery:
    """Install the specification above."""
    sandbox.run_sql(ROLES)
    return install(sandbox, spec_of(SPEC))


@contextmanager
def request(
    sandbox: Sandbox, claims: Any, login: str = "gate", *, enter: bool = True
) -> Iterator[psycopg.Connection]:
    """Act as a gateway does: one transaction with the claims set for it alone."""
    with psycopg.connect(sandbox.url_for(login)) as connection:
        text = claims if isinstance(claims, str) else json.dumps(claims)
        connection.execute("SELECT set_config('request.jwt.claims', %s, true)", (text,))
        if enter:
            connection.execute("SELECT jwtroles.pre_request()")
        yield connection
        connection.rollback()


def value(sandbox: Sandbox, claim: str, claims: Any) -> Any:
    """Return a claim as a policy would read it."""
    with request(sandbox, claims, enter=False) as connection:
        call = sql.SQL("SELECT jwtroles.{}()").format(sql.Identifier(f"claim_{claim}"))
        return connection.execute(call).fetchone()[0]  # type: ignore[index]


def refusal(sandbox: Sandbox, claims: Any, login: str = "gate") -> str:
    """Return the message of a refused request."""
    with pytest.raises(psycopg.Error) as raised, request(sandbox, claims, login):
        pass
    assert raised.value.sqlstate == "28000", raised.value
    return str(raised.value.diag.message_primary)


def setting(connection: psycopg.Connection, name: str) -> str:
    return str(connection.execute("SELECT current_setting(%s)", (name,)).fetchone()[0])  # type: ignore[index]


def test_the_catalog_reads_back_every_function_as_it_was_made(
    sandbox: Sandbox, made: Machinery
) -> None:
    with psycopg.connect(sandbox.url, row_factory=dict_row) as connection:
        query = query_text("jwtroles.kinds", "function").encode()
        rows = connection.execute(query, {"schemas": ["jwtroles"]}).fetchall()
    read = {function.name: function for row in rows for function in parse(row)}
    assert read == {function.name: function for function in made.functions}


@pytest.mark.parametrize(
    ("claim", "claims", "expected"),
    [
        ("note", {"note": "x"}, "x"),
        ("note", {"note": 12}, "12"),
        ("note", {"note": "null"}, "null"),
        ("note", {"note": ""}, None),
        ("note", {"note": None}, None),
        ("note", {}, None),
        ("note", {"note": {"a": 1}}, None),
        ("note", {"note": ["x"]}, None),
        ("note", ["x"], None),
        ("note", "", None),
        ("level", {"level": 3}, 3),
        ("level", {"level": "3"}, 3),
        ("admin", {"admin": True}, True),
        ("tenant_id", {"app_metadata": {"tenant_id": ""}}, None),
        ("tenant_id", {"app_metadata": "x"}, None),
        ("roles", {"app_metadata": {"roles": ["a", "b"]}}, ["a", "b"]),
        ("roles", {"app_metadata": {"roles": ["a", None, ""]}}, ["a"]),
        ("roles", {"app_metadata": {"roles": "a"}}, None),
        ("roles", {"app_metadata": {"roles": "{a}"}}, None),
        ("roles", {"app_metadata": {"roles": []}}, None),
        ("roles", {"app_metadata": {"roles": [["a"]]}}, None),
        ("roles", {"app_metadata": {"roles": ["a", {"b": 1}]}}, None),
        ("roles", {"app_metadata": {"roles": {"a": 1}}}, None),
        ("teams", {"teams": [1, "2"]}, [1, 2]),
        ("scope", {"scope": "a  b "}, ["a", "b"]),
        ("scope", {"scope": ["a"]}, None),
        ("scope", {"scope": ""}, None),
        ("meta", {"meta": {"a": [1]}}, {"a": [1]}),
        ("meta", {"meta": None}, None),
        ("odd", {"a/b": {"m~n": {"it's \\": "found"}}}, "found"),
    ],
)
def test_an_accessor_reads_its_claim_or_nothing(
    cluster: Any, claim: str, claims: Any, expected: Any, gate_18: Sandbox
) -> None:
    assert value(gate_18, claim, claims) == expected


@pytest.fixture(scope="module")
def gate_18(cluster: Any) -> Iterator[Sandbox]:
    """Give one server for all the values above, which no version reads in its own way."""
    with cluster(18).fresh() as sandbox:
        sandbox.run_sql(ROLES)
        install(sandbox, spec_of(SPEC))
        yield sandbox
