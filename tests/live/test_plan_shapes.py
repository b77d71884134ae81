"""Under the gate a statement keeps the plan that its owner has, and checks the login once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bench import stage
from tests.bench.stage import LOGIN, OWNER, ROWS_EACH, SUBJECT, TENANT, Stage
from tests.servers import MAJORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from tests.servers import Clusters

PARALLEL = (
    "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0"
)
MINE = f"WHERE tenant_id = '{TENANT}'"


@pytest.fixture(scope="module", params=MAJORS)
def built(request: pytest.FixtureRequest, cluster: Clusters) -> Iterator[Stage]:
    with cluster(request.param).fresh() as sandbox, pytest.MonkeyPatch.context() as monkeypatch:
        yield Stage.build(sandbox, monkeypatch, tenants=20, events=20_000, algorithms=["HS256"])


@pytest.fixture
def reader(built: Stage) -> psycopg.Connection:
    """Give a connection that is logged in, and counts calls of functions."""
    built.sandbox.run_sql(f"ALTER ROLE {LOGIN} SET track_functions = 'all'")
    session = built.sandbox.connect(LOGIN)
    session.execute("SET lock_timeout = '10s'; BEGIN")
    session.execute("SELECT jwtroles.login(%s)", [stage.token("reader")])
    return session


def nodes(session: psycopg.Connection, query: str) -> list[dict[str, Any]]:
    """Execute a query and return the nodes of its plan, the outermost first."""
    row = session.execute(f"EXPLAIN (ANALYZE, FORMAT json) {query}".encode()).fetchone()
    assert row is not None
    return list(_below(row[0][0]["Plan"]))


def _below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _below(child)


def shape(found: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """Return what a plan does, without what is computed before it starts."""
    return [
        (node["Node Type"], node["Parallel Aware"])
        for node in found
        if node.get("Parent Relationship") != "InitPlan"
    ]


def checks(found: list[dict[str, Any]]) -> list[int]:
    """Return how often each subquery that a policy makes ran."""
    return [n["Actual Loops"] for n in found if n.get("Parent Relationship") == "InitPlan"]


def calls(built: Stage, session: psycopg.Connection, function: str) -> int:
    """Return how often a function was called in this transaction."""
    ((oid,),) = built.sandbox.rows(f"SELECT 'jwtroles.{function}(text[])'::regprocedure::oid")
    row = session.execute("SELECT pg_stat_get_xact_function_calls(%s)", [oid]).fetchone()
    assert row is not None
    return row[0] or 0


@pytest.mark.parametrize(
    ("query", "index", "condition"),
    [
        ("SELECT sum(amount) FROM app.items", "items_tenant_id_idx", "tenant_id"),
        ("SELECT note FROM app.items WHERE id = 7", "items_pkey", "id"),
        ("UPDATE app.items SET note = 'x' WHERE id = 7", "items_pkey", "id"),
    ],
)
def test_rows_are_found_by_the_index_that_the_owner_uses(
    built: Stage, reader: psycopg.Connection, query: str, index: str, condition: str
) -> None:
    found = nodes(reader, query)
    reader.execute("ROLLBACK")
    owner = built.sandbox.connect(OWNER)
    both = "AND" if "WHERE" in query else "WHERE"
    beside = nodes(owner, f"{query} {both} tenant_id = '{TENANT}'")
    (used,) = (node for node in found if node.get("Index Name"))
    assert shape(found) == shape(beside)
    assert used["Index Name"] == index
    assert used["Index Cond"].startswith(f"({condition} = ")
    assert set(checks(found)) == {1}


def test_a_login_is_checked_once_for_all_rows(built: Stage, reader: psycopg.Connection) -> None:
    row = reader.execute("SELECT count(*) FROM app.items").fetchone()
    assert row == (ROWS_EACH,)
    assert calls(built, reader, "claim_tenant_id") == 1


def test_a_login_is_checked_once_where_two_claims_are_compared(
    built: Stage, reader: psycopg.Connection
) -> None:
    found = nodes(reader, "SELECT count(*) FROM app.documents")
    (used,) = (node for node in found if node.get("Index Name"))
    assert used["Index Cond"].startswith("(tenant_id = ")
    assert checks(found) == [1, 1]
    assert calls(built, reader, "claims") == 1


def test_a_login_is_checked_once_for_all_rows_that_are_inserted(
    built: Stage, reader: psycopg.Connection
) -> None:
    added = reader.execute(
        "INSERT INTO app.notes SELECT i, %s, %s FROM generate_series(1, 100) AS g (i)",
        [TENANT, SUBJECT],
    )
    assert added.rowcount == 100
    assert calls(built, reader, "claim_tenant_id") == 1


def test_a_scan_stays_parallel(built: Stage, reader: psycopg.Connection) -> None:
    owner = built.sandbox.connect(OWNER)
    for session in (reader, owner):
        session.execute(PARALLEL)
    found = nodes(reader, "SELECT sum(amount) FROM app.events")
    beside = nodes(owner, f"SELECT sum(amount) FROM app.events {MINE}")
    assert shape(found) == shape(beside)
    assert ("Seq Scan", True) in shape(found)
    assert [node["Workers Planned"] for node in found if "Workers Planned" in node] == [2]
    assert checks(found) == [1]
