"""The lock table: whether a first plan fits into one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.doctor.model import Check, Finding, Severity, finding
from jwtroles.planner.batches import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor.facts import Facts
    from jwtroles.doctor.subject import Subject


def check(facts: Facts, subject: Subject) -> Check:
    """Compare the tables that a first plan locks with the room that there is."""
    tables = sum(len(one.tables) for one in facts.owned if subject.covers(one.schema))
    room = max(facts.server.lock_room, 0)
    said = f"room for {room} locks, {tables} tables"
    return Check("locks", said, tuple(_findings(facts, tables)))


def _findings(facts: Facts, tables: int) -> Iterator[Finding]:
    server = facts.server
    needed = BASE + tables
    if needed <= server.lock_room:
        return
    each = -(-((needed + server.locks_held) * 4 // 3 + 1) // server.lock_sessions)
    message = f"a first plan may hold {needed} locks, and there is room for {server.lock_room}:"
    message += " it becomes several transactions"
    remedy = f"for one transaction: max_locks_per_transaction = {each} and a restart"
    yield finding(Severity.WARNING, codes.LITTLE_ROOM, message, remedy=remedy)
