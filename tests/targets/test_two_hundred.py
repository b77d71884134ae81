"""Two hundred databases at once, one of them killed in the middle and one unreachable."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from tests.servers import MAJORS
from tests.targets.tenants import FILE, Tenants

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Clusters

DATABASES = dict.fromkeys(MAJORS, 6) | {18: 200}
REGISTRY = "      from: ${CLUSTER_URL}\n      query: select url from public.live\n"
STUCK = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = %s AND application_name = 'jwtroles' AND wait_event_type = 'Lock'
"""


@pytest.fixture(params=DATABASES)
def many(request: pytest.FixtureRequest, cluster: Clusters, tmp_path: Path) -> Iterator[Tenants]:
    with cluster(request.param).fresh() as sandbox:
        tenants = Tenants(sandbox, tmp_path).make(DATABASES[request.param])
        before, _, rest = FILE.partition("      on: ")
        tenants.file(before + REGISTRY + rest[rest.index("tokens:") :])
        tenants.run_sql("postgres", "CREATE TABLE live (name text, url text)")
        try:
            with psycopg.connect(tenants.url("postgres"), autocommit=True) as connection:
                rows = [(name, tenants.url(name)) for name in tenants.names]
                connection.cursor().executemany("INSERT INTO live VALUES (%s, %s)", rows)
            yield tenants
        finally:
            tenants.run_sql("postgres", "DROP TABLE live")


class Killer(threading.Thread):
    """Holds a lock that the apply of one database waits for, and ends that session then."""

    def __init__(self, tenants: Tenants, victim: str) -> None:
        super().__init__()
        self._tenants, self._victim = tenants, victim
        self.killed = False
        self.holding = threading.Event()

    def run(self) -> None:
        url = self._tenants.url(self._victim)
        with psycopg.connect(url) as holding, psycopg.connect(url, autocommit=True) as killing:
            holding.execute("LOCK TABLE app.notes IN ACCESS SHARE MODE")
            self.holding.set()
            end = time.monotonic() + 300
            while not self.killed and time.monotonic() < end:
                for (pid,) in killing.execute(STUCK, [self._victim]).fetchall():
                    killing.execute("SELECT pg_terminate_backend(%s)", [pid])
                    self.killed = True
                time.sleep(0.02)


def test_the_rest_is_done_and_the_next_run_finishes(many):
    number, victim, away = len(many.names), many.names[-2], many.names[-3]
    unreachable = f"postgresql://someone:sesame@127.0.0.1:1/{away}"
    many.run_sql("postgres", f"UPDATE live SET url = '{unreachable}' WHERE name = '{away}'")
    killer = Killer(many, victim)
    killer.start()
    killer.holding.wait(30)

    done = many.run("apply", "--yes", "--keep-going")

    killer.join()
    assert killer.killed
    assert done.code == 1, done
    assert f"{number - 1} databases: the same 23 changes" in done.out
    assert f"{number} databases: {number - 2} applied, 2 failed. Run it again" in done.err
    assert f"{away}:\nerror[JR001]: no answer from 127.0.0.1:1" in done.err
    assert f"{victim}:\nerror[JR617]: the connection was lost after" in done.err
    assert "sesame" not in done.out + done.err
    with psycopg.connect(many.url(victim)) as connection:
        nothing = connection.execute("SELECT to_regnamespace('jwtroles')").fetchone()
    assert nothing == (None,)

    text = sql.SQL("UPDATE live SET url = {} WHERE name = {}").format(many.url(away), away)
    many.run_sql("postgres", text.as_string())
    again = many.run("apply", "--yes")

    assert again.code == 0, again
    assert f"{number} databases: 2 applied, {number - 2} in sync." in again.err
    for name in many.names:
        with psycopg.connect(many.url(name)) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_policies WHERE schemaname = 'app'"
            ).fetchone()
        assert row == (6,), name
