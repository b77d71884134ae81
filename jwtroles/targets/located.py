"""Which server and which database a connection has reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem, ServerError
from jwtroles.frozen import frozen
from jwtroles.reader import query_text
from jwtroles.reader.connection import asking

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection
    from jwtroles.targets.model import Target


@frozen
class Located:
    """A database of a cluster.

    Attributes:
        cluster: what tells its cluster from every other one that is running.
        oid: the database's number there.
        name: its name.
    """

    cluster: str
    oid: int
    name: str


def located(connection: Connection, target: Target) -> Located:
    """Return where a connection leads.

    Raises:
        ServerError: JR670 for a standby, on which nothing can be changed or compared; JR005 when
            the server does not answer.
    """
    with asking(connection):
        row = connection.execute(query_text("jwtroles.targets", "located")).fetchone()
    assert row is not None  # noqa: S101 - one is always connected to a database
    if row["standby"]:
        message = f"{target.name} is on a standby, which is read-only"
        remedy = "name its primary: what is applied there arrives on the standby by itself"
        problem = Problem(codes.STANDBY, message, target.place, remedy=remedy)
        raise ServerError(problem, footer="Nothing was changed.")
    return Located(row["cluster"], row["oid"], row["name"])
