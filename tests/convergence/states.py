"""Random access states: specifications over the schema of schema.sql, as YAML would give them.

A form of the language joins by a line in one of the tables below, or by a `_part` of its own in
:func:`state`. Nothing is weighed carefully: a state that the compiler refuses is thrown away, and
the test fails when too many are.
"""

from __future__ import annotations

from random import Random
from typing import Any

State = dict[str, Any]

PROJECT = "conv"
APP = ("app",)
BOTH = ("app", "HR data")
PEOPLE = 'HR data."People; all"'

COLUMNS = {
    "app.tags": ["id", "name"],
    "app.notes": ["id", "tenant", "author", "state", "body", "mail"],
    "app.docs": ["id", "tenant", "author", "amount", "kind", "meta"],
    "app.lines": ["doc", "Line no", "text"],
    "app.events": ["at", "tenant", "what"],
    PEOPLE: ["id", "tenant", "full name"],
}
NEEDED = {"app.notes": ["tenant", "author"], "app.docs": ["tenant", "author"]}
"""What an INSERT must write: floors stand on it."""

PREDICATES = {
    "app.tags": ["name <> ''", "id = any (claims.roles)"],
    "app.notes": [
        "mine",
        "mine and open",
        "open or author = claims.sub",
        "state in ('open', 'done')",
        "body like 'A%' and not open",
        "mail = 'a@b.c'",
        "exists (select from app.tags t where t.id = body)",
        "body in known",
    ],
    "app.docs": [
        "mine",
        "amount between -1 and 100.50",
        "kind in ('a', 'b')",
        "meta ->> 'level' = '2' and mine",
        "amount > coalesce((meta ->> 'least')::numeric, 0)",
    ],
    "app.lines": ['"Line no" >= 0', "exists (select from app.docs d where d.id = doc)"],
    "app.events": ["what = 'login'", "at > '2026-02-01' and what <> 'x'"],
    PEOPLE: ['"full name" is not null', "id % 2 = 0"],
}
ROWS = {
    "mine": ["author = claims.sub", "author = claims.sub and tenant = claims.tenant"],
    "open": ["state = 'open'", "state <> 'done'"],
}
LOOKUPS = [
    {"type": "text[]", "sql": "select id from app.tags where name = claims.sub::text"},
    {"type": "text[]", "sql": "select t.name from app.tags t where t.id = any (claims.roles)"},
    {"type": "varchar[]", "sql": "select name from app.tags where id <> claims.sub::text"},
]
WITHOUT_CLAIMS = {
    "app.tags": "name <> ''",
    "app.notes": "open",
    "app.docs": "kind in ('a', 'b')",
    "app.events": "what = 'login'",
}
ROLES = ["reader", "writer", "admin", "auditor", 'Odd "role"', "legacy"]
SETTINGS = {
    "statement_timeout": ["5s", "1min"],
    "work_mem": ["8MB", "16MB"],
    "default_transaction_read_only": ["on", "off"],
}
SEQUENCES = {"app.numbers": ["usage", "select", "update"], "HR data.badges": ["usage", "select"]}
FUNCTIONS = ["app.age(date)", "app.price(numeric,numeric[])"]
KEYS = ["${RSA_KEY}", "${RSA_KEY_ENDING}", "${RSA_AND_OKP}", "${RSA_AND_OKP}"]
"""The last one brings thousands of multiples of points, which take a second to make."""
OPTIONAL_CLAIMS = {
    "plan": [{"type": "text"}, {"type": "text", "path": "/app/plan"}],
    "level": [{"type": "integer"}, {"type": "bigint"}, {"type": "numeric", "path": "/app/level"}],
    "scope": [{"type": "text[]", "split": " "}, {"type": "text[]", "split": ","}],
    "nick": [{"type": "text", "trusted": False}],
}
VIEW_COLUMNS = [
    {"id": "id", "body": "body"},
    {"id": "id", "body": "left(body, 3)"},
    {"id": "id", "body": "body", "mine": "author = claims.sub"},
    {"body": "body"},
]
QUERIES = [
    ({}, {"number": "bigint"}, "select count(*) from app.notes where state = 'open'"),
    (
        {"least": "numeric"},
        {"number": "bigint"},
        "select count(*) from app.docs where amount > least",
    ),
    (
        {"least": "numeric"},
        {"number": "bigint"},
        "select count(*) from app.docs where amount >= least",
    ),
    (
        {},
        {"id": "bigint", "kind": "text"},
        "select id, kind::text from app.docs where author = claims.sub",
    ),
]


def chance(rng: Random, probability: float) -> bool:
    return rng.random() < probability


def some(rng: Random, items: list[Any], least: int = 0) -> list[Any]:
    """Return some of the items, in a random order."""
    return rng.sample(items, rng.randint(min(least, len(items)), len(items)))


def state(rng: Random, schemas: tuple[str, ...], before: State | None) -> State:
    """Return a random specification for these schemas: a new one, or one much as before."""
    if before is not None and chance(rng, 0.6):
        roles = {name: _touched(rng, role) for name, role in before["roles"].items()}
        database = before["database"] | {"schemas": list(schemas)}
        tokens = {**before["tokens"]}
    else:
        roles = _roles(rng, schemas)
        database = _database(rng, schemas, _tokens_of(roles))
        tokens = {"verify": "gateway"}
        if chance(rng, 0.5):
            tokens = {"verify": "database", "issuers": _issuers(rng)}
            for role in roles.values():
                role.pop("database", None)  # `temporary` is nothing that a token may have there
    names, claims = _tokens_of(roles), _claims(rng)
    tokens["claims"] = claims
    made: State = {
        "jwtroles": 1,
        "project": PROJECT,
        "database": database,
        "tokens": tokens,
        "rows": {name: rng.choice(texts) for name, texts in ROWS.items()},
        "lookups": {"known": rng.choice(LOOKUPS)},
        "roles": roles,
    }
    if mapping := _mapping(rng, names, claims, anonymous=tokens["verify"] == "gateway"):
        made["mapping"] = mapping
    if chance(rng, 0.8):
        made["tenancy"] = _tenancy(rng, schemas, names)
    if views := _views(rng, names):
        made["views"] = views
    if queries := _queries(rng, names):
        made["queries"] = queries
    return made


def _tokens_of(roles: State) -> list[str]:
    return [name for name, role in roles.items() if name != "PUBLIC" and role.get("token", True)]


def _roles(rng: Random, schemas: tuple[str, ...]) -> State:
    roles: State = {}
    taken: dict[str, set[tuple[str, str]]] = {}
    for name in some(rng, ROLES, 2):
        roles[name], taken[name] = _role(rng, name, roles, taken, schemas)
    if chance(rng, 0.5):
        roles["PUBLIC"] = _public(rng)
    if chance(rng, 0.8):
        roles["job"] = {"comment": "first", "token": False, "login": True, "tables": _job(rng)}
        roles["job"]["settings"] = _settings(rng) or {"work_mem": "8MB"}
    if chance(rng, 0.3):
        roles["batch"] = {"comment": "first", "token": False, "unsafe": True}
        roles["batch"]["tables"] = {"app.tags": {"truncate": "all", "references": "all"}}
    return roles


def _job(rng: Random) -> State:
    """Return the tables of a role that no token becomes, so that no claim may stand there."""
    tables: State = {}
    for table in some(rng, list(WITHOUT_CLAIMS), 1):
        tables[table] = {"select": rng.choice(["all", {"rows": WITHOUT_CLAIMS[table]}])}
    return tables


def _touched(rng: Random, role: State) -> State:
    """Return the role with other settings, and another comment or limit."""
    if "comment" not in role:
        return role
    kept = {key: value for key, value in role.items() if key != "settings"}
    kept["comment"] = rng.choice(["first", "second's"])
    kept["connection_limit"] = rng.choice([-1, 0, 5])
    takes_settings = role.get("token", True) or role.get("login", False)
    if takes_settings and (settings := _settings(rng)):
        kept["settings"] = settings
    return kept


def _settings(rng: Random) -> State:
    return {key: rng.choice(values) for key, values in SETTINGS.items() if chance(rng, 0.5)}


def _claims(rng: Random) -> State:
    claims: State = {
        "sub": {"type": "uuid", "required": True} if chance(rng, 0.5) else {"type": "uuid"},
        "tenant": {"type": "uuid", "path": rng.choice(["/tenant", "/app/tenant"])},
        "roles": {"type": "text[]"},
    }
    for name in some(rng, list(OPTIONAL_CLAIMS)):
        claims[name] = rng.choice(OPTIONAL_CLAIMS[name])
    return claims


def _database(rng: Random, schemas: tuple[str, ...], roles: list[str]) -> State:
    database: State = {"schemas": list(schemas)}
    if chance(rng, 0.3):
        database["owner"] = "app_owner"
    if chance(rng, 0.4):
        database["connect_as"] = rng.choice(["gate", "jobs"])
    elif chance(rng, 0.8):
        logins = some(rng, ["gate", "jobs"], 1)
        database["connect_as"] = {login: some(rng, roles, 1) for login in logins}
    if "legacy" in roles:
        database["adopt"] = ["legacy"]
    if chance(rng, 0.3):
        database["exempt"] = ["etl"]
    return database


def _role(
    rng: Random,
    name: str,
    others: dict[str, State],
    taken: dict[str, set[tuple[str, str]]],
    schemas: tuple[str, ...],
) -> tuple[State, set[tuple[str, str]]]:
    """Return a role, and what it and the roles it inherits from may do, which adds to nothing."""
    role: State = {"comment": rng.choice(["first", "second's"])}
    mine: set[tuple[str, str]] = set()
    if others and chance(rng, 0.4):
        role["inherits"] = some(rng, list(others), 1)[:2]
        mine = {pair for parent in role["inherits"] for pair in taken[parent]}
    if tables := _tables(rng, mine, schemas):
        role["tables"] = tables
    sequences = {
        name: some(rng, rights, 1) for name, rights in SEQUENCES.items() if chance(rng, 0.3)
    }
    if "HR data" not in schemas:
        sequences.pop("HR data.badges", None)
    if sequences:
        role["sequences"] = sequences
    if functions := some(rng, FUNCTIONS):
        role["functions"] = {function: ["execute"] for function in functions}
    if settings := _settings(rng):
        role["settings"] = settings
    if chance(rng, 0.3):
        role["types"] = {"app.email": ["usage"]}
    if chance(rng, 0.2):
        role["schemas"] = {"app": ["usage"]}
    if chance(rng, 0.1):
        role["database"] = some(rng, ["connect", "temporary"], 1)
    if chance(rng, 0.2):
        role["connection_limit"] = rng.choice([0, 5])
    return role, mine


def _tables(rng: Random, mine: set[tuple[str, str]], schemas: tuple[str, ...]) -> State:
    """Return accesses to tables, none of which an inherited role has; they are added to `mine`."""
    tables: State = {}
    if not mine and chance(rng, 0.2):
        tables["app.*"] = {"select": "all"}
        mine.update((table, "select") for table in COLUMNS)
    for table in some(rng, list(COLUMNS), 1):
        if table == PEOPLE and "HR data" not in schemas:
            continue
        commands = [
            c
            for c in some(rng, ["select", "insert", "update", "delete"], 1)
            if (table, c) not in mine
        ]
        if commands:
            tables[table] = {command: _access(rng, table, command) for command in commands}
            mine.update((table, command) for command in commands)
    if ("app.totals", "select") not in mine and chance(rng, 0.1):
        tables["app.totals"] = {"select": rng.choice(["all", ["total"]])}
        mine.add(("app.totals", "select"))
    return tables


def _access(rng: Random, table: str, command: str) -> Any:
    columns = some(rng, COLUMNS[table], 1)
    if command == "insert":
        columns = list(dict.fromkeys([*NEEDED.get(table, COLUMNS[table]), *columns]))
        columns = [column for column in columns if (table, column) != ("app.docs", "id")]
    rows = rng.choice(PREDICATES[table])
    if command == "delete":
        return {"rows": rows} if chance(rng, 0.6) else "all"
    form = rng.randrange(4)
    if form == 0:
        return "all"
    if form == 1:
        return columns
    access: State = {"rows": rows}
    if form == 2:
        access["columns"] = columns
    if command == "update" and chance(rng, 0.3):
        access["check"] = rng.choice(PREDICATES[table])
    return access


def _public(rng: Random) -> State:
    public: State = {"functions": {name: ["execute"] for name in some(rng, FUNCTIONS, 1)}}
    if chance(rng, 0.5):
        public["sequences"] = {"app.numbers": ["usage"]}
    return public


def _issuers(rng: Random) -> State:
    """Return issuers whose keys are those of tests/cases/keys.json."""
    issuers: State = {}
    for name in ["https://b", *some(rng, ["https://a", "https://c"])]:
        issuer: State = {"audience": rng.choice([["db"], ["db", "other"]])}
        if chance(rng, 0.4):
            issuer["max_lifetime"] = rng.choice(["15m", "1h"])
        if name == "https://a":
            secret = rng.choice(["${HMAC_SECRET}", "${HMAC_SECRET_NEW}"])
            issuer |= {"algorithms": ["HS256"], "secrets": {"k1": secret}}
        if name == "https://b":
            issuer["keys"] = rng.choice(KEYS)
        issuers[name] = issuer
    return issuers


def _mapping(rng: Random, roles: list[str], claims: State, *, anonymous: bool) -> list[State]:
    rules: list[State] = []
    if anonymous and chance(rng, 0.2):
        rules.append({"absent": True, "role": rng.choice(roles)})
    for role in some(rng, roles, 1):
        rule = rng.choice(["contains", "equals", "present", "all", "requires"])
        if rule == "equals" and "plan" in claims:
            rules.append({"claim": "plan", "equals": f"for {role}", "role": role})
        elif rule == "present" and "scope" in claims:
            rules.append({"claim": "scope", "present": True, "role": role})
        elif rule == "all":
            both = [{"claim": "roles", "contains": "x"}, {"claim": "tenant", "present": True}]
            rules.append({"all": both, "role": role})
        else:
            rules.append({"claim": "roles", "contains": f"{role}'s", "role": role})
            if rule == "requires":
                rules[-1]["requires"] = ["tenant"]
    return rules


def _tenancy(rng: Random, schemas: tuple[str, ...], roles: list[str]) -> Any:
    tables = ["app.*", "HR data.*"] if "HR data" in schemas and chance(rng, 0.6) else ["app.*"]
    floor: State = {
        "rows": rng.choice(
            ["tenant = claims.tenant", "tenant = claims.tenant and tenant is not null"]
        ),
        "tables": tables,
        "except": ["app.tags"],
    }
    if chance(rng, 0.5):
        floor["through"] = {"app.lines": {"app.docs": "lines.doc = docs.id"}}
    else:
        floor["except"].append("app.lines")
    if chance(rng, 0.2):
        floor["where_column"] = "tenant"
        floor["except"].append("app.lines")
        floor.pop("through", None)
    floor["except"] = list(dict.fromkeys(floor["except"]))
    if chance(rng, 0.2):
        floor["lifted_for"] = some(rng, roles, 1)[:1]
    if chance(rng, 0.6):
        return floor
    other = {
        "name": "own",
        "rows": rng.choice(
            ["author = claims.sub", "author = claims.sub or tenant = claims.tenant"]
        ),
        "tables": some(rng, ["app.notes", "app.docs"], 1),
    }
    return [{"name": rng.choice(["tenant", "client"])} | floor, other]


def _views(rng: Random, roles: list[str]) -> State:
    views: State = {}
    for name in some(rng, ["app.note_list", "app.own_notes"]):
        view: State = {"from": "app.notes", "columns": rng.choice(VIEW_COLUMNS)}
        if chance(rng, 0.5):
            view["rows"] = rng.choice(["open", "mine", "author = claims.sub and body is not null"])
        if chance(rng, 0.5):
            view["comment"] = rng.choice(["masked", "it's masked"])
        if chance(rng, 0.8):
            view["grant"] = {role: ["select"] for role in some(rng, roles, 1)}
        views[name] = view
    return views


def _queries(rng: Random, roles: list[str]) -> State:
    queries: State = {}
    for name in some(rng, ["app.number", "app.listed"]):
        params, returns, sql = rng.choice(QUERIES)
        query: State = {"returns": returns, "sql": sql}
        if params:
            query["params"] = params
        if chance(rng, 0.5):
            query["comment"] = rng.choice(["counts", "tells"])
        if chance(rng, 0.8):
            query["grant"] = some(rng, roles, 1)
        queries[name] = query
    return queries
