"""Drift made by hand while a plan is applied: noticed whatever the plan is, and nothing is done."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles import saved_plans
from jwtroles.applier import apply
from jwtroles.errors import Refused
from jwtroles.leaving import make_release
from jwtroles.mirror import make_sync
from jwtroles.mirror.source import of_database, of_file
from jwtroles.reader.connection import connect
from jwtroles.reader.identity import identify
from jwtroles.report.problems import render
from jwtroles.workflow import look, make_plan, plan_from
from tests.live.billing import changed, deployed, environment
from tests.workbench import loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Spec
    from jwtroles.workflow import Planned
    from tests.servers import Clusters

WANTED = changed(("unpaid: status <> 'paid'", "unpaid: status not in ('paid', 'void')"))
"""One policy of app.invoices, on which the plan holds a lock: what is done by hand is elsewhere."""

DRIFT = {
    "a grant": (
        "GRANT DELETE ON app.plans TO auditor",
        "REVOKE DELETE ON app.plans FROM auditor",
        ("JR620", "delete on app.plans for auditor"),
    ),
    "a column's grant": (
        "GRANT UPDATE (name) ON app.customers TO auditor",
        "REVOKE UPDATE (name) ON app.customers FROM auditor",
        ("JR620", "update (name) on app.customers for auditor"),
    ),
    "PUBLIC": (
        "GRANT SELECT ON app.plans TO PUBLIC",
        "REVOKE SELECT ON app.plans FROM PUBLIC",
        ("JR620", "select on app.plans for PUBLIC"),
    ),
    "a policy": (
        "CREATE POLICY mine ON app.customers TO member USING (true)",
        "DROP POLICY mine ON app.customers",
        ("JR620", "policy mine on app.customers"),
    ),
    "row security": (
        "ALTER TABLE app.customers DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY",
        ("JR620", "app.customers"),
    ),
    "an attribute": (
        "ALTER ROLE member CREATEDB",
        "ALTER ROLE member NOCREATEDB",
        ("JR620", "role member"),
    ),
    "a membership of the file": (
        "GRANT auditor TO member",
        "REVOKE auditor FROM member",
        ("JR620", "membership of member in auditor"),
    ),
    "a stranger in a role": (
        "CREATE ROLE guest; GRANT auditor TO guest",
        "DROP ROLE guest",
        ("JR611", "guest   now a member of auditor"),
    ),
    "what tokens become": (
        "UPDATE jwtroles.claim_role SET role = 'billing_admin' WHERE role = 'auditor'",
        "UPDATE jwtroles.claim_role SET role = 'auditor' WHERE position = 2",
        ("JR620", "mapping rule 2"),
    ),
    "default privileges": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO member",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE SELECT ON TABLES FROM member",
        ("JR620", "member"),
    ),
    "a table": (
        "CREATE TABLE app.fresh (tenant_id uuid)",
        "DROP TABLE app.fresh",
        ("JR620", "row security of app.fresh"),
    ),
    "a column": (
        "ALTER TABLE app.plans ADD COLUMN extra int",
        "ALTER TABLE app.plans DROP COLUMN extra",
        ("JR611", "app.plans   column extra added"),
    ),
    "an owner": (
        "ALTER TABLE app.plans OWNER TO postgres",
        "ALTER TABLE app.plans OWNER TO app_owner",
        ("JR6", "app.plans"),
    ),
}
"""What is done by hand, how it is undone, and by which check, and which name, it is told."""


VOID = """SELECT pg_get_expr(polqual, polrelid) LIKE '%void%' FROM pg_policy
          WHERE polname = 'jr_billing_admin_delete'"""


def plainly(connection: Connection, spec: Spec) -> Planned:
    return make_plan(connection, spec, environment(spec))


def saved(connection: Connection, spec: Spec) -> Planned:
    basis = look(connection, spec, environment(spec))
    file = saved_plans.save(basis, plan_from(basis).plan, identify(connection))
    return saved_plans.planned_again(connection, saved_plans.rebuild(file))


def synced(connection: Connection, spec: Spec) -> Planned:
    there = of_database(connection, spec, environment(spec), "dev")
    return make_sync(spec, of_file(spec, there, "wanted.yaml"), there)


def released(connection: Connection, spec: Spec) -> Planned:
    return make_release(connection, spec, environment(spec))


PLANS: dict[str, Callable[[Connection, Spec], Planned]] = {
    "apply": plainly,
    "apply plan.json": saved,
    "sync": synced,
    "release": released,
}


@pytest.mark.parametrize(("major", "applier"), [(14, "createrole"), (18, "superuser")])
def test_drift_between_two_statements_is_noticed(
    cluster: Clusters, major: int, applier: str
) -> None:
    spec = loaded(WANTED)
    wrong: list[Any] = []
    with cluster(major).fresh() as sandbox:
        url = deployed(sandbox, applier)
        with closing(psycopg.connect(sandbox.url, autocommit=True)) as hand, connect(url) as ours:
            hand.execute("SET lock_timeout = '5s'")
            for number, (command, make) in enumerate(PLANS.items()):
                few = slice(number, None, 4 if number or major == 14 else 1)
                for name, (by_hand, undone, told) in list(DRIFT.items())[few]:
                    planned = make(ours, spec)
                    assert planned.plan.statements, command

                    def meddle(stage: str, done: int, _of: int, sql: str = by_hand) -> None:
                        if (stage, done) == ("statement", 1):
                            hand.execute(sql.encode())

                    try:
                        apply(ours, planned.plan, planned.scope, progress=meddle)
                        said = "applied"
                    except Refused as refused:
                        said = render(refused, color=False, width=100)
                    wrong += [(command, name, part, said) for part in told if part not in said]
                    if sandbox.rows(VOID) != [(False,)]:
                        wrong.append((command, name, "a part of the plan is there"))
                    hand.execute(undone.encode())
            for make in PLANS.values():
                planned = make(ours, spec)

                def let_in(stage: str, _done: int, _of: int) -> None:
                    if stage == "locked":
                        hand.execute(DRIFT["a stranger in a role"][0].encode())

                with pytest.raises(Refused, match="JR611"):
                    apply(ours, planned.plan, planned.scope, progress=let_in)
                hand.execute(b"DROP ROLE guest")
            assert wrong == [], wrong[:3]
            planned = plainly(ours, spec)
            apply(ours, planned.plan, planned.scope)
