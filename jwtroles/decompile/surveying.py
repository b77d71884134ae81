"""What is read of a database before any file says what of it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.decompile.found import Found, scope_of_all
from jwtroles.hosting import functions, recognised
from jwtroles.names import GLOB, OWN_SCHEMA, file_part
from jwtroles.reader import snapshot, survey
from jwtroles.reader.connection import asking
from jwtroles.reader.queries import query_text
from jwtroles.versions import PARAMETER_PRIVILEGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.reader.connection import Connection


def find(connection: Connection, wanted: Iterable[str]) -> Found:
    """Read all that a database says about access, in one read-only snapshot.

    Args:
        connection: to the database.
        wanted: the schemas to look at, or globs of them; () for every one that is not PostgreSQL's.
    """
    with asking(connection), snapshot(connection):
        special = query_text("jwtroles.reader", "special")
        known = connection.execute(special, {"names": functions()}).fetchall()
        there = connection.execute(query_text("jwtroles.reader", "namespace")).fetchall()
        rows = connection.execute("SELECT rolname::text AS name FROM pg_roles").fetchall()
        roles = frozenset(row["name"] for row in rows)
        service = next(iter(recognised(roles, [row["name"] for row in known])), None)
        every = tuple(row["name"] for row in there)
        theirs = tuple(name for name in every if service is not None and service.holds(name))
        asked = tuple(wanted) or every
        schemas = tuple(name for name in asked if name not in theirs)
        lent = tuple(f"{file_part(schema)}.*" for schema in theirs if GLOB not in schema)
        surveyed = survey(connection, scope_of_all("", schemas, roles, lent, theirs))
        own = surveyed.objects["own_schema"]
        project = (own[0].project or "") if own else ""
        if project:
            wide = Found(survey(connection, scope_of_all(project, asked, roles)), asked, project)
            schemas = asked if wanted else tuple(filter(wide.has_ours, wide.structure.managed))
            borrowed = tuple(sorted(wide.borrowed(schemas)))
            surveyed = survey(connection, scope_of_all(project, schemas, roles, borrowed))
        managed = sorted(name for name in surveyed.structure.schemas if name != OWN_SCHEMA)
        uncompared = _uncompared(connection, managed, surveyed.structure.server.version)
    return Found(surveyed, tuple(managed), project, service, theirs, tuple(uncompared))


def _uncompared(
    connection: Connection, schemas: list[str], version: int
) -> Iterator[tuple[str, str]]:
    """Yield the roles of the cluster, and PUBLIC, with what they hold that no plan compares."""
    asked = [("uncompared", {"schemas": schemas})]
    if version >= PARAMETER_PRIVILEGES:
        asked.append(("uncompared_parameter", {}))
    for name, parameters in asked:
        text = query_text("jwtroles.reader", name)
        for row in connection.execute(text, parameters or None).fetchall():
            yield row["role"], row["words"]
