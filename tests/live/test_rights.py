"""What each role can do on a live server is what the file says, no more and no less."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.live.billing import ANN, BEN, LOGIN, ONE, ROWS, TEXT, TWO, acting, deploy, deployed
from tests.workbench import loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import Sandbox

TABLES = {
    "app.plans": "id name price",
    "app.customers": "id tenant_id name email notes archived",
    "app.invoices": "id tenant_id owner_id customer_id status total note issued_on",
    "app.invoice_lines": "invoice_id line what amount",
    "app.audit_events": "at tenant_id actor what",
    "app.audit_events_2026": "at tenant_id actor what",
    "app.customer_directory": "id name email",
    "jwtroles.claim_role": "position conditions role",
    "jwtroles.role_setting": "role name value",
}
"""Every table and view with its columns, written out.

What a glob matches is decided here by hand.
"""
GLOB = {
    "app.*": ["app.plans", "app.customers", "app.invoices", "app.invoice_lines", "app.audit_events"]
}
SEQUENCES = ["app.invoice_number", "app.customers_id_seq", "app.invoices_id_seq"]
OWN_FUNCTIONS = ["claims()", "claim_sub()", "claim_tenant_id()", "claim_roles()", "claim_scope()"]
LOGIN_FUNCTIONS = ["pre_request()", "role_for(jsonb)", "settings_for(text)"]
VIEW_ROLE, QUERY_ROLE = "acme_view_customer_directory", "acme_query_invoice_total"
DEFINERS = {
    VIEW_ROLE: {"app.customers": {"id", "name", "email", "archived"}},
    QUERY_ROLE: {"app.invoices": {"total", "issued_on"}},
}
"""The columns that the view and the query name; a floor needs no right on its own table."""
COLUMN_PRIVILEGES = ("SELECT", "INSERT", "UPDATE")
OTHER_PRIVILEGES = ("DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

Held = dict[tuple[str, str, str], frozenset[str]]
"""(role, table, privilege) → the columns on which it is held; for DELETE all of them."""


@cache
def parents() -> dict[str, list[str]]:
    """Return each token role with itself and all that it inherits from."""
    spec = loaded(TEXT)

    def line(role: str) -> list[str]:
        declared = next(value for key, value in spec.roles.items() if key == role)
        return [role] + [found for parent in declared.inherits for found in line(str(parent))]

    return {str(role): line(str(role)) for role in spec.roles if role != "PUBLIC"}


@cache
def held() -> Held:
    """Say from the file alone who holds what on tables."""
    spec = loaded(TEXT)
    own: dict[tuple[str, str, str], set[str]] = {}
    for role, declared in spec.roles.items():
        for pattern, accesses in declared.tables.items():
            for table in GLOB.get(str(pattern), [str(pattern)]):
                for access in accesses:
                    columns = access.columns or TABLES[table].split()
                    own.setdefault((str(role), table, access.command.upper()), set()).update(
                        map(str, columns)
                    )
    for view, declared_view in spec.views.items():
        for role in declared_view.grant:
            own[str(role), str(view), "SELECT"] = set(TABLES[str(view)].split())
    found: dict[tuple[str, str, str], frozenset[str]] = {}
    for role, line in parents().items():
        for (holder, table, privilege), columns in own.items():
            if holder in line:
                key = (role, table, privilege)
                found[key] = found.get(key, frozenset()) | columns
    for role, tables in DEFINERS.items():
        for table, columns in tables.items():
            found[role, table, "SELECT"] = frozenset(columns)
    return found


def roles() -> list[str]:
    return [*parents(), *DEFINERS, LOGIN, "bystander"]


@pytest.fixture
def saas(
    sandbox: Sandbox, applier: str, record_case: Callable[[int, str], None]
) -> Iterator[Sandbox]:
    """Give the example, applied, with rows of two tenants and a role from outside the file."""
    deployed(sandbox, applier, before="CREATE ROLE bystander LOGIN")
    sandbox.run_sql(ROWS)
    yield sandbox
    record_case(sandbox.major, applier)


def privileges(major: int) -> tuple[str, ...]:
    return (*COLUMN_PRIVILEGES, *OTHER_PRIVILEGES, *(["MAINTAIN"] if major >= 17 else []))


def test_every_privilege_on_every_table_and_column_is_the_files(saas):
    expected, found = {}, {}
    with saas.connect() as connection:
        for role in roles():
            for table, columns in TABLES.items():
                if (role, table) == (VIEW_ROLE, "app.customer_directory"):
                    continue  # its own
                names = columns.split()
                for privilege in privileges(saas.major):
                    key = (role, table, privilege)
                    on = held().get(key, frozenset())
                    whole = "SELECT has_table_privilege(%s, %s, %s)"
                    told = connection.execute(whole, key).fetchone()
                    expected[key], found[key] = on == set(names), told[0]
                    if privilege not in (*COLUMN_PRIVILEGES, "REFERENCES"):
                        continue
                    each = """SELECT array_agg(c) FILTER (WHERE has_column_privilege(%s, %s, c, %s))
                              FROM unnest(%s::text[]) AS c"""
                    told = connection.execute(each, (*key, names)).fetchone()
                    expected[*key, "columns"], found[*key, "columns"] = on, frozenset(told[0] or ())
                    some = "SELECT has_any_column_privilege(%s, %s, %s)"
                    told = connection.execute(some, key).fetchone()
                    expected[*key, "any"], found[*key, "any"] = bool(on), told[0]
    assert found == expected


def test_every_column_is_known_to_this_test(saas):
    found = saas.rows("""
        SELECT n.nspname || '.' || c.relname,
               (SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute
                WHERE attrelid = c.oid AND attnum > 0)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE nspname IN ('app', 'jwtroles') AND relkind NOT IN ('i', 'I', 'S')""")
    assert dict(found) == TABLES
    sequences = saas.rows("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S'")
    assert {name for (name,) in sequences} == set(SEQUENCES)
    own = saas.rows("""SELECT proname || '(' || array_to_string(proargtypes::regtype[], ', ') || ')'
                       FROM pg_proc WHERE pronamespace = 'jwtroles'::regnamespace""")
    assert {name for (name,) in own} == {*OWN_FUNCTIONS, *LOGIN_FUNCTIONS}


def test_every_privilege_on_other_objects_is_the_files(saas):
    using = [role for role, line in parents().items() if "member" in line]
    asking = list(
        parents()
    )  # everybody reads invoices, the auditor alone is not asked for the total
    asking.remove("auditor")
    expected, found = {}, {}
    with saas.connect() as connection:

        def ask(function: str, role: str, name: str, privilege: str, *, wanted: bool) -> None:
            query = f"SELECT has_{function}_privilege(%s, %s, %s)"
            told = connection.execute(query.encode(), [role, name, privilege]).fetchone()
            expected[role, name, privilege], found[role, name, privilege] = wanted, told[0]

        for role in roles():
            for name in SEQUENCES:
                for privilege in ("USAGE", "SELECT", "UPDATE"):
                    wanted = role in using and (name, privilege) == ("app.invoice_number", "USAGE")
                    ask("sequence", role, name, privilege, wanted=wanted)
            age, total = "app.invoice_age(date)", "app.invoice_total(date)"
            ask("function", role, age, "EXECUTE", wanted=role in using)
            ask("function", role, total, "EXECUTE", wanted=role in [*asking, QUERY_ROLE])
            for name in OWN_FUNCTIONS:
                wanted = role != "bystander"
                ask("function", role, f"jwtroles.{name}", "EXECUTE", wanted=wanted)
            for name in LOGIN_FUNCTIONS:
                ask("function", role, f"jwtroles.{name}", "EXECUTE", wanted=role == LOGIN)
            inside = role not in (LOGIN, "bystander")
            ask("schema", role, "app", "USAGE", wanted=inside)
            ask("schema", role, "jwtroles", "USAGE", wanted=role == LOGIN)
            ask("schema", role, "app", "CREATE", wanted=False)
            ask("schema", role, "jwtroles", "CREATE", wanted=False)
    assert found == expected


def test_the_roles_are_as_the_file_says(saas):
    flags = saas.rows("""
        SELECT rolname, rolcanlogin FROM pg_roles
        WHERE NOT rolsuper AND NOT rolcreaterole AND NOT rolcreatedb AND NOT rolreplication
          AND NOT rolbypassrls AND rolname !~ '^pg_'""")
    wanted = {
        role: role in (LOGIN, "bystander") for role in (*roles(), "acme_jwtroles", "app_owner")
    }
    assert dict(flags) == wanted
    (inherit,) = saas.rows(f"SELECT rolinherit FROM pg_roles WHERE rolname = '{LOGIN}'")
    assert inherit == (False,), "the login has none of the rights of the roles it may become"
    for role, line in parents().items():
        for other in parents():
            has = "SELECT pg_has_role('{}', '{}', 'USAGE'), pg_has_role('{}', '{}', 'MEMBER')"
            ask = has.format(role, other, LOGIN, other)
            assert saas.rows(ask) == [(other in line, True)], (role, other)
        (members,) = saas.rows(f"SELECT pg_has_role('bystander', '{role}', 'MEMBER')")
        assert members == (False,)


def attempts(table: str, column: str) -> Iterator[tuple[str, str]]:
    """Yield statements that use one column of a table, with the privilege that each needs."""
    yield "SELECT", f"SELECT {column} FROM {table}"
    yield "INSERT", f"INSERT INTO {table} ({column}) SELECT NULL WHERE false"
    yield "UPDATE", f"UPDATE {table} SET {column} = DEFAULT WHERE false"


FIXED = ("428C9 ", "55000 cannot insert into", "0A000 ")
"""Errors about the column itself, whoever asks: generated, or computed by the view."""
GRANTED = """
SELECT count(*) FROM pg_class AS c, unnest('{SELECT,DELETE}'::text[]) AS p
WHERE has_table_privilege('bystander', c.oid, p) AND relnamespace = 'app'::regnamespace
"""


def denied(error: str) -> bool:
    """Tell whether an error is one of missing privileges, or of a read-only transaction."""
    return error.startswith(("42501 permission denied", "42501 must be owner", "25006 "))


def test_a_token_can_do_what_the_file_says_and_nothing_else(saas):
    expected, found = {}, {}
    for role in parents():
        with acting(saas, role) as asker:
            for table, columns in TABLES.items():
                if table.startswith("jwtroles."):
                    continue
                for column in columns.split():
                    for privilege, statement in attempts(table, column):
                        told = asker.error(statement)
                        if not told.startswith(FIXED):
                            assert not told or denied(told), (statement, told)
                            on = held().get((role, table, privilege), ())
                            expected[role, statement] = column in on
                            found[role, statement] = not told
                if table == "app.customer_directory":
                    continue
                for statement in (f"DELETE FROM {table} WHERE false", f"TRUNCATE {table}"):
                    expected[role, statement] = (role, table, statement.split()[0]) in held()
                    found[role, statement] = not denied(asker.error(statement))
    assert found == expected


def test_no_token_reaches_around_row_security(saas):
    saas.run_sql("CREATE SCHEMA scratch; GRANT ALL ON SCHEMA scratch TO PUBLIC;"
                 "CREATE FUNCTION scratch.nothing() RETURNS trigger LANGUAGE plpgsql AS"
                 " 'BEGIN RETURN NULL; END'")  # fmt: skip
    tries = ["CREATE TABLE app.mine ()", "CREATE VIEW jwtroles.mine AS SELECT 1",
             "ALTER TABLE app.invoices DISABLE ROW LEVEL SECURITY",
             "DROP POLICY jr_floor ON app.invoices",
             "SELECT * FROM jwtroles.claim_role"]  # fmt: skip
    for table, kind in ("invoices", "bigint"), ("customers", "bigint"), ("plans", "text"):
        tries.append(f"CREATE TABLE scratch.{table} (id {kind} REFERENCES app.{table})")
        trigger = f"CREATE TRIGGER t BEFORE INSERT ON app.{table}"
        tries.append(f"{trigger} EXECUTE FUNCTION scratch.nothing()")
        tries += [f"TRUNCATE app.{table} CASCADE", f"REINDEX TABLE app.{table}"]
        tries.append(f"GRANT SELECT ON app.{table} TO bystander")
        tries.append(f"GRANT DELETE ON app.{table} TO bystander")
    for role in parents():
        with acting(saas, role) as asker:
            if role == "auditor":  # its requests may not write at all: try the privileges alone
                asker.connection.rollback()
                asker.connection.execute("SET LOCAL ROLE auditor")
            for statement in tries:
                told = asker.error(statement)
                if statement.startswith("GRANT") and not told:  # without grant option it only warns
                    with asker.connection.transaction(force_rollback=True):
                        asker.connection.execute(statement.encode())
                        row = asker.connection.execute(GRANTED).fetchone()
                    assert row == (0,), (role, statement)
                else:
                    assert denied(told), (role, statement, told)


# Rows: what another tenant's token cannot reach, and what it is that stops it.

NEW = f"INSERT INTO app.customers (tenant_id, name, email) VALUES ('{TWO}', 'x', 'x')"
MOVE = f"UPDATE app.invoices SET tenant_id = '{TWO}' WHERE id = 1"

ATTACKS = {
    "rows of another tenant": (
        "member", "SELECT 1 FROM app.invoices WHERE tenant_id <> claim", ["app.invoices"]),
    "columns of another tenant": (
        "member", "SELECT id FROM app.customers WHERE tenant_id <> claim", ["app.customers"]),
    "lines of another tenant": (
        "member", "SELECT 1 FROM app.invoice_lines WHERE invoice_id = 3",
        ["app.invoice_lines", "app.invoices"]),
    "events of another tenant": (
        "auditor", "SELECT 1 FROM app.audit_events WHERE tenant_id <> claim",
        ["app.audit_events"]),
    "a view over another tenant": (
        "member", "SELECT 1 FROM app.customer_directory WHERE name = 'Bob'", ["app.customers"]),
    "a query over another tenant": (
        "invoice_reader", "SELECT 1 FROM app.invoice_total(current_date) WHERE total = 100",
        ["app.invoices"]),
    "an update of another tenant": (
        "billing_admin", "UPDATE app.invoices SET total = 0 WHERE id = 3", ["app.invoices"]),
    "a delete of another tenant": (
        "billing_admin", "DELETE FROM app.invoices WHERE id = 3", ["app.invoices"]),
    "an insert for another tenant": ("billing_admin", NEW, ["app.customers"]),
    "a row moved to another tenant": ("billing_admin", MOVE, ["app.invoices"]),
}  # fmt: skip
"""An attack: the role, the statement, and what stops it (lines are seen through their invoice)."""

LIBERTIES = {
    "another's invoice": (
        "member", "UPDATE app.invoices SET note = 'x' WHERE id = 2", ["jr_member_update"]),
    "a paid invoice": (
        "member", "UPDATE app.invoices SET note = 'x' WHERE id = 4", ["jr_member_update"]),
    "an invoice for another": (
        "member", f"INSERT INTO app.invoices (tenant_id, owner_id) VALUES ('{ONE}', '{BEN}')",
        ["jr_member_insert"]),
    "deleting a paid invoice": (
        "billing_admin", "DELETE FROM app.invoices WHERE id = 4", ["jr_billing_admin_delete"]),
}  # fmt: skip
"""What a role may not do within its own tenant, and the policy that is too narrow for it."""

WIDENED = {
    "jr_member_update": "USING (true) WITH CHECK (true)",
    "jr_member_insert": "WITH CHECK (true)",
    "jr_billing_admin_delete": "USING (true)",
}

Attacks = dict[str, tuple[str, str, list[str]]]


def successful(sandbox: Sandbox, attacks: Attacks, before: str = "") -> set[str]:
    """Return the attacks that read or change a row that they must not."""
    found = set()
    for role in {role for role, _, _ in attacks.values()}:
        with acting(sandbox, role, before=before) as asker:
            for name, (attacker, attack, _) in attacks.items():
                if attacker == role:
                    statement = attack.replace("claim", f"'{ONE}'")
                    error = asker.error(statement)
                    assert not error or error.startswith("42501 new row violates row-level"), error
                    if not error and asker.count(statement):
                        found.add(name)
    return found


def stopped_by(attacks: Attacks, protection: str) -> set[str]:
    """Return the attacks that one protection alone stops."""
    return {name for name, (_, _, stopping) in attacks.items() if protection in stopping}


def test_each_floor_alone_stops_the_attacks_on_its_table(saas):
    assert successful(saas, ATTACKS) == set()
    for table in ("app.invoices", "app.customers", "app.invoice_lines", "app.audit_events"):
        gone = f"DROP POLICY jr_floor ON {table}"
        assert successful(saas, ATTACKS, gone) == stopped_by(ATTACKS, table) != set(), gone


def test_without_row_security_the_rows_leak(saas):
    for table in ("app.invoices", "app.customers"):
        off = f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
        assert successful(saas, ATTACKS, off) == stopped_by(ATTACKS, table) != set(), off


def test_the_permissive_policies_are_what_limits_a_role_within_its_tenant(saas):
    with acting(saas, "member") as asker:
        assert asker.count("UPDATE app.invoices SET note = 'x'") == 1, "its own unpaid one"
    assert successful(saas, LIBERTIES) == set()
    for policy, wide in WIDENED.items():
        widened = f"ALTER POLICY {policy} ON app.invoices {wide}"
        assert successful(saas, LIBERTIES, widened) == stopped_by(LIBERTIES, policy) != set()
        assert successful(saas, ATTACKS, widened) == set(), "the floor stands under it"


def test_the_next_apply_puts_back_what_was_taken(saas):
    saas.run_sql(
        "DROP POLICY jr_floor ON app.invoices;"
        "ALTER TABLE app.customers DISABLE ROW LEVEL SECURITY;"
        "ALTER POLICY jr_member_update ON app.invoices USING (true) WITH CHECK (true)"
    )
    assert successful(saas, ATTACKS)
    assert successful(saas, LIBERTIES)
    deploy(saas.url)
    assert successful(saas, ATTACKS) == successful(saas, LIBERTIES) == set()


def test_a_partition_has_the_floor_of_its_parent(saas):
    query = "SELECT tenant_id::text FROM app.audit_events_2026"
    with acting(saas, "auditor") as asker:
        assert asker.rows("SELECT tenant_id::text FROM app.audit_events") == [(ONE,)]
        assert denied(asker.error(query))
    saas.run_sql("GRANT SELECT ON app.audit_events_2026 TO auditor")
    with acting(saas, "auditor") as asker:
        assert asker.rows(query) == [], "no policy gives the partition's rows to anybody"
    saas.run_sql("CREATE POLICY wide ON app.audit_events_2026 TO auditor USING (true)")
    with acting(saas, "auditor") as asker:
        assert asker.rows(query) == [(ONE,)], "the floor stands on the partition too"
    saas.run_sql("DROP POLICY jr_floor ON app.audit_events_2026")
    with acting(saas, "auditor") as asker:
        assert sorted(asker.rows(query)) == [(ONE,), (TWO,)]


def test_what_each_tenant_sees_of_the_rows(saas):
    with acting(saas, "member", TWO, BEN) as asker:
        assert asker.rows("SELECT id FROM app.invoices") == [(3,)]
        assert asker.rows("SELECT invoice_id FROM app.invoice_lines") == [(3,)]
        assert asker.rows("SELECT name, email FROM app.customer_directory") == [
            ("Bob", "***@two.example")
        ]
        assert asker.rows("SELECT * FROM app.invoice_total(current_date)") == [(30,)]
        insert = "INSERT INTO app.invoice_lines VALUES ({}, 9, 'x', 1)"
        assert asker.error(insert.format(3)).startswith("42501 new row"), "not Ben's invoice"
        assert asker.error(insert.format(1)).startswith("42501 new row"), "not Ben's tenant"
    with acting(saas, "member", TWO, ANN) as asker:
        assert asker.count(insert.format(3)) == 1
        assert asker.error(insert.format(1)).startswith("42501 new row"), "Ann's, but not here"
