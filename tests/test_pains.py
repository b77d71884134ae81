"""What the folders of cases/pains need beside the loop of test_cases.py."""

from __future__ import annotations

import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.pages import text_of
from tests.test_cases import CASES, FOLDERS, SCHEMA, Case
from tests.workbench import EVERYTHING

if TYPE_CHECKING:
    from tests.servers import Sandbox

PAINS = [case for case in FOLDERS if case.kind == "pains"]
THREAD = re.compile(r"^-- [\w.-]+/[\w.-]+ \d+", re.MULTILINE)


def test_each_pain_has_a_line_in_the_manual() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", text_of("docs/pains.md")))
    folders = {case.folder.name for case in PAINS}
    assert folders - named == set(), "not in docs/pains.md"
    assert {name for name in named if "_" in name} - folders == set(), "no such folder"


@pytest.mark.parametrize("case", PAINS, ids=lambda case: case.folder.name)
def test_each_pain_names_its_thread_and_has_a_past(case: Case) -> None:
    assert THREAD.search(case.files.get("before.sql", "")), "repository and number of the thread"
    assert case.before != SCHEMA.read_text("utf-8")
    nothing_done = case.first is not None or "error.txt" in case.files
    assert nothing_done or case.without != case.before


def slow(tables: int) -> str:
    before = Case(CASES / "pains" / "plans_that_take_minutes").before
    text = before.replace("tables constant int := 25", f"tables constant int := {tables}")
    assert text != before
    return text


def sent(url: str, case: Case) -> int:
    """Return how many statements a plan sends, as libpq writes them to its trace."""
    with connect(url) as connection, tempfile.TemporaryFile() as trace:
        connection.pgconn.trace(trace.fileno())
        make_plan(connection, case.spec(), None)
        connection.pgconn.untrace()
        trace.seek(0)
        return len(re.findall(rb"\tF\t\d+\t(?:Query|Parse)\t", trace.read()))


def test_a_plan_sends_as_many_statements_for_60_tables_as_for_3(sandbox: Sandbox) -> None:
    case = Case(CASES / "pains" / "plans_that_take_minutes")
    counts = []
    for tables in (3, 60):
        url = sandbox.create_database(f"of_{tables}")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET client_min_messages = error")
            connection.execute(roles_once(slow(tables)).encode())
        counts.append(sent(url, case))
    assert counts[0] == counts[1]
    assert 0 < counts[0] < 15


def roles_once(text: str) -> str:
    """Make CREATE ROLE do nothing where the role is there already."""
    made = r"""DO $$ BEGIN IF to_regrole('\1') IS NULL THEN CREATE ROLE \1; END IF; END $$;"""
    return re.sub(r"(?m)^CREATE ROLE (\w+) NOLOGIN;$", made, text)


WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""


def test_a_grant_of_somebody_else_at_the_same_moment(sandbox: Sandbox) -> None:
    """Their GRANT commits while ours waits for its row in pg_class: ours is tried again."""
    case = Case(CASES / "pains" / "many_grants_on_one_object")
    sandbox.run_sql(case.before + "CREATE ROLE stranger;")
    with connect(sandbox.url) as ours, ThreadPoolExecutor(1) as pool:
        planned = make_plan(ours, case.spec(), None)
        with psycopg.connect(sandbox.url) as theirs:
            theirs.execute("GRANT SELECT ON app.orders TO stranger")
            done = pool.submit(apply, ours, planned.plan, planned.scope, allow=EVERYTHING)
            deadline = time.monotonic() + 10
            while not sandbox.rows(WAITING)[0][0]:
                assert time.monotonic() < deadline
                assert not done.done(), done.result()
                time.sleep(0.01)
        assert done.result().attempts == 2
        assert make_plan(ours, case.spec(), None).plan.empty
    assert sandbox.rows("SELECT has_table_privilege('stranger', 'app.orders', 'SELECT')") == [
        (True,)
    ]


def test_two_applies_at_once(sandbox: Sandbox) -> None:
    """One of them applies; the other is told so, or finds nothing left to do."""
    case = Case(CASES / "pains" / "many_grants_on_one_object")
    sandbox.run_sql(case.before)

    def run() -> str:
        with connect(sandbox.url) as connection:
            planned = make_plan(connection, case.spec(), None)
            try:
                apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
            except Exception as error:
                return str(error)[1:6]
            return "applied" if planned.plan.steps else "nothing to do"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(lambda _: run(), range(2)))
    assert outcomes[-1] in {"applied", "nothing to do"}
    assert "applied" in outcomes
    assert set(outcomes) <= {"applied", "nothing to do", "JR611", "JR616"}
    with connect(sandbox.url) as connection:
        assert make_plan(connection, case.spec(), None).plan.empty
