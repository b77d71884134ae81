"""The order of statements, and the memberships that the applying role borrows for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jwtroles.catalog import Server
from jwtroles.kinds.base import Context, Need, Phase, Statement
from jwtroles.names import ident
from jwtroles.planner.model import Step


@dataclass(frozen=True, slots=True)
class _Roles:
    """Roles that a plan creates, and roles that it drops."""

    created: frozenset[str]
    leaving: frozenset[str]


def order(steps: Sequence[Step], server: Server, context: Context) -> tuple[Statement, ...]:
    """Return all statements in the order of their phases, with borrowed memberships around them.

    Within a phase the order of kinds stands; what is dropped goes in the reverse order, since a
    role
    can be dropped only when nothing of it is left.
    """
    listed = [statement for step in steps for statement in step.statements]
    dropped = [s for s in listed if s.phase is Phase.DROP]
    kept = [s for s in listed if s.phase is not Phase.DROP]
    verbs = {s.change.subject.name: s.change.verb for s in steps if s.change.kind == "role"}
    roles = _Roles(
        frozenset(name for name, verb in verbs.items() if verb == "add"),
        frozenset(name for name, verb in verbs.items() if verb == "remove"),
    )
    loans = list(_loans(listed, server, context, roles))
    everything = kept + dropped[::-1] + loans
    return tuple(sorted(everything, key=lambda statement: statement.phase))


def _borrowed(statements: Iterable[Statement], context: Context, roles: _Roles) -> list[str]:
    """Return the roles of ours that must run or own something in these statements."""
    ours = context.definers | {context.own_role} | roles.leaving
    wanted = {s.as_role for s in statements if s.as_role}
    wanted |= {need.role for s in statements for need in s.needs if need.right == "owner"}
    return sorted(wanted & ours)


def _loans(
    statements: list[Statement], server: Server, context: Context, roles: _Roles
) -> Iterator[Statement]:
    if server.superuser:
        return
    me = ident(server.applier)
    options = " WITH INHERIT TRUE, SET TRUE" if context.membership_options else ""
    for role in _borrowed(statements, context, roles):
        if role in server.settable and role in server.acts_as:
            continue
        needs = (Need("admin", role, f"membership in {role}"),)
        note = "for this transaction"
        sql = f"GRANT {ident(role)} TO {me}{options}"
        phase = Phase.BORROW_NEW if role in roles.created else Phase.BORROW
        yield Statement(sql, phase, needs=needs, note=note)
        if role not in roles.leaving:
            yield Statement(f"REVOKE {ident(role)} FROM {me}", Phase.RETURN, needs=needs)
