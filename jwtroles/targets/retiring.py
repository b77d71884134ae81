"""Retires a role: no login, no sessions, nothing owned and no rights in any database, then dropped.

Each step holds by itself and is looked for before it is done, so that a run that was ended is
finished by the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.applier.locks import take
from jwtroles.errors import ApplyError, Problem
from jwtroles.kinds.tag import tagged
from jwtroles.names import ident
from jwtroles.reader import ended
from jwtroles.reader.connection import connect
from jwtroles.reader.queries import query_text

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection
    from jwtroles.targets.model import Target
    from jwtroles.targets.retirement import Retirement, Standing

Told = Callable[[str], None]
"""Told of each step that is done."""

STAYS = "What was done before stays."

PATIENCE = 10.0
"""Seconds that sessions have to end."""


def retire(retirement: Retirement, told: Told, *, lock_timeout: str = "2s") -> None:
    """Retire a role in every cluster that has it.

    Raises:
        ApplyError: JR676 when sessions do not end, JR677 when the server refuses a step. What was
            done before stays, and the next run goes on.
    """
    for standing in retirement.standings:
        _Retiring(retirement, standing, told, lock_timeout).run()


class _Retiring:
    """The steps in one cluster."""

    def __init__(
        self, retirement: Retirement, standing: Standing, told: Told, lock_timeout: str
    ) -> None:
        self._retirement, self._standing, self._told = retirement, standing, told
        self._role = ident(retirement.role)
        self._lock_timeout = lock_timeout

    def run(self) -> None:
        """Do what is left to do."""
        first = self._standing.target
        if self._standing.login:
            with self._transaction(first) as connection:
                connection.execute(f"ALTER ROLE {self._role} NOLOGIN".encode())
            self._told("no login any more")
        self._end_sessions()
        targets = [holding.target for holding in self._standing.holdings]
        # Rights on what all databases share go with DROP OWNED in any one of them.
        for target in targets or [first]:
            self._let_go(target)
        with self._transaction(first) as connection:
            connection.execute(f"DROP ROLE {self._role}".encode())
        self._told("dropped")

    def _end_sessions(self) -> None:
        """End its sessions; whoever is a member of a role may (manual section 9.28.2)."""
        end = time.monotonic() + PATIENCE
        ended = 0
        while True:
            target = self._standing.target
            with self._transaction(target) as connection, self._borrowed(connection):
                found = connection.execute(_END, [self._retirement.role]).fetchall()
            if not found:
                break
            ended = max(ended, len(found))
            if time.monotonic() > end:
                message = f"{len(found)} sessions of {self._retirement.role} do not end"
                remedy = "end them as an administrator, then retire it again"
                problem = Problem(codes.SESSIONS_STAY, message, remedy=remedy)
                raise ApplyError(problem, footer=STAYS)
            time.sleep(0.1)
        if ended:
            self._told(f"{ended} session{'s' * (ended != 1)} ended")

    def _let_go(self, target: Target) -> None:
        """Give what it owns in a database to its new owner, and take all its rights, at once."""
        to = self._retirement.to
        with self._transaction(target) as connection:
            take(connection, self._retirement.project)
            with self._borrowed(connection):
                if not to:
                    self._owns_nothing(connection, target)
                # Without a new owner there is nothing to give. What appears at this very moment
                # goes to whoever is connected: DROP OWNED would destroy it.
                owner = ident(to) if to else "CURRENT_USER"
                connection.execute(f"REASSIGN OWNED BY {self._role} TO {owner}".encode())
                connection.execute(f"DROP OWNED BY {self._role}".encode())
            self._nothing_left(connection, target)
        self._told(f"{target.name}: nothing left")

    def _held(self, connection: Connection) -> list[dict[str, Any]]:
        query = query_text("jwtroles.targets", "holding")
        return connection.execute(query, {"role": self._retirement.role}).fetchall()

    def _nothing_left(self, connection: Connection, target: Target) -> None:
        """Prove it: of what somebody else granted, DROP OWNED leaves all without an error."""
        left = tuple(row["object"] for row in self._held(connection))
        if left:
            role = self._retirement.role
            message = f"{role} keeps {len(left)} right{'s' * (len(left) != 1)} in {target.name}"
            remedy = "they were granted by roles that the connected one is no member of: retire "
            remedy += "it as their owner or as a superuser"
            problem = Problem(codes.RETIRE_REFUSED, message, details=left, remedy=remedy)
            raise ApplyError(problem, footer=STAYS)

    def _owns_nothing(self, connection: Connection, target: Target) -> None:
        owned = tuple(row["object"] for row in self._held(connection) if row["how"] == "o")
        if owned:
            message = f"{self._retirement.role} owns something in {target.name} by now"
            remedy = f"say who is to own it:  jwtroles retire {self._retirement.role} --to ROLE"
            problem = Problem(codes.OWNS, message, details=owned, remedy=remedy)
            raise ApplyError(problem, footer=STAYS)

    @contextmanager
    def _transaction(self, target: Target) -> Iterator[Connection]:
        import psycopg  # noqa: PLC0415 - 160 ms

        with connect(target.url, origin=target.origin, place=target.place) as connection:
            try:
                with connection.transaction():
                    connection.execute(f"SET LOCAL lock_timeout = '{self._lock_timeout}'".encode())
                    yield connection
            except psycopg.Error as error:
                raise _refused(target, error) from None

    @contextmanager
    def _borrowed(self, connection: Connection) -> Iterator[None]:
        """Let the connected role act as the one that goes, until the end of the transaction.

        And as those that own what jwtroles makes: they granted it their rights there.
        """
        given = {
            "role": self._retirement.role,
            "project": self._retirement.project,
            "mark": tagged("", self._retirement.project),
        }
        rows = connection.execute(_TO_BORROW, given).fetchall()
        roles = [ident(row["name"]) for row in rows]
        options = " WITH INHERIT TRUE, SET TRUE" if rows and rows[0]["options"] else ""
        for role in roles:
            connection.execute(f"GRANT {role} TO CURRENT_USER{options}".encode())
        yield
        for role in roles:
            connection.execute(f"REVOKE {role} FROM CURRENT_USER".encode())


_END = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = %s AND pid <> pg_backend_pid()
"""

_TO_BORROW = """
SELECT r.rolname::text AS name, current_setting('server_version_num')::int >= 160000 AS options
FROM pg_roles AS r
WHERE (r.rolname = %(role)s
       OR r.rolname ~ ('^' || %(project)s || '_(jwtroles$|view_|query_|lookup_)')
          AND right(shobj_description(r.oid, 'pg_authid'), length(%(mark)s)) = %(mark)s)
  AND NOT pg_has_role(r.oid, 'USAGE')
ORDER BY r.rolname
"""
"""What the connected role cannot act as yet; a superuser can act as everybody."""


def _refused(target: Target, error: Any) -> ApplyError:
    detail = (error.diag.message_detail or "").splitlines()
    again = "retire it again: it goes on where it was"
    if ended.gone(error):
        message = f"the connection to {target.name} was lost{ended.why(error)}"
        remedy = ended.remedy(error, again)
    else:
        message = f"{target.name} refuses: {ended.said(error) or error}"
        remedy = f"mend its cause, then {again}"
    problem = Problem(codes.RETIRE_REFUSED, message, details=tuple(detail), remedy=remedy)
    return ApplyError(problem, footer=STAYS)
