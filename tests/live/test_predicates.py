"""Forms of predicates (tests/predicates.yaml) on every server: each is a table with one policy.

Applied, each plans to nothing. Widened by hand, by `OR true` or by a form that is nearly the same,
each is seen by the next plan, and undone. A role that may plan and nothing else gets the plan of a
superuser.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from jwtroles.errors import Refused
from jwtroles.names import QName, ident
from jwtroles.reader.connection import connect
from jwtroles.report.sql import render_sql
from jwtroles.report.text import render_plan
from jwtroles.workflow import make_plan
from tests.live import billing
from tests.workbench import loaded, plan_and_apply

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Spec
    from tests.servers import Sandbox

FILE = Path(__file__).parents[1] / "predicates.yaml"
FORMS: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
SCHEMA = """
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TYPE app.mood AS ENUM ('bad', 'good', 'better');
CREATE TYPE app.pair AS (x int, y int);
CREATE DOMAIN app.email AS text CHECK (VALUE LIKE '%@%');
CREATE FUNCTION app.recent(since date, days int DEFAULT 30) RETURNS boolean
    LANGUAGE sql STABLE RETURN since > current_date - days;
CREATE TABLE app.other (id int PRIMARY KEY, owner uuid, hidden boolean);
CREATE TABLE app.more (id int PRIMARY KEY, other int);
"""
PLANNER = """
CREATE ROLE planner LOGIN;
GRANT CONNECT, TEMPORARY ON DATABASE sandbox TO planner;
GRANT USAGE ON SCHEMA app TO planner;
"""
PLANNER_OF_OURS = """
GRANT USAGE ON SCHEMA jwtroles TO planner;
GRANT SELECT ON ALL TABLES IN SCHEMA jwtroles TO planner;
"""


def schema() -> str:
    """Return the tables, one for each form."""
    tables = []
    for name, form in FORMS.items():
        columns = ", ".join(f"{ident(column)} {kind}" for column, kind in form["columns"].items())
        tables.append(f"CREATE TABLE app.{name} ({columns});")
    return SCHEMA + "\n".join(tables) + "RESET ROLE;"


def spec(key: str = "rows") -> Spec:
    """Return the file with the condition of each form that stands under `key`."""
    tables: dict[str, Any] = {"app.other": {"select": "all"}, "app.more": {"select": "all"}}
    tables |= {f"app.{name}": {"select": {"rows": form[key]}} for name, form in FORMS.items()}
    claims = {
        "sub": {"type": "uuid"},
        "roles": {"type": "text[]"},
        "level": {"type": "integer"},
    }
    made = {
        "jwtroles": 1,
        "project": "forms",
        "database": {"schemas": ["app"]},
        "tokens": {"verify": "gateway", "claims": claims},
        "roles": {"member": {"tables": tables}},
    }
    return loaded(yaml.safe_dump(made, allow_unicode=True, width=10000), "jwtroles.yaml")


def plan(connection: Connection, file: Spec) -> Plan:
    return make_plan(connection, file, None).plan


def changed(one: Plan) -> set[str]:
    """Return the tables whose policies the plan changes; it must change nothing else."""
    assert {step.change.kind for step in one.steps} <= {"policy"}
    assert {step.change.verb for step in one.steps} <= {"alter"}
    return {step.change.subject.table.name for step in one.steps}


def texts(connection: Connection, file: Spec) -> tuple[str, str]:
    """Return a plan as text and as SQL, with the connected role's name left out."""
    one = plan(connection, file)
    text = render_plan(one, file, color=False, width=100, verbose=True)
    return text.replace(f"sandbox as {one.server.applier}", "sandbox"), render_sql(one, file)


def test_there_are_at_least_sixty_forms() -> None:
    assert len(FORMS) >= 60
    assert len({repr((form["rows"], form["columns"])) for form in FORMS.values()}) == len(FORMS)
    assert all(form["rows"] != form["but"] for form in FORMS.values())


def test_forms_plan_to_nothing_and_widened_ones_are_seen_and_undone(sandbox: Sandbox) -> None:
    sandbox.run_sql(schema() + PLANNER)
    file = spec()
    with connect(sandbox.url) as connection, connect(sandbox.url_for("planner")) as planner:
        plan_and_apply(connection, file)
        assert changed(plan(connection, file)) == set()
        widen(sandbox, "({stored}) OR true")
        assert changed(plan(connection, file)) == set(FORMS)
        sandbox.run_sql(PLANNER_OF_OURS)
        assert texts(planner, file) == texts(connection, file)
        # The nearly equal condition, as somebody would write it by hand: through its own plan.
        plan_and_apply(connection, spec("but"))
        assert changed(plan(connection, file)) == set(FORMS)
        plan_and_apply(connection, file)
        assert changed(plan(connection, file)) == set()


def widen(sandbox: Sandbox, condition: str) -> None:
    """Alter the policy of every form, from what the server prints of it."""
    stored = sandbox.rows(
        "SELECT c.relname, p.polname, pg_get_expr(p.polqual, p.polrelid)"
        " FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid"
    )
    altered = [
        f"ALTER POLICY {ident(policy)} ON {QName('app', table).sql}"
        f" USING ({condition.format(stored=text)})"
        for table, policy, text in stored
        if table in FORMS
    ]
    sandbox.run_sql("SET search_path = pg_catalog; " + "; ".join(altered))


def test_a_role_that_may_only_plan_gets_the_plan_of_a_superuser(sandbox: Sandbox) -> None:
    sandbox.load(billing.SCHEMA)
    sandbox.run_sql(PLANNER + "REVOKE ALL ON DATABASE sandbox FROM PUBLIC")
    file = loaded(billing.TEXT, "jwtroles.yaml")
    with connect(sandbox.url) as connection, connect(sandbox.url_for("planner")) as planner:
        assert texts(planner, file) == texts(connection, file)
        plan_and_apply(connection, file)
        sandbox.run_sql(PLANNER_OF_OURS)
        assert texts(planner, file) == texts(connection, file)
        sandbox.run_sql(
            "GRANT ALL ON app.invoices TO member; DROP VIEW app.customer_directory;"
            "UPDATE jwtroles.claim_role SET role = 'auditor'; CREATE ROLE other;"
            "GRANT SELECT ON app.customers TO other; DROP POLICY jr_floor ON app.invoices"
        )
        assert texts(planner, file) == texts(connection, file)
        assert not plan(planner, file).empty
        with pytest.raises(Refused):
            plan_and_apply(planner, file)
