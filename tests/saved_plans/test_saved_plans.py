"""A saved plan is applied as it was shown, or refused with nothing changed."""

from __future__ import annotations

import json
from contextlib import chdir, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from jsonschema import Draft202012Validator

from jwtroles import saved_plans
from jwtroles.applier import Interrupted, apply
from jwtroles.cli.formats import Format, Print, rendered
from jwtroles.compiler import compile_spec
from jwtroles.errors import Refused
from jwtroles.reader.connection import connect
from jwtroles.report.problems import render
from jwtroles.saved_plans import rebuilt as rebuilding
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan, plan_from
from tests.live.billing import SCHEMA, environment, state
from tests.saved_plans.bench import Desk, desk, run, sealed
from tests.workbench import without_room

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
    rebuilt = reread(ours)
    ((floor,),) = ours.sandbox.rows(FLOOR)
    wrong = []
    with connect(ours.url) as connection:
        drifts = list(DRIFT.items())[:: 1 if ours.sandbox.major == 16 else 3]
        for name, (by_hand, undone, told) in drifts:
            ours.sandbox.run_sql(by_hand)
            before = state(ours.sandbox)
            with pytest.raises(Refused) as refused:
                saved_plans.planned_again(connection, rebuilt)
            said = render(refused.value, color=False, width=100)
            if not said.startswith("error[JR611]: stale: dev has changed since this plan was made"):
                wrong.append(f"{name}: {said}")
            wrong += [f"{name}: no {part} in {said}" for part in told if part not in said]
            assert state(ours.sandbox) == before, name
            ours.sandbox.run_sql(
                undone or f"ALTER POLICY jr_floor ON app.customers USING ({floor})"
            )
    assert wrong == []
    ours.sandbox.run_sql("GRANT DELETE ON app.customers TO auditor")
    before = state(ours.sandbox)
    said = ours.apply()
    assert (said.code, said.out) == (3, "")
    assert "delete on app.customers for auditor   added" in said.err
    assert said.err.endswith(
        "plan again:  jwtroles plan --env dev --out plan.json\nNothing was changed.\n"
    )
    assert state(ours.sandbox) == before
    ours.sandbox.run_sql("REVOKE DELETE ON app.customers FROM auditor")
    said = ours.apply()
    assert said.code == 0, "as it was, it applies: " + said.err


@pytest.mark.parametrize("cell", SOME[1:2])
def test_another_database_another_cluster_another_version(
    ours: Desk, cluster: Clusters, tmp_path: Path
):
    """A copy of the database has another number; another server another identifier."""
    assert ours.plan().code == 3
    copy = "copied"
    with psycopg.connect(ours.sandbox.url_for(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {copy} TEMPLATE sandbox")
    with cluster(18).fresh() as elsewhere:
        elsewhere.load(SCHEMA)
        for url, told in (
            (ours.sandbox.url_for(database=copy), ("database   ", "sandbox → copied", "number of")),
            (elsewhere.url, ("cluster   ", "PostgreSQL   ", "16 → 18")),
        ):
            before = state(ours.sandbox), state(elsewhere)
            said = ours.apply("--allow", "cuts_off", url=url)
            assert (said.code, said.out) == (3, "")
            assert said.err.startswith("error[JR612]: this plan was made for another database")
            assert [part for part in told if part not in said.err] == []
            assert (state(ours.sandbox), state(elsewhere)) == before
        # The same server and another cluster: only the identifier tells.
        other = ours.saved
        other["bound"]["database"]["system"] = "1"
        (ours.folder / "other.json").write_text(sealed(other))
        said = ours.run("apply", "other.json", "--yes", "--allow", "cuts_off")
        assert (said.code, "cluster   1 → " in said.err) == (3, True)
    said = ours.apply("--env", "staging")
    assert (said.code, "JR612" in said.err, "is for dev, not staging" in said.err) == (
        3,
        True,
        True,
    )
    assert ours.apply("--env", "dev", "--allow", "cuts_off").code == 0


# A plan that somebody has changed. Whoever can write the file knows its form, and can make the
# checksum fit: it finds accidents. What they cannot do is decide what runs.


def test_a_file_that_was_touched_is_refused(ours_on_18: Desk):
    ours, before = ours_on_18, state(ours_on_18.sandbox)
    text = json.dumps(ours.saved)
    touched = {
        "a word": text.replace("status <> 'paid'", "status = 'paid'", 1),
        "a date": text.replace(ours.saved["made_at"], "2020-01-01T00:00:00Z"),
        "a key": text.replace('"format": 1,', '"format": 1, "allow": ["destroys"],'),
        "the checksum": text.replace(ours.saved["content"], "0" * 64),
        "the end": text[:-200],
        "all": "",
        "no object": "[]",
        "no JSON": "\x00\xff",
        "nested": "[" * 100_000,
        "a plan as JSON": ours.run("plan", "--env", "dev", "--format", "json").out,
        "a snapshot": ours.run("snapshot", "--env", "dev").out,
        "another version": text.replace('"jwtroles": "0', '"jwtroles": "9'),
        "another form": text.replace('"format": 1', '"format": 2'),
        "an unknown part": sealed({**ours.saved, "statements": ["DROP TABLE app.invoices"]}),
        "a part that is missing": sealed({k: v for k, v in ours.saved.items() if k != "held"}),
        "a key that stands twice": text.replace("{", '{"made_at": "2020-01-01T00:00:00Z",', 1),
        "a part of another type": sealed({**ours.saved, "structure": []}),
        "a version of another type": sealed({**ours.saved, "jwtroles": {}}),
    }
    codes = {}
    for name, changed in touched.items():
        assert changed != text, name
        (ours.folder / "touched.json").write_text(changed)
        for command in (("show", "touched.json"), ("apply", "touched.json", "--yes")):
            said = ours.run(*command)
            assert (said.code, said.out) == (3, ""), (name, said)
            codes[name] = said.err[6:11]
    expected = dict.fromkeys(touched, "JR610") | {
        **dict.fromkeys(("a word", "a date", "a key", "the checksum"), "JR613"),
        **dict.fromkeys(("another version", "another form", "a version of another type"), "JR614"),
    }
    assert codes == expected
    assert state(ours.sandbox) == before
    said = ours.run("apply", "nowhere.json", "--yes")
    assert (said.code, said.err[6:11]) == (1, "JR023")


def without(items: list[Any], part: str) -> list[Any]:
    """Return what does not hold a text."""
    left = [item for item in items if part not in json.dumps(item)]
    assert len(left) < len(items), part
    return left


def misled(data: dict[str, Any], name: str) -> None:
    """Change a part of a plan's file as somebody would who wants another one approved."""
    (file,) = data["specification"]["files"]
    structure, objects = data["structure"], data["objects"]
    if name == "the specification":
        file["text"] = file["text"].replace("delete: {rows: unpaid}", "delete: all")
    elif name == "what is there":
        objects["acl"] = without(objects["acl"], "metrics")
    elif name == "what a condition is printed as":
        for texts in (pair[1] for pair in data["printed"]["expressions"]):
            texts.update(dict.fromkeys(texts, "true"))
    elif name == "who else is affected":
        objects["acl"] = without(objects["acl"], "invoice_age")
    elif name == "a function's arguments":
        for part in ("structure", "objects"):
            text = json.dumps(data[part]).replace(
                "issued date", "issued date); CREATE ROLE evil; --"
            )
            data[part] = json.loads(text)
    elif name == "a type":
        for _, relation in structure["relations"]:
            for column in relation.get("columns", ()):
                column["type"] += "); CREATE ROLE evil; --"
    elif name == "an owner":
        for _, relation in structure["relations"]:
            relation["owner"] = 'x"; CREATE ROLE evil; --'
    else:
        raise AssertionError(name)


LIES = (
    "the specification",
    "what is there",
    "what a condition is printed as",
    "who else is affected",
    "a function's arguments",
    "a type",
    "an owner",
)


@pytest.mark.parametrize("applied", [False, True], ids=["first", "second"])
def test_a_file_that_was_forged_decides_nothing_that_runs(ours_on_18: Desk, applied: bool):
    """Everything in it fits everything else, as if jwtroles had written it."""
    ours = ours_on_18
    if applied:
        assert ours.apply("--allow", "cuts_off").code == 0
        ours.sandbox.run_sql("GRANT UPDATE ON app.plans TO member")
        assert ours.plan("--allow", "cuts_off").code == 0
    before = state(ours.sandbox)
    refused = {}
    for name in LIES:
        data = ours.saved
        try:
            misled(data, name)
        except AssertionError:
            assert applied, "there is nothing to hide once it is applied"
            continue
        (ours.folder / "forged.json").write_text(sealed(data))
        alone = ours.run("apply", "forged.json", "--yes", "--allow", "cuts_off")
        (ours.folder / "forged.json").write_text(forged(ours.folder / "forged.json"))
        assert ours.run("show", "forged.json").code == 0, "all of it fits"
        spec = ("--spec", "jwtroles.yaml")
        whole = ours.run("apply", "forged.json", "--yes", "--allow", "cuts_off", *spec)
        assert (alone.code, whole.code) == (3, 3), (name, alone.err, whole.err)
        assert state(ours.sandbox) == before, name
        refused[name] = (alone.err[6:11], whole.err[6:11])
    assert refused.pop("the specification") == ("JR613", "JR650")
    assert {second for _, second in refused.values()} == {"JR611"}
    assert ours.sandbox.rows("SELECT 1 FROM pg_roles WHERE rolname = 'evil'") == []


def forged(path: Path) -> str:
    """Return a plan's file whose every digest is that of what it holds now."""
    saved = saved_plans.load_plan(path)
    spec, environment = rebuilding.specification(saved)
    named = replace(saved.specification, digest=spec.digest)
    saved = replace(saved, specification=named)
    plan = plan_from(rebuilding._basis(saved, spec, environment, compile_spec)).plan
    bound = replace(
        saved.bound,
        fingerprint=plan.fingerprint,
        plan=plan.id,
        changes=rebuilding.digest_of(plan),
    )
    return replace(saved, bound=bound).text()


@pytest.fixture
def ours_on_18(cluster: Clusters, tmp_path: Path) -> Iterator[Desk]:
    with cluster(18).fresh() as sandbox:
        found = desk(sandbox, "superuser", tmp_path)
        assert found.plan().code == 3
        yield found


def test_files_that_a_plan_names_are_not_run(ours_on_18: Desk):
    """An embedded database is made of files of the specification's folder, which is elsewhere."""
    ours = ours_on_18
    ours.edit("    database: embedded\n", "    database: embedded\n    load: [schema.sql]\n")
    (ours.folder / "schema.sql").write_text("CREATE TABLE loaded ()")
    assert ours.plan().code == 3
    for database in ((), ("--database", "embedded")):
        said = run(ours.folder, "apply", "plan.json", "--yes", *database)
        assert (said.code, said.out, "are not in the plan" in said.err) == (1, "", True)
    assert ours.apply("--allow", "cuts_off").code == 0


def test_the_environment_decides_the_gate_and_the_command_line_the_environment(ours_on_18: Desk):
    """A plan for this database under another environment of the same file has another gate."""
    ours = ours_on_18
    path = ours.folder / "jwtroles.yaml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("database: embedded", "database: embedded\n    allow: [loosens, cuts_off]", 1)
    )
    assert ours.plan().code == 3, "neither tightens nor neutral is allowed in dev"
    before = state(ours.sandbox)
    said = ours.apply("--spec", "jwtroles.yaml", "--env", "production")
    assert (said.code, "JR612" in said.err) == (3, True)
    said = ours.apply("--spec", "jwtroles.yaml", "--env", "dev")
    assert (said.code, "JR622" in said.err) == (3, True)
    assert state(ours.sandbox) == before


# Whoever plans and whoever applies may be two roles.


@pytest.mark.parametrize("cell", SOME)
def test_a_role_that_only_plans_makes_the_plan_that_another_applies(ours: Desk):
    ours.sandbox.run_sql("CREATE ROLE planner LOGIN; GRANT USAGE ON SCHEMA app TO planner")
    planner = ours.sandbox.url_for("planner")
    said = ours.plan(url=planner)
    assert said.code == 3, said.err
    before = state(ours.sandbox)
    said = ours.apply("--allow", "cuts_off", url=planner)
    assert (said.code, "JR605" in said.err) == (3, True), "it may plan and nothing else"
    assert state(ours.sandbox) == before
    said = ours.apply("--allow", "cuts_off")
    assert said.code == 0, said.err
    assert ours.run("plan", "--env", "dev", "--check").code == 0


# Several transactions.


@pytest.mark.parametrize("cell", SOME[:2])
def test_a_plan_is_cut_as_the_server_has_room_and_a_part_of_it_is_said_to_be_one(
    ours: Desk, monkeypatch: pytest.MonkeyPatch
):
    assert ours.plan().code == 3
    rebuilt = reread(ours)
    assert len(rebuilt.plan.batches) == 1
    without_room(monkeypatch)
    cut_short(ours)
    # It was shown as one transaction.
    before = state(ours.sandbox)
    said = ours.apply("--allow", "cuts_off")
    assert (said.code, said.out) == (3, "")
    told_in_one_line = " ".join(said.err.split())
    assert told_in_one_line.startswith(
        "error[JR611]: a part of this plan has been applied to dev already, and nothing else"
    ), said.err
    assert state(ours.sandbox) == before
    assert ours.plan().code in (0, 3)
    cut_short(ours)
    # What somebody else does meanwhile is not taken for a part of the plan, nor let pass as new.
    for by_hand, undone, told in (
        (
            "ALTER TABLE app.plans ADD COLUMN extra int",
            "ALTER TABLE app.plans DROP COLUMN extra",
            ("error[JR611]: stale: dev has changed", "column extra"),
        ),
        (
            "CREATE ROLE guest; GRANT auditor TO guest",
            "DROP ROLE guest",
            (
                "error[JR611]: a part of this plan has been applied to dev already, and the rest",
                "guest is a member of auditor and not of this file",
                "plan again, for the rest: jwtroles plan --env dev --out plan.json",
            ),
        ),
    ):
        ours.sandbox.run_sql(by_hand)
        before = state(ours.sandbox)
        said = ours.apply("--allow", "cuts_off")
        assert (said.code, said.out) == (3, "")
        assert state(ours.sandbox) == before
        assert [part for part in told if part not in " ".join(said.err.split())] == [], said.err
        ours.sandbox.run_sql(undone)
    said = ours.apply("--allow", "cuts_off")
    assert said.code == 0, said.err
    assert said.err.startswith("A part of this plan has been applied to dev already: ")
    assert " changes are left." in said.err
    assert ours.run("plan", "--env", "dev", "--check").code == 0


def cut_short(ours: Desk) -> None:
    """Apply the plan that is saved, and interrupt its second transaction."""
    with connect(ours.url) as connection:
        planned = saved_plans.planned_again(connection, reread(ours))
        first = len(planned.plan.batches[0].statements)
        assert len(planned.plan.batches) > 5

        def end(stage: str, done: int, _of: int) -> None:
            if (stage, done) == ("statement", first + 1):
                raise KeyboardInterrupt

        with pytest.raises(Interrupted) as interrupted:
            apply(connection, planned.plan, planned.scope, allow=("cuts_off",), progress=end)
    assert "Transaction 1 of" in interrupted.value.footer


@pytest.mark.parametrize("cell", SOME[1:2])
def test_a_plan_that_was_cut_goes_on_wherever_that_was(ours: Desk, monkeypatch: pytest.MonkeyPatch):
    """In the middle of the mapping too, where rules are away that the plan leaves as they are."""
    assert ours.run("apply", "--env", "dev", "--yes", "--allow", "cuts_off").code == 0
    ours.edit("contains: billing-admin", "contains: billing")
    ours.edit("unpaid: status <> 'paid'", "unpaid: status not in ('paid', 'void')")
    ours.edit("{select: [id, tenant_id, name]}", "{select: [id, tenant_id]}")
    without_room(monkeypatch)
    assert ours.plan().code == 0
    rebuilt = reread(ours)
    left = []
    for _ in range(50):
        with connect(ours.url) as connection:
            planned = saved_plans.planned_again(connection, rebuilt)
            if planned.plan.empty:
                break
            left.append(saved_plans.begun(rebuilt, planned))

            def end(stage: str, done: int, of: int) -> None:
                if (stage, done) == ("committed", 1) and of > 1:
                    raise KeyboardInterrupt

            with suppress(Interrupted):
                apply(connection, planned.plan, planned.scope, progress=end)
    assert left[0] == ""
    assert len(left) > 2
    assert all(one.startswith("A part of this plan") for one in left[1:])
    assert ours.run("plan", "--env", "dev", "--check").code == 0


# During the apply.


BETWEEN = {
    "a grant on what the plan leaves alone": (
        "GRANT SELECT ON app.plans TO auditor, metrics WITH GRANT OPTION",
        "select on app.plans for auditor",
    ),
    "a role": ("ALTER ROLE auditor CONNECTION LIMIT 5", "role auditor"),
    "a policy on what the plan leaves alone": (
        "CREATE POLICY mine ON app.customers TO member USING (true)",
        "policy mine on app.customers",
    ),
    "what tokens become": (
        "UPDATE jwtroles.claim_role SET role = 'billing_admin' WHERE role = 'auditor'",
        "auditor",
    ),
}
STAGES = {"locked": "JR611", "unchanged": "JR620"}


@pytest.mark.parametrize("cell", SOME)
def test_what_is_done_by_hand_during_the_apply_is_noticed(ours: Desk):
    """Under the lock of other applies and before the reading; and behind it, before the proof."""
    assert ours.run("apply", "--env", "dev", "--yes", "--allow", "cuts_off").code == 0
    ours.edit("unpaid: status <> 'paid'", "unpaid: status not in ('paid', 'void')")
    assert ours.plan().code == 0
    rebuilt = reread(ours)
    wrong = []
    for when, code in STAGES.items():
        for name, (by_hand, told) in BETWEEN.items():

            def meddle(stage: str, _done: int, _of: int, when: str = when, sql: str = by_hand):
                if stage == when:
                    ours.sandbox.run_sql(sql)

            with connect(ours.url) as connection:
                planned = saved_plans.planned_again(connection, rebuilt)
                with pytest.raises(Refused) as refused:
                    apply(connection, planned.plan, planned.scope, progress=meddle)
            said = render(refused.value, color=False, width=100)
            if code not in said or told not in said:
                wrong.append(f"{when}, {name}: {said}")
            assert ours.sandbox.rows(VOID) == [(False,)], "nothing of the plan is there"
            ours.sandbox.run_sql(PUT_BACK)
    assert wrong == []
    assert ours.apply().code == 0
    assert ours.sandbox.rows(VOID) == [(True,)]


VOID = """SELECT pg_get_expr(polqual, polrelid) LIKE '%void%' FROM pg_policy
          WHERE polname = 'jr_billing_admin_delete'"""
PUT_BACK = """
REVOKE SELECT ON app.plans FROM auditor, metrics; GRANT SELECT ON app.plans TO auditor, metrics;
ALTER ROLE auditor CONNECTION LIMIT -1;
DROP POLICY IF EXISTS mine ON app.customers;
UPDATE jwtroles.claim_role SET role = 'auditor' WHERE position = 2;
"""


@pytest.mark.parametrize("cell", SOME[1:2])
def test_what_is_done_between_the_proof_and_the_commit_is_found_by_the_next_plan(ours: Desk):
    """PostgreSQL has no lock on rights: this is the instant that nobody can close."""
    assert ours.plan().code == 3
    rebuilt = reread(ours)

    def meddle(stage: str, _done: int, _of: int) -> None:
        if stage == "proved":
            ours.sandbox.run_sql(
                "ALTER ROLE metrics CONNECTION LIMIT 7; CREATE TABLE app.late (tenant_id uuid)"
            )

    with connect(ours.url) as connection:
        planned = saved_plans.planned_again(connection, rebuilt)
        apply(connection, planned.plan, planned.scope, allow=("cuts_off",), progress=meddle)
    said = ours.run("plan", "--env", "dev", "--check")
    assert (said.code, "app.late" in said.out) == (2, True)


def reread(ours: Desk) -> saved_plans.Rebuilt:
    return saved_plans.rebuild(saved_plans.load_plan(ours.folder / "plan.json"))
