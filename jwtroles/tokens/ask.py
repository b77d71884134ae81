"""The database's own answers: to a token a login that is rolled back, and what a role may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.names import QName
from jwtroles.policy_tests.bench import Bench, Failed
from jwtroles.reader.queries import query_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import psycopg

    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec


@frozen
class Answer:
    """What one login of `connect_as` gets for a token.

    Attributes:
        role: the role; None where it is refused.
        reason: the code and the reason of a refusal.
        asked: whether the connected role could act as the login at all.
    """

    login: str
    role: str | None
    reason: str = ""
    asked: bool = True


@frozen
class Held:
    """What a role may do with one privilege: to a whole table, and to which of its columns."""

    whole: bool
    columns: frozenset[str]
    by_column: bool


def held(
    connection: Connection, role: str, schemas: Iterable[str]
) -> Mapping[QName, Mapping[str, Held]]:
    """Return table → privilege → what the database lets a role do, however it has come to that."""
    found: dict[QName, dict[str, Held]] = {}
    values = {"role": role, "schemas": list(schemas)}
    for row in connection.execute(query_text("jwtroles.tokens", "held"), values).fetchall():
        privileges = found.setdefault(QName(row["schema"], row["name"]), {})
        privileges[row["privilege"]] = Held(
            row["whole"], frozenset(row["columns"]), row["by_column"]
        )
    return found


def ask(
    connection: psycopg.Connection[Any], spec: Spec, environment: Environment | None, token: str
) -> tuple[Answer, ...]:
    """Log in with a token as each login of the file, in transactions that are rolled back."""
    import psycopg  # noqa: PLC0415 - loads slowly

    names = {str(k): str(v) for k, v in environment.names.items()} if environment else {}
    bench = Bench(connection)
    bench.find_out()
    found: list[Answer] = []
    for one in spec.database.connect_as:
        login = names.get(str(one.name), str(one.name))
        with bench.transaction():
            try:
                bench.log_in(login)
            except psycopg.Error as error:
                said = f"{error.sqlstate} {error.diag.message_primary}"
                found.append(Answer(login, None, said, asked=False))
                continue
            came = bench.attempt("SELECT jwtroles.login(%(token)s)", token=token)
            refused = isinstance(came, Failed)
            role = None if isinstance(came, Failed) else bench.setting("role")
            found.append(Answer(login, role, str(came) if refused else ""))
    return tuple(found)
