"""From `databases:` to targets: a list, the databases of a server, or what a query returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Problem, ServerError
from jwtroles.names import text_matches
from jwtroles.reader.connection import address, connect, parsed
from jwtroles.spec.databases_model import AskedDatabases, ListedDatabases, ServerDatabases
from jwtroles.targets.model import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.spec.model import Environment, Word

Expand = Callable[["Word"], str]
"""Makes a connection string of an address of the file, which may be a variable or a service."""


def targets_of(environment: Environment, expand: Expand) -> tuple[Target, ...]:
    """Return the databases of an environment that has `databases`, in the order of their names.

    Raises:
        UsageError: JR014 for a variable that is not set.
        ServerError: JR001 for what is no connection string, and when the server that knows the
            databases does not answer; JR002 when it refuses the login; JR036 when there is no
            database at all, JR037 for rows that are no connection strings, JR038 when the query
            is refused.
    """
    found = environment.databases
    assert found is not None  # noqa: S101 - the caller has looked
    made = _FORMS[type(found)](found, expand)
    if not made:
        raise ServerError(_none(environment), footer="Nothing was planned.")
    return tuple(sorted(_named(made), key=lambda target: target.name))


def _none(environment: Environment) -> Problem:
    place = getattr(environment.databases, "place", None) or environment.place
    message = f"{environment.name} has no databases"
    remedy = "is the glob or the query right, and is it asked of the right server?"
    return Problem(codes.NO_DATABASES, message, place, remedy=remedy)


def _listed(databases: ListedDatabases, expand: Expand) -> Iterator[Target]:
    for word in databases.urls:
        yield _target(expand(word), _variable(word), word)


def _variable(word: Word) -> str:
    """Return an address as errors may tell it: the variable that holds it, or nothing."""
    return str(word) if "${" in word else ""


def _on_server(databases: ServerDatabases, expand: Expand) -> Iterator[Target]:
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - 160 ms

    url, word = expand(databases.on), databases.on
    with connect(url, origin=_variable(word), place=word.place) as connection:
        rows = connection.execute(_DATABASES).fetchall()
    for row in rows:
        name = row["name"]
        if _any(databases.like, name) and not _any(databases.except_, name):
            origin = f"{_variable(word) or 'its server'}, database {name}"
            yield _target(make_conninfo(url, dbname=name), origin, word)


def _any(patterns: Iterable[str], name: str) -> bool:
    return any(text_matches(pattern, name) for pattern in patterns)


_DATABASES = """
SELECT datname::text AS name FROM pg_database
WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2
"""
"""Those that somebody can connect to: -2 is what a DROP DATABASE leaves that was cut short (manual:
pg_database)."""


def _asked(databases: AskedDatabases, expand: Expand) -> Iterator[Target]:
    word, query = databases.from_, databases.query
    with connect(expand(word), origin=_variable(word), place=word.place) as connection:
        rows = _rows(connection, query)
    wrong = [
        number
        for number, row in enumerate(rows, 1)
        if len(row) != 1 or not isinstance(row[0], str) or not row[0].strip()
    ]
    if wrong:
        several = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        message = f"row {wrong[0]}{several} of the query is no connection string"
        remedy = "let the query return one column of text, without null"
        problem = Problem(codes.NO_CONNECTION_STRING, message, query.place, remedy=remedy)
        raise ServerError(problem, footer="Nothing was planned.")
    for number, (url,) in enumerate(dict.fromkeys(rows), 1):
        yield _target(url, f"row {number} of the query", query)


def _rows(connection: Any, query: Word) -> list[tuple[Any, ...]]:
    """Run the query of the file, which can change nothing.

    What the server says about values is not told: they are secrets. Prepared, it is one statement:
    several could end the transaction that is read-only (manual section 55.2.3).
    """
    import psycopg  # noqa: PLC0415
    from psycopg.rows import tuple_row  # noqa: PLC0415

    try:
        connection.execute("BEGIN READ ONLY")
        with connection.cursor(row_factory=tuple_row) as cursor:
            found: list[tuple[Any, ...]] = cursor.execute(str(query), prepare=True).fetchall()
    except psycopg.Error as error:
        told = error.diag.message_primary if (error.sqlstate or "").startswith("42") else ""
        why = f": {told}" if told else ""
        message = f"the server refuses the query of `databases`{why} ({error.sqlstate})"
        remedy = "let it be one SELECT that this role may run; names need their schema"
        problem = Problem(codes.DATABASES_QUERY, message, query.place, remedy=remedy)
        raise ServerError(problem, footer="Nothing was planned.") from None
    finally:
        connection.rollback()
    return found


def _target(url: str, origin: str, word: Word) -> Target:
    given = parsed(url, origin=origin, place=word.place)
    server = f"service {given['service']}" if "service" in given else address(given)
    name = str(given.get("dbname") or "")
    at = f"{server}/{name}" if name else server
    return Target(name or server, at, url, origin, word.place, name)


def _named(made: Iterable[Target]) -> Iterator[Target]:
    """Give targets names that are no two the same."""
    targets = list(made)
    names = Counter(target.name for target in targets)
    addresses: Counter[str] = Counter()
    for target in targets:
        name = target.name if names[target.name] == 1 else target.address
        addresses[name] += 1
        again = f" ({addresses[name]})" if addresses[name] > 1 else ""
        yield replace(target, name=name + again)


_FORMS: dict[type, Callable[[Any, Expand], Any]] = {
    ListedDatabases: lambda found, expand: list(_listed(found, expand)),
    ServerDatabases: lambda found, expand: list(_on_server(found, expand)),
    AskedDatabases: lambda found, expand: list(_asked(found, expand)),
}


def shard_of(targets: tuple[Target, ...], part: int, parts: int) -> tuple[Target, ...]:
    """Return the targets of one shard: a target's address alone decides in which one it is."""
    import hashlib  # noqa: PLC0415 - only with --shard

    def number(target: Target) -> int:
        digest = hashlib.sha256(target.address.encode()).digest()
        return int.from_bytes(digest[:8], "big") % parts

    return tuple(target for target in targets if number(target) == part - 1)
