"""Apply on live servers: it does all of the plan or nothing, and says why."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles import applier as applying
from jwtroles.applier import Interrupted
from jwtroles.applier.locks import advisory_key
from jwtroles.errors import ApplyError, Exit, JwtrolesError, Refused
from jwtroles.planner.model import Batch
from jwtroles.reader.connection import connect
from jwtroles.report.problems import render
from tests.live.billing import (
    SCHEMA,
    TEXT,
    changed,
    deploy,
    deployed,
    environment,
    plan,
    run_plan,
    state,
)
from tests.workbench import loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.reader.connection import Connection
    from jwtroles.workflow import Planned
    from tests.servers import Sandbox


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "pause", lambda _attempt: 0.01)


@pytest.fixture
def fresh(sandbox: Sandbox, applier: str, record_case: Callable[[int, str], None]) -> str:
    """Load the example's tables, apply nothing yet, and give the applier's address."""
    sandbox.load(SCHEMA)
    record_case(sandbox.major, applier)
    return sandbox.applier_url(applier)


def told(error: pytest.ExceptionInfo[JwtrolesError]) -> str:
    return render(error.value, color=False, width=100)


def only(error: pytest.ExceptionInfo[JwtrolesError], code: str) -> tuple[str, str]:
    """Return message and details of an error that has one problem of this code."""
    (problem,) = error.value.problems
    assert problem.code.id == code, told(error)
    assert problem.remedy, "every problem says what to do"
    return problem.message, "\n".join(problem.details)


def remedy(error: pytest.ExceptionInfo[JwtrolesError]) -> str:
    return error.value.problems[0].remedy


def who(applier: str) -> str:
    return "postgres" if applier == "superuser" else "deployer"


# Locks.


def test_another_apply_is_named(sandbox, applier, fresh):
    planned = plan(fresh)
    before = state(sandbox)
    holder = sandbox.connect()
    holder.execute("SELECT pg_advisory_lock(%s)", [advisory_key("acme")])
    with pytest.raises(ApplyError) as error:
        run_plan(fresh, planned)
    message, _ = only(error, "JR616")
    assert message == f"pid {holder.info.backend_pid}, postgres is applying acme to this database"
    assert error.value.exit_code == Exit.ERROR
    assert state(sandbox) == before
    holder.execute("SELECT pg_advisory_unlock_all()")
    assert run_plan(fresh, planned).attempts == 1


def test_the_lock_is_one_per_project_and_database(sandbox, fresh):
    sandbox.create_database("other")
    elsewhere = sandbox.connect(database="other")
    elsewhere.execute("SELECT pg_advisory_lock(%s)", [advisory_key("acme")])
    sandbox.connect().execute("SELECT pg_advisory_lock(%s)", [advisory_key("another")])
    assert run_plan(fresh, plan(fresh)).attempts == 1


def test_a_table_that_stays_locked_is_told_with_its_holder(sandbox, applier, fresh):
    planned = plan(fresh)
    before = state(sandbox)
    reader = psycopg.connect(sandbox.url)
    reader.execute("SELECT 1 FROM app.invoices")
    with pytest.raises(ApplyError) as error:
        run_plan(fresh, planned, lock_timeout="10ms")
    message, details = only(error, "JR615")
    assert message.startswith("could not lock app.invoices in 5 tries (")
    holder = f"held by pid {reader.info.backend_pid}, postgres"
    if applier == "superuser":
        assert details == f"{holder}, idle in transaction for {details.split()[-2]} s"
    else:
        assert details == f"{holder} (pg_read_all_stats shows what it does)"
    assert error.value.footer == "Nothing was changed."
    assert state(sandbox) == before
    reader.close()
    assert run_plan(fresh, planned).attempts == 1


def test_a_lock_that_is_released_meanwhile_only_costs_attempts(
    sandbox, fresh, monkeypatch: pytest.MonkeyPatch
):
    planned = plan(fresh)
    reader = psycopg.connect(sandbox.url)
    reader.execute("SELECT 1 FROM app.invoices")
    tries = []

    def pause(attempt: int) -> float:
        tries.append(attempt)
        if attempt == 1:
            reader.close()
        return 0.0

    monkeypatch.setattr(applying, "pause", pause)
    assert run_plan(fresh, planned, lock_timeout="10ms").attempts == 3
    assert tries == [0, 1]
    assert plan(fresh).plan.empty


def test_two_applies_at_once(sandbox, fresh):
    one, two = plan(fresh), plan(fresh)
    errors: list[ApplyError] = []

    def meanwhile(stage: str, done: int, _of: int) -> None:
        if stage == "statement" and done == 3:
            with pytest.raises(ApplyError) as error:
                run_plan(fresh, two)
            errors.append(error.value)

    with connect(fresh) as connection:
        pid = connection.info.backend_pid
        applying.apply(connection, one.plan, one.scope, progress=meanwhile)
    assert [error.problems[0].code.id for error in errors] == ["JR616"]
    assert f"pid {pid}, " in errors[0].problems[0].message
    with pytest.raises(Refused) as stale:
        run_plan(fresh, two)
    only(stale, "JR611")
    assert plan(fresh).plan.empty


# A plan is bound to what it was made from.


MOVES = {
    "ALTER POLICY jr_member_update ON app.invoices USING (true)": (
        "policy jr_member_update on app.invoices\taltered"
    ),
    "GRANT DELETE ON app.invoices TO member": "delete on app.invoices for member\tadded",
    "REVOKE SELECT ON app.plans FROM member": "select on app.plans for member\tgone",
    "ALTER TABLE app.customers ADD COLUMN phone text": "app.customers\tcolumn phone added",
    "ALTER TABLE app.customers DROP COLUMN notes": "app.customers\tcolumn notes gone",
    "CREATE TABLE app.late (tenant_id uuid)": "app.late\tadded",
    "ALTER ROLE auditor CONNECTION LIMIT 5": "role auditor\tconnection limit -1 → 5",
    "ALTER ROLE auditor CREATEDB": "role auditor\tcreatedb no → yes",
    "CREATE ROLE bot LOGIN; GRANT SELECT ON app.plans TO bot": (
        "bot can select app.plans today; with row security on it will see no row"
    ),
}


def test_a_stale_plan_is_refused_and_says_what_moved(sandbox, applier, record_case):
    url = deployed(sandbox, applier)
    text = changed(
        ("      app.plans: {select: all}\n", '      app.plans: {select: {rows: "price > 0"}}\n'),
        ("update: [name, email, notes, archived]", "update: [name, email]"),
    )
    for move, moved in MOVES.items():
        planned = plan(url, text)
        assert planned.plan.statements
        sandbox.run_sql(move)
        before = state(sandbox)
        with pytest.raises(Refused) as error:
            run_plan(url, planned)
        message, details = only(error, "JR611")
        assert message == "stale: dev has changed since this plan was made"
        assert moved in details.splitlines(), (move, details)
        assert "jwtroles plan --env dev" in told(error)
        assert error.value.exit_code == Exit.REFUSED
        assert state(sandbox) == before, move
        sandbox.run_sql(
            "DROP TABLE IF EXISTS app.late; ALTER TABLE app.customers ADD COLUMN IF NOT EXISTS"
            " notes text, DROP COLUMN IF EXISTS phone; ALTER ROLE auditor NOCREATEDB"
        )
        deploy(url)
    record_case(sandbox.major, applier)


# Statements that fail, and statements that have no effect.

REFUSES = """
CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {when} THEN RAISE EXCEPTION 'not on a Friday' USING HINT = 'wait for Monday'; END IF;
END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('{tag}') EXECUTE FUNCTION
public.refuse();
"""


def test_a_statement_that_the_server_refuses_is_mapped_to_the_file(sandbox, fresh):
    when = "EXISTS (SELECT FROM pg_policy WHERE polname = 'jr_billing_admin_delete')"
    sandbox.run_sql(REFUSES.format(when=when, tag="CREATE POLICY"))
    planned = plan(fresh)
    before = state(sandbox)
    with pytest.raises(ApplyError) as error:
        run_plan(fresh, planned)
    message, details = only(error, "JR618")
    assert message == "the server refused a statement: not on a Friday (P0001)"
    assert details.startswith("CREATE POLICY jr_billing_admin_delete ON app.invoices ")
    assert "wait for Monday" in details
    place = error.value.problems[0].place
    assert "delete: {rows: unpaid}" in TEXT.splitlines()[place.line - 1]
    assert error.value.footer == "Rolled back: nothing was changed."
    assert error.value.exit_code == Exit.ERROR
    assert state(sandbox) == before
    sandbox.run_sql("DROP EVENT TRIGGER refuse")
    assert run_plan(fresh, planned).attempts == 1


def test_what_a_role_of_the_file_passed_on_goes_with_a_word(sandbox, applier, record_case):
    url = deployed(
        sandbox, applier, before="CREATE ROLE friend; CREATE ROLE pal; CREATE ROLE other"
    )
    sandbox.run_sql(
        "GRANT USAGE ON SCHEMA app TO friend;"
        "GRANT SELECT ON app.plans TO member WITH GRANT OPTION;"
        "SET ROLE member; GRANT SELECT ON app.plans TO other;"
        "GRANT SELECT ON app.plans TO friend WITH GRANT OPTION;"
        "SET ROLE friend; GRANT SELECT ON app.plans TO pal; RESET ROLE;"
        "GRANT SELECT ON app.plans TO other"
    )
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        deploy(url)
    message, details = only(error, "JR622")
    assert message == "not allowed in dev: 2 roles are cut off"
    assert details.splitlines() == [
        f"! {role} can select app.plans because member passed it on, which it loses"
        for role in ("friend", "pal")
    ]
    assert state(sandbox) == before
    deploy(url, allow=("cuts_off",))
    can = """SELECT r, has_table_privilege(r, 'app.plans', 'SELECT')
             FROM unnest('{friend,pal,other}'::text[]) AS r"""
    assert sandbox.rows(can) == [("friend", False), ("pal", False), ("other", True)]
    assert plan(url).plan.empty
    record_case(sandbox.major, applier)


def test_a_role_that_owns_something_is_not_dropped(sandbox, applier, record_case):
    url = deployed(sandbox, applier)
    sandbox.run_sql("CREATE SCHEMA theirs AUTHORIZATION auditor")
    text = changed(
        ("  - {claim: roles, contains: auditor, role: auditor}\n", ""), (AUDITOR, ""), (AUDITS, "")
    )
    before = state(sandbox)
    with pytest.raises(ApplyError) as error:
        deploy(url, text, allow=("destroys",))
    message, details = only(error, "JR618")
    assert message.startswith('the server refused a statement: role "auditor" cannot be dropped')
    assert details.splitlines() == ["DROP ROLE auditor", "owner of schema theirs"]
    assert state(sandbox) == before
    sandbox.run_sql("DROP SCHEMA theirs")
    deploy(url, text, allow=("destroys",))
    assert plan(url, text).plan.empty
    record_case(sandbox.major, applier)


AUDITOR = TEXT[TEXT.index("  auditor:\n") : TEXT.index("views:\n")]
AUDITS = TEXT[
    TEXT.index("  - name: an auditor reads") : TEXT.index("  - name: a token without a role")
]


UNDOES = """
CREATE FUNCTION public.undo() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF (SELECT relrowsecurity FROM pg_class WHERE oid = 'app.customers'::regclass) THEN
    ALTER TABLE app.customers DISABLE ROW LEVEL SECURITY;
  END IF;
END $$;
CREATE EVENT TRIGGER undo ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION
public.undo();
"""


def test_the_proof_notices_what_an_event_trigger_undoes(sandbox, fresh):
    sandbox.run_sql(UNDOES)
    planned = plan(fresh)
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        run_plan(fresh, planned)
    message, details = only(error, "JR620")
    assert message == "the database did not become what the plan says; rolled back"
    assert details == "ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY\thad no effect"
    assert error.value.exit_code == Exit.REFUSED
    assert state(sandbox) == before
    sandbox.run_sql("DROP EVENT TRIGGER undo")
    assert run_plan(fresh, planned).attempts == 1


def without(planned: Planned, *words: str) -> Planned:
    """Return a plan that leaves out the one statement that begins with these words."""
    left = tuple(s for s in planned.plan.statements if not s.sql.startswith(words))
    assert len(left) == len(planned.plan.statements) - 1
    return replace(planned, plan=replace(planned.plan, batches=(Batch(left),)))


LEFT_OUT = [
    "CREATE POLICY jr_floor ON app.invoices ",
    "ALTER TABLE app.audit_events_2026 ENABLE",
    "GRANT SELECT (id, name, tenant_id) ON app.customers TO member",
    "GRANT invoice_reader TO member",
    'INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (3,',
    "REVOKE ALL ON FUNCTION app.invoice_total(month date) FROM PUBLIC",
    "REVOKE CREATE ON SCHEMA app FROM acme_view_customer_directory",
]


def test_the_proof_notices_a_statement_that_is_left_out(sandbox, fresh):
    planned = plan(fresh)
    before = state(sandbox)
    for words in LEFT_OUT:
        with pytest.raises(Refused) as error:
            run_plan(fresh, without(planned, words))
        only(error, "JR620")
        assert state(sandbox) == before, words
    assert run_plan(fresh, planned).attempts == 1


BY_ETL = """
CREATE ROLE etl LOGIN;
GRANT USAGE ON SCHEMA app TO etl;
GRANT SELECT ON app.customers TO etl WITH GRANT OPTION;
"""
GRANTED = "SET ROLE etl; GRANT SELECT ON app.customers TO invoice_reader"


def test_a_grant_by_somebody_else_is_revoked_as_who_granted_it(sandbox, applier, record_case):
    url = deployed(sandbox, applier, before=BY_ETL)
    sandbox.run_sql(GRANTED)
    if applier == "createrole":
        before = state(sandbox)
        with pytest.raises(Refused) as error:
            deploy(url)
        message, details = only(error, "JR605")
        assert message == "deployer cannot run 1 of the 1 statements"
        assert details == (
            "REVOKE SELECT ON app.customers FROM invoice_reader\t"
            "needs: etl, who granted it: only etl can revoke it"
        )
        assert "as an administrator:  GRANT etl TO deployer" in told(error)
        assert state(sandbox) == before
        sandbox.run_sql("GRANT etl TO deployer")
    deploy(url)
    assert plan(url).plan.empty
    held = "SELECT has_table_privilege('invoice_reader', 'app.customers', 'SELECT')"
    assert sandbox.rows(held) == [(False,)]
    assert sandbox.rows("SELECT has_table_privilege('etl', 'app.customers', 'SELECT')") == [(True,)]
    record_case(sandbox.major, applier)


def test_a_revoke_by_the_wrong_grantor_is_told_with_the_right_one(sandbox, applier, record_case):
    url = deployed(sandbox, applier, before=BY_ETL)
    sandbox.run_sql(GRANTED)
    planned = plan(url)
    wrong = [replace(one, as_role=None, needs=()) for one in planned.plan.statements]
    planned = replace(planned, plan=replace(planned.plan, batches=(Batch(tuple(wrong)),)))
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        run_plan(url, planned)
    _, details = only(error, "JR620")
    assert details.splitlines() == [
        "REVOKE SELECT ON app.customers FROM invoice_reader\thad no effect",
        "  this SELECT was granted by `etl`; only etl (or a member of it) can revoke it",
    ]
    assert f"= run as etl, or grant etl to {who(applier)}" in told(error)
    assert state(sandbox) == before
    record_case(sandbox.major, applier)


# Preflight: what the applying role lacks.

LACKS = {
    "owner": (
        "REVOKE app_owner FROM deployer",
        (
            "CREATE POLICY jr_auditor_select ON app.customers FOR SELECT TO auditor USING (true)\t"
            "needs: owner of app.customers (app_owner)"
        ),
        "GRANT app_owner TO deployer;",
    ),
    "createrole": (
        "ALTER ROLE deployer NOCREATEROLE",
        "CREATE ROLE auditor NOLOGIN\tneeds: CREATEROLE",
        "ALTER ROLE deployer CREATEROLE;",
    ),
    "create": (
        "ALTER DATABASE sandbox OWNER TO postgres; REVOKE CREATE ON DATABASE sandbox FROM deployer",
        "CREATE SCHEMA jwtroles AUTHORIZATION acme_jwtroles\tneeds: CREATE on the database",
        "GRANT CREATE ON DATABASE sandbox TO deployer;",
    ),
}


@pytest.mark.parametrize("right", LACKS)
def test_a_missing_right_is_told_before_the_first_statement(sandbox, right):
    take, detail, remedy = LACKS[right]
    sandbox.load(SCHEMA)
    url = sandbox.make_deployer()
    sandbox.run_sql(take)
    sandbox.run_sql("GRANT USAGE ON SCHEMA app TO deployer")
    planned = plan(url)
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        run_plan(url, planned)
    message, details = only(error, "JR605")
    assert message.startswith("deployer cannot run ")
    assert detail in details.splitlines(), details
    assert remedy in error.value.problems[0].remedy
    assert error.value.exit_code == Exit.REFUSED
    assert state(sandbox) == before
    sandbox.run_sql(error.value.problems[0].remedy.removeprefix("as an administrator:"))
    deploy(url)
    assert plan(url).plan.empty, "what the remedy says is enough"


def test_many_statements_that_one_grant_lets_run_are_a_few_lines(sandbox):
    sandbox.load(SCHEMA)
    url = sandbox.make_deployer()
    sandbox.run_sql("GRANT USAGE ON SCHEMA app TO deployer; REVOKE app_owner FROM deployer")
    planned = plan(url)
    owners = [s for s in planned.plan.statements if "app_owner" in {n.role for n in s.needs}]
    with pytest.raises(Refused) as error:
        run_plan(url, planned)
    message, details = only(error, "JR605")
    *shown, more = details.splitlines()
    assert message.startswith(f"deployer cannot run {len(owners)} of the ")
    assert (len(shown), more) == (5, f"and {len(owners) - 5} more")
    assert all(line.endswith("(app_owner)") for line in shown)


def test_a_member_of_the_owner_that_does_not_inherit(sandbox):
    sandbox.load(SCHEMA)
    url = sandbox.make_deployer()
    if sandbox.major >= 16:
        sandbox.run_sql("GRANT app_owner TO deployer WITH INHERIT FALSE")
    else:
        sandbox.run_sql("ALTER ROLE deployer NOINHERIT")
    sandbox.run_sql("GRANT USAGE ON SCHEMA app TO deployer")
    with pytest.raises(Refused) as error:
        deploy(url)
    only(error, "JR605")
    sandbox.run_sql(error.value.problems[0].remedy.removeprefix("as an administrator:"))
    deploy(url)


def test_a_role_of_somebody_else_needs_admin_on_16(sandbox):
    url = deployed(sandbox, "createrole", before="CREATE ROLE crew; CREATE ROLE extra")
    sandbox.run_sql("GRANT auditor TO invoice_reader")
    sandbox.run_sql("COMMENT ON ROLE extra IS 'once a role of the file [jwtroles: acme]'")
    before = state(sandbox)
    if sandbox.major < 16:
        deploy(url, allow=("destroys",))
        assert sandbox.rows("SELECT 1 FROM pg_roles WHERE rolname = 'extra'") == []
        assert sandbox.rows("SELECT pg_has_role('invoice_reader', 'auditor', 'MEMBER')") == [
            (False,)
        ]
        return
    with pytest.raises(Refused) as error:
        deploy(url, allow=("destroys",))
    _, details = only(error, "JR605")
    assert sorted(details.splitlines()) == [
        "DROP ROLE extra\tneeds: ADMIN OPTION on extra",
        (
            "REVOKE auditor FROM invoice_reader GRANTED BY postgres\t"
            "needs: the rights of postgres, who granted it"
        ),
    ]
    assert "GRANT extra TO deployer WITH ADMIN OPTION;" in error.value.problems[0].remedy
    assert state(sandbox) == before


def test_a_right_that_is_lost_after_planning(sandbox):
    sandbox.load(SCHEMA)
    url = sandbox.make_deployer()
    planned = plan(url)
    sandbox.run_sql("REVOKE app_owner FROM deployer; GRANT USAGE ON SCHEMA app TO deployer")
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        run_plan(url, planned)
    only(error, "JR605")
    assert state(sandbox) == before


# Effects.

BOT = "CREATE ROLE bot LOGIN; GRANT USAGE ON SCHEMA app TO bot; GRANT SELECT ON app.invoices TO bot"


def test_cutting_off_another_role_needs_a_word(sandbox, fresh):
    sandbox.run_sql(BOT)
    sandbox.run_sql("REVOKE EXECUTE ON FUNCTION app.invoice_age(date) FROM PUBLIC")
    planned = plan(fresh, name="production")
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        run_plan(fresh, planned)
    message, details = only(error, "JR622")
    assert message == "not allowed in production: 1 role is cut off"
    assert details == "! bot can select app.invoices today; with row security on it will see no row"
    remedy = error.value.problems[0].remedy
    assert remedy.startswith("production allows tightens, neutral, loosens (jwtroles.yaml:")
    assert "once: --allow cuts_off " in remedy
    assert error.value.exit_code == Exit.REFUSED
    assert state(sandbox) == before
    run_plan(fresh, planned, allow=("cuts_off",))


def test_destroying_needs_a_word(sandbox, applier, record_case):
    url = deployed(sandbox, applier)
    start, end = TEXT.index("queries:\n"), TEXT.index("tests:\n")
    text = TEXT[:start] + TEXT[end:]
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        deploy(url, text)
    message, details = only(error, "JR622")
    assert message == "not allowed in dev: 2 changes destroy"
    assert sorted(details.splitlines()) == [
        "- function app.invoice_total(month date)\tnot in the file",
        "- role acme_query_invoice_total\tnot in the file",
    ]
    assert state(sandbox) == before
    deploy(url, text, allow=("destroys",))
    assert plan(url, text).plan.empty
    record_case(sandbox.major, applier)


def test_loosening_needs_a_word_where_the_environment_says_so(sandbox, applier, record_case):
    url = deployed(sandbox, applier)
    text = changed(
        ("  dev:\n", "  dev:\n    allow: [tightens, neutral]\n"),
        ("rows: own and unpaid", "rows: own"),
    )
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        deploy(url, text)
    message, details = only(error, "JR622")
    assert message == "not allowed in dev: 1 change loosens"
    assert details == "~ policy jr_member_update on app.invoices"
    assert state(sandbox) == before
    deploy(url, text, allow=("loosens",))
    record_case(sandbox.major, applier)


# Interrupted, killed, cut off.


def test_interrupted_at_any_point_nothing_is_changed(sandbox, fresh):
    planned = plan(fresh)
    total = len(planned.plan.statements)
    before = state(sandbox)
    points = [("locked", 1), ("unchanged", 1), ("proved", 1)]
    points += [("statement", done) for done in (1, *range(10, total, 16), total)]
    with connect(fresh) as connection:
        for point in points:

            def interrupt(stage: str, done: int, _of: int, point: tuple[str, int] = point) -> None:
                if (stage, done) == point:
                    raise KeyboardInterrupt

            with pytest.raises(Interrupted) as error:
                applying.apply(connection, planned.plan, planned.scope, progress=interrupt)
            assert error.value.exit_code == Exit.INTERRUPTED == 130
            done = {"proved": total, "statement": point[1]}.get(point[0], 0)
            said = (
                f"Interrupted after {done} of {total} statements. Rolled back: nothing was changed."
            )
            assert told(error) == said
            assert state(sandbox) == before, point
        applying.apply(connection, planned.plan, planned.scope)
    assert plan(fresh).plan.empty


def test_interrupted_after_the_commit_is_told_as_it_is(sandbox, fresh):
    planned = plan(fresh)

    def interrupt(stage: str, _done: int, _of: int) -> None:
        if stage == "committed":
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as error:
        run_plan(fresh, planned, progress=interrupt)
    total = len(planned.plan.statements)
    assert told(error) == f"Interrupted after the commit: all {total} statements were applied."
    assert plan(fresh).plan.empty


@pytest.mark.parametrize("arrives", [False, True], ids=["not sent", "done"])
def test_interrupted_at_the_commit_the_server_is_asked(
    sandbox, fresh, monkeypatch: pytest.MonkeyPatch, arrives
):
    planned = plan(fresh)
    before = state(sandbox)
    total = len(planned.plan.statements)
    with connect(fresh) as connection:
        execute = connection.execute

        def interrupted(query: Any, *arguments: Any) -> Any:
            if query != "COMMIT":
                return execute(query, *arguments)
            if arrives:
                execute(query)
            raise KeyboardInterrupt

        monkeypatch.setattr(connection, "execute", interrupted)
        with pytest.raises(Interrupted) as error:
            applying.apply(connection, planned.plan, planned.scope)
    if arrives:
        assert told(error) == f"Interrupted after the commit: all {total} statements were applied."
        assert plan(fresh).plan.empty
    else:
        said = f"Interrupted after {total} of {total} statements. Rolled back: nothing was changed."
        assert told(error) == said
        assert state(sandbox) == before


def test_interrupted_between_two_tries(sandbox, fresh, monkeypatch: pytest.MonkeyPatch):
    def interrupt(_attempt: int) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(applying, "pause", interrupt)
    before = state(sandbox)
    sandbox.connect().execute("BEGIN; SELECT 1 FROM app.invoices")
    with pytest.raises(Interrupted) as error:
        deploy(fresh, lock_timeout="10ms")
    assert told(error).endswith("Rolled back: nothing was changed.")
    assert state(sandbox) == before


APPLIES = """
import os, signal, sys
from pathlib import Path
from jwtroles.applier import apply
from tests.live.billing import deploy

def stop(stage, done, of):
    if (stage, str(done)) == (sys.argv[2], sys.argv[3]):
        os.kill(os.getpid(), signal.Signals[sys.argv[4]])

deploy(sys.argv[1], progress=stop)
"""


def apply_and_stop(url: str, stage: str, done: int, by: str) -> int:
    """Apply in a process of its own, which is sent a signal at a stage; return how it ended."""
    arguments = [sys.executable, "-c", APPLIES, url, stage, str(done), by]
    root = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    done_ = subprocess.run(arguments, cwd=root, env=environ, capture_output=True, check=False)
    return done_.returncode


def wait_until_gone(sandbox: Sandbox) -> None:
    """Wait for the server to notice that the client is gone, and roll back."""
    query = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'jwtroles'"
    for _ in range(500):
        if not sandbox.rows(query):
            return
        time.sleep(0.02)
    raise AssertionError("the server still has a session of a client that was killed")


def wait_until_ended(pid: int) -> None:
    """Wait until a process of the server is gone: what it said can be read, and nothing sent."""
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("the server has not ended the session")


def test_killed_at_any_point_it_is_nothing_or_all(sandbox, fresh):
    before = state(sandbox)
    for stage, done in (("statement", 20), ("proved", 1)):
        assert apply_and_stop(fresh, stage, done, "SIGKILL") == -signal.SIGKILL
        wait_until_gone(sandbox)
        assert state(sandbox) == before, (stage, done)
    assert apply_and_stop(fresh, "committed", 1, "SIGKILL") == -signal.SIGKILL
    wait_until_gone(sandbox)
    assert plan(fresh).plan.empty, "a transaction that was committed is there, whole"


def test_killed_and_applied_again(sandbox, fresh):
    assert apply_and_stop(fresh, "statement", 90, "SIGKILL") == -signal.SIGKILL
    wait_until_gone(sandbox)
    deploy(fresh)
    assert plan(fresh).plan.empty


def test_a_session_that_is_ended_is_a_clear_error(sandbox, fresh):
    planned = plan(fresh)
    before = state(sandbox)
    for at in (("unchanged", 1), ("statement", 12), ("proved", 1)):
        with connect(fresh) as connection:
            pid = connection.info.backend_pid

            def end(stage: str, done: int, _of: int, at: object = at, pid: int = pid) -> None:
                if (stage, done) == at:
                    sandbox.rows(f"SELECT pg_terminate_backend({pid}, 5000)")

            with pytest.raises(ApplyError) as error:
                applying.apply(connection, planned.plan, planned.scope, progress=end)
        message, _ = only(error, "JR617")
        total = len(planned.plan.statements)
        done = {"proved": total, "unchanged": 0}.get(at[0], at[1])
        ended = "terminating connection due to administrator command (57P01)"
        assert message == f"the connection was lost after {done} of {total} statements: {ended}"
        assert error.value.footer == "Rolled back: nothing was changed."
        assert error.value.exit_code == Exit.ERROR
        assert state(sandbox) == before


def test_a_timeout_that_ends_the_session_is_named(sandbox, fresh):
    planned = plan(fresh)
    ends = {"idle_in_transaction_session_timeout": "25P03"}
    if sandbox.major >= 17:
        ends["transaction_timeout"] = "25P04"
    for setting, sqlstate in ends.items():
        with connect(fresh) as connection:

            def short(
                stage: str,
                _done: int,
                _of: int,
                setting: str = setting,
                connection: Connection = connection,
            ) -> None:
                if stage == "unchanged":
                    connection.execute(f"SET LOCAL {setting} = '1s'".encode())
                    wait_until_ended(connection.info.backend_pid)

            with pytest.raises(ApplyError) as error:
                applying.apply(connection, planned.plan, planned.scope, progress=short)
        message, _ = only(error, "JR617")
        assert message.startswith("the connection was lost after 0 of ")
        assert f"timeout ({sqlstate})" in message
        assert remedy(error).endswith(f"export PGOPTIONS='-c {setting}=0'")


def test_a_statement_that_takes_too_long_is_told_with_the_setting(sandbox, fresh):
    planned = plan(fresh)
    with psycopg.connect(sandbox.url) as busy, connect(fresh) as connection:
        busy.execute("LOCK TABLE app.invoices IN ACCESS SHARE MODE")

        def short(stage: str, _done: int, _of: int) -> None:
            if stage == "unchanged":
                connection.execute("SET LOCAL statement_timeout = '50ms'")

        with pytest.raises(ApplyError) as error:
            applying.apply(connection, planned.plan, planned.scope, progress=short)
    message, _ = only(error, "JR618")
    assert message.endswith("(57014)")
    assert remedy(error).endswith("export PGOPTIONS='-c statement_timeout=0'")


# Nothing is left behind.


def test_what_is_borrowed_is_given_back(sandbox, applier, record_case):
    url = deployed(sandbox, applier)
    text = changed(("regexp_replace(email, '^[^@]+', '***')", "left(email, 1)"))
    for _ in range(2):
        memberships = """
            SELECT r.rolname, m.rolname, a.admin_option,
                   to_jsonb(a) ->> 'inherit_option', to_jsonb(a) ->> 'set_option'
            FROM pg_auth_members AS a JOIN pg_roles AS r ON r.oid = roleid
            JOIN pg_roles AS m ON m.oid = member
            WHERE m.rolname IN ('postgres', 'deployer') AND r.rolname <> 'app_owner'"""
        left = sandbox.rows(memberships)
        made = sandbox.rows(
            "SELECT rolname FROM pg_roles WHERE rolname ~ '^(acme|auditor|billing)'"
        )
        if applier == "superuser" or sandbox.major < 16:
            assert left == []
        else:  # the creator's own, which it cannot give back
            assert {row[0] for row in left} >= {name for (name,) in made}
            assert {row[1:] for row in left} == {("deployer", True, "false", "false")}
        create = """
            SELECT n.nspname, r.rolname FROM pg_namespace AS n, pg_roles AS r
            WHERE n.nspname IN ('app', 'jwtroles') AND NOT r.rolsuper
              AND has_schema_privilege(r.oid, n.oid, 'CREATE')"""
        owners = {("app", "app_owner"), ("jwtroles", "acme_jwtroles")}
        deployer = {("app", "deployer")} if applier == "createrole" else set()
        assert set(sandbox.rows(create)) == owners | deployer
        deploy(url, text)  # which takes the view's role again
    assert plan(url, text).plan.empty
    record_case(sandbox.major, applier)


MEANT_AND_PRINTED = r"""default_transaction_isolation = serializable
default_transaction_read_only = on
search_path = app, public
row_security = off
client_encoding = SQL_ASCII
standard_conforming_strings = off
quote_all_identifiers = on
DateStyle = German, DMY
IntervalStyle = sql_standard
TimeZone = 'Asia/Kolkata'
transform_null_equals = on
bytea_output = escape
extra_float_digits = -15
array_nulls = off
"""
LITERALS = r"""status <> 'paid' and issued_on > '02/03/2026'
    and issued_on > timestamptz '2026-02-03 01:02' and (issued_on = null) is not true
    and note <> 'a\\b' and note::bytea <> '\\001' and interval '-1 2:03' < interval '1 day'
    and total::float8 > float8 '0.12345678'
    and note <> all ('{null}'::text[])"""


def test_the_settings_of_the_session_do_not_matter(sandbox, applier, fresh):
    """Two logins, of which one has settings by which literals are read and printed otherwise."""
    user, session = who(applier), sandbox.connect()
    for line in MEANT_AND_PRINTED.splitlines():
        name, value = line.split(" = ")
        session.execute(f"ALTER ROLE {user} SET {name} = {value}")
    text = changed(("status <> 'paid'", f'"{" ".join(LITERALS.split())}"'))
    deploy(fresh, text)
    there = plan(fresh, text).plan
    session.execute(f"ALTER ROLE {user} RESET ALL")
    here = plan(fresh, text).plan
    assert there.empty
    assert here.empty
    assert there.fingerprint == here.fingerprint
    stored = "SELECT count(*) FROM pg_policies WHERE qual ~ %s"
    for part in (
        "2026-02-03'::date",
        "2026-02-03 01:02:00",
        "issued_on = NULL::date",
        "0.12345678",
    ):
        assert session.execute(stored, [re.escape(part)]).fetchone() != (0,), part


def test_the_environment_of_the_example_is_found():

    assert environment(loaded(TEXT), "production").name == "production"
