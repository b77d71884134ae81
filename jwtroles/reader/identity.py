"""Which database is this? What a saved plan is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.reader import query_text
from jwtroles.reader.connection import asking

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection


@frozen
class Identity:
    """What tells a database from every other one.

    Attributes:
        system: the identifier of its cluster (manual section 9.28.4, pg_control_system), which
            initdb makes. A physical copy has the same one.
        oid: its number there.
        name: its name.
        major: the major version of its server.
    """

    system: str
    oid: int
    name: str
    major: int


def identify(connection: Connection) -> Identity:
    """Ask a server which database this is.

    Raises:
        ServerError: JR005 when it does not answer.
    """
    with asking(connection):
        row = connection.execute(query_text("jwtroles.reader", "identity")).fetchone()
    assert row is not None  # noqa: S101 - one is always connected to a database
    return Identity(**row)
