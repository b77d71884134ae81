"""Whether the server's lock table has room for a transaction, asked before it takes any lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem, Refused

if TYPE_CHECKING:
    from jwtroles.catalog import Server
    from jwtroles.planner.model import Batch


def check_room(batch: Batch, server: Server, *, footer: str = "") -> None:
    """Refuse a transaction that would leave others less than an eighth of the lock table.

    A plan leaves them a quarter. Of that they may have taken some since it was made, an autovacuum
    worker one lock for each table.

    Raises:
        Refused: JR606 with what it needs and what there is.
    """
    slots = server.lock_slots
    if not slots or batch.locks + server.locks_held <= slots * 7 // 8:
        return
    needed = (batch.locks + server.locks_held) * 4 // 3 + 1
    each = -(-needed // server.lock_sessions)
    raise Refused(
        Problem(
            codes.NO_ROOM,
            f"one transaction of this plan may hold {batch.locks} locks, and the server has room "
            f"for {server.lock_slots} of all sessions, of which {server.locks_held} are in use",
            remedy=f"max_locks_per_transaction = {each} and a restart, "
            "or apply when other sessions hold fewer",
        ),
        footer=footer,
    )
