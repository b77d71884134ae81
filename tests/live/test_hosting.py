"""Managed services, simulated: their roles, an administrator without superuser, and what stays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles.applier import apply
from jwtroles.decompile import import_database
from jwtroles.doctor import examine
from jwtroles.hosting import NAMES, recognised, services
from jwtroles.names import ident
from jwtroles.reader.connection import connect
from jwtroles.reader.first_look import survey
from jwtroles.report.first import first_specification
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.hosting import Service
    from jwtroles.planner.model import Plan
    from tests.servers import Clusters, Sandbox

ADMINS = {
    "rds": "CREATEROLE CREATEDB",
    "aurora": "CREATEROLE CREATEDB",
    "cloud_sql": "CREATEROLE CREATEDB",
    "alloydb": "CREATEROLE CREATEDB",
    "azure": "CREATEROLE CREATEDB REPLICATION",
    "supabase": "CREATEROLE CREATEDB REPLICATION BYPASSRLS",
    "neon": "CREATEROLE CREATEDB",
}
"""Service → the attributes of its administrator."""

ATTRIBUTES = {
    "rds_superuser": "NOLOGIN",
    "cloudsqlsuperuser": "CREATEROLE CREATEDB",
    "alloydbsuperuser": "CREATEROLE CREATEDB LOGIN",
    "azure_pg_admin": "NOLOGIN",
    "neon_superuser": "CREATEROLE CREATEDB BYPASSRLS",
    "service_role": "NOINHERIT BYPASSRLS",
    "authenticator": "LOGIN NOINHERIT",
    "rdsrepladmin": "REPLICATION",
    "replication": "REPLICATION",
}
"""Of a service's roles that are not plain; the first that it is known by is its superuser."""

ROOT = "root"
"""The administrator: `postgres` of most services, which is the superuser here."""

CASES = [
    *((name, 18) for name in NAMES),
    *((name, major) for name in ("rds", "azure", "supabase", "neon") for major in (14, 16)),
]

TABLES = """
CREATE SCHEMA app;
CREATE TABLE app.customers (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, name text);
CREATE TABLE app.invoices (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, total numeric);
CREATE VIEW app.totals AS SELECT tenant_id, sum(total) FROM app.invoices GROUP BY 1;
CREATE FUNCTION app.add(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT a + b';
"""

AS_IT_IS = """
SELECT 'role', r.rolname, row(r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb,
       r.rolcanlogin, r.rolreplication, r.rolbypassrls, r.rolconnlimit,
       shobj_description(r.oid, 'pg_authid'))::text
FROM pg_roles AS r WHERE r.rolname = ANY (%(roles)s)
UNION ALL
SELECT 'membership', m.roleid::regrole || ' to ' || m.member::regrole, row(m.admin_option,
       m.grantor::regrole, to_jsonb(m) - 'oid' - 'grantor' - 'roleid' - 'member')::text
FROM pg_auth_members AS m
WHERE m.roleid::regrole::text = ANY (%(roles)s) OR m.member::regrole::text = ANY (%(roles)s)
UNION ALL
SELECT 'right', o.what, acl.grantee::regrole || acl.privilege_type || acl.is_grantable
FROM (SELECT oid::regclass::text, relacl FROM pg_class
      UNION ALL SELECT nspname::text, nspacl FROM pg_namespace
      UNION ALL SELECT oid::regprocedure::text, proacl FROM pg_proc
      UNION ALL SELECT datname::text, coalesce(datacl, acldefault('d', datdba)) FROM pg_database
     ) AS o (what, acl)
CROSS JOIN LATERAL aclexplode(o.acl) AS acl
WHERE acl.grantee <> 0 AND acl.grantee::regrole::text = ANY (%(roles)s)
UNION ALL
SELECT 'default', row(defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype)::text,
       defaclacl::text FROM pg_default_acl
UNION ALL
SELECT 'setting', setrole::regrole::text, setconfig::text FROM pg_db_role_setting
UNION ALL
SELECT 'theirs', oid::regclass::text, row(relacl, relrowsecurity, relforcerowsecurity)::text
FROM pg_class WHERE relnamespace::regnamespace::text = ANY (%(schemas)s)
UNION ALL
SELECT 'schema', nspname, nspacl::text FROM pg_namespace WHERE nspname = ANY (%(schemas)s)
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True)
class Managed:
    """A database of a service, with tables of a customer's."""

    sandbox: Sandbox
    service: Service

    @property
    def roles(self) -> list[str]:
        """The service's roles, with one for each pattern."""
        names = (*self.service.known_by, *self.service.roles, *self.service.token_roles)
        return list(dict.fromkeys(name.replace("*", "agent") for name in names))

    @property
    def url(self) -> str:
        return self.sandbox.url_for(ROOT)

    def set_up(self) -> None:
        """Make what the service makes, and what its customer does."""
        sandbox, service = self.sandbox, self.service
        boss = service.known_by[0]
        made = [f"CREATE ROLE {boss} SUPERUSER LOGIN"]
        made += [f"CREATE ROLE {r} {ATTRIBUTES.get(r, '')}" for r in self.roles if r != boss]
        made.append(f"CREATE ROLE {ROOT} LOGIN {ADMINS[service.name]}")
        # What the superuser of each service grants to its administrator, and among its own roles.
        granted = ["pg_monitor, pg_signal_backend"] + ([service.admin] if service.admin else [])
        made += [f"GRANT {role} TO {ROOT} WITH ADMIN OPTION" for role in granted]
        for role in service.token_roles:
            made.append(f"GRANT {role} TO {ROOT} WITH ADMIN OPTION")
            made += [f"GRANT {role} TO authenticator"] * (role != "authenticator")
        if service.name == "neon":
            made.append("GRANT pg_read_all_data, pg_write_all_data TO neon_superuser")
        made.append(f"ALTER DATABASE {sandbox.database} OWNER TO {service.admin or ROOT}")
        made.append("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        for schema in service.schemas:
            made += [
                f"CREATE SCHEMA {schema} AUTHORIZATION {boss}",
                f"CREATE TABLE {schema}.theirs (id int, tenant_id uuid)",
                f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC",
                f"GRANT SELECT ON {schema}.theirs TO PUBLIC, {self.roles[-1]}",
            ]
        for function in service.functions:
            made.append("SET allow_system_table_mods = on")
            made.append(
                f"CREATE FUNCTION pg_catalog.{function}() RETURNS text LANGUAGE sql AS 'SELECT 1'"
            )
        sandbox.run_sql("; ".join(made))
        sandbox.run_sql(TABLES, ROOT)
        uses = [role for role in self.roles if role not in (boss, service.admin)]
        some = ", ".join(map(ident, uses[:2]))
        sandbox.run_sql(
            f"GRANT USAGE ON SCHEMA app TO {some};"
            f"GRANT SELECT ON app.invoices, app.totals TO {some};"
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO {some};"
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE ON SEQUENCES TO {some}",
            ROOT,
        )
        sandbox.run_sql(f"ALTER ROLE {uses[0]} SET statement_timeout = '8s'")

    def as_it_is(self) -> list[Any]:
        given = {"roles": self.roles, "schemas": list(self.service.schemas)}
        with psycopg.connect(self.sandbox.url) as connection:
            return connection.execute(AS_IT_IS.encode(), given).fetchall()

    def applied(self, text: str, *allow: str) -> Plan:
        """Apply a file, see that the next plan is empty, and return the first one."""
        spec = load_text(text)
        effects = ("tightens", "neutral", "loosens", *allow)
        with connect(self.url) as connection:
            planned = make_plan(connection, spec, None)
            apply(connection, planned.plan, planned.scope, allow=effects)
            assert make_plan(connection, spec, None).plan.empty
        return planned.plan


@pytest.fixture
def managed(cluster: Clusters, service: str, major: int) -> Iterator[Managed]:
    with cluster(major).fresh() as sandbox:
        found = Managed(sandbox, services()[service])
        found.set_up()
        yield found


@pytest.mark.parametrize(("service", "major"), CASES)
def test_from_init_to_an_empty_plan_the_service_stays_as_it_is(managed: Managed) -> None:
    with connect(managed.url) as connection:
        found = survey(connection)
    first = first_specification(found)
    assert first.schemas == ("app",), "no schema of the service"
    name = re.search(r"^  hosted_by: (\w+)$", first.text, re.MULTILINE)[1]
    assert name == managed.service.name
    before = managed.as_it_is()
    plan = managed.applied(first.text)
    assert {step.change.kind for step in plan.steps} >= {"role", "membership", "policy", "acl"}
    assert [one for one in plan.remarks if one.code.id == "JR876"] == []
    assert managed.as_it_is() == before
    # Authoritative, with a glob that would mean the service's schemas as well.
    text = first.text.replace("  mode: additive\n", "").replace("[app]", '["*"]', 1)
    managed.applied(text, "destroys", "cuts_off")
    assert managed.as_it_is() == before


@pytest.mark.parametrize(("service", "major"), CASES[: len(NAMES)])
def test_import_says_the_service_and_leaves_it(managed: Managed) -> None:
    """`hosted_by` is written, none of its roles is declared, and who holds rights is told."""
    with connect(managed.url) as connection:
        made = import_database(connection, "acme")
        assert import_database(connection, "acme").text == made.text
        spec = load_text(made.text)
        assert make_plan(connection, spec, None).plan.empty
    service = managed.service
    assert spec.database.hosted_by == service.name
    assert set(spec.database.schemas) == {"app", "public"}
    declared = set(map(str, spec.roles))
    assert [role for role in declared if service.owns(role)] == []
    holders = (
        "SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE grantee <> %s"
    )
    with psycopg.connect(managed.sandbox.url) as connection:
        query = f"{holders} AND table_schema = 'app'"
        held = {name for (name,) in connection.execute(query.encode(), [ROOT])}
    told = " ".join(note.message for note in made.notes)
    assert {role for role in held if role not in declared and role not in told} == set()
    assert declared - {"PUBLIC"} <= set(service.token_roles)


@pytest.mark.parametrize(("service", "major"), [("supabase", 18)])
def test_without_the_service_a_glob_means_its_schemas_too(managed: Managed) -> None:
    with connect(managed.url) as connection:
        text = first_specification(survey(connection)).text.replace("[app]", '["*"]', 1)
        text = text.replace("  mode: additive\n", "")
        plans = {}
        for given in (text, text.replace("  hosted_by: supabase\n", "")):
            plans[given is text] = make_plan(connection, load_text(given), None).plan
    touched = {
        key: {str(step.change.key) for step in plan.steps if "storage" in str(step.change.key)}
        for key, plan in plans.items()
    }
    assert touched[True] == set()
    assert touched[False], "rights of PUBLIC on their tables would be revoked"
    hints = [[r.code.id for r in plan.remarks].count("JR876") for plan in plans.values()]
    assert hints == [0, 1]


@pytest.mark.parametrize(("service", "major"), [("supabase", 14), ("supabase", 18)])
def test_token_roles_of_a_service_get_rights_and_stay_what_they_are(managed: Managed) -> None:
    before = managed.as_it_is()
    managed.applied(
        """\
jwtroles: 1
project: acme
database: {schemas: [app], hosted_by: supabase, connect_as: authenticator}
tokens: {verify: gateway, claims: {sub: {type: uuid}, role: {type: text}}}
mapping: [{claim: role, equals: authenticated, role: authenticated}]
roles:
  authenticated: {tables: {app.customers: {select: [id, name]}}}
  editor: {inherits: [authenticated], tables: {app.invoices: {select: [id]}}}
""",
        "cuts_off",
        "destroys",
    )
    added = set(managed.as_it_is()) - set(before)
    assert set(before) <= set(managed.as_it_is()), "the platform's own grants stay"
    with connect(managed.url) as connection:  # the file comes back with its service
        made = load_text(import_database(connection, "other").text)
        assert make_plan(connection, made, None).plan.empty
    assert (str(made.project), made.database.hosted_by) == ("acme", "supabase")
    assert {"authenticated", "authenticator"} <= set(map(str, made.database.platform))
    assert {what for what, _, _ in added} <= {"right", "membership"}
    columns = "SELECT has_column_privilege('authenticated', 'app.customers', 'name', 'SELECT')"
    assert managed.sandbox.rows(columns) == [(True,)]


@pytest.mark.parametrize(("service", "major"), [("rds", 16), ("cloud_sql", 18), ("neon", 18)])
def test_a_database_that_verifies_tokens_works_without_superuser(managed: Managed) -> None:
    before = managed.as_it_is()
    managed.applied(
        f"""\
jwtroles: 1
project: acme
database: {{schemas: [app], hosted_by: {managed.service.name}, connect_as: acme_web}}
tokens:
  issuers: {{"https://id.example/": {{audience: [acme]}}}}
  claims: {{sub: {{type: uuid}}, tenant_id: {{type: uuid, required: true}}}}
mapping: [{{claim: sub, present: true, role: reader}}]
tenancy: {{rows: tenant_id = claims.tenant_id, tables: [app.*]}}
roles: {{reader: {{tables: {{app.*: {{select: all}}}}}}}}
""",
        "cuts_off",
        "destroys",
    )
    assert managed.as_it_is() == before
    login = managed.sandbox.url_for("acme_web")
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute("SET ROLE reader")
        row = "(gen_random_uuid(), gen_random_uuid())"
        managed.sandbox.run_sql(f"INSERT INTO app.customers VALUES {row}")
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
            connection.execute("SELECT id FROM app.customers")


@pytest.mark.parametrize(("service", "major"), [("rds", 18)])
def test_doctor_tells_the_service(managed: Managed) -> None:
    text = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: acme_web}
tokens: {verify: gateway, claims: {sub: {type: uuid}}}
roles: {reader: {}}
"""
    told = {}
    for word in ("", "hosted_by: rds, ", "hosted_by: neon, "):
        spec = load_text(text.replace("schemas:", f"{word}schemas:"))
        with connect(managed.url) as connection:
            found = examine(connection, spec)
        told[word] = {one.problem.code.id for one in found.findings} & {"JR876", "JR877"}
        said = next(check.said for check in found.checks if check.name == "hosting")
        assert said == "Amazon RDS; root is a member of rds_superuser"
    assert told == {"": {"JR876"}, "hosted_by: rds, ": set(), "hosted_by: neon, ": {"JR877"}}
    with connect(managed.url) as connection:
        assert examine(connection).service == "rds"


# The table.


def test_each_service_is_known_by_its_own_roles() -> None:
    found = services()
    assert tuple(found) == NAMES
    for one in found.values():
        roles = set(one.known_by)
        functions = set(one.functions)
        assert recognised(roles, functions) == (one,)
        assert all(one.owns(role) or role in one.token_roles for role in one.known_by)
        assert one.admin in ("", *one.known_by)
        assert not any(map(one.owns, ("postgres", "reader", "app", "authenticated", "web_rds")))
        assert not one.holds("public")
        assert all(source.startswith("https://") for source in one.sources)
        for role in one.known_by:
            assert recognised(roles - {role}, functions) == ()
    assert [one.name for one in recognised(found["aurora"].known_by)] == ["rds"]
