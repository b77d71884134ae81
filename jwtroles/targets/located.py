"""Where targets lead: never to a standby, and never two of them to one database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem, ServerError
from jwtroles.reader.identity import Located, locate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.reader.connection import Connection
    from jwtroles.targets.model import Target

_FOOTER = "Nothing was changed."


def located(connection: Connection, target: Target) -> Located:
    """Return where a connection leads.

    Raises:
        ServerError: JR670 for a standby, on which nothing can be changed or compared; JR005 when
            the server does not answer.
    """
    found = locate(connection)
    if found.standby:
        message = f"{target.name} is on a standby, which is read-only"
        remedy = "name its primary: what is applied there arrives on the standby by itself"
        problem = Problem(codes.STANDBY, message, target.place, remedy=remedy)
        raise ServerError(problem, footer=_FOOTER)
    return found


def repeated(reached: Iterable[tuple[Target, Located | None]]) -> dict[Target, ServerError]:
    """Return the targets whose database an earlier one leads to as well, with the refusal (JR671).

    Args:
        reached: targets, and where they lead; None for one that was not reached.
    """
    first: dict[Located, Target] = {}
    refused: dict[Target, ServerError] = {}
    for target, where in reached:
        twin = first.setdefault(where, target) if where else target
        if twin is not target:
            message = f"{target.name} and {twin.name} are one database"
            remedy = "name each database once: two plans for it would be in each other's way"
            problem = Problem(codes.SAME_DATABASE, message, target.place, remedy=remedy)
            refused[target] = ServerError(problem, footer=_FOOTER)
    return refused
