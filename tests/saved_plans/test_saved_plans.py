"""A saved plan is applied as it was shown, or refused with nothing changed."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from jwtroles import saved_plans
from jwtroles.cli.formats import Format, Print, rendered
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan
from tests.live.billing import environment, state
from tests.saved_plans.bench import Desk, desk, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec
    from tests.servers import Clusters

CELLS = ((14, "createrole"), (15, "superuser"), (16, "superuser"), (17, "createrole"),
         (18, "createrole"))  # fmt: skip
"""Every version, and each way of applying before and since 16."""

SOME = (CELLS[0], CELLS[2], CELLS[4])


@pytest.fixture
def ours(cluster: Clusters, cell: tuple[int, str], tmp_path: Path) -> Iterator[Desk]:
    major, applier = cell
    with cluster(major).fresh() as sandbox:
        yield desk(sandbox, applier, tmp_path)


def made(ours: Desk) -> tuple[Spec, Plan]:
    """Plan as a program does."""
    with chdir(ours.folder), connect(ours.url) as connection:
        spec = load(Path("jwtroles.yaml"))
        return spec, make_plan(connection, spec, environment(spec)).plan


@pytest.mark.parametrize("cell", CELLS)
def test_a_plan_is_shown_and_applied_elsewhere_as_it_was_made(ours: Desk, tmp_path: Path):
    """Another machine has the file of the plan, and neither the specification nor the folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    said = ours.plan("--format", "markdown")
    assert said.code == 3, "metrics is cut off: " + said.err
    (ours.folder / "plan.json").rename(elsewhere / "plan.json")
    shown = run(elsewhere, "show", "plan.json", "--format", "markdown")
    assert (shown.code, shown.out) == (0, said.out)
    assert "`jwtroles apply plan.json` applies exactly this" in said.out
    spec, live = made(ours)
    rebuilt = saved_plans.rebuild(saved_plans.load_plan(elsewhere / "plan.json"))
    for form in Format:
        there = rendered(Print(rebuilt.plan, rebuilt.spec, verbose=True), form)
        assert there == rendered(Print(live, spec, verbose=True), form)
    Draft202012Validator(saved_plans.schema()).validate(
        json.loads((elsewhere / "plan.json").read_text("utf-8"))
    )

    before = state(ours.sandbox)
    apply = ("apply", "plan.json", "--database", ours.url)
    told = run(elsewhere, *apply, "--yes")
    assert (told.code, "JR622" in told.err) == (3, True), "the gate holds"
    told = run(elsewhere, *apply, "--allow", "cuts_off")
    assert (told.code, "JR624" in told.err) == (1, True), "it asks"
    assert state(ours.sandbox) == before
    told = run(elsewhere, *apply, "--allow", "cuts_off", "--yes")
    assert told.code == 0, told.err
    assert "Applied" in told.err
    assert ours.run("plan", "--env", "dev", "--check").code == 0
    after = state(ours.sandbox)
    told = run(elsewhere, *apply, "--yes")
    assert (told.code, "In sync" in told.out) == (0, True), "what is done already is done"
    assert state(ours.sandbox) == after


# What has changed between the plan and its apply: what is done by hand, how it is undone, and what
# the refusal names.

DEFAULTS = "ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app"
DRIFT = {
    "a grant": (
        "GRANT DELETE ON app.customers TO auditor",
        "REVOKE DELETE ON app.customers FROM auditor",
        ("delete on app.customers", "auditor", "added"),
    ),
    "a column's grant, taken away": (
        "REVOKE SELECT (name) ON app.customers FROM member",
        "GRANT SELECT (name) ON app.customers TO member",
        ("select (id, tenant_id) on app.customers for member", "altered"),
    ),
    "a policy that the plan does not touch": (
        "ALTER POLICY jr_floor ON app.customers USING (true)",
        None,
        ("policy jr_floor", "app.customers", "altered"),
    ),
    "a policy of somebody's own": (
        "CREATE POLICY mine ON app.customers TO member USING (true)",
        "DROP POLICY mine ON app.customers",
        ("policy mine", "added"),
    ),
    "row security": (
        "ALTER TABLE app.invoices DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE app.invoices ENABLE ROW LEVEL SECURITY",
        ("app.invoices",),
    ),
    "a role": (
        "ALTER ROLE auditor CONNECTION LIMIT 5",
        "ALTER ROLE auditor CONNECTION LIMIT -1",
        ("role auditor", "connection limit -1 → 5"),
    ),
    "a membership": (
        "GRANT auditor TO metrics",
        "REVOKE auditor FROM metrics",
        ("metrics is a member of auditor and not of this file",),
    ),
    "PUBLIC": (
        "GRANT SELECT ON app.plans TO PUBLIC",
        "REVOKE SELECT ON app.plans FROM PUBLIC",
        ("PUBLIC", "app.plans", "added"),
    ),
    "default privileges": (
        f"{DEFAULTS} GRANT SELECT ON TABLES TO member",
        f"{DEFAULTS} REVOKE SELECT ON TABLES FROM member",
        ("member", "added"),
    ),
    "what tokens become": (
        "UPDATE jwtroles.claim_role SET role = 'billing_admin' WHERE role = 'auditor'",
        "UPDATE jwtroles.claim_role SET role = 'auditor' WHERE position = 2",
        ("role auditor → billing_admin",),
    ),
    "a function of ours": (
        "ALTER FUNCTION jwtroles.claims() SECURITY DEFINER",
        "ALTER FUNCTION jwtroles.claims() SECURITY INVOKER",
        ("jwtroles.claims",),
    ),
    "a column": (
        "ALTER TABLE app.plans ADD COLUMN extra int",
        "ALTER TABLE app.plans DROP COLUMN extra",
        ("app.plans", "column extra added"),
    ),
    "a table of that the file does not name": (
        "CREATE TABLE app.fresh (id int)",
        "DROP TABLE app.fresh",
        ("app.fresh", "added"),
    ),
    "a table that the file does not fit without": (
        "ALTER TABLE app.customers RENAME TO clients",
        "ALTER TABLE app.clients RENAME TO customers",
        ("app.customers", "gone", "app.clients", "added"),
    ),
    "an owner": (
        "ALTER TABLE app.plans OWNER TO postgres",
        "ALTER TABLE app.plans OWNER TO app_owner",
        ("app.plans", "owner app_owner → postgres"),
    ),
}
FLOOR = "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = 'jr_floor' AND polrelid = 'app.customers'::regclass"  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("cell", SOME)
def test_a_stale_plan_is_refused_naming_what_moved(ours: Desk):
    assert ours.run("apply", "--env", "dev", "--yes", "--allow", "cuts_off").code == 0
    ours.edit("unpaid: status <> 'paid'", "unpaid: status not in ('paid', 'void')")
    assert ours.plan().code == 0
    ((floor,),) = ours.sandbox.rows(FLOOR)
    wrong = []
    for name, (by_hand, undone, told) in DRIFT.items():
        ours.sandbox.run_sql(by_hand)
        before = state(ours.sandbox)
        said = ours.apply()
        first = "error[JR611]: stale: dev has changed since this plan was made ("
        if said.code != 3 or not said.err.startswith(first) or said.out:
            wrong.append(f"{name}: {said}")
        wrong += [f"{name}: no {part} in {said.err}" for part in told if part not in said.err]
        assert "Nothing was changed." in said.err, f"{name} {wrong}"
        assert state(ours.sandbox) == before, name
        ours.sandbox.run_sql(undone or f"ALTER POLICY jr_floor ON app.customers USING ({floor})")
    assert wrong == []
    said = ours.apply()
    assert said.code == 0, "as it was, it applies: " + said.err
