"""Opening a connection; what can go wrong is told without the password and without the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Place, Problem, ServerError

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[dict[str, Any]]

CONNECT_TIMEOUT = 10
"""Seconds to wait for the server where the URL does not say."""


def connect(url: str, *, origin: str = "", place: Place | None = None) -> Connection:
    """Open a connection in autocommit mode with rows as dicts.

    Args:
        url: a libpq URL or keyword string; may be '' for PG* variables.
        origin: where the URL came from, for errors (`${STAGING_DATABASE_URL}`).
        place: the line of the file that names it.

    Raises:
        ServerError: JR001 without an answer, JR002 when the login is refused.
    """
    import psycopg  # noqa: PLC0415 - 160 ms
    from psycopg import conninfo  # noqa: PLC0415
    from psycopg.rows import dict_row  # noqa: PLC0415

    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        message = "the database URL is not one that libpq understands"
        remedy = "postgresql://user@host:5432/database, or host=… dbname=…"
        raise ServerError(Problem(codes.NO_ANSWER, message, place, remedy=remedy)) from None
    extra: dict[str, Any] = {"application_name": "jwtroles"}
    if "connect_timeout" not in given:
        extra["connect_timeout"] = CONNECT_TIMEOUT
    try:
        connection = psycopg.connect(url, autocommit=True, row_factory=dict_row, **extra)
    except psycopg.OperationalError as error:
        raise ServerError(_problem(given, error, origin, place)) from None
    connection.execute("SET search_path = pg_catalog")
    return connection


def address(given: dict[str, Any]) -> str:
    """Return host and port of a parsed URL, for a person."""
    host = str(given.get("host") or given.get("hostaddr") or "the local socket")
    return f"{host}:{given['port']}" if given.get("port") else host


def _problem(
    given: dict[str, Any], error: Exception, origin: str, place: Place | None
) -> Problem:
    reasons = {
        "refused": "connection refused",
        "timeout expired": "timed out",
        "could not translate": "unknown host",
        "No such file": "no socket there",
    }
    text = str(error)
    details = (f"from {origin}",) if origin else ()
    if sqlstate := getattr(error, "sqlstate", None) or _fatal(text):
        user = given.get("user") or "the current user"
        database = given.get("dbname") or "the default database"
        message = f"{address(given)} refused {user} for {database} ({sqlstate})"
        remedy = "check the user, the password and the name of the database"
        return Problem(codes.LOGIN_REFUSED, message, place, details=details, remedy=remedy)
    reason = next((said for part, said in reasons.items() if part in text), "no connection")
    message = f"no answer from {address(given)} ({reason})"
    remedy = "is the server running, and may this machine reach it?"
    return Problem(codes.NO_ANSWER, message, place, details=details, remedy=remedy)


def _fatal(text: str) -> str:
    """Return the server's own word for refusing a login; psycopg gives it no SQLSTATE."""
    words = {
        "password authentication failed": "wrong password",
        "no password supplied": "it asks for a password and none was given",
        "pg_hba.conf": "pg_hba.conf has no entry for it",
        "does not exist": "no such role or database",
        "not permitted to log in": "the role may not log in",
        "too many connections": "too many connections",
    }
    return next((said for part, said in words.items() if part in text), "") if "FATAL" in text else ""
