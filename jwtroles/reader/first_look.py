"""A first look at a database without a specification: its tables, and who holds rights on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.hosting import functions, recognised
from jwtroles.names import QName
from jwtroles.reader import snapshot
from jwtroles.reader.connection import asking
from jwtroles.reader.queries import query_text

if TYPE_CHECKING:
    from jwtroles.hosting import Service
    from jwtroles.reader.connection import Connection


@frozen
class SurveyedTable:
    """A table as a first look sees it.

    Attributes:
        name: its name.
        schema_owner: who owns its schema.
        columns: each column's name and type, in order.
        key: the columns of its primary key.
        holders: roles with rights on it or on its columns, PUBLIC among them; without its owner
            and without roles that row security does not bind.
    """

    name: QName
    schema_owner: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    holders: tuple[str, ...]


@frozen
class Survey:
    """What `init` needs to know of a database.

    Attributes:
        database: its name.
        tables: every table outside the system's schemas, by name.
        roles: every role of the cluster.
        service: the managed service that it seems to be on; its schemas are left out.
    """

    database: str
    tables: tuple[SurveyedTable, ...]
    roles: frozenset[str]
    service: Service | None = None


def survey(connection: Connection) -> Survey:
    """Look at a database in one read-only snapshot."""
    with asking(connection), snapshot(connection):
        rows = connection.execute(query_text("jwtroles.reader", "survey")).fetchall()
        roles = connection.execute("SELECT rolname::text AS name FROM pg_roles").fetchall()
        special = connection.execute(
            query_text("jwtroles.reader", "special"), {"names": functions()}
        ).fetchall()
        here = connection.execute("SELECT current_database()::text AS name").fetchall()
    names = frozenset(row["name"] for row in roles)
    service = next(iter(recognised(names, [row["name"] for row in special])), None)
    tables = tuple(
        SurveyedTable(
            QName(row["schema"], row["name"]),
            row["schema_owner"],
            tuple((name, kind) for name, kind in row["columns"]),
            tuple(row["key"]),
            tuple(row["holders"]),
        )
        for row in rows
        if service is None or not service.holds(row["schema"])
    )
    return Survey(here[0]["name"], tables, names, service)
