"""What stops an attack, taken out of the applied catalog and put back."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg.sql import Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection

POLICY = """
    SELECT qual, concat(
        'CREATE POLICY ', quote_ident(policyname), ' ON ', %(table)s::text, ' AS ', permissive,
        ' FOR ', cmd, ' TO ', array_to_string(roles, ', '),
        ' USING (' || qual || ')', ' WITH CHECK (' || with_check || ')')
    FROM pg_policies
    WHERE (schemaname || '.' || tablename, policyname::text) = (%(table)s, %(name)s)
"""


@contextmanager
def removed(admin: Connection[Any], what: Mapping[str, str]) -> Iterator[None]:
    """Take one object, or one check of it, away for as long as the block runs.

    Args:
        admin: a superuser.
        what: `policy` and `table`, `function`, `privilege`, or `removed` and `restored` for what
            has no form of its own. `check` and `becomes` are the part of a policy or of a function
            that goes, and what stands there instead.
    """
    (remove,) = (FORMS[name] for name in FORMS if name in what)
    before, after = remove(admin, what)
    for statement in before:
        admin.execute(statement.encode())
    try:
        yield
    finally:
        for statement in after:
            admin.execute(statement.encode())


def _policy(admin: Connection[Any], what: Mapping[str, str]) -> tuple[list[str], list[str]]:
    name, table = what["policy"], what["table"]
    found = admin.execute(POLICY, {"table": table, "name": name}).fetchone()
    assert found is not None, f"there is no policy {name} on {table}"
    qual, create = found
    if "check" in what:
        alter = f"ALTER POLICY {Identifier(name).as_string(admin)} ON {table} USING "
        return [f"{alter}({_without(qual, what)})"], [f"{alter}({qual})"]
    return [f"DROP POLICY {Identifier(name).as_string(admin)} ON {table}"], [create]


def _function(admin: Connection[Any], what: Mapping[str, str]) -> tuple[list[str], list[str]]:
    (definition,) = admin.execute(
        "SELECT pg_get_functiondef(%s::regprocedure)", [what["function"]]
    ).fetchone() or (None,)
    assert definition is not None
    return [_without(definition, what)], [definition]


def _privilege(_: Connection[Any], what: Mapping[str, str]) -> tuple[list[str], list[str]]:
    right, _, grantee = what["privilege"].rpartition(" TO ")
    return [f"GRANT {right} TO {grantee}"], [f"REVOKE {right} FROM {grantee}"]


def _sql(_: Connection[Any], what: Mapping[str, str]) -> tuple[list[str], list[str]]:
    return [what["removed"]], [what["restored"]]


def _without(text: str, what: Mapping[str, str]) -> str:
    """Return a text without a check, which must stand there once; white space is any."""
    words = map(re.escape, what["check"].split())
    changed, count = re.subn(r"\s+".join(words), lambda _: what.get("becomes", ""), text)
    assert count == 1, f"the check stands {count} times: {what['check']}"
    return changed


FORMS = {"policy": _policy, "function": _function, "privilege": _privilege, "removed": _sql}
