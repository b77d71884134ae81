"""`jwtroles import` says `tenancy` where a database has a floor, and nowhere else.

A floor is a condition that no role of the file gets past. In a database that jwtroles does not
mark it is a policy that somebody made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jwtroles.decompile import import_database
from jwtroles.errors import CompileError
from jwtroles.report.markdown import render_markdown
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan
from tests.servers import MAJORS, Clusters
from tests.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.spec.model import Floor, Spec

TENANT = "tenant_id = current_setting('app.tenant', true)::int"
ON_EACH = "CREATE POLICY tenant ON app.{table} {kind} USING ({tenant})"
BEFORE = """
CREATE ROLE clerk;
CREATE ROLE boss;
CREATE SCHEMA app;
CREATE TABLE app.a (id int, tenant_id int);
CREATE TABLE app.b (id int, tenant_id int);
CREATE TABLE app.c (id int, tenant_id int);
CREATE TABLE app.d (id int);
CREATE TABLE app.p (id int, tenant_id int) PARTITION BY LIST (id);
CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES IN (1);
CREATE TABLE app.p2 PARTITION OF app.p FOR VALUES IN (2);
GRANT USAGE ON SCHEMA app TO clerk, boss;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO clerk, boss;
ALTER TABLE app.a ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.b ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.c ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.p ENABLE ROW LEVEL SECURITY;
"""


def each(kind: str = "", tables: str = "abcp", tenant: str = TENANT) -> str:
    """Return the policy `tenant` on some tables."""
    return "; ".join(ON_EACH.format(table=t, kind=kind, tenant=tenant) for t in tables) + ";"


@pytest.fixture(scope="module")
def newest(cluster: Clusters) -> Iterator[Workbench]:
    """The newest server, emptied between cases."""
    with cluster(max(MAJORS)).fresh() as sandbox:
        bench = Workbench(sandbox)
        yield bench
        bench.close()


@pytest.fixture
def bench(newest: Workbench) -> Iterator[Workbench]:
    yield newest
    newest.empty()


def imported(bench: Workbench, sql: str) -> Spec:
    bench.run_sql(BEFORE + sql)
    spec = load_text(import_database(bench.session(), "acme").text)
    assert make_plan(bench.session(), spec, None).plan.steps == ()
    return spec


def said(floor: Floor) -> dict[str, object]:
    """Return what a floor says beside its condition, without what it says by itself."""
    policy = floor.policy
    assert policy is not None
    kind = {"permissive": policy.permissive, "check": policy.check, "alone": not policy.partitions}
    found = {
        "policy": str(policy.name),
        "tables": list(map(str, floor.tables)),
        "except": list(map(str, floor.except_)),
        "by": floor.where_column and str(floor.where_column),
        "to": list(map(str, policy.to)),
        "names": {str(table): str(name) for table, name in policy.names.items()},
        **kind,
    }
    return {key: value for key, value in found.items() if value}


GLOB = {"tables": ["app.*"], "alone": True}
FLOORS = {
    "permissive": (each(), {**GLOB, "policy": "tenant", "permissive": True, "except": ["app.d"]}),
    "restrictive": (
        each("AS RESTRICTIVE"),
        {**GLOB, "policy": "tenant", "except": ["app.d"]},
    ),
    "restrictive beside what gives rows": (
        each("AS RESTRICTIVE") + "CREATE POLICY x ON app.a TO boss USING (true)",
        {**GLOB, "policy": "tenant", "except": ["app.d"]},
    ),
    "checked with the same words": (
        each("AS RESTRICTIVE").replace(
            f"USING ({TENANT})", f"USING ({TENANT}) WITH CHECK ({TENANT})"
        ),
        {**GLOB, "policy": "tenant", "check": True, "except": ["app.d"]},
    ),
    "for one role": (
        each("AS RESTRICTIVE TO clerk"),
        {**GLOB, "policy": "tenant", "to": ["clerk"], "except": ["app.d"]},
    ),
    "beside a narrower policy": (
        each() + f"CREATE POLICY x ON app.a FOR UPDATE TO boss USING ({TENANT} AND id > 1)",
        {**GLOB, "policy": "tenant", "permissive": True, "except": ["app.d"]},
    ),
    "named after its table": (
        each()
        .replace("tenant ON app.a", "a_only ON app.a")
        .replace("tenant ON app.b", "b_only ON app.b")
        .replace("tenant ON app.c", "c_only ON app.c")
        .replace("tenant ON app.p", "p_only ON app.p"),
        {**GLOB, "policy": "{table}_only", "permissive": True, "except": ["app.d"]},
    ),
    "called otherwise on one": (
        each().replace("tenant ON app.b", '"Of b" ON app.b'),
        {
            **GLOB,
            "policy": "tenant",
            "permissive": True,
            "except": ["app.d"],
            "names": {"app.b": "Of b"},
        },
    ),
    "one that another policy reaches past": (
        each() + "CREATE POLICY x ON app.a FOR SELECT TO boss USING (true)",
        {**GLOB, "policy": "tenant", "permissive": True, "except": ["app.a", "app.d"]},
    ),
    "asleep on one": (
        each() + "ALTER TABLE app.c DISABLE ROW LEVEL SECURITY",
        {**GLOB, "policy": "tenant", "permissive": True, "except": ["app.c", "app.d"]},
    ),
    "partitions too": (
        each(tables="abcp")
        + each(tables=["p1", "p2"])  # type: ignore[arg-type]
        + "ALTER TABLE app.p1 ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE app.p2 ENABLE ROW LEVEL SECURITY;",
        {"tables": ["app.*"], "policy": "tenant", "permissive": True, "except": ["app.d"]},
    ),
    "one partition": (
        each(tables="abcp")
        + each(tables=["p2"])  # type: ignore[arg-type]
        + "ALTER TABLE app.p2 ENABLE ROW LEVEL SECURITY;",
        {
            "tables": ["app.*"],
            "policy": "tenant",
            "permissive": True,
            "except": ["app.d", "app.p1"],
        },
    ),
    "few tables, by their column": (
        "".join(f"CREATE TABLE app.{name} ();" for name in "efgh") + each(tables="abp"),
        {**GLOB, "policy": "tenant", "permissive": True, "by": "tenant_id", "except": ["app.c"]},
    ),
}


@pytest.mark.parametrize("name", FLOORS)
def test_a_floor_that_stands(bench: Workbench, name: str) -> None:
    """It is said once, as the policies that it is, with the tables that it does not stand on."""
    sql, wanted = FLOORS[name]
    spec = imported(bench, sql)
    assert [said(floor) for floor in spec.tenancy] == [wanted]
    assert spec.tenancy[0].rows == "tenant_id = claims.tenant"


UNSAYABLE = "what the language cannot say"
NO_FLOORS = {
    "another policy on each table": each()
    + "".join(f"CREATE POLICY x ON app.{t} TO boss USING (true);" for t in "abcp"),
    "one for somebody else alone": each()
    + "CREATE ROLE owner SUPERUSER;"
    + "".join(f"CREATE POLICY x ON app.{t} TO owner USING (true);" for t in "abcp"),
    "rows that are new": each()
    + "".join(f"CREATE POLICY x ON app.{t} FOR INSERT TO boss WITH CHECK (true);" for t in "abcp"),
    "reading alone": each("AS RESTRICTIVE FOR SELECT"),
    "writing anything": each("AS RESTRICTIVE").replace(
        f"USING ({TENANT})", f"USING ({TENANT}) WITH CHECK (true)"
    ),
    "nobody in particular": each(tenant="tenant_id > 0"),
    "nobody in particular, today": each(tenant="tenant_id > 0 AND CURRENT_DATE > '2020-01-01'"),
    "few of those that could": each(tables="a") + "DROP TABLE app.p;",
    UNSAYABLE: each(
        "AS RESTRICTIVE", tenant=f"{TENANT} OR current_setting('app.tenant', true) IS NULL"
    ),
}


@pytest.mark.parametrize("name", NO_FLOORS)
def test_what_is_no_floor(bench: Workbench, name: str) -> None:
    """Where something reaches past a condition, the file does not call it a floor."""
    spec = imported(bench, NO_FLOORS[name])
    assert spec.tenancy == ()
    kept = {str(one.words["name"]) for one in spec.keep}
    stated = {str(one.name) for one in spec.policies}
    assert ("tenant" in stated, "tenant" in kept) == (name != UNSAYABLE, name == UNSAYABLE)


STATED = """
jwtroles: 1
project: acme
database: {schemas: [app], unmarked: true}
tenancy: {rows: tenant_id > 0, tables: [app.*], except: [app.d], policy: POLICY}
roles:
  clerk: {token: false, schemas: {app: [usage]}, tables: {app.*: {select: all}}}
  boss: {token: false, schemas: {app: [usage]}, tables: {app.*: {select: all}}}
"""
PAST = "policies: [{name: x, tables: [app.a], for: select, to: [boss], using: id > 0}]"
ALONE = "{name: tenant, permissive: true, partitions: false}"


@pytest.mark.parametrize(
    ("policy", "more", "codes"),
    [
        (ALONE, PAST, ["JR815"]),
        ("tenant", PAST, []),
        (ALONE, PAST.replace("id > 0", "tenant_id > 0 and id > 5"), []),
        (ALONE, PAST.replace("for: select, ", ""), ["JR815"]),
        ("tenant", PAST.replace("name: x", "name: tenant"), ["JR803"]),
        ("{name: tenant, to: [nobody_there]}", "", ["JR361"]),
        ("{name: tenant, names: {app.d: x}}", "", ["JR818"]),
        ("{name: tenant, partitions: false, names: {app.p1: x}}", "", ["JR818"]),
        ("{name: tenant, names: {app.p1: x}}", "", []),
        ("{name: tenant, names: {app.nowhere: x}}", "", ["JR302"]),
        ("'{table}" + "_" * 56 + "'", "", ["JR125"]),
        ("tenant", "row_security: [app.d]", []),
    ],
)
def test_what_a_floor_states_fits_the_database(
    bench: Workbench, policy: str, more: str, codes: list[str]
) -> None:
    """A permissive floor stands alone, and what `policy` names is there."""
    bench.run_sql(BEFORE + "ALTER TABLE app.c RENAME TO customers;" * ("____" in policy))
    file = STATED.replace("POLICY", policy) + more
    found = []
    try:
        make_plan(bench.session(), load_text(file), None)
    except CompileError as error:
        found = [problem.code.id for problem in error.problems]
    assert found == codes


def test_a_new_table_is_under_the_floor_or_named(bench: Workbench) -> None:
    """One with the column gets the policy at the next plan; one without has to be excepted."""
    spec = imported(bench, each())
    bench.run_sql("CREATE TABLE app.later (tenant_id int)")
    steps = make_plan(bench.session(), spec, None).plan.steps
    made = [step.change.after for step in steps if step.change.kind == "policy"]
    assert [(str(p.table), p.name, p.permissive) for p in made] == [("app.later", "tenant", True)]
    bench.run_sql("CREATE TABLE app.other (id int)")
    with pytest.raises(CompileError) as caught:
        make_plan(bench.session(), spec, None)
    assert [problem.code.id for problem in caught.value.problems] == ["JR312"]


@pytest.mark.parametrize(
    ("sql", "more", "told"),
    [
        ("CREATE ROLE other; CREATE POLICY x ON app.a TO other USING (true)", "", ["other"]),
        ("CREATE POLICY x ON app.a TO boss USING (true)", "", []),
        (
            "CREATE POLICY x ON app.a TO boss USING (true)",
            "keep: [{policy: app.a, name: x, reason: later}]",
            ["boss"],
        ),
        (
            "CREATE POLICY x ON app.a AS RESTRICTIVE TO boss USING (true)",
            "keep: [{policy: app.a, name: x, reason: later}]",
            [],
        ),
        ("CREATE POLICY x ON app.a TO boss USING (true)", "ADDITIVE", ["boss"]),
    ],
)
def test_a_plan_says_who_gets_past_a_floor(
    bench: Workbench, sql: str, more: str, told: list[str]
) -> None:
    """JR817: a policy that stays, because it is kept, somebody else's, or nothing is taken away."""
    bench.run_sql(BEFORE + each(tenant="tenant_id > 0") + sql)
    file = STATED.replace("POLICY", ALONE) + more
    if more == "ADDITIVE":
        file = file.removesuffix(more).replace("unmarked: true", "unmarked: true, mode: additive")
    plan = make_plan(bench.session(), load_text(file), None).plan
    found = [one.message for one in plan.remarks if one.code.id == "JR817"]
    assert found == [f"policy x gives {role} rows of app.a past the floor" for role in told]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("GRANT keeper TO boss", True),
        ("GRANT keeper TO boss; ALTER TABLE app.a FORCE ROW LEVEL SECURITY", False),
        ("", False),
    ],
    ids=["a member of the owner", "of an owner that is bound", "nobody"],
)
def test_who_has_the_rights_of_the_owner_is_not_bound(
    bench: Workbench, sql: str, *, told: bool
) -> None:
    """And sees what the floor hides, so that import and plan say it."""
    owner = "CREATE ROLE keeper; GRANT USAGE ON SCHEMA app TO keeper; "
    owner += "ALTER TABLE app.a OWNER TO keeper"
    bench.run_sql(BEFORE + each("AS RESTRICTIVE") + "CREATE POLICY x ON app.a USING (true);")
    bench.run_sql(f"{owner}; {sql}; INSERT INTO app.a VALUES (1, 1), (2, 2)")
    made = import_database(bench.session(), "acme")
    spec = load_text(made.text)
    assert len(spec.tenancy) == 1
    message = "boss has the rights of keeper, whom no policy binds: app.a"
    notes = [one.message for one in made.notes if "keeper, whom" in one.message]
    plan = make_plan(bench.session(), spec, None).plan
    remarks = [one.message for one in plan.remarks if one.code.id == "JR817"]
    assert notes == remarks == [message] * told
    asked = bench.session()
    asked.execute("SET app.tenant = 1; SET ROLE boss")
    assert asked.execute("SELECT count(*) AS n FROM app.a").fetchall() == [{"n": 1 + told}]


def test_a_reviewer_reads_where_a_floor_stands(bench: Workbench) -> None:
    """In the comment of a pull request, too: a RESTRICTIVE policy for DELETE alone is no floor."""
    spec = imported(
        bench,
        each() + "CREATE POLICY x ON app.d AS RESTRICTIVE FOR DELETE USING (id > 0);"
        "CREATE POLICY y ON app.d USING (true); ALTER TABLE app.d ENABLE ROW LEVEL SECURITY",
    )
    bench.run_sql("DROP POLICY tenant ON app.b; DROP POLICY x ON app.d")
    text = render_markdown(make_plan(bench.session(), spec, None).plan, spec)
    assert text.splitlines()[1] == "### 🔓 jwtroles: 1 change loosens access in **sandbox**"
    rows = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `app.")]
    assert rows == ["| `app.b`", "| `app.d` no floor"]
    assert "A floor stands under all of it." not in text
