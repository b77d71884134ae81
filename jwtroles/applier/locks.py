"""Locks: one apply at a time for a database and project, and who holds what we wait for."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import ApplyError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.names import QName
    from jwtroles.reader.connection import Connection

RETRYABLE = {"55P03", "40P01", "40001"}
"""Lock timeout, deadlock and serialization failure: the whole transaction may be tried again
(manual appendix A)."""

_CONCURRENTLY = "tuple concurrently"
"""What the server says, untranslated and as an internal error (XX000), to the second of two
sessions that change the rights on one object."""


def retryable(error: Exception) -> bool:
    """Tell whether the whole transaction may be tried again."""
    sqlstate = getattr(error, "sqlstate", None)
    return sqlstate in RETRYABLE or (sqlstate == "XX000" and _CONCURRENTLY in str(error))


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
    who = f"pid {holder['pid']}, {holder['who']}" if holder else "another session"
    remedy = "wait for it to end, then plan again"
    problem = Problem(codes.BUSY, f"{who} is applying {project} to this database", remedy=remedy)
    raise ApplyError(problem, footer="Nothing was changed.")


def pause(attempt: int) -> float:
    """Return how many seconds to wait before the next attempt: doubling, with jitter."""
    return min(8.0, 0.25 * 2.0**attempt) * random.uniform(0.5, 1.5)  # noqa: S311 - not a secret


def holders(connection: Connection, tables: Iterable[QName]) -> tuple[str, ...]:
    """Return the sessions that hold locks on tables, oldest transaction first.

    What a session does is shown to its own role and to pg_read_all_stats alone.
    """
    names = [table.sql for table in tables]
    rows = connection.execute(_HOLDERS, [names]).fetchall()
    return tuple(_holder(row) for row in rows)


def _holder(row: dict[str, Any]) -> str:
    who = f"held by pid {row['pid']}, {row['who']}"
    if row["state"] is None or row["seconds"] is None:
        return f"{who} (pg_read_all_stats shows what it does)"
    return f"{who}, {row['state']} for {_age(row['seconds'])}"


def _age(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


_ADVISORY_HOLDER = """
SELECT a.pid, coalesce(a.usename, a.backend_type, 'a session of the server') AS who
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND (l.classid::bigint << 32 | l.objid::bigint) = %s
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

_HOLDERS = """
SELECT a.pid, coalesce(a.usename, a.backend_type, 'a session of the server') AS who, a.state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::int AS seconds
FROM pg_stat_activity AS a
WHERE a.pid <> pg_backend_pid()
  AND a.pid IN (SELECT l.pid FROM pg_locks AS l
                WHERE l.granted AND l.database = (SELECT oid FROM pg_database
                                                  WHERE datname = current_database())
                  AND l.relation = ANY (SELECT to_regclass(n) FROM unnest(%s::text[]) AS n))
ORDER BY a.xact_start, a.pid
"""
