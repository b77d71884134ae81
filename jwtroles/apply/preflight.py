"""What the applying role lacks, found before the first statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jwtroles import codes
from jwtroles.catalog import Server
from jwtroles.errors import Problem, Refused
from jwtroles.kinds.base import Need, Statement
from jwtroles.names import ident
from jwtroles.plan.model import Plan


def check_rights(plan: Plan) -> None:
    """Refuse a plan that the connected role cannot carry out.

    Raises:
        Refused: JR605 with every statement that lacks a right, and what an administrator can do.
    """
    server = plan.server
    if server.superuser:
        return
    created = {s.change.after.name for s in plan.steps if s.change.kind == "role" and s.change.after}
    ours = plan.context.definers | {plan.context.own_role}
    lacking = [
        (statement, need)
        for statement in plan.statements
        for need in statement.needs
        if not _RIGHTS[need.right](need, server, ours if need.right == "owner" else created)
    ]
    if not lacking:
        return
    units = {id(statement) for statement, _ in lacking}
    raise Refused(
        Problem(
            codes.CANNOT_APPLY,
            f"{server.applier} cannot run {len(units)} of the {len(plan.statements)} statements",
            details=tuple(dict.fromkeys(_line(*pair) for pair in lacking)),
            remedy="as an administrator:  " + "  ".join(dict.fromkeys(_grants(lacking, server))),
        ),
        footer="Checked before the first statement. Nothing was changed.",
    )


def _acts_as(need: Need, server: Server, ours: set[str] | frozenset[str]) -> bool:
    return need.role in server.acts_as or need.role in ours


def _administers(need: Need, server: Server, created: set[str] | frozenset[str]) -> bool:
    """Before 16 CREATEROLE reaches every role that is no superuser; since 16 ADMIN on it is needed."""
    if need.role in created or need.role in server.admin_of:
        return True
    return server.version < 160000 and server.createrole


_RIGHTS: dict[str, Callable[[Need, Server, set[str] | frozenset[str]], bool]] = {
    "owner": _acts_as,
    "admin": _administers,
    "createrole": lambda _need, server, _names: server.createrole,
    "create in database": lambda _need, server, _names: server.database_create,
    "superuser": lambda _need, server, _names: server.superuser,
}

_NEEDS: dict[str, Callable[[Need], str]] = {
    "owner": lambda need: f"owner of {need.subject} ({need.role})",
    "admin": lambda need: f"ADMIN OPTION on {need.role}",
    "createrole": lambda _need: "CREATEROLE",
    "create in database": lambda _need: "CREATE on the database",
    "superuser": lambda _need: "superuser",
}


def _line(statement: Statement, need: Need) -> str:
    sql = statement.sql.split("\n")[0]
    return f"{sql:<48} needs: {_NEEDS[need.right](need)}"


def _grants(lacking: list[tuple[Statement, Need]], server: Server) -> Iterator[str]:
    me = ident(server.applier)
    for _, need in lacking:
        if need.right == "owner":
            yield f"GRANT {ident(need.role)} TO {me};"
        elif need.right == "admin":
            yield f"GRANT {ident(need.role)} TO {me} WITH ADMIN OPTION;"
        elif need.right == "createrole":
            yield f"ALTER ROLE {me} CREATEROLE;"
        elif need.right == "create in database":
            yield f"GRANT CREATE ON DATABASE {ident(server.database)} TO {me};"
        else:
            yield "apply as a superuser"
