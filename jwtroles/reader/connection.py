"""Opening a connection; what can go wrong is told without the password and without the URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Place, Problem, ServerError
from jwtroles.reader import ended

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[dict[str, Any]]

POSTGRESQL_PORT = 5432
"""The port that goes without saying (IANA)."""

CONNECT_TIMEOUT = 10
"""Seconds to wait for the server where the URL does not say."""

READS_AS = (
    "DateStyle = 'ISO, MDY'",
    "IntervalStyle = postgres",
    "TimeZone = UTC",
    "transform_null_equals = off",
    "array_nulls = on",
)
"""What a literal in a condition means depends on these, which a role or a database may have stored
(manual section 20.11). They are PostgreSQL's defaults, and UTC: one file means the same for all.
"""

_PRINTS_AS = (
    "search_path = pg_catalog",
    "standard_conforming_strings = on",
    "quote_all_identifiers = off",
    "bytea_output = hex",
    "extra_float_digits = 1",
)
"""What a stored expression looks like depends on these."""

_SETTLED = "; ".join(f"SET {setting}" for setting in (*READS_AS, *_PRINTS_AS))

_PARTS = {
    "host": re.compile(r"[^@\s]*"),
    "hostaddr": re.compile(r"[^@\s]*"),
    "port": re.compile(r"[\d,]*"),
    "dbname": re.compile(r"[^@]*"),
}
"""What parts of a URL look like. A password that holds `@`, `/` or `:` and is not percent-encoded
ends up in one of them, and must not be printed as a host. Of keywords (`dbname=…`) each says what
it is, and a database may be called anything."""

_URL = ("postgresql://", "postgres://")


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
    from psycopg.rows import dict_row  # noqa: PLC0415

    given = parsed(url, origin=origin, place=place)
    extra: dict[str, Any] = {"application_name": "jwtroles", "client_encoding": "utf8"}
    if "connect_timeout" not in given:
        extra["connect_timeout"] = CONNECT_TIMEOUT
    try:
        connection = psycopg.connect(url, autocommit=True, row_factory=dict_row, **extra)
        connection.execute(_SETTLED.encode())
    except psycopg.Error as error:
        problem = _problem(given, error, origin, place)
        full = any(said in str(error) for said in _FULL)
        raise (Crowded if full else ServerError)(problem) from None
    return connection


class Crowded(ServerError):  # noqa: N818 - it says how the server is
    """The server has no free connection now (JR002)."""


_FULL = ("too many connections", "remaining connection slots", "too many clients")
"""What a server says that has no free connection; libpq gives no SQLSTATE (53300)."""


def parsed(url: str, *, origin: str = "", place: Place | None = None) -> dict[str, Any]:
    """Return the parts of a libpq URL or keyword string.

    Raises:
        ServerError: JR001 for what libpq does not understand.
    """
    import psycopg  # noqa: PLC0415 - 160 ms
    from psycopg import conninfo  # noqa: PLC0415

    try:
        given: dict[str, Any] = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ServerError(_malformed(origin, place)) from None
    wrong = {
        part for part, form in _PARTS.items() if not form.fullmatch(str(given.get(part) or ""))
    }
    if wrong - (set() if url.startswith(_URL) else {"dbname"}):
        raise ServerError(_malformed(origin, place))
    return given


@contextmanager
def asking(connection: Connection) -> Iterator[None]:
    """Tell what the server does not answer in this block as a problem with a remedy.

    Raises:
        ServerError: JR005.
    """
    import psycopg  # noqa: PLC0415

    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if connection.closed or ended.gone(error) or not state:
            message = f"the connection to the server was lost{ended.why(error)}"
            remedy = ended.remedy(error, "plan again")
        else:
            message = f"the server refuses what a plan has to ask: {ended.said(error)}"
            remedy = _ASKING.get(state, "mend its cause, then plan again")
        problem = Problem(codes.CANNOT_ASK, message, remedy=remedy)
        raise ServerError(problem, footer="Nothing was changed.") from None


_ASKING = {
    "42501": "planning needs CONNECT and TEMPORARY on the database, USAGE on the schemas, and "
    "SELECT on the tables of the schema jwtroles (with verify: database not on key_pad and "
    "ticket_secret, but EXECUTE on jwtroles.secrets_held())",
    "25006": "the server is read-only: plan on its primary, where expressions are compared on "
    "temporary tables",
    "57014": ended.CANCELED,
    "55P03": "another session holds a table in ACCESS EXCLUSIVE mode: plan again when that is over",
    "P0001": "an event trigger refuses the temporary tables on which a plan lets the server print "
    "expressions: let it pass over what is temporary",
    "XX000": "another session may have dropped that at this moment: plan again",
}


def network(connection: Connection) -> str:
    """Return host and port of an open connection, or '' for a local socket."""
    host = connection.info.host
    if not host or host.startswith("/"):
        return ""
    port = connection.info.port
    return host if port == POSTGRESQL_PORT else f"{host}:{port}"


def address(given: dict[str, Any]) -> str:
    """Return host and port of a parsed URL, for a person."""
    host = str(given.get("host") or given.get("hostaddr") or "the local socket")
    return f"{host}:{given['port']}" if given.get("port") else host


def _malformed(origin: str, place: Place | None) -> Problem:
    return Problem(
        codes.NO_ANSWER,
        "the database URL is not one that libpq understands",
        place,
        details=_from(origin),
        remedy="postgresql://user@host:5432/database, or host=… dbname=…\n"
        "in a URL's password, @ / and % are written %40 %2F and %25",
    )


def _from(origin: str) -> tuple[str, ...]:
    return (f"from {origin}",) if origin else ()


def _problem(given: dict[str, Any], error: Exception, origin: str, place: Place | None) -> Problem:
    text, details = str(error), _from(origin)
    user = given.get("user") or "the current user"
    refused = f"{address(given)} refused {user} for {given.get('dbname') or 'the default database'}"
    for part, (said, remedy) in _REFUSALS.items():
        if part in text:
            message = f"{refused} ({said})"
            return Problem(codes.LOGIN_REFUSED, message, place, details=details, remedy=remedy)
    for part, (said, remedy) in _SILENCES.items():
        if part in text:
            message = f"no answer from {address(given)} ({said})"
            what = remedy if given else _NAME_ONE
            return Problem(codes.NO_ANSWER, message, place, details=details, remedy=what)
    if getattr(error, "sqlstate", None) in ended.TIMEOUTS:
        message = f"no answer from {address(given)}{ended.why(error)}"
        what = ended.remedy(error, "try again")
        return Problem(codes.NO_ANSWER, message, place, details=details, remedy=what)
    if "FATAL" in text or getattr(error, "sqlstate", None):
        remedy = "the server's log says why"
        return Problem(codes.LOGIN_REFUSED, refused, place, details=details, remedy=remedy)
    message = f"no answer from {address(given)}"
    return Problem(codes.NO_ANSWER, message, place, details=details, remedy=_RUNNING)


_RUNNING = "is the server running, and may this machine reach it?"
_NAME_ONE = "name a database: --database URL, or DATABASE_URL; `embedded` is jwtroles' own server"

_REFUSALS = {
    "password authentication failed": ("wrong user or password", "check the user and the password"),
    "no password supplied": (
        "it asks for a password and none was given",
        "give it in PGPASSWORD, in a password file (PGPASSFILE), or in the URL",
    ),
    "no pg_hba.conf entry": (
        "pg_hba.conf has no entry for it",
        "add a line for this user, database and address, or use one that is there",
    ),
    "pg_hba.conf rejects": ("pg_hba.conf rejects it", "use another user, database or address"),
    "not permitted to log in": ("the role may not log in", "use a role that has LOGIN"),
    "permission denied for database": (
        "it may not connect to this database",
        "GRANT CONNECT ON DATABASE … TO the role",
    ),
    "too many connections": ("too many connections", "end some, or wait"),
    "too many clients": ("too many connections", "end some, or wait"),
    "remaining connection slots": ("too many connections", "end some, or wait"),
    "authentication failed": ("not authenticated", "check how pg_hba.conf lets it in"),
    "not currently accepting connections": (
        "it lets nobody in",
        "ALTER DATABASE … ALLOW_CONNECTIONS true",
    ),
    "cannot connect to invalid database": ("a DROP DATABASE of it was cut short", "drop it"),
    'FATAL:  role "': ("no such role", "check the user's name"),
    'FATAL:  database "': ("no such database", "check the database's name, or create it"),
}
"""What the server says when it refuses a login, most exact first (there is no SQLSTATE)."""

_SILENCES = {
    "refused": ("connection refused", _RUNNING),
    "timeout expired": ("timed out", _RUNNING),
    "could not translate": ("unknown host", "check the host's name"),
    "resolve host": ("unknown host", "check the host's name"),
    "No such file": ("no socket there", _RUNNING),
    "the database system is": ("the server is starting or stopping", "wait, then try again"),
    "SSL": ("no TLS connection", "check sslmode, sslrootcert and the server's certificate"),
    "certificate": ("no TLS connection", "check sslmode, sslrootcert and the certificate"),
}
"""What libpq says when no server answers."""
