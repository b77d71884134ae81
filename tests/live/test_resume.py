"""A plan that ends at any statement leaves before, after or the end of a transaction of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.applier import Interrupted, apply
from jwtroles.errors import ApplyError
from jwtroles.reader.connection import connect
from tests.live.billing import SCHEMA, plan, run_plan, state
from tests.live.splitting import cut_everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.applier import Progress
    from tests.servers import Clusters, Sandbox

CELLS = ((14, "createrole"), (18, "superuser"))


@pytest.fixture
def fresh(cluster: Clusters, major: int, applier: str) -> Iterator[tuple[Sandbox, str]]:
    with cluster(major).fresh() as sandbox:
        sandbox.load(SCHEMA)
        yield sandbox, sandbox.applier_url(applier)


def ending(
    sandbox: Sandbox, pid: int, statement: int, way: str, boundary: dict[str, str]
) -> Progress:
    """Note the state after the first transaction, and end the apply at a statement."""

    def end(stage: str, done: int, _of: int) -> None:
        if (stage, done) == ("committed", 1):
            boundary.update(state(sandbox))
        if (stage, done) == ("statement", statement):
            if way == "interrupt":
                raise KeyboardInterrupt
            sandbox.rows(f"SELECT pg_terminate_backend({pid}, 5000)")

    return end


@pytest.mark.parametrize(("major", "applier"), CELLS)
def test_ended_in_each_transaction_the_next_apply_goes_on(
    fresh: tuple[Sandbox, str], monkeypatch: pytest.MonkeyPatch
):
    """Each apply gets one transaction further, and is ended at a statement of the next one."""
    sandbox, url = fresh
    cut_everywhere(monkeypatch)
    ways = ("interrupt", "terminate")
    runs = 0
    while True:
        planned = plan(url)
        if planned.plan.empty:
            break
        first = len(planned.plan.batches[0].statements)
        second = planned.plan.batches[1].statements if len(planned.plan.batches) > 1 else ()
        end_at = first + 1 + runs % len(second) if second else 0
        boundary: dict[str, str] = {}
        with connect(url) as connection:
            pid = connection.info.backend_pid

            end = ending(sandbox, pid, end_at, ways[runs % 2], boundary)
            if not second:
                apply(connection, planned.plan, planned.scope)
            else:
                with pytest.raises((Interrupted, ApplyError)) as error:
                    apply(connection, planned.plan, planned.scope, progress=end)
                assert "Transaction 1 of" in error.value.footer
                assert state(sandbox) == boundary, "it is at the end of a transaction"
        runs += 1
        assert runs < 60
    assert runs > 20


CTRL_C = """
import sys
from jwtroles.cli import main
main(["apply", "--env", "dev", "--database", sys.argv[1], "--spec", sys.argv[2], "--yes",
      "--lock-timeout", "60s", "--allow", "cuts_off"])
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("major", "applier"), CELLS)
def test_ctrl_c_while_it_waits_for_a_lock_ends_the_wait(fresh: tuple[Sandbox, str]):
    """Two of them, close together: the first cancels the wait, the second disturbs nothing."""
    sandbox, url = fresh
    before = state(sandbox)
    blocker = psycopg.connect(sandbox.url)
    blocker.execute("LOCK TABLE app.invoices IN ACCESS SHARE MODE")
    spec = ROOT / "examples" / "saas-gateway" / "jwtroles.yaml"
    process = subprocess.Popen(
        [sys.executable, "-c", CTRL_C, url, str(spec)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    waiting = """SELECT 1 FROM pg_stat_activity
                 WHERE application_name = 'jwtroles' AND wait_event_type = 'Lock'"""
    for _ in range(600):
        if sandbox.rows(waiting):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=50)  # less than the lock timeout
    assert process.returncode == 130, said
    assert "Rolled back: nothing was changed." in said or "Nothing was changed." in said
    assert "\r" not in said
    assert "Traceback" not in said
    assert sandbox.rows(waiting) == []
    blocker.close()
    assert state(sandbox) == before
    run_plan(url, plan(url))
    assert plan(url).plan.empty


@pytest.mark.parametrize(("major", "applier"), [CELLS[1]])
def test_only_locks_that_conflict_are_named(fresh: tuple[Sandbox, str]):
    sandbox, url = fresh
    planned = plan(url)
    reader = psycopg.connect(sandbox.url)
    reader.execute("SELECT count(*) AS secret FROM app.invoices")
    elsewhere = psycopg.connect(sandbox.url)
    elsewhere.execute(
        "SELECT 1 FROM app.customers"
    )  # which is changed too, and not what we wait for
    sandbox.run_sql("SELECT 1")
    for verbose in (False, True):
        with pytest.raises(ApplyError) as error:
            run_plan(url, planned, lock_timeout="10ms", verbose=verbose)
        details = "\n".join(error.value.problems[0].details)
        table = error.value.problems[0].message.split()[3]
        named, other = (reader, elsewhere) if table == "app.invoices" else (elsewhere, reader)
        assert f"pid {named.info.backend_pid}," in details
        assert f"pid {other.info.backend_pid}," not in details
        assert ("SELECT" in details) == verbose, "what others run is told with --verbose alone"
