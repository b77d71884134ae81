"""After the statements: did the database become what the file says?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Problem, Refused
from jwtroles.kinds.acl import Grant
from jwtroles.planner import changes_between
from jwtroles.planner.describe import describe
from jwtroles.reader import read
from jwtroles.reader.canonical import canonical

if TYPE_CHECKING:
    from jwtroles.kinds.base import Change
    from jwtroles.planner.model import Plan, Step
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope


def prove(connection: Connection, plan: Plan, scope: Scope) -> None:
    """Read the catalog again inside the transaction; anything but the file's catalog is refused.

    PostgreSQL only warns about a REVOKE by the wrong grantor, and an event trigger may undo
    anything.

    Raises:
        Refused: JR620 naming every statement that had no effect.
    """
    reading = read(connection, scope)
    desired = canonical(connection, plan.desired, reading.structure, inside=True)
    left = changes_between(reading.catalog, desired, additive=plan.additive)
    if not left:
        return
    steps = {(step.change.kind, step.change.key): step for step in plan.steps}
    details: list[str] = []
    remedies: list[str] = []
    places = []
    for change in left:
        step = steps.get((change.kind, change.key))
        details += _told(change, step)
        for grantor in _strangers(change):
            details.append(
                f"  this {change.subject.privilege} was granted by `{grantor}`; "
                f"only {grantor} (or a member of it) can revoke it"
            )
            remedies.append(f"run as {grantor}, or grant {grantor} to {plan.server.applier}")
        origin = change.subject.origin
        places += [origin.place] if origin.place else []
    raise Refused(
        Problem(
            codes.PROOF_FAILED,
            "the database did not become what the plan says; rolled back",
            places[0] if places else None,
            details=tuple(details),
            remedy="\n".join(dict.fromkeys(remedies))
            or "look for an event trigger that undoes it, and plan again",
        ),
        footer="Nothing was changed.",
    )


def _told(change: Change[Any], step: Step | None) -> Iterator[str]:
    if step is None or not step.statements:
        yield f"{describe(change)}\tnot what the file says"
        return
    for statement in step.statements:
        yield f"{statement.sql.split(chr(10))[0]}\thad no effect"


def _strangers(change: Change[Any]) -> list[str]:
    """Return who granted what is left of a grant that should be gone, other than the owner."""
    before = change.before
    if not isinstance(before, Grant):
        return []
    return sorted(before.right.grantors - {before.owner})
