"""The contract: the saas example loads as it is, and every word knows where it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jwtroles.spec.load import load, load_text
from jwtroles.spec.model import Access, ConnectAs, Spec, Through, Word
from jwtroles.spec.token_model import Condition

EXAMPLE = Path(__file__).parents[3] / "examples" / "saas" / "jwtroles.yaml"


@pytest.fixture(scope="module")
def spec() -> Spec:
    return load(EXAMPLE)


def at(word: object) -> tuple[int, int]:
    place = word.place  # type: ignore[attr-defined]
    return place.line, place.column


def test_the_source_is_named_as_it_was_given(spec: Spec) -> None:
    assert spec.source.name == str(EXAMPLE)
    assert spec.source.text == EXAMPLE.read_text()


def test_project_and_database(spec: Spec) -> None:
    assert (spec.project, at(spec.project)) == ("acme", (2, 10))
    assert spec.database.schemas == ("app",)
    assert spec.database.owner == "app_owner"
    assert spec.database.connect_as == (ConnectAs(Word("acme_authenticator")),)
    assert at(spec.database.connect_as[0].name) == (7, 15)
    assert (spec.database.mode, spec.database.adopt, spec.database.exempt) == (
        "authoritative",
        (),
        (),
    )
    assert at(spec.database) == (4, 1)


def test_environments_keep_their_variables(spec: Spec) -> None:
    assert list(spec.environments) == ["dev", "staging", "production"]
    staging = spec.environments[Word("staging")]
    assert (staging.database, at(staging.database)) == ("${STAGING_DATABASE_URL}", (13, 15))
    assert at(staging) == (12, 3)
    assert spec.environments[Word("production")].allow == ("tightens", "neutral", "loosens")


def test_tokens(spec: Spec) -> None:
    tokens = spec.tokens
    assert (tokens.verify, at(tokens.verify)) == ("database", (19, 11))
    (issuer,) = tokens.issuers.values()
    assert issuer.name == "https://auth.acme.example/"
    assert issuer.audience == ("acme-db",)
    assert issuer.algorithms == ("RS256", "ES256", "EdDSA")
    assert (issuer.keys, issuer.max_lifetime, issuer.clock_skew) == (
        "keys/{environment}.jwks.json",
        900,
        30,
    )
    claims = {
        name: (c.type, c.path, c.required, c.split, c.trusted) for name, c in tokens.claims.items()
    }
    assert claims == {
        "sub": ("uuid", "/sub", True, None, True),
        "tenant_id": ("uuid", "/app_metadata/tenant_id", True, None, True),
        "roles": ("text[]", "/app_metadata/roles", False, None, True),
        "scope": ("text[]", "/scope", False, " ", True),
        "nickname": ("text", "/user_metadata/nickname", False, None, False),
    }
    assert at(tokens.claims[Word("nickname")]) == (32, 5)
    assert at(tokens.claims[Word("roles")].type) == (30, 24), "inside the quotes"


def test_mapping_in_order(spec: Spec) -> None:
    assert [(rule.conditions, rule.role) for rule in spec.mapping] == [
        ((Condition(Word("roles"), "contains", Word("billing-admin")),), "billing_admin"),
        ((Condition(Word("roles"), "contains", Word("auditor")),), "auditor"),
        ((Condition(Word("roles"), "contains", Word("member")),), "member"),
        ((Condition(Word("scope"), "contains", Word("invoices:read")),), "invoice_reader"),
    ]
    assert [at(rule) for rule in spec.mapping] == [(line, 5) for line in (35, 36, 37, 38)]
    assert at(spec.mapping[3].conditions[0].value) == (38, 31)


def test_tenancy(spec: Spec) -> None:
    (floor,) = spec.tenancy
    assert (floor.name, floor.rows, at(floor.rows)) == ("", "tenant_id = claims.tenant_id", (41, 9))
    assert (floor.tables, floor.except_) == (("app.*",), ("app.plans",))
    assert at(floor.tables[0]) == (42, 12)
    (step,) = floor.through
    assert step == Through(
        Word("app.invoice_lines"),
        Word("app.invoices"),
        Word("invoice_lines.invoice_id = invoices.id"),
    )
    assert [at(step.table), at(step.parent), at(step.on)] == [(45, 5), (45, 25), (45, 39)]


def test_named_predicates(spec: Spec) -> None:
    assert spec.rows == {"own": "owner_id = claims.sub", "unpaid": "status <> 'paid'"}
    own = spec.rows[Word("own")]
    assert at(own) == (48, 8)
    place = own.at(own.index("claims.sub"), len("claims.sub"))
    assert place is not None
    assert (place.line, place.column, place.length) == (48, 19, 10)


def test_accesses_of_a_role(spec: Spec) -> None:
    member = spec.roles[Word("member")]
    assert (at(member), member.inherits) == ((57, 3), ("invoice_reader",))
    assert member.tables == {
        "app.plans": (Access("select"),),
        "app.customers": (Access("select", (Word("id"), Word("tenant_id"), Word("name"))),),
        "app.invoices": (
            Access(
                "insert",
                tuple(map(Word, ("tenant_id", "owner_id", "customer_id", "total", "note"))),
                Word("own"),
            ),
            Access("update", (Word("note"), Word("total")), Word("own and unpaid")),
        ),
        "app.invoice_lines": (
            Access("select"),
            Access(
                "insert",
                None,
                Word(
                    "exists (select from app.invoices i where i.id = invoice_id "
                    "and i.owner_id = claims.sub)"
                ),
            ),
        ),
    }
    insert, update = member.tables[Word("app.invoices")]
    assert [at(insert), at(update), at(update.rows)] == [(64, 9), (65, 9), (65, 48)]
    exists = member.tables[Word("app.invoice_lines")][1].rows
    assert at(exists) == (68, 25)
    assert member.sequences == {"app.invoice_number": ("usage",)}
    assert member.functions == {"app.invoice_age(date)": ("execute",)}
    assert member.settings == {"statement_timeout": "5s"}
    assert (member.places["settings"].line, member.places["settings"].column) == (71, 5)


def test_commands_come_in_their_own_order(spec: Spec) -> None:
    tables = spec.roles[Word("billing_admin")].tables
    assert [access.command for access in tables[Word("app.customers")]] == [
        "select",
        "insert",
        "update",
    ]
    assert tables[Word("app.invoices")][1] == Access("delete", None, Word("unpaid"))


def test_on_is_text(spec: Spec) -> None:
    auditor = spec.roles[Word("auditor")]
    assert auditor.settings == {"default_transaction_read_only": "on"}
    assert auditor.tables == {"app.*": (Access("select"),)}


def test_view(spec: Spec) -> None:
    (view,) = spec.views.values()
    assert (view.name, view.from_, view.rows) == (
        "app.customer_directory",
        "app.customers",
        "not archived",
    )
    assert view.columns == {
        "id": "id",
        "name": "name",
        "email": "regexp_replace(email, '^[^@]+', '***')",
    }
    assert at(view.columns[Word("email")]) == (88, 43)
    assert view.grant == {"member": ("select",)}
    assert at(view) == (86, 3)


def test_query(spec: Spec) -> None:
    (query,) = spec.queries.values()
    assert (query.name, query.params, query.returns) == (
        "app.invoice_total",
        {"month": "date"},
        {"total": "numeric"},
    )
    assert query.sql == (
        "select sum(total) from app.invoices where date_trunc('month', issued_on) = "
        "date_trunc('month', month)"
    )
    assert at(query.sql) == (97, 7), "the first line below the `>`"
    fragment = query.sql.at(query.sql.index("issued_on"), len("issued_on"))
    assert fragment is not None
    assert (fragment.line, fragment.column) == (98, 33)
    assert query.grant == ("invoice_reader",)


def test_tests(spec: Spec) -> None:
    member, auditor, nobody, tenantless = spec.tests
    assert (member.name, member.becomes, at(member)) == (
        "a member sees its tenant and edits its own",
        "member",
        (102, 5),
    )
    assert member.given[Word("app.customers")][0] == {
        "id": 1,
        "tenant_id": "11111111-1111-1111-1111-111111111111",
        "name": "Ann",
        "email": "ann@one.example",
    }
    assert len(member.given[Word("app.invoices")]) == 4
    assert member.as_["app_metadata"] == {
        "tenant_id": "11111111-1111-1111-1111-111111111111",
        "roles": ["member"],
    }
    assert len(member.expect) == 12
    assert member.expect[0].rows == ((1,), (2,), (4,))
    assert member.expect[2].denied
    assert member.expect[5].affects == 1
    last = member.expect[-1]
    assert (last.query, last.then, last.verify) == (
        "set local role billing_admin",
        "select id from app.invoices",
        "database",
    )
    assert (last.judged, at(last)) == ("select id from app.invoices", (128, 9))
    assert auditor.given[Word("app.audit_events")][0] == {
        "at": "2026-05-01",
        "tenant_id": "11111111-1111-1111-1111-111111111111",
        "what": {"kind": "login"},
    }
    assert (nobody.becomes, tenantless.becomes, nobody.expect) == (None, None, ())


MINIMAL = """\
jwtroles: 1
project: acme
database: {schemas: [app]}
tokens: {verify: gateway, claims: {sub: {type: uuid}}}
"""


def test_the_smallest_file() -> None:
    spec = load_text(MINIMAL)
    assert (spec.roles, spec.mapping, spec.tenancy, spec.tests) == ({}, (), (), ())


def test_other_forms() -> None:
    spec = load_text(
        """\
jwtroles: 1
project: acme
database:
  schemas: [app, Lab Work]
  connect_as: {orders_svc: [member], batch_svc: [member, reader]}
  mode: additive
  adopt: [reader, acme_jwtroles]
  exempt: [metrics_bot]
environments:
  prod:
    {database: service, allow: [], confirm: true, names: {member: member_prod}}
tokens:
  verify: gateway
  claims: {org: {type: text}, amr: {type: "text[]"}, since: {type: bigint}}
mapping:
  - {claim: org, equals: 5, role: reader}
  - {claim: amr, present: true, role: member}
  - {claim: since, younger_than: 5m, requires: [amr], role: reader}
  - {all: [{claim: org, equals: a}, {claim: amr, contains: mfa}], requires: [org], role: member}
  - {absent: true, role: reader}
tenancy:
  - {name: by_org, rows: org = claims.org, tables: [app.*]}
  - {name: by_lab, rows: "true", tables: [Lab Work.*]}
roles:
  reader: {connection_limit: 3}
  member:
    tables:
      Lab Work.Results: {update: {columns: [a], rows: "true", check: "true"}}
  PUBLIC: {functions: {app.age(date): [execute]}}
tests:
  - name: values keep the types of the core schema
    given: {app.t: [{a: 0o17, b: 1.5, c: NO, d: 10:30, e: ~, f: false, g: "1", h: -0x1, i: 1_000}]}
    as: {}
    becomes: null
"""
    )
    assert spec.database.connect_as == (
        ConnectAs(Word("orders_svc"), (Word("member"),)),
        ConnectAs(Word("batch_svc"), (Word("member"), Word("reader"))),
    )
    assert (spec.database.mode, spec.database.adopt, spec.database.exempt) == (
        "additive",
        ("reader", "acme_jwtroles"),
        ("metrics_bot",),
    )
    (prod,) = spec.environments.values()
    assert (prod.allow, prod.confirm, prod.names) == ((), True, {"member": "member_prod"})
    assert [(rule.conditions, rule.requires, rule.absent) for rule in spec.mapping] == [
        ((Condition(Word("org"), "equals", Word("5")),), (), False),
        ((Condition(Word("amr"), "present", None),), (), False),
        ((Condition(Word("since"), "younger_than", 300),), ("amr",), False),
        (
            (
                Condition(Word("org"), "equals", Word("a")),
                Condition(Word("amr"), "contains", Word("mfa")),
            ),
            ("org",),
            False,
        ),
        ((), (), True),
    ]
    assert [floor.name for floor in spec.tenancy] == ["by_org", "by_lab"]
    assert spec.roles[Word("reader")].connection_limit == 3
    assert spec.roles[Word("member")].tables[Word("Lab Work.Results")] == (
        Access("update", (Word("a"),), Word("true"), Word("true")),
    )
    assert spec.roles[Word("PUBLIC")].functions == {"app.age(date)": ("execute",)}
    ((row,),) = spec.tests[0].given.values()
    assert row == {
        "a": 15,
        "b": 1.5,
        "c": "NO",
        "d": "10:30",
        "e": None,
        "f": False,
        "g": "1",
        "h": "-0x1",
        "i": "1_000",
    }


def test_privileges_of_an_entry_are_kept_each_by_itself() -> None:
    """So that each one that finds nothing is told, where it stands."""
    text = "jwtroles: 1\nproject: p\ndatabase: {schemas: [app]}\ntokens: {verify: gateway}\n"
    entry = "keep: [{grant: app.a, to: m, privilege: PRIVILEGE, reason: old}]"
    words = {"grant": "app.a", "to": "m"}
    one, other = load_text(text + entry.replace("PRIVILEGE", "[select, insert]")).keep
    assert [one.words, other.words] == [
        {**words, "privilege": "select"},
        {**words, "privilege": "insert"},
    ]
    assert [(one.place and one.place.column), (other.place and other.place.column)] == [42, 50]
    (alone,) = load_text(text + entry.replace("PRIVILEGE", "select")).keep
    assert alone.words == one.words
    (every,) = load_text(text + entry.replace("privilege: PRIVILEGE, ", "")).keep
    assert every.words == words


def test_loading_needs_no_driver_and_no_terminal() -> None:
    program = (
        "import sys, jwtroles.spec.load\n"
        "print(sorted({'psycopg', 'pglast', 'rich'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
