"""The connection that tests run on: acting as roles, and undoing all of it.

Everything is local to a transaction or to a savepoint, so that rolling back is all there is to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.names import ident
from jwtroles.reader.queries import query_text
from jwtroles.versions import MEMBERSHIP_OPTIONS

if TYPE_CHECKING:
    import psycopg


@frozen
class Done:
    """A statement that the server ran.

    Attributes:
        tag: the command, as the server names it (`SELECT`, `UPDATE`, `TRUNCATE TABLE`).
        count: how many rows it returned or wrote; None if it is not about rows.
        rows: the rows returned, each value as the server's text; None if it returns none.
        types: type and type modifier of each column.
    """

    tag: str
    count: int | None
    rows: tuple[tuple[str | None, ...], ...] | None = None
    types: tuple[tuple[int, int], ...] = ()


@frozen
class Failed:
    """A statement that the server refused."""

    sqlstate: str
    message: str

    def __str__(self) -> str:
        return f"{self.sqlstate} {self.message}".strip()


Outcome = Done | Failed


class Bench:
    """One connection, in autocommit or not, that is in no transaction yet."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.superuser = False
        self._borrowed: tuple[str, ...] = ()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open the transaction in which a test runs; nothing of it stays."""
        with self.undone():
            # Where the server or the role is read-only by default, a refused write proves nothing.
            self.run("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
            self.run("SET LOCAL search_path TO DEFAULT")
            self.run("SET LOCAL standard_conforming_strings = on")
            self.run("SET LOCAL lock_timeout = '10s'")
            for role in self._borrowed:
                self.run(f"GRANT {ident(role)} TO {ident(self._user())}{self._only_set()}")
            yield

    def undone(self) -> AbstractContextManager[Any]:
        """Run a block and roll back what it did: a savepoint, or the whole transaction."""
        return self.connection.transaction(force_rollback=True)

    def find_out(self) -> None:
        """Learn what the connected role may do."""
        with self.undone():
            (row,) = self.rows("SELECT current_setting('is_superuser') = 'on' AS yes")
            self.superuser = row["yes"]

    def borrow(self, roles: tuple[str, ...]) -> None:
        """Have each transaction grant these roles to the connected one, until it is undone."""
        self._borrowed = roles

    def _user(self) -> str:
        (row,) = self.rows("SELECT session_user::text AS name")
        return str(row["name"])

    def _only_set(self) -> str:
        modern = self.connection.info.server_version >= MEMBERSHIP_OPTIONS
        return " WITH INHERIT FALSE, SET TRUE" if modern else ""

    def become(self, role: str) -> None:
        """Act as `role` until the savepoint is undone, or until the next one."""
        self.run("RESET ROLE")
        self.run(f"SET LOCAL ROLE {ident(role)}")

    def log_in(self, login: str) -> None:
        """Act as a session of `login` would, as far as the connected role can.

        A superuser takes on the session's identity, so that `login` may become its own roles and no
        other. Another role can only SET ROLE: what `login` may become it may become as well, and
        besides that what the connected role itself may.
        """
        if self.superuser:
            self.run(f"SET LOCAL SESSION AUTHORIZATION {ident(login)}")
        else:
            self.become(login)

    def setting(self, name: str) -> str:
        """Return a run-time setting ('' where it is not set)."""
        (row,) = self.rows("SELECT coalesce(current_setting(%(name)s, true), '') AS x", name=name)
        return str(row["x"])

    def run(self, sql: str, **values: Any) -> None:
        """Run a statement of ours."""
        with self._cursor() as cursor:
            cursor.execute(sql.encode(), values or None)

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Run a query of ours."""
        with self._cursor() as cursor:
            return list(cursor.execute(sql.encode(), values or None).fetchall())

    def query(self, name: str, **values: Any) -> list[dict[str, Any]]:
        """Run a query that ships with the package."""
        return self.rows(query_text("jwtroles.policy_tests", name), **values)

    def _cursor(self) -> psycopg.Cursor[dict[str, Any]]:
        from psycopg.rows import dict_row  # noqa: PLC0415 - loads slowly

        return self.connection.cursor(row_factory=dict_row)

    def attempt(self, sql: str, **values: Any) -> Outcome:
        """Run a statement of a test; afterwards the savepoint around it has to be undone."""
        import psycopg  # noqa: PLC0415 - loads slowly

        cursor = self.connection.cursor()
        try:
            cursor.execute(sql.encode(), values or None, prepare=False)
            return _done(cursor)
        except psycopg.Error as error:
            return Failed(error.sqlstate or "", error.diag.message_primary or str(error))
        finally:
            cursor.close()


def _done(cursor: psycopg.Cursor[Any]) -> Done:
    result, encoding = cursor.pgresult, cursor.connection.info.encoding
    assert result is not None, "a statement that did not fail has a result"  # noqa: S101
    tag, _, last = (cursor.statusmessage or "").rpartition(" ")
    count = int(last) if last.isdigit() else None
    name = (tag if count is not None else cursor.statusmessage or "").removesuffix(" 0")
    if not result.nfields:
        return Done(name, count)
    cells = [
        [result.get_value(row, column) for column in range(result.nfields)]
        for row in range(result.ntuples)
    ]
    return Done(
        name,
        count,
        tuple(
            tuple(None if cell is None else cell.decode(encoding, "replace") for cell in row)
            for row in cells
        ),
        tuple((result.ftype(n), result.fmod(n)) for n in range(result.nfields)),
    )


def escaped(sql: str) -> str:
    """Return SQL for a statement with parameters, in which `%` has a meaning of its own."""
    return sql.replace("%", "%%")


def plain(value: Any) -> Any:
    """Return a value of the file as json can write it, numbers without a JSON form as texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124 - NaN is not itself
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value if isinstance(value, str | int | float | None) else str(value)
