"""Whatever names and values a file holds: an error with a code, or exactly these and nothing else.

Tables are made with psycopg's own quoting, so that ours is not compared with itself. A canary
stands by: if a name were run as SQL, or cut, or quoted wrongly, something would be there that
nobody has named.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from jwtroles.errors import JwtrolesError
from jwtroles.names import QName, ident, literal
from jwtroles.report.problems import render
from jwtroles.workflow import make_plan
from tests.servers import MAJORS
from tests.workbench import Workbench, loaded, plan_and_apply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters

EVIL = [
    '"; DROP TABLE app.canary; --',
    "'; DROP ROLE canary; --",
    "'); DROP TABLE app.canary; --",
    "$jwtroles$; DROP ROLE canary; $jwtroles$",
    "$jwtroles$",
    "$$",
    "$1",
    "%s",
    "%(schemas)s",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "a.b",
    'a"b',
    "a'b",
    "a\\b",
    "\\'; DROP ROLE canary; --",
    "a\nb",
    "a\r\nb",
    "a\tb",
    "a;b",
    "/* a",
    "-- a",
    " a",
    "a ",
    "*",
    "PUBLIC",
    "public",
    "null",
    "current_user",
    "select",
    "pg_x",
    "Pg_x",
    "jwtroles",
    "jr_floor",
    "true",
    "~1~0",
    "x" * 63,
    "x" * 64,
    "\u00fc" * 31 + "x",
    "\u00fc" * 32,
    "caf\u00e9",
    "cafe\u0301",
    "a\u200bb",
    "\u202ea",
    "a\u0300\u0301\u0302",
    "\U0001f980",
    "\u0131",
    "\ufb01",
    "[jwtroles: other]",
    "\x1b[2J",
    "\x7f",
]
"""Texts that have meant trouble somewhere."""

NAMES = st.one_of(
    st.sampled_from(EVIL),
    st.text(st.sampled_from("ab\"'\\$;.- \n%{}*é"), min_size=1, max_size=12),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12),
)
IN_THE_DATABASE = NAMES.filter(lambda name: len(name.encode()) <= 63)
VALUES = st.one_of(NAMES, st.text(st.sampled_from("'\\$\"%\n"), min_size=1, max_size=200))


@dataclass(frozen=True)
class Hostile:
    """The names and values of one file, and of the database that it is for."""

    schema: str
    table: str
    column: str
    label: str
    role: str
    login: str
    view: str
    output: str
    comment: str
    setting: str
    value: str
    pointer: str


PLAIN = Hostile(
    schema="shop",
    table="orders",
    column="tenant",
    label="open",
    role="clerk",
    login="web",
    view="totals",
    output="who",
    comment="as it is",
    setting="clerk",
    value="clerks",
    pointer="/sub",
)
FIELDS: dict[str, st.SearchStrategy[str]] = {
    "schema": IN_THE_DATABASE.filter(
        lambda name: not name.startswith("pg_") and name not in {"public", "jwtroles", "app"}
    ),
    "table": IN_THE_DATABASE,
    "column": IN_THE_DATABASE.filter(lambda name: name not in {"note", "kind"}),
    "label": IN_THE_DATABASE,
    "role": NAMES,
    "login": NAMES,
    "view": NAMES,
    "output": NAMES,
    "comment": VALUES,
    "setting": VALUES,
    "value": VALUES,
    "pointer": NAMES.map(lambda name: "/" + name),
}
HOSTILE = st.sets(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=4).flatmap(
    lambda chosen: st.fixed_dictionaries({name: FIELDS[name] for name in sorted(chosen)}).map(
        lambda values: replace(PLAIN, **values)
    )
)
"""A plain file with one to four fields that are not: all at once would hardly ever apply."""


@pytest.fixture(scope="module", params=[MAJORS[0], MAJORS[-1]])
def bench(request: pytest.FixtureRequest, cluster: Clusters) -> Iterator[Workbench]:
    with cluster(request.param).fresh() as sandbox, closing(Workbench(sandbox)) as bench:
        yield bench


def quoted(text: str) -> str:
    """Return a text as a YAML scalar, each character that YAML could stumble over escaped."""
    plain = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{plain}"'


def file_of(one: Hostile) -> str:
    table, view = str(QName(one.schema, one.table)), str(QName(one.schema, one.view))
    kind = QName(one.schema, "kind").sql
    rows = f"kind = {literal(one.label)}::{kind} and note <> {literal(one.value)}"
    return f"""
jwtroles: 1
project: hostile
database: {{schemas: [{quoted(one.schema)}], connect_as: {quoted(one.login)}}}
tokens:
  verify: gateway
  claims: {{sub: {{type: text, path: {quoted(one.pointer)}}}, group: {{type: text}}}}
mapping:
  - {{claim: group, equals: {quoted(one.value)}, role: {quoted(one.role)}}}
tenancy: {{rows: {quoted(f"{ident(one.column)} = claims.sub")}, tables: [{quoted(table)}]}}
roles:
  {quoted(one.role)}:
    comment: {quoted(one.comment)}
    settings: {{application_name: {quoted(one.setting)}}}
    tables:
      {quoted(table)}:
        select: {{columns: [{quoted(one.column)}, kind], rows: {quoted(rows)}}}
views:
  {quoted(view)}:
    from: {quoted(table)}
    columns: {{{quoted(one.output)}: {quoted(ident(one.column))}}}
    comment: {quoted(one.comment)}
    grant: {{{quoted(one.role)}: [select]}}
"""


def prepare(bench: Workbench, one: Hostile) -> None:
    bench.empty()
    name = sql.Identifier
    statements = sql.SQL("; ").join(
        [
            sql.SQL("CREATE ROLE canary; CREATE ROLE app_owner; CREATE SCHEMA app"),
            sql.SQL("CREATE TABLE app.canary AS SELECT 1 AS alive"),
            sql.SQL("CREATE SCHEMA {} AUTHORIZATION app_owner").format(name(one.schema)),
            sql.SQL("CREATE TYPE {} AS ENUM ({})").format(
                name(one.schema, "kind"), sql.Literal(one.label)
            ),
            sql.SQL("CREATE TABLE {} ({} text, kind {}, note text)").format(
                name(one.schema, one.table), name(one.column), name(one.schema, "kind")
            ),
            sql.SQL("ALTER TABLE {} OWNER TO app_owner").format(name(one.schema, one.table)),
            sql.SQL(
                "INSERT INTO {} SELECT who, {}, 'none' FROM unnest('{{me,you}}'::text[]) AS who"
            ).format(name(one.schema, one.table), sql.Literal(one.label)),
        ]
    )
    bench.session().execute(statements)


THERE = """
    SELECT 'role' AS what, '' AS inside, rolname::text AS name FROM pg_roles
    WHERE rolname !~ '^pg_' AND rolname <> 'postgres'
    UNION ALL SELECT 'schema', '', nspname FROM pg_namespace
    WHERE nspname !~ '^(pg_|information_schema$|public$)'
    UNION ALL SELECT relkind::text, relnamespace::regnamespace::text, relname FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^(pg_|information_schema$|jwtroles$)' AND relkind IN ('r', 'v', 'S', 'm')
    UNION ALL SELECT 'function', '', proname FROM pg_proc AS p
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname !~ '^(pg_|information_schema$|jwtroles$)'
    UNION ALL SELECT 'policy', '', polname FROM pg_policy
"""


def there(bench: Workbench) -> Counter[tuple[str, str]]:
    rows: list[dict[str, Any]] = bench.session().execute(THERE).fetchall()
    return Counter((row["what"], row["name"]) for row in rows)


def test_an_error_or_exactly_these_names(bench: Workbench) -> None:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=25,
        # An example takes a second, and names its own parts.
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(one=HOSTILE)
    def judge(one: Hostile) -> None:
        outcomes[outcome(bench, one)] += 1

    judge()
    assert min(outcomes["applied"], outcomes["refused"]) >= 3, outcomes


def outcome(bench: Workbench, one: Hostile) -> str:
    """Apply a file; return what came of it, once that is judged."""
    prepare(bench, one)
    before = there(bench)
    refusal: JwtrolesError | None = None
    try:
        spec = loaded(file_of(one))
        plan_and_apply(bench.session(), spec)
    except JwtrolesError as error:
        refusal = error
    if refusal is not None:
        assert render(refusal, color=False, width=80).startswith("error[JR")
        # Told before the first statement: the server refused none, and the proof did not fail.
        assert {problem.code.id for problem in refusal.problems} & {"JR618", "JR620"} == set()
        assert there(bench) == before, "nothing is half done"
        return "refused"
    definer = f"hostile_view_{one.view}"
    made = there(bench) - before
    assert before - there(bench) == Counter()
    policies = {name for what, name in made if what == "policy"}
    roles = {name for what, name in made if what == "role"}
    assert len(policies) == 3, "a floor, the role's access and the view's"
    assert {one.role, one.login, "hostile_jwtroles"} < roles
    assert len(roles) == 4, f"and {definer}, or what is made of it"
    assert ("v", one.view) in made
    assert {what for what, _ in made} == {"role", "schema", "policy", "v"}
    assert ("schema", "jwtroles") in made
    exactly(bench, one)
    assert make_plan(bench.session(), spec, None).plan.empty
    return "applied"


def exactly(bench: Workbench, one: Hostile) -> None:
    """Compare what the catalog and the tables of jwtroles hold with what the file says."""
    session = bench.session()

    def value(query: str, *parameters: str) -> Any:
        row = session.execute(query, parameters).fetchone()
        assert row is not None, query
        return next(iter(row.values()))

    comment = "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s"
    assert value(comment, one.role) == f"{one.comment} [jwtroles: hostile]"
    assert value("SELECT value FROM jwtroles.role_setting") == one.setting
    assert value("SELECT role FROM jwtroles.role_setting") == one.role
    assert value("SELECT role FROM jwtroles.claim_role") == one.role
    (condition,) = value("SELECT conditions FROM jwtroles.claim_role")
    assert condition["value"] == one.value
    granted = """
        SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND c.relname = %s
          AND EXISTS (SELECT FROM aclexplode(a.attacl) WHERE grantee = quote_ident(%s)::regrole)
    """
    assert value(granted, one.schema, one.table, one.role) == [one.column, "kind"]
    assert value("SELECT alive FROM app.canary") == 1
    # The token of that value becomes the role, and reads the column through the policy.
    session.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(one.login)))
    with session.transaction(force_rollback=True):
        claims = sql.Literal(claims_of(one))
        session.execute(sql.SQL("SET LOCAL request.jwt.claims = {}").format(claims))
        session.execute("SELECT jwtroles.pre_request()")
        assert value("SELECT current_user::text") == one.role
        seen = sql.SQL("SELECT {} AS seen FROM {}")
        for column, relation in ((one.column, one.table), (one.output, one.view)):
            query = seen.format(sql.Identifier(column), sql.Identifier(one.schema, relation))
            assert [row["seen"] for row in session.execute(query)] == ["me"]


def claims_of(one: Hostile) -> str:
    """Return a payload with `me` where the pointer leads (RFC 6901)."""
    payload: dict[str, Any] = {"group": one.value}
    parts = [part.replace("~1", "/").replace("~0", "~") for part in one.pointer[1:].split("/")]
    inner = payload
    for part in parts[:-1]:
        inner = inner.setdefault(part, {})
    inner[parts[-1]] = "me"
    return json.dumps(payload)
