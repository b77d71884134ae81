"""What the check of a login adds to a statement, beside the owner's with `WHERE tenant_id = …`.

`reader` inherits nothing. `manager` inherits two roles, whose policies stand over it as well, each
with a check of its own: its lines are for information.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.bench import stage
from tests.bench.rounds import (
    Statement,
    compare,
    in_turn,
    on_one_processor,
    processor_clock,
    report,
)
from tests.bench.stage import LOGIN, OWNER, ROWS_EACH, SUBJECT, TENANT, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from tests.bench.rounds import Line
    from tests.servers import Clusters

EVENTS = 2_000_000
FRESH = 10**9


class Work(NamedTuple):
    """A statement, what the owner adds to it, and how it is compared."""

    name: str
    limit: float | None
    sql: str
    condition: str
    values: Sequence[Sequence[str]] = ([],) * 20
    known: Sequence[str] = (TENANT,)


IDS = [[str(number * 5 % ROWS_EACH + 1)] for number in range(200)]
NEW = "INSERT INTO app.items (id, tenant_id, owner_id, amount, note)"
MANY = f"{NEW} SELECT i, $1, $2, 1, 'x' FROM generate_series({FRESH}, {FRESH + ROWS_EACH - 1}) i"
ADDED = [[str(FRESH + number), TENANT, SUBJECT] for number in range(100)]
WORK = (
    Work("point read", 2.5, "SELECT note FROM app.items WHERE id = $1", "AND tenant_id = $2", IDS),
    Work("scan of 1,000 rows", 1.1, "SELECT * FROM app.items", "WHERE tenant_id = $1"),
    Work("insert of 1,000 rows", 1.1, MANY, "", [[TENANT, SUBJECT]], ()),
    Work("sum of 1,000 rows", None, "SELECT sum(amount) FROM app.items", "WHERE tenant_id = $1"),
    Work("count of a tenant", None, "SELECT count(*) FROM app.items", "WHERE tenant_id = $1"),
    Work("insert of 1 row", None, f"{NEW} VALUES ($1, $2, $3, 1, 'x')", "", ADDED, ()),
    Work(
        "update",
        None,
        "UPDATE app.items SET note = 'x' WHERE id = $1",
        "AND tenant_id = $2",
        IDS,
    ),
)
TWO_CLAIMS = Work(
    "point read, two claims",
    None,
    "SELECT note FROM app.documents WHERE id = $1",
    "AND tenant_id = $2 AND owner_id = $3",
    IDS,
    (TENANT, SUBJECT),
)


@pytest.fixture(params=(15, 18))
def stand(
    request: pytest.FixtureRequest, cluster: Clusters, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    with cluster(request.param).fresh() as sandbox:
        yield Stage.build(sandbox, monkeypatch, tenants=200, events=EVENTS)


@pytest.mark.parametrize("role", ["reader", "manager"])
def test_statements(stand: Stage, role: str, capsys: pytest.CaptureFixture[str]) -> None:
    ours, owner = stand.sandbox.connect(LOGIN), stand.sandbox.connect(OWNER)
    work = WORK if role == "manager" else (*WORK, TWO_CLAIMS)
    with on_one_processor(ours, owner):
        lines = [measured(ours, owner, role, one) for one in work]
    report(f"PostgreSQL {stand.sandbox.major}, {role}", role, "owner", lines, capsys)


def measured(ours: psycopg.Connection, owner: psycopg.Connection, role: str, work: Work) -> Line:
    here = Statement(ours, work.sql, work.values, entered(role))
    there = [[*values, *work.known] for values in work.values]
    beside = Statement(owner, f"{work.sql} {work.condition}", there)
    return compare(work.name, here, beside, work.limit if role == "reader" else None)


def entered(role: str) -> str:
    return f"BEGIN; SELECT jwtroles.login('{stage.token(role)}')"


def test_millions(stand: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    ours, owner = stand.sandbox.connect(LOGIN), stand.sandbox.connect(OWNER)
    query = "SELECT sum(amount) FROM app.events"
    mine = f"{query} WHERE tenant_id = '{TENANT}'"
    with on_one_processor(ours, owner):
        alone = "SET LOCAL max_parallel_workers_per_gather = 0"
        here = Statement(ours, query, [[]], f"{entered('reader')}; {alone}")
        there = Statement(owner, mine, [[]], f"BEGIN; {alone}")
        lines = [compare("2,000,000 rows, one process", here, there, 1.05, 16)]
    ours.execute(entered("reader"))
    in_parallel = partial(spent, ours, query), partial(spent, owner, mine)
    lines.append(in_turn("2,000,000 rows, parallel", *in_parallel, 1.05, 16))
    report(f"PostgreSQL {stand.sandbox.major}", "reader", "owner", lines, capsys)


def spent(session: psycopg.Connection, query: str) -> float:
    """Return the processor time of a query with its workers, the mean of four.

    A worker ends with its query, and its time is then among that of its parent's children, in
    hundredths of a second (proc(5)).
    """
    pid, times = session.info.backend_pid, 4
    server, parent = processor_clock(pid), _stat(pid)[1]

    def so_far() -> float:
        ended = sum(_stat(parent)[13:15])
        return time.clock_gettime_ns(server) / 1000 + ended * 10_000

    started = so_far()
    for _ in range(times):
        session.execute(query)
    return (so_far() - started) / times


def _stat(pid: int) -> list[int]:
    """Return the fields after the name in /proc/PID/stat, from the state on, which counts as 0."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return [0, *map(int, fields[1:])]
