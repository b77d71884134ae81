"""Whose is this? What a plan says of what it leaves to others, on a live server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.report.text import render_plan
from jwtroles.workflow import make_plan
from tests.workbench import loaded

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec
    from tests.servers import Sandbox

SCHEMA = Path(__file__).parents[1] / "cases" / "schema.sql"
FILE = """
jwtroles: 1
project: case
database: {schemas: [app], connect_as: gate, platform: [anon]}
tokens: {verify: gateway, claims: {sub: {type: uuid}}}
keep:
  - {policy: app.notes, name: theirs, reason: the importer needs it, until: 2999-12-31}
  - {role: nobody, reason: a slip}
roles:
  reader: {tables: {app.notes: {select: {rows: author = claims.sub}}}}
  anon: {tables: {app.tags: {select: all}}}
"""
DRIFT = """
CREATE POLICY theirs ON app.notes TO reader USING (true);
GRANT ALL ON app.tags, app.events TO anon;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app GRANT ALL ON TABLES TO anon;
"""


def planned(sandbox: Sandbox) -> tuple[Plan, Spec]:
    spec = loaded(FILE)
    with connect(sandbox.url) as connection:
        return make_plan(connection, spec, None).plan, spec


def apply_all(sandbox: Sandbox) -> None:
    with connect(sandbox.url) as connection:
        made = make_plan(connection, loaded(FILE), None)
        apply(connection, made.plan, made.scope, allow=("cuts_off",))


def test_a_plan_in_sync_still_says_what_it_leaves(sandbox: Sandbox) -> None:
    sandbox.run_sql("CREATE ROLE anon")
    sandbox.load(SCHEMA)
    apply_all(sandbox)
    assert planned(sandbox)[0].remarks[0].code.id == "JR522"
    sandbox.run_sql(DRIFT)
    plan, spec = planned(sandbox)
    assert {s.change.subject.object.name.name for s in plan.steps} == {"tags"}
    apply_all(sandbox)
    plan, _ = planned(sandbox)
    assert plan.empty
    text = render_plan(plan, spec, color=False, width=100, verbose=False)
    assert [one for one in text.splitlines() if one.lstrip().startswith("=")] == [KEPT]
    assert {one.code.id: one.message for one in plan.remarks} == REMARKS


KEPT = "  = policy theirs on app.notes: the importer needs it (until 2999-12-31)".ljust(98) + ":7"
REMARKS = {
    "JR522": "nothing is called role nobody: the entry of `keep` on line 8 keeps nothing",
    "JR519": "anon also has rights on 1 table: app.events",
    "JR520": "anon gets rights on new tables of app_owner in app, before any plan has seen them",
}


LATER = """
jwtroles: 1
project: case
database: {schemas: [app], connect_as: gate}
tokens: {verify: gateway, claims: {sub: {type: uuid}}}
roles:
  reader: {tables: {app.*: {select: all}}}
  job: {token: false, tables: {app.*: {select: all, future: true}}}
"""


def test_a_table_that_is_made_later_is_in_reach_where_the_file_says_so(sandbox: Sandbox) -> None:
    sandbox.load(SCHEMA)
    with connect(sandbox.url) as connection:
        made = make_plan(connection, loaded(LATER), None)
        apply(connection, made.plan, made.scope)
    sandbox.run_sql("SET ROLE app_owner; CREATE TABLE app.later (id int)")
    reach = "SELECT has_table_privilege(role, 'app.later', 'SELECT') FROM unnest(%s) AS role"
    for role, there in (("job", True), ("reader", False)):
        assert sandbox.rows(reach % f"ARRAY['{role}']") == [(there,)]


def test_a_partition_outside_the_managed_schemas_is_named(sandbox: Sandbox) -> None:
    sandbox.load(SCHEMA)
    sandbox.run_sql("""
        CREATE SCHEMA archive AUTHORIZATION app_owner; SET ROLE app_owner;
        CREATE TABLE archive.events_2025 PARTITION OF app.events
            FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')""")
    with connect(sandbox.url) as connection:
        plan = make_plan(connection, loaded(LATER), None).plan
    assert [one.message for one in plan.remarks if one.code.id == "JR523"] == [
        "archive.events_2025 is a partition of app.events in a schema that is not managed"
    ]


HEIRS = """
jwtroles: 1
project: case
database: {schemas: [app], connect_as: gate}
tokens: {verify: gateway, claims: {sub: {type: uuid}}}
tenancy: {rows: author = claims.sub, tables: [app.letters]}
roles:
  reader: {tables: {app.documents: {select: all}, app.letters: {select: all}}}
  writer: {tables: {app.documents: {insert: all}}}
"""


def test_a_floor_that_a_parent_table_lacks_is_told(sandbox: Sandbox) -> None:
    """What the remark says is so: a query of the parent shows rows that the child's floor hides."""
    sandbox.run_sql("""
        CREATE ROLE app_owner; CREATE SCHEMA app AUTHORIZATION app_owner; SET ROLE app_owner;
        CREATE TABLE app.documents (id int, author uuid);
        CREATE TABLE app.letters () INHERITS (app.documents);
        INSERT INTO app.letters VALUES (1, gen_random_uuid())""")
    with connect(sandbox.url) as connection:
        made = make_plan(connection, loaded(HEIRS), None)
        apply(connection, made.plan, made.scope)
        floored = make_plan(connection, loaded(HEIRS.replace("[app.letters]", "[app.*]")), None)
    (told,) = [one.message for one in made.plan.remarks if one.code.id == "JR536"]
    assert told.startswith("rows of app.letters are reached through app.documents as well, by read")
    seen = "SET ROLE reader; SELECT set_config('request.jwt.claims', '{}', false)"
    session = sandbox.connect()
    session.execute(seen)
    assert session.execute("SELECT id FROM app.letters").fetchall() == []
    assert session.execute("SELECT id FROM app.documents").fetchall() == [(1,)]
    assert "JR536" not in {one.code.id for one in floored.plan.remarks}


SHOWN = """
jwtroles: 1
project: case
database: {schemas: [app], connect_as: gate}
tokens: {verify: gateway, claims: {sub: {type: uuid}}}
roles:
  reader: {tables: {app.all_tags: {select: all, insert: all}, app.stored_tags: {select: all}}}
"""


def test_what_shows_more_than_its_reader_may_see_is_told_once(sandbox: Sandbox) -> None:
    sandbox.load(SCHEMA)
    sandbox.run_sql("""
        SET ROLE app_owner; CREATE VIEW app.all_tags AS TABLE app.tags;
        CREATE MATERIALIZED VIEW app.stored_tags AS TABLE app.tags""")
    with connect(sandbox.url) as connection:
        plan = make_plan(connection, loaded(SHOWN), None).plan
    told = [(one.message, one.remedy) for one in plan.remarks if one.code.id == "JR510"]
    assert [message.split(":")[0] for message, _ in told] == [
        "reader sees in app.all_tags what its owner app_owner sees",
        "reader sees in app.stored_tags all that is stored there",
    ]
    assert ["security_invoker" in remedy for _, remedy in told] == [True, False]
