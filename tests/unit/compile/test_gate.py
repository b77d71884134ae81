"""How conditions read where the database verifies tokens: one call for all of a policy's claims."""

import pytest

from jwtroles.catalog import Column, Relation, Server, Structure
from jwtroles.compiler.access import Names
from jwtroles.compiler.bind import Bound, Scope
from jwtroles.compiler.floors import Binder, bind_floors, by_table
from jwtroles.compiler.gate import Gate
from jwtroles.compiler.one_call import Call
from jwtroles.compiler.rights import Inheritance
from jwtroles.errors import Collector
from jwtroles.names import QName
from jwtroles.spec.load import load_text
from jwtroles.spec.model import Word

INVOICES, LINES = QName("app", "invoices"), QName("app", "lines")
COLUMNS = ("id", "tenant_id", "owner_id", "region", "tags", "status", "archived")
FILE = """
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: acme_login}
tokens:
  verify: database
  issuers: {me: {audience: [db]}}
  claims:
    sub: {type: uuid}
    tenant_id: {type: uuid}
    regions: {type: "text[]"}
lookups:
  mine: {type: "text[]", sql: select id from app.lines where what = claims.sub::text}
  regions: {type: "text[]", sql: select id from app.lines where what = claims.sub::text}
roles:
  reader: {}
  member: {inherits: [reader]}
  "odd,'\\"\\\\": {inherits: [member]}
views:
  app.seen: {from: app.invoices, columns: {id: id}, grant: {member: [select]}}
"""


def gate_of(more: str = "") -> tuple[Gate, Binder, Structure]:
    spec = load_text(FILE + more)
    columns = tuple(Column(name, "text", False, False) for name in COLUMNS)
    lines = tuple(Column(name, "text", False, False) for name in ("id", "invoice_id", "what"))
    structure = Structure(
        Server(180000, "18", "db", "me", "me", True),
        relations={
            INVOICES: Relation(INVOICES, "r", "owner", columns),
            LINES: Relation(LINES, "r", "owner", lines),
        },
    )
    problems, names = Collector(), Names.of(None)
    binder = Binder(spec, Scope.of(structure), None, problems)
    return Gate.of(spec, names, Inheritance.of(spec, names), binder), binder, structure


def given(text: str, table: QName = INVOICES, role: str = "reader", tenancy: str = "") -> Bound:
    gate, binder, structure = gate_of(tenancy)
    floors = bind_floors(binder, Names.of(None), frozenset(gate.gated), structure)
    word = Word(text)
    bound = binder.rows(word, table)
    assert bound is not None, binder.problems.problems
    return gate.given(bound, lambda: binder.inside(word, table), table, role, by_table(floors))


def permissive(text: str, table: QName = INVOICES, tenancy: str = "") -> str:
    return given(text, table, tenancy=tenancy).sql


def restrictive(tenancy: str, role: str = "reader", table: QName = INVOICES) -> str:
    gate, binder, structure = gate_of(tenancy)
    floors = bind_floors(binder, Names.of(None), frozenset(gate.gated), structure)
    assert not binder.problems.problems
    found = {(p.table, *p.roles): p for p, _ in gate.restrictive(by_table(floors), structure)}
    policy = found[table, role]
    assert not policy.permissive
    assert policy.command == "all"
    return str(policy.using_sql)


ODD = '"odd,\'\'\\\\"\\\\\\\\"'
READERS = 'CAST(E\'{"member",' + ODD + ',"reader"}\' AS text[])'
TENANT = "\ntenancy: {rows: tenant_id = claims.tenant_id, tables: [app.invoices]}\n"


def floor(rows: str) -> str:
    return f'\ntenancy: {{rows: "{rows}", tables: [app.invoices]}}\n'


def test_a_policy_serves_its_role_and_those_that_inherit_it() -> None:
    gate, _, _ = gate_of()
    odd = "odd,'\"\\"
    assert gate.served["reader"] == ("member", odd, "reader")
    assert gate.served["member"] == ("member", odd)
    assert gate.served[odd] == (odd,)


def test_the_owner_of_a_view_serves_those_who_may_read_it() -> None:
    gate, _, _ = gate_of()
    assert gate.served["acme_view_seen"] == gate.served["member"]
    assert "acme_view_seen" in gate.gated


def test_every_table_is_under_the_gate_for_every_role() -> None:
    gate, _, structure = gate_of()
    found = [(p.table, *p.roles) for p, _ in gate.restrictive({}, structure)]
    assert sorted(found) == sorted((t, r) for t in (INVOICES, LINES) for r in gate.gated)
    assert len(gate.gated) == 6


def test_a_table_without_a_floor_asks_for_the_login_alone() -> None:
    assert restrictive("") == f"(SELECT jwtroles.authorized({READERS}))"


def test_one_claim_that_is_compared_is_the_gate_itself() -> None:
    assert restrictive(TENANT) == f"tenant_id = (SELECT jwtroles.claim_tenant_id({READERS}))"


@pytest.mark.parametrize(
    "rows",
    [
        "archived = 'no' or tenant_id = claims.tenant_id",
        "exists (select from app.lines l where l.what = claims.sub::text)",
        "coalesce(tenant_id = claims.tenant_id, false)",
    ],
)
def test_a_claim_that_may_never_be_looked_at_is_no_gate(rows: str) -> None:
    found = restrictive(floor(rows))
    assert found.startswith(f"(SELECT jwtroles.authorized({READERS})) AND ")
    assert found.count(READERS) == 2


def test_two_claims_that_are_compared_come_from_one_row() -> None:
    rows = "tenant_id = claims.tenant_id and owner_id = claims.sub and status <> 'void'"
    assert restrictive(floor(rows)) == (
        "(tenant_id, owner_id) = (SELECT claims.tenant_id, claims.sub "
        f"FROM jwtroles.claims({READERS}) AS claims) AND status <> 'void'"
    )


def test_claims_in_any_other_form_come_from_one_row_as_well() -> None:
    rows = "tenant_id = claims.tenant_id and region = any(claims.regions)"
    assert restrictive(floor(rows)) == (
        f"EXISTS (SELECT FROM jwtroles.claims({READERS}) AS claims "
        "WHERE invoices.tenant_id = claims.tenant_id AND invoices.region = ANY(claims.regions))"
    )


def test_one_claim_in_two_places_is_read_once() -> None:
    found = restrictive(floor("owner_id = claims.sub and region = claims.sub"))
    assert found.count(READERS) == 1
    assert found.startswith("(owner_id, region) = (SELECT claims.sub, claims.sub FROM ")


def test_a_policy_without_claims_is_what_the_file_says() -> None:
    assert permissive("status <> 'paid'", tenancy=TENANT) == "status <> 'paid'"


def test_a_policy_with_claims_repeats_the_floor_in_the_same_row() -> None:
    assert permissive("owner_id = claims.sub", tenancy=TENANT) == (
        "(tenant_id, owner_id) = (SELECT claims.tenant_id, claims.sub "
        f"FROM jwtroles.claims({READERS}) AS claims)"
    )


def test_a_policy_that_says_what_its_floor_says_needs_no_row() -> None:
    found = permissive("tenant_id = claims.tenant_id", tenancy=TENANT)
    assert found == f"tenant_id = (SELECT jwtroles.claim_tenant_id({READERS}))"


def test_the_only_claim_of_a_policy_is_its_own_call() -> None:
    found = permissive("exists (select from app.lines l where l.what = claims.sub::text)")
    assert found == (
        "EXISTS (SELECT FROM app.lines AS l "
        f"WHERE l.what = CAST((SELECT jwtroles.claim_sub({READERS})) AS text))"
    )


def test_a_lifted_floor_leaves_the_gate() -> None:
    lifted = TENANT.replace("tables:", "lifted_for: [reader], tables:")
    heirs, reader = READERS.replace(',"reader"', ""), "CAST('{\"reader\"}' AS text[])"
    floor = f"tenant_id = (SELECT jwtroles.claim_tenant_id({heirs}))"
    assert restrictive(lifted, "member") == floor
    # A statement planned as the lifted role meets this policy alone, whoever logs in.
    assert restrictive(lifted) == f"(SELECT jwtroles.authorized({READERS})) AND " + BY_LOGIN.format(
        heirs,
        floor,
        f"(SELECT jwtroles.authorized({reader}))",
    )


BY_LOGIN = (
    "CASE WHEN (SELECT pg_catalog.current_setting('role')) = ANY("
    "CASE WHEN pg_catalog.pg_backend_pid() > 0 THEN {} END) THEN {} ELSE {} END"
)


def test_a_table_where_nothing_is_lifted_has_one_gate_for_all() -> None:
    lifted = TENANT.replace("tables:", "lifted_for: [reader], tables:")
    assert restrictive(lifted, table=LINES) == f"(SELECT jwtroles.authorized({READERS}))"


def test_rows_of_a_lifted_role_ask_heirs_for_their_floors_too() -> None:
    lifted = TENANT.replace("tables:", "lifted_for: [reader], tables:")
    found = permissive("owner_id = claims.sub", tenancy=lifted)
    heirs, reader = READERS.replace(',"reader"', ""), "CAST('{\"reader\"}' AS text[])"
    assert found == f"owner_id = (SELECT jwtroles.claim_sub({READERS})) AND " + BY_LOGIN.format(
        heirs,
        "(tenant_id, owner_id) = (SELECT claims.tenant_id, claims.sub "
        f"FROM jwtroles.claims({heirs}) AS claims)",
        f"owner_id = (SELECT jwtroles.claim_sub({reader}))",
    )


def test_a_condition_of_a_lifted_role_reads_tables_within_the_floors_of_heirs() -> None:
    lifted = TENANT.replace("tables:", "lifted_for: [reader], tables:")
    found = given(
        "what = claims.sub::text and exists (select from app.invoices i where i.id = invoice_id)",
        LINES,
        tenancy=lifted,
    )
    limited = "(SELECT id FROM app.invoices WHERE invoices.tenant_id = claims.tenant_id) AS i"
    heirs, own = found.sql.split(" END) THEN ")[1].split(" ELSE ")
    assert limited in heirs
    assert limited not in own
    assert found.reads[INVOICES] == {"id", "tenant_id"}


CALL = f"jwtroles.claims({READERS}) AS claims"
MINE = f"CAST((SELECT jwtroles.lookup_mine() FROM jwtroles.claims({READERS}) AS claims) AS text[])"
THROUGH = """
tenancy:
  rows: tenant_id = claims.tenant_id
  tables: [app.invoices]
  through: {app.lines: {app.invoices: lines.invoice_id = invoices.id}}
"""
PARENT = (
    "EXISTS (SELECT FROM (SELECT id FROM app.invoices WHERE invoices.tenant_id = "
    "claims.tenant_id) AS invoices WHERE lines.invoice_id = invoices.id)"
)


def test_a_list_is_asked_together_with_the_role_of_the_login() -> None:
    assert permissive("id in mine") == f"id = ANY({MINE})"
    assert restrictive(floor("id in mine")) == f"id = ANY({MINE})"


def test_a_list_and_a_floor_are_of_one_login_and_the_list_still_finds_the_rows() -> None:
    assert permissive("id in mine", tenancy=TENANT) == (
        f"id = ANY({MINE}) AND EXISTS (WITH claims AS MATERIALIZED (SELECT claims.tenant_id, "
        f"jwtroles.lookup_mine() AS lookup_mine FROM {CALL}) SELECT FROM claims WHERE "
        "invoices.tenant_id = claims.tenant_id AND invoices.id = ANY(CAST(claims.lookup_mine "
        "AS text[])))"
    )


def test_two_lists_are_of_one_login() -> None:
    found = permissive("id in mine and region in regions")
    assert (
        found.count("EXISTS (WITH claims AS MATERIALIZED (SELECT jwtroles.lookup_mine() AS ") == 1
    )
    assert "jwtroles.lookup_regions() AS lookup_regions FROM " in found


def test_a_floor_through_a_parent_is_written_out_beside_a_claim() -> None:
    found = given("what = claims.sub::text", LINES, tenancy=THROUGH)
    own = f"what = CAST((SELECT jwtroles.claim_sub({READERS})) AS text)"
    assert found.sql == (
        f"{own} AND EXISTS (SELECT FROM {CALL} WHERE {PARENT} "
        "AND lines.what = CAST(claims.sub AS text))"
    )
    assert found.reads == {INVOICES: {"id", "tenant_id"}}


def test_a_floor_through_a_parent_stands_as_it_is_where_nothing_else_asks() -> None:
    plain = "EXISTS (SELECT FROM app.invoices WHERE lines.invoice_id = invoices.id)"
    gate = f"(SELECT jwtroles.authorized({READERS})) AND {plain}"
    assert restrictive(THROUGH, table=LINES) == gate
    assert permissive("what <> ''", LINES, tenancy=THROUGH) == "what <> ''"


def test_a_table_that_a_condition_reads_is_under_its_floor_by_the_same_login() -> None:
    seen = (
        "exists (select from app.invoices as i (one, two) where i.one = lines.id and i.tags > '')"
    )
    found = permissive(f"{seen} and what = claims.sub::text", LINES, tenancy=TENANT)
    assert (
        "FROM (SELECT id, NULL, tags FROM app.invoices WHERE invoices.tenant_id = "
        "claims.tenant_id) AS i (one, two) WHERE i.one = lines.id" in found
    )


def test_a_floor_by_a_lookup_is_written_out_too() -> None:
    by_list = THROUGH.replace("tenant_id = claims.tenant_id", "id in mine")
    found = permissive("what = claims.sub::text", LINES, tenancy=by_list)
    assert (
        "(SELECT id FROM app.invoices WHERE invoices.id = ANY(CAST(claims.lookup_mine AS text[]))) "
        "AS invoices" in found
    )
    assert f"SELECT claims.sub, jwtroles.lookup_mine() AS lookup_mine FROM {CALL}" in found


def test_a_value_that_a_view_shows_of_a_table_without_a_floor() -> None:
    claims = load_text(FILE).tokens.claims
    found = Call.of(["reader"], claims).shown("claims.sub = owner_id", ())
    assert found == (
        "(SELECT claims.sub = owner_id FROM "
        "jwtroles.claims(CAST('{\"reader\"}' AS text[])) AS claims)"
    )


def test_two_tables_under_floors_are_read_by_one_login() -> None:
    two = (
        "exists (select from app.invoices a join app.invoices b on b.tags = a.id where a.id = what)"
    )
    found = permissive(two, LINES, tenancy=TENANT)
    assert found.startswith(f"EXISTS (SELECT FROM {CALL} WHERE EXISTS (SELECT FROM (SELECT id, ")
    assert found.count("WHERE invoices.tenant_id = claims.tenant_id") == 2
    one = "exists (select from app.invoices a where a.id = what)"
    assert "claims" not in permissive(one, LINES, tenancy=TENANT)


def test_only_stays_where_a_table_is_limited() -> None:
    seen = "exists (select from only app.invoices i where i.id = invoice_id)"
    found = permissive(f"{seen} and what = claims.sub::text", LINES, tenancy=TENANT)
    assert "FROM (SELECT id FROM ONLY app.invoices WHERE " in found
