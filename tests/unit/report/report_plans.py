"""Plans for the tests of reports: made of catalogs in memory, without a server."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles.catalog import Catalog, Column, FunctionFacts, Relation, Routine, Server, Structure
from jwtroles.compiler import Compiled, compile_spec
from jwtroles.kinds.acl import Acl, Right
from jwtroles.kinds.curve_multiple import CurveMultiple
from jwtroles.kinds.issuer import Issuer
from jwtroles.kinds.key_pad import KeyPad
from jwtroles.kinds.membership import Membership, Options
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.policy import Policy
from jwtroles.kinds.role import Role
from jwtroles.kinds.signing_key import SigningKey
from jwtroles.kinds.table_security import TableSecurity
from jwtroles.kinds.ticket_secret import TicketSecret
from jwtroles.names import PUBLIC, QName
from jwtroles.planner import build_plan
from jwtroles.spec.load import load_text

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec

FILE = """\
jwtroles: 1
project: acme
database:
  schemas: [app]
  connect_as: acme_authenticator
environments:
  staging: {}
  production: {allow: [tightens, neutral, loosens]}
tokens:
  verify: gateway
  claims:
    sub: {type: uuid, required: true}
    tenant_id: {type: uuid, path: /app_metadata/tenant_id, required: true}
    roles: {type: "text[]", path: /app_metadata/roles}
    scope: {type: "text[]", split: " "}
mapping:
  - {claim: roles, contains: billing-admin, role: billing_admin}
  - {claim: roles, contains: auditor, role: auditor}
  - {claim: scope, contains: "invoices:read", role: invoice_reader}
  - {claim: roles, contains: member, role: member}
tenancy:
  rows: tenant_id = claims.tenant_id
  tables: [app.*]
  except: [app.plans]
  through:
    app.invoice_lines: {app.invoices: invoice_lines.invoice_id = invoices.id}
rows:
  own: owner_id = claims.sub
  unpaid: status <> 'paid'
roles:
  invoice_reader:
    tables:
      app.invoices: {select: all}
  member:
    inherits: [invoice_reader]
    tables:
      app.plans: {select: all}
      app.customers: {select: [id, tenant_id, name]}
      app.invoices:
        insert: {columns: [tenant_id, owner_id, total, note], rows: own}
        update: {columns: [note, total], rows: own and unpaid}
      app.invoice_lines:
        select: all
        insert:
          rows: >-
            exists (select from app.invoices i
            where i.id = invoice_id and i.owner_id = claims.sub)
    sequences: {app.invoice_number: [usage]}
    functions: {"app.invoice_age(date)": [execute]}
    settings: {statement_timeout: 5s}
  billing_admin:
    inherits: [member]
    connection_limit: 5
    tables:
      app.customers: {select: all, insert: all, update: [name, email, notes, archived]}
      app.invoices: {update: all, delete: {rows: unpaid}}
  auditor:
    tables:
      app.*: {select: all}
    settings: {default_transaction_read_only: "on"}
views:
  app.customer_directory:
    from: app.customers
    columns: {id: id, name: name, email: "regexp_replace(email, '^[^@]+', '***')"}
    rows: not archived
    grant: {member: [select]}
queries:
  app.invoice_total:
    params: {month: date}
    returns: {total: numeric}
    sql: select sum(total) from app.invoices where issued_on > month
    grant: [invoice_reader]
"""

APP = "app"
CUSTOMERS = ("id", "tenant_id", "name", "email", "notes", "archived")
INVOICES = ("id", "tenant_id", "owner_id", "status", "total", "note", "issued_on")
_TYPES = {
    "tenant_id": "uuid",
    "owner_id": "uuid",
    "archived": "boolean",
    "total": "numeric",
    "issued_on": "date",
    "id": "bigint",
    "invoice_id": "bigint",
}
SERVER = Server(180000, "18.1", "acme", "deployer", superuser=False, createrole=True)


def table(name: str, *columns: str, kind: str = "r", parent: str | None = None) -> Relation:
    """Return a table of schema app."""
    return Relation(
        QName(APP, name),
        kind,
        "app_owner",
        tuple(Column(column, _TYPES.get(column, "text")) for column in columns),
        QName(APP, parent) if parent else None,
        partition=parent is not None,
    )


def saas(*more: Relation) -> Structure:
    """Return a database without anything of jwtroles in it."""
    tables = (
        table("audit_events", "at", "tenant_id", kind="p"),
        table("audit_events_2026", "at", "tenant_id", parent="audit_events"),
        table("customers", *CUSTOMERS),
        table("invoices", *INVOICES),
        table("invoice_lines", "invoice_id", "line", "what"),
        table("plans", "id", "name"),
        Relation(QName(APP, "invoice_number"), "S", "app_owner"),
        *more,
    )
    age = Routine(QName(APP, "invoice_age"), ("date",), "issued date", "app_owner")
    known = ("uuid", "text[]", "date", "numeric", "text")
    return Structure(
        SERVER,
        schemas={APP: "app_owner"},
        relations={one.name: one for one in tables},
        routines={(age.name, age.types): age},
        objects={
            ObjectRef("function", age.name, age.arguments): age.owner,
            ObjectRef("schema", QName(APP, APP)): "app_owner",
        },
        roles={"metrics_bot": Role("metrics_bot", login=True), "etl": Role("etl", login=True)},
        types={name: name for name in known},
        functions=(
            FunctionFacts("pg_catalog", "regexp_replace", 3, 3, "i", returns_set=False),
            FunctionFacts("pg_catalog", "sum", 1, 1, "i", returns_set=False, aggregate=True),
        ),
        others=(
            Acl(
                ObjectRef("table", QName(APP, "invoices")),
                {("metrics_bot", "SELECT"): Right(), ("etl", "UPDATE"): Right()},
            ),
        ),
        schema_users={APP: frozenset({"metrics_bot", "etl"})},
    )


def spec_of(text: str = FILE) -> Spec:
    """Return the specification of a text."""
    return load_text(text, "jwtroles.yaml")


def compiled(spec: Spec, structure: Structure) -> Compiled:
    """Return what a specification compiles to."""
    return compile_spec(spec, None, structure)


def bare(structure: Structure) -> Catalog:
    """Return the catalog of a database without row security and without grants."""
    age = ObjectRef("function", QName(APP, "invoice_age"), "issued date")
    return Catalog.of(
        {
            "table_security": [
                TableSecurity(one.name, owner=one.owner)
                for one in structure.relations.values()
                if one.kind in ("r", "p")
            ],
            "acl": [Acl(age, {(PUBLIC, "EXECUTE"): Right()}, "app_owner")],
        }
    )


def plan_of(
    spec: Spec,
    structure: Structure,
    current: Catalog | None = None,
    *,
    environment: str = "staging",
    desired: Catalog | None = None,
) -> Plan:
    """Return the plan from a catalog (bare unless given) to what the file says."""
    chosen = next((e for name, e in spec.environments.items() if name == environment), None)
    made = compiled(spec, structure)
    before = bare(structure) if current is None else current
    return build_plan(spec, chosen, structure, before, desired or made.catalog, made)


def applied(structure: Structure) -> Structure:
    """Return the structure as it is when the file has been applied: row security is on."""
    relations = {
        name: replace(one, secured=one.kind in ("r", "p") and name.name != "plans")
        for name, one in structure.relations.items()
    }
    return replace(structure, relations=relations)


def changed(catalog: Catalog, kind: str, *items: Any, without: tuple[Any, ...] = ()) -> Catalog:
    """Return a catalog with objects of one kind put in, replacing namesakes, or left out."""
    kept = {key: item for key, item in catalog[kind].items() if key not in without}
    return catalog.with_kind(kind, [*kept.values(), *items])


def right(catalog: Catalog, ref: ObjectRef, grantee: str, privilege: str, given: Any) -> Catalog:
    """Return a catalog in which a grantee holds a right (None: does not hold it)."""
    old = catalog["acl"].get(ref)
    rights = dict(old.rights) if old else {}
    rights.pop((grantee, privilege), None)
    if given is not None:
        rights[grantee, privilege] = given
    return changed(catalog, "acl", Acl(ref, rights, "app_owner"))


def relation_ref(name: str) -> ObjectRef:
    """Return a table of schema app as an object with privileges."""
    return ObjectRef("table", QName(APP, name))


def drifted(catalog: Catalog) -> Catalog:
    """Return what is there after people have worked on the database by hand."""
    invoices, customers = QName(APP, "invoices"), QName(APP, "customers")
    policies = catalog["policy"]
    update = policies[invoices, "jr_member_update"]
    floor = policies[customers, "jr_floor"]
    lines = catalog["table_security"][QName(APP, "invoice_lines")]
    auditor = catalog["role"]["auditor"]
    reader = catalog["membership"]["invoice_reader", "member"]
    rows = catalog["claim_role"]
    found = changed(
        catalog,
        "policy",
        replace(update, using="true", check="true"),
        replace(floor, roles=frozenset({"member"})),
        Policy(invoices, "open_all", True, "select", frozenset({"member"}), "true", None),
        Policy(customers, "shut", False, "all", frozenset({PUBLIC}), "(id > 0)", None),
        without=((invoices, "jr_billing_admin_delete"),),
    )
    found = changed(found, "table_security", replace(lines, enabled=False))
    found = changed(found, "role", replace(auditor, bypassrls=True, connection_limit=3))
    found = changed(
        found,
        "membership",
        replace(reader, options=Options(inherit=True, set=True)),
        Membership("pg_read_all_data", "auditor", Options(inherit=True, set=True)),
    )
    found = changed(
        found, "claim_role", replace(rows[2], role="billing_admin"), without=(rows[4].position,)
    )
    found = right(found, relation_ref("customers"), PUBLIC, "SELECT", Right())
    found = right(found, relation_ref("customers"), "member", "SELECT", Right())
    found = right(found, relation_ref("customers"), "member", "UPDATE", Right(frozenset({"notes"})))
    found = right(found, relation_ref("invoices"), "billing_admin", "UPDATE", Right(option=None))
    extra = Right(frozenset({"note", "total", "status"}))
    found = right(found, relation_ref("invoices"), "member", "UPDATE", extra)
    found = right(found, relation_ref("invoices"), "auditor", "TRUNCATE", Right())
    found = right(found, relation_ref("plans"), "auditor", "SELECT", None)
    tables = ObjectRef("default", QName(APP, "TABLES"), "app_owner")
    found = right(found, tables, "member", "SELECT", Right())
    schema = ObjectRef("schema", QName(APP, APP))
    found = right(found, schema, "member", "USAGE", None)
    mapping = ObjectRef("table", QName("jwtroles", "claim_role"))
    return right(found, mapping, PUBLIC, "SELECT", Right())


def keyed(catalog: Catalog, *, then: bool) -> Catalog:
    """Return a catalog with issuers and keys, as they were or as they are to be."""
    place = next(iter(catalog["claim_role"].values())).origin
    a, b = "https://a.example/", "https://b\x1b[2J"
    after = 4102444800

    def key(number: int, issuer: str, kid: str, alg: str, **more: Any) -> SigningKey:
        numbers = more.pop("numbers", "")
        numbers = "" if then else numbers
        more.setdefault("not_before", None)
        more.setdefault("not_after", None)
        return SigningKey(number, issuer, kid, alg, "00", numbers=numbers, origin=place, **more)

    stays = [
        key(1, a, "old and long-lived", "RS256", size=3072, not_after=after if then else None),
        key(2, b, "tampered", "ES256", numbers="another"),
        key(3, b, "", "HS512", source="${SECRET}"),
    ]
    goes = key(4, a, "retired", "RS512", size=2048, retired="2026-05-04 10:12:00 UTC")
    comes = key(5, a, "new\nkid", "EdDSA", source="keys/production.jwks.json", not_before=1)
    issuers = [Issuer(a, frozenset({"db"} if then else {"db", "other"}), 900, 30, origin=place)]
    issuers += [] if then else [Issuer("https://gone", frozenset({"x"}), 0, 0)]
    extra = {
        "issuer": issuers,
        "signing_key": [*stays, comes if then else goes],
        "key_pad": [KeyPad(3, "right" if then else "wrong")],
        "curve_multiple": [
            CurveMultiple(2, "right" if then else "wrong"),
            *([CurveMultiple(5, "new"), CurveMultiple(-2, "base")] if then else []),
            *([] if then else [CurveMultiple(77, "of nothing")]),
        ],
        "ticket_secret": [TicketSecret() if then else TicketSecret("5", "7")],
    }
    for kind, items in extra.items():
        catalog = catalog.with_kind(kind, items)
    return catalog
