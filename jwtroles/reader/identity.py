"""Which database is this, and which running server has it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem, ServerError
from jwtroles.frozen import frozen
from jwtroles.reader.connection import asking
from jwtroles.reader.queries import query_text

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection


@frozen
class Identity:
    """What tells a database from every other one: what a saved plan is bound to.

    Attributes:
        system: the identifier of its cluster (manual section 9.28.4, pg_control_system), which
            initdb makes. A physical copy has the same one. '' where the platform lets nobody ask.
        oid: its number there.
        name: its name.
        major: the major version of its server.
    """

    system: str
    oid: int
    name: str
    major: int


@frozen
class Located:
    """A database on a server that is running.

    Attributes:
        identity: which one.
        started: when its server was started, which tells it from a physical copy.
        standby: whether the server only replays what another one does.
    """

    identity: Identity
    started: str
    standby: bool

    @property
    def cluster(self) -> str:
        """What tells its cluster from every other one that is running."""
        return f"{self.identity.system} {self.started}"


def locate(connection: Connection) -> Located:
    """Ask a server which database this is.

    Raises:
        ServerError: JR005 when it does not answer.
    """
    with asking(connection):
        row = connection.execute(query_text("jwtroles.reader", "identity")).fetchone()
        assert row is not None  # noqa: S101 - one is always connected to a database
        # The right to call a function is checked before a CASE is looked at.
        found = connection.execute(_SYSTEM).fetchone() if row["may_ask"] else None
    system = found["system"] if found else ""
    return Located(
        Identity(system, row["oid"], row["name"], row["major"]), row["started"], row["standby"]
    )


_SYSTEM = "SELECT system_identifier::text AS system FROM pg_control_system()"
"""The identifier of the cluster stays through failovers."""


def identify(connection: Connection) -> Identity:
    """Return what a saved plan is bound to.

    Raises:
        ServerError: JR005 when the server does not say which cluster this is.
    """
    found = locate(connection).identity
    if not found.system:
        message = "the server does not say which cluster this is, to which a saved plan is bound"
        remedy = "GRANT EXECUTE ON FUNCTION pg_control_system() TO the role that plans"
        problem = Problem(codes.CANNOT_ASK, message, remedy=remedy)
        raise ServerError(problem, footer="Nothing was changed.")
    return found
