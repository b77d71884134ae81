"""The billing example on a sandbox.

Planned, applied, filled with two tenants, and asked by tokens.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from jwtroles.applier import Applied, apply
from jwtroles.reader.connection import connect
from jwtroles.workflow import Planned, make_plan
from tests.workbench import loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.spec.model import Environment, Spec
    from tests.servers import Sandbox

FOLDER = Path(__file__).parents[2] / "examples" / "saas-gateway"
SCHEMA = FOLDER / "schema.sql"
TEXT = (FOLDER / "jwtroles.yaml").read_text(encoding="utf-8")

ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
ANN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
BEN = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
LOGIN = "acme_authenticator"

TOKENS = {
    "member": {"roles": ["member"]},
    "billing_admin": {"roles": ["billing-admin"]},
    "auditor": {"roles": ["auditor"]},
    "invoice_reader": {"roles": []},
}
"""What of `app_metadata` makes a token each role (the reader's right is in its scope)."""

ROWS = f"""
INSERT INTO app.plans VALUES ('free', 'Free', 0);
INSERT INTO app.customers (id, tenant_id, name, email, archived) VALUES
  (1, '{ONE}', 'Ann', 'ann@one.example', false), (2, '{TWO}', 'Bob', 'bob@two.example', false);
INSERT INTO app.invoices (id, tenant_id, owner_id, total, status) VALUES
  (1, '{ONE}', '{ANN}', 10, 'draft'), (2, '{ONE}', '{BEN}', 20, 'draft'),
  (3, '{TWO}', '{ANN}', 30, 'draft'), (4, '{ONE}', '{ANN}', 40, 'paid');
INSERT INTO app.invoice_lines VALUES (1, 1, 'one', 10), (2, 1, 'two', 20), (3, 1, 'three', 30);
INSERT INTO app.audit_events (at, tenant_id, what) VALUES
  ('2026-05-01', '{ONE}', '{{}}'), ('2026-05-02', '{TWO}', '{{}}');
SELECT setval('app.customers_id_seq', 100), setval('app.invoices_id_seq', 100);
"""


def changed(*pairs: tuple[str, str], text: str = TEXT) -> str:
    """Return the example's file with texts replaced, each of which stands there exactly once."""
    for old, new in pairs:
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def environment(spec: Spec, name: str = "dev") -> Environment:
    """Return an environment of the example."""
    return next(value for key, value in spec.environments.items() if key == name)


def plan(url: str, text: str = TEXT, name: str = "dev") -> Planned:
    """Plan a file for one of its environments."""
    spec = loaded(text)
    with connect(url) as connection:
        return make_plan(connection, spec, environment(spec, name))


def deploy(url: str, text: str = TEXT, allow: tuple[str, ...] = (), **options: Any) -> Applied:
    """Plan and apply a file."""
    spec = loaded(text)
    with connect(url) as connection:
        made = make_plan(connection, spec, environment(spec))
        return apply(connection, made.plan, made.scope, allow=allow, **options)


def run_plan(url: str, planned: Planned, **options: Any) -> Applied:
    """Apply a plan that was made before, in a session of its own."""
    with connect(url) as connection:
        return apply(connection, planned.plan, planned.scope, **options)


def deployed(sandbox: Sandbox, applier: str, text: str = TEXT, *, before: str = "") -> str:
    """Load the example's tables (and `before`), apply the file; return the applier's address."""
    sandbox.load(SCHEMA)
    sandbox.run_sql(before)
    url = sandbox.applier_url(applier)
    deploy(url, text, allow=("cuts_off",))
    return url


def payload(role: str, tenant: str = ONE, sub: str = ANN) -> str:
    """Return the verified payload of a token that becomes `role`."""
    claims: dict[str, Any] = {"sub": sub, "app_metadata": {"tenant_id": tenant, **TOKENS[role]}}
    if role == "invoice_reader":
        claims["scope"] = "openid invoices:read"
    return json.dumps(claims)


@contextmanager
def acting(
    sandbox: Sandbox, role: str, tenant: str = ONE, sub: str = ANN, *, before: str = ""
) -> Iterator[Asker]:
    """Act as a gateway's request with a token that becomes `role`; nothing is committed.

    `before` is what a superuser does first, in the same transaction.
    """
    user = "postgres" if before else LOGIN
    with psycopg.connect(sandbox.url_for(user)) as connection:
        if before:
            connection.execute(before.encode())
            connection.execute(f"SET LOCAL SESSION AUTHORIZATION {LOGIN}".encode())
        token = payload(role, tenant, sub)
        connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [token])
        connection.execute("SELECT jwtroles.pre_request()")
        yield Asker(connection)
        connection.rollback()


class Asker:
    """Runs single statements; what one of them does is undone before the next."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.connection.transaction(force_rollback=True):
            return self.connection.execute(query.encode()).fetchall()

    def count(self, statement: str) -> int:
        """Return how many rows a statement returns or changes."""
        with self.connection.transaction(force_rollback=True):
            return self.connection.execute(statement.encode()).rowcount

    def error(self, statement: str) -> str:
        """Return SQLSTATE and message of the error that a statement raises, '' for none."""
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(statement.encode())
        except psycopg.Error as error:
            return f"{error.sqlstate} {error.diag.message_primary}"
        return ""


CATALOGS = [
    "pg_class",
    "pg_attribute",
    "pg_attrdef",
    "pg_policy",
    "pg_authid",
    "pg_auth_members",
    "pg_namespace",
    "pg_proc",
    "pg_default_acl",
    "pg_db_role_setting",
    "pg_description",
    "pg_shdescription",
    "pg_depend",
    "pg_shdepend",
    "pg_rewrite",
    "pg_database",
    "pg_type",
    "pg_constraint",
    "pg_trigger",
]


def state(sandbox: Sandbox) -> dict[str, str]:
    """Return a digest of each catalog and of jwtroles' own tables: equal when nothing was changed.

    A row that is written, even with its old values, has another xmin.
    """
    tables = [f"pg_catalog.{name}" for name in CATALOGS]
    with sandbox.connect() as connection:
        own = """SELECT relname FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)"""
        tables += [f"jwtroles.{row[0]}" for row in connection.execute(own, ["jwtroles"])]
        # Their statistics and TOAST tables come and go with temporary tables.
        found = {}
        for table in tables:
            rows = "string_agg(ctid::text || xmin, ',' ORDER BY ctid)"
            query = f"SELECT md5(coalesce({rows}, '')) FROM {table}"
            if table == "pg_catalog.pg_namespace":
                query += " WHERE nspname !~ '^pg_(toast_)?temp_'"
            row = connection.execute(query.encode()).fetchone()
            assert row is not None
            found[table] = row[0]
    return found
