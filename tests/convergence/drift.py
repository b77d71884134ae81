"""Random drift: what people do by hand to a database that jwtroles has set up.

Each drift aims at one kind of object, and the test goes through all of them in turn. One returns
None where the state has nothing to lay hands on. `:applier` stands for the role that applies. What
only a superuser could undo is left out for the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from jwtroles.names import ident
from tests.convergence.states import COLUMNS, PEOPLE, PROJECT

if TYPE_CHECKING:
    from jwtroles.catalog import Catalog
    from tests.convergence.states import State


@dataclass(frozen=True)
class Scene:
    """A database as it is before the drift: the file and the catalog that it has."""

    rng: Random
    state: State
    catalog: Catalog
    major: int

    def roles(self) -> list[str]:
        """Return the token roles of the file, quoted."""
        return [ident(name) for name in self.state["roles"] if name != "PUBLIC"]

    def role(self) -> str:
        return self.rng.choice(self.roles())

    def grantee(self) -> str:
        return self.rng.choice([*self.roles(), "PUBLIC"])

    def table(self) -> str:
        names = [name for name in COLUMNS if name != PEOPLE]
        if len(self.state["database"]["schemas"]) > 1:
            names.append('"HR data"."People; all"')
        return self.rng.choice(names)

    @property
    def verifies(self) -> bool:
        """Whether the database verifies tokens."""
        return bool(self.state["tokens"]["verify"] == "database")

    @property
    def takes(self) -> str:
        """What an accessor takes: the roles that it serves, or nothing."""
        return "text[]" if self.verifies else ""

    def one(self, kind: str, **wanted: Any) -> Any | None:
        """Return an object of the catalog whose attributes are as wanted."""
        found = [
            item
            for item in self.catalog[kind].values()
            if all(getattr(item, name) == value for name, value in wanted.items())
        ]
        return self.rng.choice(sorted(found, key=repr)) if found else None


Drift = Callable[[Scene], str | None]

DRIFTS: list[Drift] = []


def drift(function: Drift) -> Drift:
    DRIFTS.append(function)
    return function


@drift
def own_schema_dropped(scene: Scene) -> str:
    return "DROP SCHEMA jwtroles CASCADE"


@drift
@drift
@drift
def own_schema_altered(scene: Scene) -> str:
    return scene.rng.choice(
        [
            "ALTER SCHEMA jwtroles OWNER TO app_owner",
            "COMMENT ON SCHEMA jwtroles IS NULL",
        ]
    )


@drift
def own_table_dropped(scene: Scene) -> str:
    return f"DROP TABLE jwtroles.{scene.rng.choice(['claim_role', 'role_setting'])}"


@drift
@drift
@drift
def own_table_altered(scene: Scene) -> str:
    return scene.rng.choice(
        [
            "ALTER TABLE jwtroles.claim_role ADD note text",
            "ALTER TABLE jwtroles.role_setting ALTER value DROP NOT NULL",
            "ALTER TABLE jwtroles.claim_role OWNER TO app_owner",
            "ALTER TABLE jwtroles.claim_role ENABLE ROW LEVEL SECURITY",
        ]
    )


@drift
def own_table_added(scene: Scene) -> str:
    return "CREATE TABLE jwtroles.extra (id int)"


@drift
def function_altered(scene: Scene) -> str | None:
    query = _query(scene)
    accessor = f"jwtroles.claim_sub({scene.takes})"
    # Where an earlier drift dropped it, a new one would be postgres's, for a superuser to mend.
    nothing = f"ALTER FUNCTION {accessor} STABLE; CREATE OR REPLACE FUNCTION {accessor}"
    choices = [
        "ALTER FUNCTION jwtroles.pre_request() STRICT LEAKPROOF",
        f"ALTER FUNCTION {accessor} OWNER TO app_owner",
        f"{nothing} RETURNS uuid LANGUAGE sql RETURN NULL::uuid",
    ]
    if query:
        choices += [f"ALTER FUNCTION {query} SECURITY INVOKER VOLATILE RESET search_path"]
        choices += [f"ALTER FUNCTION {query} OWNER TO app_owner"]
    return scene.rng.choice(choices)


def _query(scene: Scene) -> str | None:
    queries = scene.state.get("queries", {})
    if not queries:
        return None
    name = scene.rng.choice(list(queries))
    return f"{name}({', '.join(queries[name].get('params', {}).values())})"


@drift
def function_dropped(scene: Scene) -> str:
    query = _query(scene)
    if query and scene.rng.random() < 0.5:
        return f"DROP FUNCTION {query}"
    claim = scene.rng.choice(["sub", "tenant", "roles"])
    return f"DROP FUNCTION jwtroles.claim_{claim}({scene.takes}) CASCADE"


@drift
def function_added(scene: Scene) -> str:
    return "CREATE FUNCTION jwtroles.claim_sub(text) RETURNS uuid LANGUAGE sql RETURN NULL::uuid"


@drift
def view_altered(scene: Scene) -> str | None:
    if not (views := list(scene.state.get("views", {}))):
        return None
    view = scene.rng.choice(views)
    return scene.rng.choice(
        [
            f"ALTER VIEW {view} SET (security_barrier = off)",
            f"ALTER VIEW {view} SET (check_option = local)",
            f"ALTER VIEW {view} OWNER TO app_owner",
            f"COMMENT ON VIEW {view} IS 'by hand'",
            f"ALTER VIEW {view} RENAME COLUMN body TO text",
        ]
    )


@drift
def view_dropped(scene: Scene) -> str | None:
    if not (views := list(scene.state.get("views", {}))):
        return None
    return f"DROP VIEW {scene.rng.choice(views)}"


@drift
def table_security_disabled(scene: Scene) -> str:
    table = scene.rng.choice([scene.table(), "app.notes", "app.docs", "app.events_2027"])
    return f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"


@drift
def policy_altered(scene: Scene) -> str | None:
    policy = scene.one("policy")
    if policy is None:
        return None
    name = f"{ident(policy.name)} ON {policy.table.sql}"
    forms = [f"ALTER POLICY {name} RENAME TO renamed", f"ALTER POLICY {name} TO PUBLIC"]
    forms.append(f"ALTER POLICY {name} TO {scene.role()}")
    if policy.using is not None:
        forms += [f"ALTER POLICY {name} USING (true)", f"ALTER POLICY {name} USING (false)"]
    if policy.check is not None:
        forms += [f"ALTER POLICY {name} WITH CHECK (true)"]
    return scene.rng.choice(forms)


@drift
def policy_dropped(scene: Scene) -> str | None:
    policy = scene.one("policy")
    return f"DROP POLICY {ident(policy.name)} ON {policy.table.sql}" if policy else None


@drift
def policy_added(scene: Scene) -> str:
    kind = scene.rng.choice(["PERMISSIVE", "RESTRICTIVE"])
    command = scene.rng.choice(["ALL", "SELECT", "DELETE"])
    to = scene.rng.choice([scene.grantee(), f"etl, {scene.role()}"])
    table = scene.rng.choice([scene.table(), "app.events_2026"])
    return f'CREATE POLICY "by hand" ON {table} AS {kind} FOR {command} TO {to} USING (true)'


@drift
def table_granted(scene: Scene) -> str:
    words = scene.rng.choice(["ALL", "SELECT", "UPDATE, DELETE", "TRUNCATE, REFERENCES"])
    grantee = scene.grantee()
    table = scene.rng.choice([scene.table(), "app.events_2026", "app.totals"])
    option = " WITH GRANT OPTION" if grantee != "PUBLIC" and scene.rng.random() < 0.4 else ""
    return f"GRANT {words} ON {table} TO {grantee}{option}"


@drift
def columns_granted(scene: Scene) -> str:
    table = scene.table()
    columns = COLUMNS.get(table) or COLUMNS[PEOPLE]
    column = ident(scene.rng.choice(columns))
    grantee = scene.grantee()
    option = " WITH GRANT OPTION" if grantee != "PUBLIC" and scene.rng.random() < 0.4 else ""
    return f"GRANT SELECT ({column}), UPDATE ({column}) ON {table} TO {grantee}{option}"


@drift
def table_revoked(scene: Scene) -> str:
    words = scene.rng.choice(["ALL", "SELECT", "INSERT"])
    return f"REVOKE {words} ON {scene.table()} FROM {scene.grantee()} CASCADE"


@drift
def others_granted(scene: Scene) -> str:
    grantee = scene.grantee()
    sequence = (
        "app.numbers"
        if len(scene.state["database"]["schemas"]) == 1
        else scene.rng.choice(["app.numbers", '"HR data".badges'])
    )
    return scene.rng.choice(
        [
            f"GRANT ALL ON SEQUENCE {sequence} TO {grantee}",
            f"GRANT CREATE, USAGE ON SCHEMA app TO {grantee}",
            f"GRANT EXECUTE ON FUNCTION app.age(date) TO {grantee}",
            f"GRANT USAGE, CREATE ON SCHEMA jwtroles TO {grantee}",
            f"GRANT INSERT, UPDATE ON jwtroles.claim_role TO {grantee}",
            f"GRANT EXECUTE ON FUNCTION jwtroles.role_for(jsonb) TO {grantee}",
            f"REVOKE USAGE ON SCHEMA app FROM {grantee}",
            f"REVOKE USAGE ON SCHEMA jwtroles FROM {grantee}",
        ]
    )


@drift
def defaults_granted(scene: Scene) -> str:
    what = scene.rng.choice(["SELECT ON TABLES", "USAGE ON SEQUENCES", "ALL ON TABLES"])
    words = f"ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app GRANT {what}"
    return f"{words} TO {scene.grantee()}"


@drift
def role_altered(scene: Scene) -> str:
    words = scene.rng.choice(["LOGIN", "CREATEROLE", "NOINHERIT CONNECTION LIMIT 3"])
    role = scene.role()
    return scene.rng.choice(
        [f"ALTER ROLE {role} {words}", f"COMMENT ON ROLE {role} IS 'x [jwtroles: {PROJECT}]'"]
    )


@drift
def membership_added(scene: Scene) -> str:
    role = scene.rng.choice(["etl", scene.role()])
    member = scene.role()
    if role == member:
        role = "etl"
    admin = scene.rng.choice(["", " WITH ADMIN OPTION"])
    return f"GRANT {role} TO {member}{admin} GRANTED BY :applier"


@drift
@drift
def membership_altered(scene: Scene) -> str | None:
    found = scene.one("membership")
    if found is None:
        return None
    pair = f"{ident(found.role)} TO {ident(found.member)}"
    if scene.major >= 16:
        option = scene.rng.choice(["ADMIN TRUE", "SET TRUE", "INHERIT TRUE", "SET FALSE"])
        return f"GRANT {pair} WITH {option} GRANTED BY :applier"
    return f"GRANT {pair} WITH ADMIN OPTION"


@drift
def membership_dropped(scene: Scene) -> str | None:
    found = scene.one("membership")
    if found is None:
        return None
    by = " GRANTED BY :applier" if scene.major >= 16 else ""
    return f"REVOKE {ident(found.role)} FROM {ident(found.member)}{by}"


@drift
@drift
def rows_altered(scene: Scene) -> str:
    role = scene.role().replace("'", "''").strip('"')
    return scene.rng.choice(
        [
            f"UPDATE jwtroles.claim_role SET role = '{role}'",
            "UPDATE jwtroles.claim_role SET conditions = '[]' WHERE position = 1",
            "UPDATE jwtroles.role_setting SET value = '1h'",
        ]
    )


@drift
def rows_dropped(scene: Scene) -> str:
    return f"DELETE FROM jwtroles.{scene.rng.choice(['claim_role', 'role_setting'])}"


@drift
def rows_added(scene: Scene) -> str:
    return scene.rng.choice(
        [
            "INSERT INTO jwtroles.claim_role VALUES (0, '[]', 'etl')",
            "INSERT INTO jwtroles.role_setting VALUES ('etl', 'search_path', 'app')",
        ]
    )


@drift
@drift
def login_setting_added(scene: Scene) -> str:
    where = scene.rng.choice(["", " IN DATABASE sandbox"])
    return f"ALTER ROLE {scene.role()}{where} SET statement_timeout = '9s'"


@drift
@drift
def login_setting_dropped(scene: Scene) -> str | None:
    found = scene.one("login_setting")
    if found is None:
        return None
    return f"ALTER ROLE {ident(found.role)} IN DATABASE sandbox SET {found.name} = DEFAULT"


@drift
@drift
def login_setting_altered(scene: Scene) -> str | None:
    values = {"statement_timeout": "7s", "work_mem": "1MB", "default_transaction_read_only": "off"}
    name = scene.rng.choice(list(values))
    job = scene.state["roles"].get("job", {}).get("settings", {})
    if name not in job:
        return None
    return f"ALTER ROLE job IN DATABASE sandbox SET {name} = '{values[name]}'"


def rare(kind: str, *changes: str) -> Drift:
    """Return a drift that makes one of the changes where there is an object of a kind."""

    def changed(scene: Scene) -> str | None:
        return scene.rng.choice(changes) if scene.one(kind) else None

    return changed


RARE: tuple[Drift, ...] = (
    rare(
        "issuer",
        "UPDATE jwtroles.issuer SET audience = audience || '{more}'",
        "UPDATE jwtroles.issuer SET clock_skew = 299",
        "DELETE FROM jwtroles.issuer",
        "INSERT INTO jwtroles.issuer VALUES ('https://by.hand', '{db}', 0, 0, '{}')",
    ),
    rare(
        "signing_key",
        "UPDATE jwtroles.signing_key SET not_after = '2100-01-01', modulus = modulus + 2",
        "UPDATE jwtroles.signing_key SET not_before = '2000-01-01'",
        "DELETE FROM jwtroles.signing_key",
        "INSERT INTO jwtroles.signing_key VALUES (7, 'https://a', 'by hand', 'RS256', 'n', "
        "'-infinity', 'infinity', 'infinity', 15, 3, 1, 0.06, 0, 0, 0)",
    ),
    rare(
        "key_pad",
        "UPDATE jwtroles.key_pad SET inner_pad = outer_pad",
        "UPDATE jwtroles.key_pad SET outer_pad = 'x'",
        "UPDATE jwtroles.key_pad SET inner_pad = 'x'",
        "DELETE FROM jwtroles.key_pad",
        "INSERT INTO jwtroles.key_pad VALUES (7, 'inner', 'outer')",
    ),
    rare(
        "curve_multiple",
        "UPDATE jwtroles.curve_multiple SET x = x + 1 WHERE place = 3 AND digit = 7",
        "DELETE FROM jwtroles.curve_multiple WHERE point < 0 AND place = 1",
        "INSERT INTO jwtroles.curve_multiple VALUES (7, 0, 1, 1, 1, 1)",
    ),
    rare(
        "ticket_secret",
        "DELETE FROM jwtroles.ticket_secret",
        "UPDATE jwtroles.ticket_secret SET system = system + 1",
    ),
)
"""Drifts of what only some states have: tried wherever there is such a thing."""
