"""Before and after the statements: is the catalog as planned, and did it become what the file says?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Problem, Refused
from jwtroles.kinds.acl import Grant
from jwtroles.plan import changes_between, fingerprint
from jwtroles.plan.diff import diff
from jwtroles.read import read
from jwtroles.read.canonical import canonical

if TYPE_CHECKING:
    from jwtroles.kinds.base import Change
    from jwtroles.plan.model import Plan
    from jwtroles.read.connection import Connection
    from jwtroles.read.scope import Scope


def still_as_planned(connection: Connection, plan: Plan, scope: Scope) -> None:
    """Refuse a plan whose database has moved (JR611), naming what moved."""
    reading = read(connection, scope)
    if fingerprint(reading.catalog, reading.structure) == plan.fingerprint:
        return
    moved = [_moved(change) for change in diff(plan.current, reading.catalog)]
    if reading.structure.relations != plan.structure.relations:
        old, new = plan.structure.relations, reading.structure.relations
        names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        moved += [f"table {name} has changed" for name in names]
    environment = f" --env {plan.environment}" if plan.environment else ""
    raise Refused(
        Problem(
            codes.STALE,
            f"stale: {plan.environment or 'the database'} has changed since this plan was made",
            details=tuple(moved),
            remedy=f"plan again:  jwtroles plan{environment}",
        ),
        footer="Nothing was changed.",
    )


_VERBS = {"add": "was added", "alter": "was altered", "remove": "is gone"}


def _moved(change: Change[Any]) -> str:
    return f"{describe(change)} {_VERBS[change.verb]}"


def describe(change: Change[Any]) -> str:
    """Return an object of a change as a person knows it (`policy jr_floor on app.invoices`)."""
    subject = change.subject
    if isinstance(subject, Grant):
        return f"{subject.privilege.lower()} on {subject.object} for {subject.grantee}"
    name = change.kind.replace("_", " ")
    key = change.key if isinstance(change.key, tuple) else (change.key,)
    return f"{name} {' '.join(str(part) for part in key)}"


def prove(connection: Connection, plan: Plan, scope: Scope) -> None:
    """Read the catalog again inside the transaction; anything but the file's catalog is refused.

    Raises:
        Refused: JR620 naming what did not become so. PostgreSQL only warns about a REVOKE by
            the wrong grantor, and an event trigger may undo anything.
    """
    reading = read(connection, scope)
    desired = canonical(
        connection, plan.desired, plan.desired, reading.structure, inside=True
    )
    left = changes_between(reading.catalog, desired, additive=plan.additive)
    if not left:
        return
    details = []
    for change in left:
        told = next((s for s in plan.steps if (s.change.kind, s.change.key) == (change.kind, change.key)), None)
        sql = told.statements[0].sql.split("\n")[0] if told and told.statements else describe(change)
        details.append(f"{sql}    had no effect")
    raise Refused(
        Problem(
            codes.PROOF_FAILED,
            "the database did not become what the plan says; rolled back",
            details=tuple(details),
            remedy="look for who granted it, or for an event trigger, and plan again",
        ),
        footer="Nothing was changed.",
    )
