"""What every role and every token can do, found out by doing it; nothing of it stays.

A fact is one cell that one role reads, one row that it changes, one row that it may add. So a
moment that lets more through than before and after shows as a fact of neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jwtroles.planner.script import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import psycopg

    from jwtroles.kinds.base import Statement

Fact = tuple[str, str, str]
"""Who, what it did, and what it got at."""

ONE, TWO = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
ANN, BEN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"

SCHEMA = f"""
CREATE ROLE app_owner;
CREATE ROLE bot LOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id uuid, owner_id uuid, title text, body text);
CREATE TABLE app.notes (id int PRIMARY KEY, doc_id int, tenant_id uuid, text text);
RESET ROLE;
GRANT USAGE ON SCHEMA app TO bot;
GRANT SELECT ON app.docs TO bot;
INSERT INTO app.docs VALUES
  (1, '{ONE}', '{ANN}', 'ann public', 'b1'), (2, '{ONE}', '{BEN}', 'ben public', 'b2'),
  (3, '{ONE}', '{ANN}', 'ann draft', 'b3'), (4, '{TWO}', '{ANN}', 'two public', 'b4');
INSERT INTO app.notes VALUES (11, 1, '{ONE}', 'n1'), (12, 2, '{ONE}', 'n2'), (13, 4, '{TWO}', 'n4');
"""

COLUMNS = {
    "docs": ("id", "tenant_id", "owner_id", "title", "body"),
    "notes": ("id", "doc_id", "tenant_id", "text"),
    "doc_list": ("id", "title", "body"),
}
NEW = {
    "docs": "(id, tenant_id, owner_id, title) VALUES (99, '{tenant}', '{sub}', '{title}')",
    "notes": "(id, doc_id, tenant_id) VALUES (99, {doc}, '{tenant}')",
}
VARIANTS = [
    {"tenant": tenant, "sub": sub, "title": f"my {kind}", "doc": doc}
    for tenant in (ONE, TWO)
    for sub, kind, doc in ((ANN, "public", 1), (BEN, "draft", 2))
]
ROLES = ("bot", "reader", "writer", "auditor")
TOKENS = (("r",), ("w",), ("a",), ("r", "w"), ("a", "w"))


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that one role or token tries; `look` tells a superuser what came of it."""

    who: str
    role: str | None
    claims: str
    sql: str
    look: str

    @property
    def label(self) -> str:
        return f"{self.who}: {self.sql}"


def probes() -> Iterator[Probe]:
    """Give everything that is tried: each role by SET ROLE, each token through the gateway."""
    payloads = {" ".join(t): json.dumps({"sub": ANN, "tenant_id": ONE, "roles": t}) for t in TOKENS}
    who: list[tuple[str, str | None, str]] = [(role, role, payloads["r"]) for role in ROLES]
    who += [(f"token {words}", None, payload) for words, payload in payloads.items()]
    for one in who:
        for sql, look in statements():
            yield Probe(*one, sql, look)


def statements() -> Iterator[tuple[str, str]]:
    """Give each statement with the query that tells what it changed."""
    for table, columns in COLUMNS.items():
        for column in columns:
            yield f"SELECT {column}::text FROM app.{table}", ""
    for table, values in NEW.items():
        for variant in VARIANTS:
            yield f"INSERT INTO app.{table} {values.format(**variant)}", "SELECT 'added'"
        yield (
            f"DELETE FROM app.{table}",
            f"SELECT id::text FROM {table}_kept EXCEPT SELECT id::text FROM app.{table}",
        )
    for table, column in (("docs", "title"), ("docs", "body"), ("notes", "text")):
        value = "'ann public changed'"
        yield (
            f"UPDATE app.{table} SET {column} = {value}",
            f"SELECT id::text FROM app.{table} WHERE {column} = {value}",
        )


PROBE = """
DO $do$
DECLARE
    item jsonb;
    got text[];
    became name;
    found jsonb := '{}';
BEGIN
    FOR item IN SELECT * FROM jsonb_array_elements(current_setting('probe.input')::jsonb) LOOP
        got := NULL;
        BEGIN
            PERFORM set_config('request.jwt.claims', item ->> 'claims', true);
            IF item ->> 'role' IS NOT NULL THEN
                EXECUTE format('SET LOCAL ROLE %I', item ->> 'role');
            ELSE
                SET LOCAL SESSION AUTHORIZATION gate;
                PERFORM jwtroles.pre_request();
                became := current_user;
            END IF;
            IF item ->> 'look' = '' THEN
                EXECUTE format('SELECT array_agg(x) FROM (%s) AS t (x)', item ->> 'sql') INTO got;
            ELSE
                EXECUTE item ->> 'sql';
                RESET ROLE;
                SET LOCAL SESSION AUTHORIZATION postgres;
                EXECUTE format('SELECT array_agg(x) FROM (%s) AS t (x)', item ->> 'look') INTO got;
            END IF;
            IF item ->> 'role' IS NULL THEN
                SET LOCAL SESSION AUTHORIZATION gate;
                PERFORM jwtroles.pre_request();
                IF current_user <> became THEN got := NULL; END IF;
            END IF;
            RAISE SQLSTATE 'JR000';
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE <> 'JR000' THEN got := NULL; END IF;
        END;
        IF got IS NOT NULL THEN
            found := found || jsonb_build_object(item ->> 'label', to_jsonb(got));
        END IF;
    END LOOP;
    PERFORM set_config('probe.output', found::text, false);
END $do$
"""


class Watcher:
    """Looks through a superuser's session of its own, which takes on each role in turn.

    A token keeps its role until its transaction ends, whatever becomes of the mapping. So a probe
    counts if its token would still become that role after it: else it has seen two moments.
    """

    def __init__(self, connection: psycopg.Connection[Any], *, patience: str = "5s") -> None:
        self._connection = connection
        items = [
            {"label": p.label, "role": p.role, "claims": p.claims, "sql": p.sql, "look": p.look}
            for p in probes()
        ]
        for table in NEW:
            connection.execute(
                f"CREATE TEMP TABLE {table}_kept AS SELECT id FROM app.{table}".encode()
            )
        connection.execute(f"SET lock_timeout = '{patience}'".encode())
        connection.execute("SELECT set_config('probe.input', %s, false)", [json.dumps(items)])

    def facts(self) -> frozenset[Fact]:
        """Return what everybody can do at this moment."""
        self._connection.execute(PROBE.encode())
        row = self._connection.execute("SELECT current_setting('probe.output')::jsonb").fetchone()
        assert row is not None
        return frozenset(
            (*label.split(": ", 1), f"{value} ({number})")
            for label, values in row[0].items()
            for number, value in _numbered(values)
        )


def _numbered(values: list[str]) -> Iterator[tuple[int, str]]:
    """Number equal values, so that two rows with one value are two facts."""
    seen: dict[str, int] = {}
    for value in values:
        seen[value] = seen.get(value, 0) + 1
        yield seen[value], value


def one_by_one(
    connection: psycopg.Connection[Any],
    statements: Iterable[Statement],
    after_each: Callable[[str], None],
) -> None:
    """Run statements in autocommit, and tell after each of them."""
    connection.execute("SET search_path = pg_catalog; SET check_function_bodies = off")
    for line in lines(statements):
        connection.execute(line.sql.replace("SET LOCAL ROLE", "SET ROLE", 1).encode())
        if line.statement is not None:
            after_each(line.sql)
