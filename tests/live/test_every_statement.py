"""An apply that ends at any statement, in any way, leaves a boundary, and the next one finishes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jwtroles.applier import Interrupted, apply
from jwtroles.embedded.places import Postmaster
from jwtroles.errors import ApplyError
from jwtroles.workflow import make_plan
from tests.live.billing import state
from tests.live.splitting import cut_everywhere
from tests.servers import DEPLOYER
from tests.workbench import EVERYTHING, Workbench, loaded, plan_and_run, run_script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jwtroles.planner.model import Plan
    from jwtroles.workflow import Planned
    from tests.servers import Clusters, Sandbox

    Described = dict[str, list[str]]
    Way = Callable[["Course", int], None]

ROOT = Path(__file__).parents[2]
TABLES = (ROOT / "tests" / "cases" / "schema.sql").read_text(encoding="utf-8")
CELLS = ((14, "createrole"), (18, "superuser"))

FIRST = """
jwtroles: 1
project: case
database: {schemas: [app], connect_as: gate}
tokens:
  verify: gateway
  claims: {tenant: {type: uuid}}
mapping: [{claim: tenant, present: true, role: reader}]
tenancy: {rows: tenant = claims.tenant, tables: [app.notes]}
roles:
  reader: {tables: {app.notes: {select: [id, tenant, body]}}}
views:
  app.names:
    from: app.notes
    columns: {id: id, body: body}
    grant: {reader: [select]}
"""

SECOND = """
jwtroles: 1
project: case
database: {schemas: [app], connect_as: gate}
tokens:
  verify: gateway
  claims: {tenant: {type: uuid}}
mapping: [{claim: tenant, present: true, role: reader}]
tenancy: {rows: tenant = claims.tenant, tables: [app.notes]}
roles:
  reader:
    tables:
      app.notes: {select: {columns: [id, tenant], rows: state = 'open'}, insert: [tenant, author]}
queries:
  app.count_notes:
    returns: {notes: bigint}
    sql: select count(*) from app.notes
    grant: [reader]
"""


@dataclass
class Course:
    """One plan from one start, and what an apply that nobody disturbs makes of it.

    Attributes:
        script: what brings the tables to the start, beside the tables themselves.
        boundaries: the catalog before, and after each transaction.
        ends: the number of the last statement of each transaction.
    """

    bench: Workbench
    role: str
    script: tuple[str, ...]
    text: str
    boundaries: list[Described] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    @property
    def sandbox(self) -> Sandbox:
        return self.bench.sandbox

    def start(self) -> None:
        """Bring the server to the start."""
        self.bench.empty()
        self.bench.run_sql(TABLES)
        if self.role == DEPLOYER:
            self.sandbox.make_deployer()
        run_script(self.bench.session(self.role), self.script)

    def plan(self) -> Planned:
        return make_plan(self.bench.session(self.role), loaded(self.text), None)

    def catalog(self) -> Described:
        return self.bench.read(loaded(self.text))

    def measure(self) -> Plan:
        """Apply without a disturbance, and note every boundary."""
        self.start()
        planned = self.plan()
        self.boundaries = [self.catalog()]
        watch = Workbench(self.sandbox)  # the session of the apply is busy

        def note(stage: str, done: int, _of: int) -> None:
            if stage == "committed":
                self.boundaries.append(watch.read(loaded(self.text)))
                self.ends.append(sum(len(b.statements) for b in planned.plan.batches[:done]))

        session = self.bench.session(self.role)
        with closing(watch):
            apply(session, planned.plan, planned.scope, allow=EVERYTHING, progress=note)
        return planned.plan

    def committed(self, statement: int) -> int:
        """Return how many transactions are committed when a statement has run."""
        return sum(end < statement for end in self.ends)


def end_in_process(course: Course, statement: int, how: Callable[[], None]) -> dict[str, str]:
    """End an apply of this process after a statement; return the digests of the last boundary."""
    planned = course.plan()
    boundary = state(course.sandbox)

    def end(stage: str, done: int, _of: int) -> None:
        if (stage, done) == ("committed", course.committed(statement)):
            boundary.update(state(course.sandbox))
        if (stage, done) == ("statement", statement):
            how()

    session = course.bench.session(course.role)
    with pytest.raises((Interrupted, ApplyError)):
        apply(session, planned.plan, planned.scope, allow=EVERYTHING, progress=end)
    return boundary


def interrupt(course: Course, statement: int) -> None:
    """Press Ctrl-C."""

    def press() -> None:
        raise KeyboardInterrupt

    boundary = end_in_process(course, statement, press)
    assert state(course.sandbox) == boundary


def terminate(course: Course, statement: int) -> None:
    """End the session, as an administrator or a failover does."""
    pid = course.bench.session(course.role).info.backend_pid

    def end() -> None:
        assert course.sandbox.rows(f"SELECT pg_terminate_backend({pid}, 5000)") == [(True,)]

    boundary = end_in_process(course, statement, end)
    assert state(course.sandbox) == boundary


def crash(course: Course, statement: int) -> None:
    """Stop the server as `pg_ctl stop -m immediate` does, and start it (manual, section 19.5)."""
    server = course.sandbox.server

    def quit_at_once() -> None:
        process = Postmaster.of(server.data)
        assert process is not None
        os.kill(process.pid, signal.SIGQUIT)
        for _ in range(1000):
            if Postmaster.of(server.data) is None:
                return
            time.sleep(0.01)
        raise AssertionError("the server does not stop")

    boundary = end_in_process(course, statement, quit_at_once)
    course.bench.close()
    server.start()
    assert state(course.sandbox) == boundary


KILLED = """
import os, signal, sys
import pytest
from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan
from tests.live.splitting import cut_everywhere
from tests.workbench import EVERYTHING

url, text, split, statement = sys.argv[1:]
if split == "split":
    cut_everywhere(pytest.MonkeyPatch())

def end(stage, done, _of):
    if (stage, done) == ("statement", int(statement)):
        os.kill(os.getpid(), signal.SIGKILL)

with connect(url) as connection:
    made = make_plan(connection, load_text(text), None)
    apply(connection, made.plan, made.scope, allow=EVERYTHING, progress=end)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def kill(course: Course, statement: int) -> None:
    """Send SIGKILL to the process that applies."""
    url = course.sandbox.url_for(course.role)
    split = "split" if len(course.ends) > 1 else "whole"
    done = run("-c", KILLED, url, course.text, split, str(statement))
    assert done.returncode == -signal.SIGKILL, done.stderr
    for _ in range(500):
        if not course.sandbox.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"):
            return
        time.sleep(0.01)
    raise AssertionError("the server still has the lock of a process that was killed")


def ways(total: int) -> Iterator[tuple[int, Way]]:
    """Give each statement its way to end: two in turn, and two dear ones at three places each."""
    dear: dict[int, Way] = {}
    for part in (1, 3, 5):
        dear[total * part // 6] = kill
        dear[total * part // 6 + 1] = crash
    for number in range(1, total + 1):
        yield number, dear.get(number, (interrupt, terminate)[number % 2])


@pytest.fixture
def course(
    cluster: Clusters, major: int, applier: str, request: pytest.FixtureRequest
) -> Iterator[Course]:
    """Give the way from nothing to FIRST, or from FIRST to SECOND."""
    role = "postgres" if applier == "superuser" else DEPLOYER
    with cluster(major).fresh() as sandbox, closing(Workbench(sandbox)) as bench:
        made = Course(bench, role, (), FIRST)
        if request.param == "change":
            made.start()
            script = plan_and_run(bench.session(role), loaded(FIRST))
            made = Course(bench, role, script, SECOND)
        yield made


@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
@pytest.mark.parametrize("course", ["change"], indirect=True)
@pytest.mark.parametrize(("major", "applier"), CELLS)
def test_ended_at_each_statement_it_is_at_a_boundary_and_goes_on(
    course: Course, split: bool, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        if split:
            cut_everywhere(patch)
        undisturbed = course.measure()
    assert (len(undisturbed.batches) > 5) == split
    assert 20 <= len(undisturbed.statements) <= 50
    for statement, end in ways(len(undisturbed.statements)):
        course.start()
        with monkeypatch.context() as patch:
            if split:
                cut_everywhere(patch)
            end(course, statement)
        expected = course.boundaries[course.committed(statement)]
        assert course.catalog() == expected, (statement, end.__name__)
        left = course.plan()
        assert not left.plan.empty
        session = course.bench.session(course.role)
        apply(session, left.plan, left.scope, allow=EVERYTHING)
        assert course.plan().plan.empty, (statement, end.__name__)
        assert course.catalog() == course.boundaries[-1], (statement, end.__name__)


APPLIES = """
import sys
from jwtroles.cli import main
main(["apply", "--database", sys.argv[1], "--spec", sys.argv[2], "--yes", "--allow", "cuts_off"])
"""


@pytest.mark.parametrize("course", ["create"], indirect=True)
@pytest.mark.parametrize(("major", "applier"), CELLS)
def test_after_a_kill_the_next_process_applies_at_once(course: Course, tmp_path: Path):
    """The lock of the project goes with its session: nobody has to clean up."""
    spec = tmp_path / "jwtroles.yaml"
    spec.write_text(FIRST, encoding="utf-8")
    url = course.sandbox.url_for(course.role)
    for number in (1, 30):
        course.start()
        killed = run("-c", KILLED, url, FIRST, "whole", str(number))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        done = run("-c", APPLIES, url, str(spec))
        assert done.returncode == 0, done.stdout + done.stderr
        assert course.plan().plan.empty
