"""Puts the schema `jwtroles` of a specification into a database, statement by statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.kinds.base import Change, Context
from jwtroles.kinds.function import FUNCTION
from jwtroles.kinds.own_table import OWN_TABLE
from jwtroles.kinds.stored_row import CLAIM_ROLE_KIND, ROLE_SETTING_KIND
from jwtroles.names import ident
from jwtroles.spec.load import load_text
from jwtroles.verifier import Machinery, claim_rows, machinery, setting_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.kinds.object_ref import ObjectRef
    from jwtroles.spec.model import Spec
    from tests.servers import Sandbox

TYPES = {
    "text": "text",
    "uuid": "uuid",
    "bigint": "bigint",
    "int": "integer",
    "integer": "integer",
    "smallint": "smallint",
    "numeric": "numeric",
    "boolean": "boolean",
    "date": "date",
    "timestamptz": "timestamp with time zone",
    "jsonb": "jsonb",
    "text[]": "text[]",
    "uuid[]": "uuid[]",
    "bigint[]": "bigint[]",
    "int[]": "integer[]",
    "integer[]": "integer[]",
}


def spec_of(text: str) -> Spec:
    """Load a specification; `verify: gateway` unless it says otherwise."""
    return load_text(text)


def install(sandbox: Sandbox, spec: Spec, readers: Iterable[str] = ()) -> Machinery:
    """Create the owner, the schema, everything in it and the grants; roles must be there."""
    made = machinery(spec, TYPES)
    logins = tuple(str(login.name) for login in spec.database.connect_as)
    with sandbox.connect() as connection:
        for statement in statements(spec, made, readers or tuple(map(str, spec.roles)), logins):
            connection.execute(statement.encode())
    return made


def statements(
    spec: Spec, made: Machinery, readers: Iterable[str], logins: Iterable[str]
) -> Iterator[str]:
    """Yield the SQL, in an order that works."""
    owner = spec.own_role
    context = Context(180000, own_role=owner)
    yield f"CREATE ROLE {ident(owner)} NOLOGIN"
    yield f"CREATE SCHEMA jwtroles AUTHORIZATION {ident(owner)}"
    yield f"SET ROLE {ident(owner)}"
    for table in made.tables:
        change = Change("own_table", table.name, None, table)
        yield from (one.sql for one in OWN_TABLE.statements(change, context))
    for function in made.functions:
        change = Change("function", function.name, None, function)
        yield from (one.sql for one in FUNCTION.statements(change, context))
    for rule in claim_rows(spec, str):
        change = Change("claim_role", rule.position, None, rule)
        yield from (one.sql for one in CLAIM_ROLE_KIND.statements(change, context))
    for setting in setting_rows(spec, str):
        change = Change("role_setting", setting.name, None, setting)
        yield from (one.sql for one in ROLE_SETTING_KIND.statements(change, context))
    for grant in made.grants(readers, logins):
        target = f"{grant.object.cls.upper()} {_named(grant.object)}"
        yield f"GRANT {grant.privilege} ON {target} TO {ident(grant.grantee)}"
    yield "RESET ROLE"


def _named(ref: ObjectRef) -> str:
    if ref.cls == "schema":
        return ident(ref.name.name)
    return f"{ref.name.sql}({ref.arguments})" if ref.cls == "function" else ref.name.sql
