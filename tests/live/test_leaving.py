"""Leaving a database: released, all access stays; uninstalled, nothing of it does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jwtroles.applier import apply, check_allowed
from jwtroles.errors import CompileError, Refused
from jwtroles.leaving import make_release, make_uninstall
from jwtroles.reader.connection import connect
from jwtroles.report.text import render_plan
from tests.live.billing import (
    LOGIN,
    ROWS,
    SCHEMA,
    acting,
    changed,
    deploy,
    environment,
    plan,
    state,
)
from tests.live.splitting import cut_everywhere
from tests.workbench import loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.planner.model import Plan
    from jwtroles.workflow import Planned
    from tests.servers import Sandbox

EXEMPT = changed(
    ("  connect_as: acme_authenticator\n", "  connect_as: acme_authenticator\n  exempt: [bot]\n")
)
BOT = "CREATE ROLE bot LOGIN; GRANT USAGE ON SCHEMA app TO bot; GRANT SELECT ON app.invoices TO bot"
EVERYTHING = ("destroys", "cuts_off")

ACCESS = """
    SELECT 'table', c.oid::regclass::text, c.relacl::text, c.relrowsecurity::text FROM pg_class AS c
    WHERE c.relnamespace = 'app'::regnamespace
    UNION ALL SELECT 'column', attrelid::regclass::text, attname, attacl::text FROM pg_attribute
    WHERE attacl IS NOT NULL AND attrelid >= 16384
    UNION ALL SELECT 'policy', tablename, policyname, concat(roles, cmd, qual, with_check)
    FROM pg_policies
    UNION ALL SELECT 'role', rolname, rolcanlogin::text, '' FROM pg_roles
    UNION ALL SELECT 'member', roleid::regrole::text, member::regrole::text, '' FROM pg_auth_members
    ORDER BY 1, 2, 3, 4
"""


def leave(url: str, make: Callable[..., Planned], text: str = EXEMPT, **options: bool) -> Plan:
    """Plan to leave, apply that, and return the plan."""
    spec = loaded(text)
    with connect(url) as connection:
        planned = make(connection, spec, environment(spec), **options)
        apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
        assert make(connection, spec, environment(spec), **options).plan.empty, "once is enough"
    return planned.plan


def text_of(plan: Plan) -> str:
    return render_plan(plan, loaded(EXEMPT), color=False, width=100, verbose=False)


@pytest.fixture
def installed(sandbox: Sandbox, applier: str, record_case: Callable[[int, str], None]) -> str:
    sandbox.run_sql("CREATE ROLE bot LOGIN")
    sandbox.load(SCHEMA)
    sandbox.run_sql(ROWS)
    url = sandbox.applier_url(applier)
    sandbox.run_sql(BOT.partition(";")[2])
    deploy(url, EXEMPT, allow=EVERYTHING)
    record_case(sandbox.major, applier)
    return url


def test_released_everybody_keeps_what_they_have(sandbox, installed):
    before = sandbox.rows(ACCESS)
    released = leave(installed, make_release)
    assert {effect.value for effect in released.effects()} == {"neutral"}
    assert all(
        "COMMENT ON" in s.sql or " FROM " in s.sql or " TO " in s.sql for s in released.statements
    )  # and memberships that are borrowed
    assert sandbox.rows(ACCESS) == before
    with acting(sandbox, "member") as member:
        assert member.rows("SELECT id FROM app.invoices ORDER BY id") == [(1,), (2,), (4,)]
    marked = "SELECT 1 FROM pg_description WHERE description LIKE '%[jwtroles:%'"
    assert sandbox.rows(marked) == []
    assert sandbox.rows(marked.replace("pg_description", "pg_shdescription")) == []
    with pytest.raises(CompileError) as error:
        plan(installed, EXEMPT)
    roles = [p.message.split()[1] for p in error.value.problems if p.code.id == "JR307"]
    adopted = EXEMPT.replace(
        "  exempt: [bot]\n", f"  exempt: [bot]\n  adopt: {json.dumps(roles)}\n"
    )
    deploy(installed, adopted)
    assert plan(installed, adopted).plan.empty, "it can be taken over again"


def test_uninstalled_the_database_is_as_it_was_but_for_row_security(sandbox, installed):
    spec = loaded(EXEMPT)
    with connect(installed) as connection:
        planned = make_uninstall(connection, spec, environment(spec))
    before = state(sandbox)
    with pytest.raises(Refused) as error:
        check_allowed(planned.plan, ())
    assert error.value.problems[0].code.id == "JR622"
    text = text_of(planned.plan)
    assert "jwtroles uninstall --env dev --allow cuts_off --allow destroys" in text
    assert "not in the file" not in text
    assert "JR526" in text, "the exempt role is told that it loses its rows"
    assert "JR527" in text, "row security stays on"
    assert state(sandbox) == before
    leave(installed, make_uninstall)
    assert (
        sandbox.rows("SELECT rolname FROM pg_roles WHERE rolname ~ '^(acme|aud|bill|inv|mem)'")
        == []
    )
    assert sandbox.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'jwtroles'") == []
    assert sandbox.rows("SELECT 1 FROM pg_policies") == []
    assert sandbox.rows("SELECT 1 FROM pg_class WHERE relname = 'customer_directory'") == []
    assert sandbox.rows("SELECT 1 FROM pg_proc WHERE proname = 'invoice_total'") == []
    assert sandbox.rows("SELECT count(*) FROM app.invoices", user="bot") == [(0,)], "never opened"
    deploy(installed, EXEMPT, allow=EVERYTHING)
    assert plan(installed, EXEMPT).plan.empty, "and it can be installed again"


def test_row_security_goes_where_it_is_asked_to_and_no_policy_is_left(sandbox, installed):
    sandbox.run_sql(
        "CREATE ROLE clerk; GRANT SELECT ON app.customers TO clerk;"
        "CREATE POLICY theirs ON app.customers TO clerk USING (true)"
    )
    leave(installed, make_uninstall, disable_row_security=True)
    on = "SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY 1"
    assert sandbox.rows(on) == [("customers",)], "a policy of others still stands there"
    assert sandbox.rows("SELECT policyname FROM pg_policies") == [("theirs",)]
    assert sandbox.rows("SELECT count(*) FROM app.invoices", user="bot") == [(4,)]


def test_a_policy_that_others_share_stays_with_them(sandbox, installed):
    sandbox.run_sql(
        "CREATE ROLE clerk; CREATE POLICY shared ON app.plans TO clerk, auditor USING (price > 1)"
    )
    leave(installed, make_uninstall)
    assert sandbox.rows("SELECT policyname, roles::text, qual FROM pg_policies") == [
        ("shared", "{clerk}", "(price > (1)::numeric)")
    ]


def test_a_role_that_owns_something_is_named(sandbox, installed):
    sandbox.run_sql("CREATE SCHEMA theirs AUTHORIZATION member")
    before = state(sandbox)
    spec = loaded(EXEMPT)
    with connect(installed) as connection, pytest.raises(Refused) as error:
        make_uninstall(connection, spec, environment(spec))
    (problem,) = error.value.problems
    assert problem.code.id == "JR608"
    assert problem.details == ("member\towns schema theirs",)
    assert state(sandbox) == before


def test_a_role_that_another_database_uses_stays_with_its_mark(sandbox, installed):
    """Roles are the cluster's: without the mark the file would be refused there."""
    sandbox.create_database("other")
    with sandbox.connect(database="other") as other:
        other.execute("CREATE TABLE ledger (); GRANT SELECT ON ledger TO auditor")
    uninstalled = leave(installed, make_uninstall)
    told = [one for one in uninstalled.remarks if one.code.id == "JR673"]
    assert [(one.message.split()[1], one.details) for one in told] == [
        ("auditor", ("used in other",))
    ]
    left = "SELECT rolname FROM pg_roles WHERE rolname ~ '^(acme|aud|bill|inv|mem)'"
    assert sandbox.rows(left) == [("auditor",)]
    with sandbox.connect(database="other") as other:
        other.execute("REVOKE SELECT ON ledger FROM auditor")
    leave(installed, make_uninstall)
    assert sandbox.rows(left) == []


def test_an_adopted_role_stays_without_what_it_got(sandbox, applier, record_case):
    text = changed(
        (
            "  connect_as: acme_authenticator\n",
            "  connect_as: acme_authenticator\n  adopt: [auditor]\n",
        )
    )
    sandbox.load(SCHEMA)
    sandbox.run_sql("CREATE ROLE auditor; COMMENT ON ROLE auditor IS 'our auditor'")
    url = sandbox.applier_url(applier)
    if sandbox.major >= 16 and applier == "createrole":
        sandbox.run_sql("GRANT auditor TO deployer WITH ADMIN OPTION")
    deploy(url, text)
    leave(url, make_uninstall, text)
    comment = "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'auditor'"
    assert sandbox.rows(comment) == [("reads everything of its tenant, and nothing else",)]
    record_case(sandbox.major, applier)


def test_another_project_is_left_alone(sandbox, installed):
    spec = loaded(EXEMPT.replace("project: acme", "project: other"))
    for make in (make_release, make_uninstall):
        with connect(installed) as connection, pytest.raises(Refused) as error:
            make(connection, spec, environment(spec))
        assert error.value.problems[0].code.id == "JR609"


LOST = """
REASSIGN OWNED BY acme_jwtroles TO app_owner; DROP OWNED BY acme_jwtroles; DROP ROLE acme_jwtroles;
CREATE VIEW jwtroles.rules AS SELECT * FROM jwtroles.claim_role
"""


def test_without_its_own_role_it_is_applied_before_it_is_left(sandbox, installed):
    """What others put into the schema goes with it."""
    sandbox.run_sql(LOST)
    spec = loaded(EXEMPT)
    for make in (make_release, make_uninstall):
        with connect(installed) as connection, pytest.raises(Refused) as error:
            make(connection, spec, environment(spec))
        (problem,) = error.value.problems
        assert problem.code.id == "JR607"
        assert problem.message == "schema jwtroles belongs to app_owner, not to acme_jwtroles"
    deploy(installed, EXEMPT, allow=EVERYTHING)
    sandbox.run_sql("CREATE VIEW jwtroles.rules AS SELECT * FROM jwtroles.claim_role")
    leave(installed, make_uninstall)
    assert sandbox.rows("SELECT FROM pg_namespace WHERE nspname = 'jwtroles'") == []


def test_leaving_in_many_transactions(sandbox, installed, monkeypatch: pytest.MonkeyPatch):
    cut_everywhere(monkeypatch)
    left = leave(installed, make_uninstall)
    assert len(left.batches) > 10
    assert sandbox.rows(f"SELECT 1 FROM pg_roles WHERE rolname = '{LOGIN}'") == []
    assert sandbox.rows("SELECT 1 FROM pg_policies") == []
