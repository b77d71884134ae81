"""The statements of a plan as they are sent: role switches around what another role must run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jwtroles.frozen import frozen
from jwtroles.kinds.base import Statement
from jwtroles.names import ident, literal
from jwtroles.reader.connection import READS_AS


@frozen
class Line:
    """One statement to send; `statement` is None for what only switches or sets."""

    sql: str
    statement: Statement | None = None


def preamble(lock_timeout: str) -> tuple[str, ...]:
    """Return what opens the transaction.

    Names resolve in pg_catalog alone, and literals mean what they mean where the plan was made;
    bodies are not checked because functions of ours call each other (BEGIN ATOMIC bodies always
    are); a wait for a lock ends before it becomes an outage.
    """
    return (
        f"SET LOCAL lock_timeout = {literal(lock_timeout)}",
        "SET LOCAL search_path = pg_catalog",
        *(f"SET LOCAL {setting}" for setting in READS_AS),
        "SET LOCAL check_function_bodies = off",
    )


def lines(statements: Iterable[Statement]) -> Iterator[Line]:
    """Return every statement in order; SET LOCAL ROLE and RESET ROLE where the runner changes."""
    runner: str | None = None
    for statement in statements:
        if statement.as_role != runner:
            runner = statement.as_role
            yield Line(f"SET LOCAL ROLE {ident(runner)}" if runner else "RESET ROLE")
        yield Line(statement.sql, statement)
    if runner is not None:
        yield Line("RESET ROLE")
