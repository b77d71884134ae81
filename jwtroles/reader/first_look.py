"""A first look at a database without a specification: its tables, and who holds rights on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.names import QName
from jwtroles.reader import query_text, snapshot
from jwtroles.reader.connection import asking

if TYPE_CHECKING:
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
    """

    database: str
    tables: tuple[SurveyedTable, ...]
    roles: frozenset[str]


def survey(connection: Connection) -> Survey:
    """Look at a database in one read-only snapshot."""
    with asking(connection), snapshot(connection):
        rows = connection.execute(query_text("jwtroles.reader", "survey")).fetchall()
        roles = connection.execute("SELECT rolname::text AS name FROM pg_roles").fetchall()
        here = connection.execute("SELECT current_database()::text AS name").fetchall()
    tables = tuple(
        SurveyedTable(
            QName(row["schema"], row["name"]),
            row["schema_owner"],
            tuple((name, kind) for name, kind in row["columns"]),
            tuple(row["key"]),
            tuple(row["holders"]),
        )
        for row in rows
    )
    return Survey(here[0]["name"], tables, frozenset(row["name"] for row in roles))
