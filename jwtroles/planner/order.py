"""The order of statements, and the memberships that the applying role borrows for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from jwtroles.catalog import Server
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Context, Need, Phase, Statement
from jwtroles.names import ident
from jwtroles.planner.batches import pack
from jwtroles.planner.model import Batch, Step


@frozen
class _Roles:
    """Roles that a plan creates, and roles that it drops, each with the statement that does."""

    created: dict[str, Statement]
    dropped: dict[str, Statement]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> _Roles:
        roles = cls({}, {})
        for step in steps:
            if step.change.kind == "role" and step.statements:
                if step.change.verb == "add":
                    roles.created[step.change.subject.name] = step.statements[0]
                elif step.change.verb == "remove":
                    roles.dropped[step.change.subject.name] = step.statements[-1]
        return roles


def arrange(
    steps: Sequence[Step], server: Server, context: Context, fixed: int, room: int
) -> tuple[Batch, ...]:
    """Return all statements in the order of their phases, in as many transactions as they need.

    Within a phase the order of kinds stands; what is dropped goes in the reverse order, since a
    role can be dropped only when nothing of it is left. Each transaction borrows the memberships
    that it needs, and gives them back.
    """
    listed = [statement for step in steps for statement in step.statements]
    dropped = [s for s in listed if s.phase is Phase.DROP]
    kept = [s for s in listed if s.phase is not Phase.DROP]
    ordered = sorted(kept + dropped[::-1], key=lambda statement: statement.phase)
    place = {id(statement): number for number, statement in enumerate(ordered)}
    roles = _Roles.of(steps)

    def finish(statements: list[Statement]) -> Iterable[Statement]:
        loans = list(_loans(statements, server, context, roles))
        kept = sorted(statements, key=lambda statement: place[id(statement)])
        return sorted(kept + loans, key=lambda statement: statement.phase)

    return pack(steps, ordered, fixed, room, finish)


def _borrowed(statements: Iterable[Statement], context: Context, roles: _Roles) -> list[str]:
    """Return the roles of ours that must run or own something in these statements."""
    ours = context.definers | {context.own_role} | roles.dropped.keys()
    wanted = {s.as_role for s in statements if s.as_role}
    wanted |= {need.role for s in statements for need in s.needs if need.right == "owner"}
    return sorted(wanted & ours)


def _loans(
    statements: list[Statement], server: Server, context: Context, roles: _Roles
) -> Iterator[Statement]:
    if not server.lends:
        return
    here = {id(statement) for statement in statements}
    me = ident(server.applier)
    options = " WITH INHERIT TRUE, SET TRUE" if context.membership_options else ""
    for role in _borrowed(statements, context, roles):
        if role in server.settable and role in server.acts_as:
            continue
        needs = (Need("admin", role, f"membership in {role}"),)
        note = "for this transaction"
        sql = f"GRANT {ident(role)} TO {me}{options}"
        made = roles.created.get(role)
        new = made is not None and id(made) in here and made.phase is Phase.ROLES
        phase = Phase.BORROW_NEW if new else Phase.BORROW
        yield Statement(sql, phase, needs=needs, note=note)
        if id(roles.dropped.get(role)) not in here:
            yield Statement(f"REVOKE {ident(role)} FROM {me}", Phase.RETURN, needs=needs)
