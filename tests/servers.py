"""The servers of the test matrix, and a clean database with clean roles on each.

Roles belong to a whole server, so every test process has servers of its own, and every test
finds its server without any role or database of the test before it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import psycopg
from psycopg import sql

from jwtroles.embedded import EmbeddedServer
from tests.install_servers import FOLDER, MAJORS, VERSIONS, bin_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["APPLIERS", "MAJORS", "VERSIONS", "Cluster", "Clusters", "Sandbox"]

APPLIERS = ("superuser", "createrole")
DATABASE = "sandbox"
DEPLOYER = "deployer"

MEMORY = Path("/dev/shm")
"""Where servers keep their files if it has room: a database is made in a fifth of the time."""

ROOM = 4 * 1024**3
"""Bytes: fifteen servers (three processes, each version) of 100 MB, and what tests put in."""

DATABASES = """
    SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')
"""
ROLES = "SELECT rolname FROM pg_roles WHERE rolname <> 'postgres' AND rolname !~ '^pg_'"


@dataclass(slots=True)
class Sandbox:
    """An empty database on a server that has no roles but its superuser `postgres`."""

    server: EmbeddedServer
    major: int
    database: str = DATABASE
    _connections: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def url(self) -> str:
        """The superuser's address of the database."""
        return self.url_for()

    def url_for(self, user: str = "postgres", database: str | None = None) -> str:
        """Return the address for a role, which needs LOGIN and no password."""
        return self.server.url(database or self.database, user)

    def connect(self, user: str = "postgres", database: str | None = None) -> psycopg.Connection:
        """Open a connection in autocommit mode; it is closed with the sandbox."""
        connection = psycopg.connect(self.url_for(user, database), autocommit=True)
        return self._connections.enter_context(connection)

    def run_sql(self, text: str, user: str = "postgres") -> None:
        """Run statements in a session of their own, all or none of them."""
        with psycopg.connect(self.url_for(user), autocommit=True) as connection:
            connection.execute(text.encode())

    def rows(self, query: str, user: str = "postgres") -> list[tuple[Any, ...]]:
        """Return the rows of one query."""
        with psycopg.connect(self.url_for(user), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def load(self, *files: Path) -> None:
        """Run SQL files."""
        for file in files:
            self.run_sql(file.read_text(encoding="utf-8"))

    def create_database(self, name: str) -> str:
        """Create a second database on the same server and return the superuser's address."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url_for(database=name)

    def make_deployer(self, owner: str = "app_owner") -> str:
        """Create the applying role that is not superuser, and return its address.

        It may log in and create roles, owns the database and is a member of `owner`. Load the
        schema first: `owner` must exist.
        """
        with psycopg.connect(self.url, autocommit=True) as connection:
            deployer = sql.Identifier(DEPLOYER)
            for statement in (
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(deployer),
                sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                    sql.Identifier(self.database), deployer
                ),
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(owner), deployer),
            ):
                connection.execute(statement)
        return self.url_for(DEPLOYER)

    def applier_url(self, applier: str, owner: str = "app_owner") -> str:
        """Return the address to apply with: the superuser's, or a new deployer's."""
        if applier not in APPLIERS:
            raise ValueError(f"no such applier: {applier}")
        return self.url if applier == "superuser" else self.make_deployer(owner)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()


@dataclass(slots=True)
class Cluster:
    """One running server of the matrix."""

    server: EmbeddedServer
    major: int
    _in_use: bool = False
    _session: psycopg.Connection | None = None

    def close(self) -> None:
        """Close the session that makes and drops databases."""
        if self._session is not None:
            self._session.close()

    def _own(self) -> psycopg.Connection:
        """Return that session, a new one if the last has ended: a test may stop the server."""
        with suppress(psycopg.OperationalError):
            if self._session is not None:
                self._session.execute("SELECT")
                return self._session
        self._session = psycopg.connect(self.server.url(), autocommit=True)
        return self._session

    @property
    def _strategy(self) -> str:
        """How a database is made: copying files takes half the time, where nothing is written."""
        in_memory = self.server.root.is_relative_to(MEMORY)
        return "STRATEGY file_copy" if in_memory and self.major >= 15 else ""

    @contextmanager
    def fresh(self) -> Iterator[Sandbox]:
        """Give a clean server with an empty database, one at a time."""
        if self._in_use:
            raise RuntimeError("a server has one sandbox at a time: use create_database")
        self._in_use = True
        try:
            reset(self._own())  # after a test that was interrupted
            self._own().execute(f"CREATE DATABASE {DATABASE} {self._strategy}")
            sandbox = Sandbox(self.server, self.major)
            try:
                yield sandbox
            finally:
                sandbox.close()
                reset(self._own())
        finally:
            self._in_use = False


class Clusters:
    """The servers of one test process, each started when it is first asked for.

    A killed run leaves servers behind; starting one removes those.
    """

    def __init__(self) -> None:
        self._running: dict[int, Cluster] = {}
        self._stack = ExitStack()

    def __call__(self, major: int) -> Cluster:
        """Return the server of a major version."""
        if major not in self._running:
            programs = bin_dir(major)
            if not programs.exists():
                raise RuntimeError(
                    f"PostgreSQL {VERSIONS[major]} is not installed: "
                    f"{sys.executable} tests/install_servers.py"
                )
            private = EmbeddedServer.private(programs, FOLDER.parent / "templates")
            with mock.patch.object(tempfile, "tempdir", _folder()):
                server = self._stack.enter_context(private)
            self._running[major] = Cluster(server, major)
        return self._running[major]

    def close(self) -> None:
        """Stop and remove them all."""
        for one in self._running.values():
            one.close()
        self._running.clear()
        self._stack.close()


def _folder() -> str:
    """Return where the files of servers go: into memory, or where temporary files go."""
    with suppress(FileNotFoundError):
        if shutil.disk_usage(MEMORY).free > ROOM:
            return str(MEMORY)
    return tempfile.gettempdir()


def reset(connection: psycopg.Connection) -> None:
    """Drop all databases and roles that a test made, and the settings of roles."""
    connection.execute("SET default_transaction_read_only = off")  # if a test has set it for us
    for (name,) in connection.execute(DATABASES).fetchall():
        database = sql.Identifier(name)
        connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(database))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
    roles = [sql.Identifier(name) for (name,) in connection.execute(ROLES).fetchall()]
    # In shared objects. One by one: of two roles, the second may look for a default privilege that
    # has gone with the first ("could not find tuple for default ACL").
    for role in roles:
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
    if roles:
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.SQL(", ").join(roles)))
    connection.execute("ALTER ROLE ALL RESET ALL; ALTER ROLE postgres RESET ALL")
