"""What the databases of a cluster share: roles, memberships, connections."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles import applier, load
from jwtroles.reader.connection import connect
from jwtroles.targets.applying import Manner, apply_all
from jwtroles.targets.crew import Crew
from jwtroles.targets.model import State, Target
from jwtroles.targets.planning import Job, plan_all
from jwtroles.workflow import make_plan
from tests.targets.tenants import FILE, Tenants
from tests.test_cli import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jwtroles.targets.model import Outcome
    from jwtroles.targets.planning import Survey
    from tests.servers import Clusters, Sandbox

PATIENCE = 30.0
NO_READER = FILE.replace("  - {claim: roles, contains: reader, role: reader}\n", "").replace(
    FILE[FILE.index("  reader:\n") :],
    "  writer:\n    tables: {app.notes: {select: all, insert: all, update: [body]}}\n",
)
RENAMED = (
    FILE.replace("contains: reader, role: reader", "contains: reader, role: viewer")
    .replace("  reader:\n", "  viewer:\n    was: reader\n")
    .replace("inherits: [reader]", "inherits: [viewer]")
)


@pytest.fixture
def few(sandbox: Sandbox, tmp_path: Path) -> Tenants:
    """Give three databases on each major, to a role with CREATEROLE."""
    return Tenants(sandbox, tmp_path, "createrole").make(3)


@pytest.fixture(params=[14, 18])
def own(request: pytest.FixtureRequest, cluster: Clusters, tmp_path: Path) -> Iterator[Tenants]:
    """Give two databases on the oldest and the newest major, to a role with CREATEROLE."""
    with cluster(request.param).fresh() as sandbox:
        yield Tenants(sandbox, tmp_path, "createrole").make(2)


def wait_for(tenants: Tenants, query: str) -> tuple[object, ...]:
    """Return the first row of a query as soon as there is one."""
    end = time.monotonic() + PATIENCE
    while not (rows := tenants.sandbox.rows(query)):
        assert time.monotonic() < end, query
        time.sleep(0.01)
    return rows[0]


WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = '{}' AND wait_event_type = 'Lock'"


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[list[object]]:
    """Do something in a thread of its own until the block is over; its result is in the list."""
    result: list[object] = []
    thread = threading.Thread(target=lambda: result.append(work()))
    thread.start()
    try:
        yield result
    finally:
        thread.join(PATIENCE)


def test_a_role_that_left_the_file_goes_with_the_last_database(few):
    assert few.run("apply", "--yes").code == 0
    few.file(NO_READER)

    planned = few.run("plan")
    assert planned.code == 0
    assert "role reader has left the file, and stays while other databases use it" in planned.out
    assert "3 databases: the same 13 changes" in planned.out
    done = few.run("apply", "--yes", "--jobs", "1")  # the last one must not drop what it told stays
    assert done.code == 0, done

    planned = few.run("plan")
    assert planned.code == 3
    assert "- reader  dropped" in planned.out
    done = few.run("apply", "--yes", "--allow", "destroys")
    assert done.code == 0, done
    assert few.run("plan", "--check").code == 0
    assert few.sandbox.rows("SELECT 1 FROM pg_roles WHERE rolname = 'reader'") == []


def test_a_role_is_renamed_once_and_its_policies_everywhere(own):
    assert own.run("apply", "--yes").code == 0
    own.file(RENAMED)
    done = own.run("apply", "--yes")
    assert done.code == 0, done
    assert own.run("plan", "--check").code == 0
    for name in own.names:
        with psycopg.connect(own.url(name)) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_policies WHERE policyname ~ 'reader'"
            ).fetchone()
        assert row == (0,)


def test_another_apply_made_the_roles_while_this_one_waited(own):
    """Two shards begin at once: the second one plans again, and finds the roles there."""
    with psycopg.connect(own.url("tenant_00")) as other:
        spec = load(own.folder / "jwtroles.yaml")
        environment = next(iter(spec.environments.values()))
        with connect(own.url("tenant_01")) as connection:
            statements = make_plan(connection, spec, environment).plan.statements
        made = [s.sql for s in statements if s.sql.startswith(("CREATE ROLE", "COMMENT ON ROLE"))]
        other.execute("; ".join(made).encode())

        with meanwhile(lambda: own.run("apply", "--yes", "--jobs", "1")) as result:
            wait_for(own, WAITING.format("tenant_00"))
            other.commit()
    (done,) = result
    assert done.code == 0, done
    assert own.run("plan", "--check").code == 0


def test_a_membership_that_another_apply_has_borrowed_is_waited_for(own):
    """Longer than for a lock on a table, because nobody waits behind it."""
    assert own.run("apply", "--yes").code == 0
    own.file(NO_READER)
    spec = load(own.folder / "jwtroles.yaml")
    environment = next(iter(spec.environments.values()))
    with (
        psycopg.connect(own.url("tenant_00")) as other,
        connect(own.url("tenant_01")) as connection,
    ):
        other.execute("GRANT acme_jwtroles TO deployer")
        planned = make_plan(connection, spec, environment)

        def run() -> applier.Applied:
            return applier.apply(connection, planned.plan, planned.scope, lock_timeout="50ms")

        with meanwhile(run) as result:
            wait_for(own, WAITING.format("tenant_01"))
            time.sleep(0.3)
            other.rollback()
    assert result[0].attempts == 1


def test_a_server_with_few_connections_is_asked_again(own):
    own.run_sql("postgres", "ALTER ROLE deployer CONNECTION LIMIT 2")
    own.make(4, first=2)
    done = own.run("plan", "--jobs", "6")
    assert done.code == 0, done
    assert "6 databases: the same" in done.out


def surveyed(tenants: Tenants, **options: bool) -> tuple[Survey, Crew]:
    spec = load(tenants.folder / "jwtroles.yaml")
    job = Job.of(spec, next(iter(spec.environments.values())))
    targets = [Target(name, name, tenants.url(name)) for name in tenants.names]
    crew = Crew(2, stops=options.get("stops", True))
    return plan_all(job, targets, crew, ignored), crew


def ignored(_outcome: Outcome, _done: int, _of: int) -> None:
    pass


def test_what_was_not_shown_is_not_done(own):
    survey, crew = surveyed(own)
    own.run_sql("tenant_01", "GRANT TRUNCATE ON app.notes TO PUBLIC")

    outcomes = apply_all(survey, crew, Manner(), ignored)

    assert [one.state for one in outcomes] == [State.APPLIED, State.FAILED]
    (problem,) = outcomes[1].error.problems
    assert problem.code.id == "JR672"
    assert problem.details == ("truncate on app.notes for PUBLIC",)
    with psycopg.connect(own.url("tenant_01")) as connection:
        assert connection.execute("SELECT to_regnamespace('jwtroles')").fetchone() == (None,)


@pytest.mark.parametrize("other", ["tenant_00", "tenant_02"])
def test_who_owns_the_tables_is_looked_at_in_each_database(own, other):
    """Plans are alike whoever owns the tables: one that cannot be applied is no other's matter."""
    own.make(1, first=2)
    own.run_sql(other, "ALTER TABLE app.notes OWNER TO postgres")
    assert "3 databases: the same 23 changes" in own.run("plan").out

    done = own.run("apply", "--yes", "--quiet")
    assert done.code == 3
    assert f"{other}:\nerror[JR605]: deployer cannot run" in done.err
    assert "Nothing was changed. --keep-going does the others.\n" in done.err
    assert own.sandbox.rows("SELECT 1 FROM pg_roles WHERE rolname = 'reader'") == []
    done = own.run("apply", "--yes", "--quiet", "--keep-going")
    assert done.code == 3
    assert "3 databases: 2 applied, 1 failed." in done.err


def test_a_database_that_was_made_anew_is_another_one(own):
    survey, crew = surveyed(own)
    own.run_sql("postgres", "DROP DATABASE tenant_01")
    own.make(1, first=1)

    outcomes = apply_all(survey, crew, Manner(), ignored)

    assert [one.state for one in outcomes] == [State.APPLIED, State.FAILED]
    (problem,) = outcomes[1].error.problems
    assert problem.code.id == "JR672"
    assert "tenant_01 is another database now" in problem.message


def test_after_the_first_failure_nothing_is_begun(own):
    own.make(3, first=2)
    survey, crew = surveyed(own)
    own.run_sql("tenant_00", "GRANT TRUNCATE ON app.notes TO PUBLIC")
    outcomes = apply_all(survey, crew, Manner(), ignored)
    assert [one.state for one in outcomes] == [State.FAILED, *[State.NOT_BEGUN] * 4]
    survey, crew = surveyed(own, stops=False)
    own.run_sql("tenant_00", "REVOKE TRUNCATE ON app.notes FROM PUBLIC")
    own.run_sql("tenant_00", "GRANT TRIGGER ON app.notes TO PUBLIC")
    outcomes = apply_all(survey, crew, Manner(), ignored)
    assert [one.state for one in outcomes] == [State.FAILED, *[State.APPLIED] * 4]


def test_each_of_two_clusters_has_the_roles_once(cluster, tmp_path):
    """Databases of one name on two servers of two majors, in one list, at the same time."""
    with cluster(14).fresh() as old, cluster(18).fresh() as new:
        both = [Tenants(one, tmp_path, "createrole").make(2) for one in (old, new)]
        first = both[0]
        urls = [one.url(name) for one in both for name in one.names]
        given = first.addresses(urls)
        done = first.run("apply", "--yes", **given)
        assert done.code == 0, done
        assert "4 databases: 4 applied." in done.err
        assert first.run("plan", "--check", **given).code == 0
        given = first.addresses(urls, NO_READER)
        assert first.run("apply", "--yes", "--quiet", **given).code == 0

        done = first.run("retire", "reader", "--yes", "--allow", "destroys", **given)
        assert done.code == 0, done
        assert done.err.count("✓ dropped\n") == 2
        assert first.run("plan", "--check", **given).code == 0
        for one in both:
            assert one.sandbox.rows("SELECT 1 FROM pg_roles WHERE rolname = 'reader'") == []


def interrupted(tenants: Tenants, lock: str, *arguments: str) -> tuple[int, str]:
    """Run a command until it waits for a lock in the first database, and press Ctrl-C."""
    with psycopg.connect(tenants.url("tenant_00", "postgres")) as other:
        other.execute(f"LOCK TABLE {lock} MODE".encode())
        variables = {**os.environ, "CLUSTER_URL": tenants.url("postgres"), "PYTHONPATH": str(ROOT)}
        program = "import sys; from jwtroles.cli import main; main(sys.argv[1:])"
        with subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=tenants.folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        ) as process:
            wait_for(tenants, WAITING.format("tenant_00"))
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in err
    return process.returncode, err


def test_ctrl_c_rolls_back_what_runs_and_begins_nothing(own):
    code, err = interrupted(
        own, "app.notes IN ACCESS SHARE", "apply", "--yes", "--lock-timeout", "20s"
    )
    assert (code, "1 failed, 1 not begun" in err) == (130, True), err
    code, err = interrupted(own, "pg_policy IN ACCESS EXCLUSIVE", "plan")
    assert (code, "Interrupted: not every database was planned.\n" in err) == (130, True), err
    code, err = interrupted(own, "pg_policy IN ACCESS EXCLUSIVE", "apply", "--yes", "--keep-going")
    assert (code, "Interrupted. Nothing was changed.\n" in err) == (130, True), err
    assert own.sandbox.rows("SELECT 1 FROM pg_roles WHERE rolname = 'reader'") == []
