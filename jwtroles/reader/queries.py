"""The catalog queries that ship with the package, one or many of them in one message."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.reader.connection import Connection

Query = tuple[str, str]
"""The package that has it, and its name."""

Rows = list[dict[str, Any]]


@cache
def query_text(package: str, name: str) -> str:
    """Return the text of a catalog query that ships with the package."""
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def answers(
    connection: Connection, asked: Iterable[Query], values: Mapping[str, Any]
) -> dict[Query, Rows]:
    """Return the rows of queries that go to the server together.

    One after the other, each would wait for its message to go there and back, which on a network
    takes longer than the query. Only one statement of a message may have parameters (manual section
    53.2.3), so the values are written out, quoted as psycopg does.

    Args:
        connection: in the transaction in which to ask.
        asked: the queries.
        values: what stands for the parameters of all of them.
    """
    from psycopg import sql  # noqa: PLC0415 - 160 ms

    listed = tuple(asked)
    if not listed:
        return {}
    literals = {
        name.encode(): sql.Literal(value).as_bytes(connection) for name, value in values.items()
    }
    texts = (query_text(*one).encode() for one in listed)
    cursor = connection.execute(
        b"\n;\n".join(text % literals if b"%(" in text else text for text in texts)
    )
    found: dict[Query, Rows] = {}
    for one in listed:
        found[one] = cursor.fetchall()
        cursor.nextset()
    return found
