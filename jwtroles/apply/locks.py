"""Locks: one apply at a time for a database and project, and who holds what we wait for."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import ApplyError, Problem

if TYPE_CHECKING:
    from jwtroles.names import QName
    from jwtroles.read.connection import Connection

RETRYABLE = {
    "55P03": "lock_not_available",
    "40P01": "deadlock_detected",
    "XX000": "tuple concurrently updated",
    "40001": "serialization_failure",
}
"""SQLSTATEs after which a whole transaction may be tried again (manual appendix A)."""


def advisory_key(project: str) -> int:
    """Return the key of the project's advisory lock, a signed 64-bit number."""
    digest = hashlib.sha256(f"jwtroles:{project}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def take(connection: Connection, project: str) -> None:
    """Take the advisory lock for this transaction.

    Raises:
        ApplyError: JR616 when another session holds it.
    """
    key = advisory_key(project)
    row = connection.execute("SELECT pg_try_advisory_xact_lock(%s) AS taken", [key]).fetchone()
    if row and row["taken"]:
        return
    holder = connection.execute(_ADVISORY_HOLDER, [key]).fetchone()
    who = f"pid {holder['pid']}, {holder['usename']}" if holder else "another session"
    remedy = "wait for it to end, then plan again"
    problem = Problem(codes.BUSY, f"{who} is applying {project} to this database", remedy=remedy)
    raise ApplyError(problem, footer="Nothing was changed.")


def pause(attempt: int) -> float:
    """Return how many seconds to wait before the next attempt: doubling, with jitter."""
    return min(8.0, 0.25 * 2.0**attempt) * random.uniform(0.5, 1.5)  # noqa: S311 - not a secret


def holders(connection: Connection, table: QName) -> tuple[str, ...]:
    """Return the sessions that hold locks on a table, oldest transaction first."""
    rows = connection.execute(_HOLDERS, [table.sql]).fetchall()
    return tuple(
        f"held by pid {row['pid']}, {row['usename']}, {row['state']} for {row['age']}" for row in rows
    )


_ADVISORY_HOLDER = """
SELECT a.pid, a.usename
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND (l.classid::bigint << 32 | l.objid::bigint) = %s
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

_HOLDERS = """
SELECT a.pid, a.usename, coalesce(a.state, 'unknown') AS state,
       date_trunc('second', clock_timestamp() - a.xact_start)::text AS age
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.relation = %s::regclass AND l.granted AND a.pid <> pg_backend_pid()
ORDER BY a.xact_start
"""
