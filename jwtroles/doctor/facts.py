"""What an examination looks at: a fixed number of queries in one read-only snapshot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.hosting import functions
from jwtroles.kinds.role import Role, parse
from jwtroles.names import QName
from jwtroles.reader import server_of, snapshot
from jwtroles.reader.connection import asking, network
from jwtroles.reader.queries import query_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jwtroles.catalog import Server
    from jwtroles.reader.connection import Connection

SETTINGS = (
    "auto_explain.log_min_duration",
    "auto_explain.log_parameter_max_length",
    "auto_explain.sample_rate",
    "local_preload_libraries",
    "log_min_duration_sample",
    "log_min_duration_statement",
    "log_min_error_statement",
    "log_parameter_max_length",
    "log_parameter_max_length_on_error",
    "log_statement",
    "log_statement_sample_rate",
    "log_transaction_sample_rate",
    "pg_stat_statements.track",
    "row_security",
    "session_preload_libraries",
    "shared_preload_libraries",
    "track_activities",
    "track_activity_query_size",
)
"""The settings that are looked at, for the session and for each login."""

ROUNDS = 3
"""How often the server's clock is asked: the quickest answer says most."""

_OF_A_ROLE = frozenset({"user", "database user", "client", "session"})
"""Sources of a setting that are of this session alone, and not of another login's."""


_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@frozen
class Override:
    """A setting that is made for a role ('' for each of them), here or in every database."""

    role: str
    here: bool
    name: str
    value: str


@frozen
class Clock:
    """How far the server's clock is ahead of the client's, in seconds, and how exact that is."""

    ahead: float
    within: float


@frozen
class EventTrigger:
    """An event trigger that is on, and the extension that it belongs to, if it does."""

    name: str
    event: str
    extension: str | None


@frozen
class Owned:
    """Tables of one schema and one owner."""

    schema: str
    owner: str
    tables: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The tables as the file writes them."""
        return tuple(str(QName(self.schema, table)) for table in self.tables)


@frozen
class Facts:
    """What was read.

    Attributes:
        server: the server, and what the connected role can do.
        roles: every role of the cluster.
        parents: role → the roles whose rights it has, directly.
        reach: role → the roles whose rights it has or that it may become, directly.
        standby, read_only: whether it takes no changes, and why.
        tls: the version of TLS of this connection, '' without.
        server_tls: whether the server offers TLS at all.
        sslmode: what this client asks of a server's certificate.
        temporary: whether the connected role may make temporary tables.
        managed: whether the schema `jwtroles` is there.
        settings: those of this session that may be seen: value and source.
        overrides: those that are made for roles and databases.
        connect: roles that have CONNECT here; over: roles whose password has ended.
        owned: tables by schema and owner.
        event_triggers: those that are on.
        makes: what PUBLIC may make: the statement that stops it → the owner whose rights it takes.
        functions: names of pg_catalog by which a service is known.
        clock: of the server, beside ours.
    """

    server: Server
    roles: Mapping[str, Role]
    parents: Mapping[str, frozenset[str]]
    reach: Mapping[str, frozenset[str]]
    standby: bool
    read_only: bool
    tls: str
    server_tls: bool
    sslmode: str
    temporary: bool
    managed: bool
    settings: Mapping[str, tuple[str, str]]
    overrides: tuple[Override, ...]
    connect: frozenset[str]
    over: frozenset[str]
    owned: tuple[Owned, ...]
    event_triggers: tuple[EventTrigger, ...]
    makes: Mapping[str, str]
    functions: frozenset[str]
    clock: Clock

    @property
    def major(self) -> int:
        """The major version."""
        return self.server.version // 10000

    @property
    def network(self) -> bool:
        """Whether what is sent passes a network: not on a socket, nor within one machine."""
        address = self.server.address
        return bool(address) and not _LOCAL & {address, address.rpartition(":")[0]}

    def setting(self, name: str, role: str = "") -> str | None:
        """Return a setting as a role has it when it logs in, or None where it cannot be told.

        One for the role in this database counts before one for the role, that before one for the
        database, that before the server's (manual section 20.1.3).
        """
        ranked = {
            (one.role != "", one.here): one.value
            for one in self.overrides
            if one.name == name and one.role in ("", role)
        }
        for rank in ((True, True), (True, False), (False, True), (False, False)):
            if rank in ranked:
                return ranked[rank]
        value, source = self.settings.get(name, (None, ""))
        return None if role and source in _OF_A_ROLE else value

    def above(self, role: str, by: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """Return every role that a role gets to by memberships, without itself."""
        found: set[str] = set()
        queue = [role]
        while queue:
            more = by.get(queue.pop(), frozenset()) - found
            found |= more
            queue += more
        return frozenset(found - {role})


def look(connection: Connection, now: Callable[[], float] = time.time) -> Facts:
    """Read everything that the checks ask about. Nothing is changed.

    Args:
        connection: to the database.
        now: the client's clock, in seconds since 1970.

    Raises:
        ServerError: JR005 when the server does not answer.
    """

    def run(package: str, name: str, **parameters: Any) -> list[dict[str, Any]]:
        return connection.execute(query_text(package, name), parameters or None).fetchall()

    here, reader = "jwtroles.doctor", "jwtroles.reader"
    with asking(connection), snapshot(connection):
        (server,) = run(reader, "server")
        (session,) = run(here, "session")
        roles = [role for row in run("jwtroles.kinds", "role") for role in parse(row)]
        parents = run(reader, "parent")
        settings = run(here, "setting", names=list(SETTINGS))
        overrides = run(here, "override", names=list(SETTINGS))
        logins = run(here, "login", roles=[role.name for role in roles])
        owned = run(here, "owner")
        triggers = run(here, "event_trigger")
        makes = run(here, "public_makes")
        special = run(reader, "special", names=functions())
        clock = _clock(connection, now)
    facts = server_of(server | {"address": network(connection)})
    return Facts(
        server=facts,
        roles={role.name: role for role in roles},
        parents={row["member"]: frozenset(row["inherits"] or ()) for row in parents},
        reach={row["member"]: frozenset(row["reaches"] or ()) for row in parents},
        standby=session["standby"],
        read_only=session["read_only"],
        tls=session["tls_version"] if session["tls"] else "",
        server_tls=session["server_tls"],
        sslmode=connection.info.get_parameters().get("sslmode", "prefer"),
        temporary=session["temporary"],
        managed=session["managed"],
        settings={row["name"]: (row["value"], row["source"]) for row in settings},
        overrides=tuple(Override(**row) for row in overrides),
        connect=frozenset(row["name"] for row in logins if row["connect"]),
        over=frozenset(row["name"] for row in logins if row["over"]),
        owned=tuple(Owned(row["schema"], row["owner"], tuple(row["tables"])) for row in owned),
        event_triggers=tuple(EventTrigger(**row) for row in triggers),
        makes={row["stop"]: row["owner"] for row in makes},
        functions=frozenset(row["name"] for row in special),
        clock=clock,
    )


def _clock(connection: Connection, now: Callable[[], float]) -> Clock:
    """Compare the clocks: the answer was true at some instant between asking and having it."""
    found = []
    for _ in range(ROUNDS):
        asked = now()
        row = connection.execute(
            "SELECT extract(epoch FROM clock_timestamp())::double precision AS seconds"
        ).fetchone()
        answered = now()
        assert row is not None  # noqa: S101 - a query without FROM has one row
        found.append(Clock(row["seconds"] - (asked + answered) / 2, abs(answered - asked) / 2))
    return min(found, key=lambda clock: clock.within)
