"""Plans that are too big for one transaction: a server with a small lock table, and many tables."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles import applier as applying
from jwtroles.applier import room, transaction
from jwtroles.embedded import EmbeddedServer
from jwtroles.errors import ApplyError, Refused
from jwtroles.planner.model import Batch
from jwtroles.reader.connection import connect
from jwtroles.report.sql import render_sql
from jwtroles.report.text import render_plan
from jwtroles.workflow import make_plan
from tests.install_servers import FOLDER, bin_dir
from tests.live import billing
from tests.servers import Sandbox
from tests.workbench import EVERYTHING, loaded, plan_and_apply, without_room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters

TABLES = 300
OTHERS = 500
"""Tables that another session locks: the table has more slots than the manual's formula says."""

SCHEMA = f"""
CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
DO $$ BEGIN FOR i IN 1..{TABLES} LOOP
  EXECUTE format('CREATE TABLE app.t%s (id int, tenant_id uuid, note text) PARTITION BY RANGE (id)',
                 i);
  EXECUTE format('ALTER TABLE app.t%s OWNER TO app_owner', i);
  FOR j IN 0..1 LOOP
    EXECUTE format('CREATE TABLE app.t%s_%s PARTITION OF app.t%s FOR VALUES FROM (%s) TO (%s)',
                   i, j, i, j, j + 1);
    EXECUTE format('ALTER TABLE app.t%s_%s OWNER TO app_owner', i, j);
  END LOOP;
END LOOP; END $$;
CREATE SCHEMA other;
DO $$ BEGIN FOR i IN 0..{OTHERS} LOOP
  EXECUTE format('CREATE TABLE other.t%s ()', i);
END LOOP; END $$;
"""

FEW = """
CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
CREATE TABLE app.t1 (id int, tenant_id uuid, note text);
CREATE TABLE app.t2 (id int, tenant_id uuid, note text);
"""

FILE = """\
jwtroles: 1
project: big
database: {schemas: [app], connect_as: gate}
tokens:
  verify: gateway
  claims:
    tenant_id: {type: uuid, required: true}
    roles: {type: "text[]"}
mapping:
  - {claim: roles, contains: reader, role: reader}
  - {claim: roles, contains: writer, role: writer}
tenancy:
  rows: tenant_id = claims.tenant_id
  tables: [app.*]
rows:
  noted: note <> ''
roles:
  reader:
    tables: {app.*: {select: all}}
  writer:
    tables: {app.*: {select: all, update: {columns: [note], rows: noted}}}
"""

HELD = """
    SELECT count(*) FROM (
      SELECT DISTINCT locktype, database, relation, virtualxid, transactionid::text, classid, objid
      FROM pg_locks WHERE pid = %s AND NOT fastpath) AS held
"""


@contextmanager
def small_server(major: int) -> Iterator[Sandbox]:
    """Run a server whose lock table has 300 slots by the manual's formula."""
    with EmbeddedServer.private(bin_dir(major), FOLDER.parent / "templates") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for setting in ("max_locks_per_transaction = 10", "max_connections = 30"):
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("CREATE DATABASE sandbox")
        sandbox = Sandbox(server, major)
        try:
            sandbox.run_sql(SCHEMA)  # in one transaction, while there is room
            server.stop()
            server.start()
            yield sandbox
        finally:
            sandbox.close()


@pytest.mark.parametrize("major", [14, 18])
def test_a_plan_that_does_not_fit_is_split_and_each_part_is_proved(
    major: int, monkeypatch: pytest.MonkeyPatch
):
    spec = loaded(FILE)
    with small_server(major) as sandbox:
        url = sandbox.make_deployer()
        watch = sandbox.connect()
        with connect(url) as connection:
            planned = make_plan(connection, spec, None)
            plan = planned.plan
            assert len(plan.batches) > 2
            text = render_plan(plan, spec, color=False, width=100, verbose=False)
            assert f"in {len(plan.batches)} transactions" in text
            assert render_sql(plan, spec).count("\nCOMMIT;") == len(plan.batches)

            one = replace(plan, batches=(Batch(plan.statements, 0),))
            with psycopg.connect(sandbox.url) as busy, monkeypatch.context() as patch:
                for module in (applying, transaction):
                    patch.setattr(module, "check_room", lambda *_, **__: None)
                for number in range(OTHERS):
                    busy.execute(f"LOCK TABLE other.t{number}".encode())
                with pytest.raises(ApplyError) as error:
                    applying.apply(connection, one, planned.scope)
            assert "(53200)" in str(error.value), "without batches it runs out of slots"

            held: list[int] = []

            def count(stage: str, done: int, _of: int) -> None:
                if stage == "proved":
                    held.extend(watch.execute(HELD, [connection.info.backend_pid]).fetchone())

            done = applying.apply(connection, plan, planned.scope, progress=count)
            assert done.transactions == len(plan.batches) == len(held)
            most = [batch.locks for batch in plan.batches]
            assert all(had <= said for had, said in zip(held, most, strict=True)), (held, most)
            assert max(most) <= plan.server.lock_room
            assert make_plan(connection, spec, None).plan.empty

            more = loaded(FILE.replace("note <> ''", "note <> '' and id > 7"))
            planned = make_plan(connection, more, None)
            assert len(planned.plan.batches) > 1, "300 tables are altered"
            applying.apply(connection, planned.plan, planned.scope)
            assert make_plan(connection, more, None).plan.empty


def test_an_accessor_stands_aside_between_transactions(
    cluster: Clusters, monkeypatch: pytest.MonkeyPatch
):
    """A claim gets another type while policies call what reads it: the proof knows the old one."""
    before = FILE.replace("noted: note <> ''", "noted: id > claims.least").replace(
        "  claims:\n", "  claims:\n    least: {type: integer}\n"
    )
    with cluster(18).fresh() as sandbox, connect(sandbox.url) as connection:
        sandbox.run_sql(FEW)
        plan_and_apply(connection, loaded(before))
        without_room(monkeypatch)
        after = loaded(before.replace("least: {type: integer}", "least: {type: bigint}"))
        planned = make_plan(connection, after, None)
        assert "claim_least_replaced" in render_sql(planned.plan, after)
        done = applying.apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
        assert done.transactions == len(planned.plan.batches) > 1
        assert make_plan(connection, after, None).plan.empty


def test_a_transaction_without_room_is_refused_before_it_starts(sandbox):
    sandbox.load(billing.SCHEMA)
    planned = billing.plan(sandbox.url)
    (batch,) = planned.plan.batches
    slots = planned.plan.server.lock_slots
    room.check_room(Batch((), slots * 3 // 4), replace(planned.plan.server, locks_held=5))
    crowded = replace(planned.plan.server, locks_held=slots - 10)
    with connect(sandbox.url) as connection, pytest.raises(Refused) as error:
        applying.apply(connection, replace(planned.plan, server=crowded), planned.scope)
    (problem,) = error.value.problems
    assert problem.code.id == "JR606"
    assert f"may hold {batch.locks} locks" in problem.message
    assert "max_locks_per_transaction = " in problem.remedy
    assert error.value.footer == "Nothing was changed."
    assert sandbox.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'jwtroles'") == []
