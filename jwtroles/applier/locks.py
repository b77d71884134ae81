"""Locks: one apply at a time for a database and project, and who holds what we wait for."""

from __future__ import annotations

import hashlib
import random
import re
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import ApplyError, Problem, UsageError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.names import QName
    from jwtroles.reader.connection import Connection

_TIME = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*\Z", re.ASCII)
"""How PostgreSQL writes a time (manual section 19.1.1); a plain number is milliseconds."""


def check_lock_timeout(text: str) -> None:
    """Refuse what is no time, and a time without end: behind a lock that waits everybody waits.

    Raises:
        UsageError: JR010.
    """
    match = _TIME.match(text)
    if match is None or float(match[1]) == 0:
        what = "would wait without end" if match else "is no time"
        remedy = "a number and ms, s or min, such as 2s or 500ms"
        raise UsageError(Problem(codes.USAGE, f"--lock-timeout {text} {what}", remedy=remedy))


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


OVERTAKEN = {"42710", "42704", "23505"}
"""Duplicate object, undefined object, unique violation: what a session says that waited for another
one, which made or dropped the same role. Roles are the cluster's, and no lock of one database keeps
them."""


def overtaken(error: Exception) -> bool:
    """Tell whether another session may have done the same: the plan is stale then."""
    return getattr(error, "sqlstate", None) in OVERTAKEN


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
    raise ApplyError(problem)


def pause(attempt: int) -> float:
    """Return how many seconds to wait before the next attempt: doubling, with jitter."""
    return min(8.0, 0.25 * 2.0**attempt) * random.uniform(0.5, 1.5)  # noqa: S311 - not a secret


@frozen
class Wanted:
    """Locks that a transaction asked for in vain.

    Attributes:
        table: the one table that it wanted ACCESS EXCLUSIVE, which conflicts with every lock, or
            None: then it wanted to read, which conflicts with ACCESS EXCLUSIVE alone (manual
            section 13.3.1, table 13.2).
        schemas: where it reads.
    """

    table: QName | None
    schemas: tuple[str, ...]


def holders(connection: Connection, wanted: Wanted, *, queries: bool = False) -> tuple[str, ...]:
    """Return the sessions whose locks are in the way, oldest transaction first.

    What a session does is shown to its own role and to pg_read_all_stats alone; the text of its
    query, which may hold anything, only where `queries` asks for it.
    """
    table = wanted.table.sql if wanted.table else None
    parameters = {"table": table, "schemas": list(wanted.schemas)}
    rows = connection.execute(_HOLDERS, parameters).fetchall()
    return tuple(_holder(row, queries=queries) for row in rows)


def _holder(row: dict[str, Any], *, queries: bool) -> str:
    if row["pid"] is None:
        return f"held by prepared transaction {row['gid']} of {row['who']}: COMMIT or ROLLBACK it"
    who = f"held by pid {row['pid']}, {row['who']}"
    if row["state"] is None or row["seconds"] is None:
        return f"{who} (pg_read_all_stats shows what it does)"
    text = " ".join((row["query"] or "").split())[:200] if queries else ""
    return f"{who}, {row['state']} for {_age(row['seconds'])}" + (f": {text}" if text else "")


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
SELECT DISTINCT a.xact_start, a.pid, p.gid, a.state, a.query,
       coalesce(a.usename, p.owner, a.backend_type, 'a session of the server') AS who,
       extract(epoch FROM clock_timestamp() - a.xact_start)::int AS seconds
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
LEFT JOIN pg_prepared_xacts AS p
       ON l.pid IS NULL AND l.virtualtransaction = '-1/' || p.transaction::text
LEFT JOIN pg_class AS c ON c.oid = l.relation
WHERE l.granted AND l.locktype = 'relation' AND l.pid IS DISTINCT FROM pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND CASE WHEN %(table)s::text IS NULL
           THEN l.mode = 'AccessExclusiveLock'
                AND c.relnamespace::regnamespace::text = ANY (
                    SELECT quote_ident(s) FROM unnest(%(schemas)s::text[]) AS s)
           ELSE l.relation = to_regclass(%(table)s) END
ORDER BY a.xact_start, a.pid
"""
