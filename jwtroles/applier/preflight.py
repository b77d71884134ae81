"""What the applying role lacks, found before the first statement."""

from __future__ import annotations

from collections.abc import Callable

from jwtroles import codes
from jwtroles.catalog import Server
from jwtroles.errors import Problem, Refused
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Need, Statement
from jwtroles.names import ident
from jwtroles.planner.model import Plan
from jwtroles.spec.wording import beginning
from jwtroles.versions import MEMBERSHIP_OPTIONS


@frozen
class _Powers:
    """What the applying role can do: as the server says, and by what this plan makes or borrows."""

    server: Server
    created: frozenset[str]
    ours: frozenset[str]
    superusers: frozenset[str]

    @property
    def options(self) -> bool:
        """Whether memberships have options, and CREATEROLE is limited to what one administers."""
        return self.server.version >= MEMBERSHIP_OPTIONS

    def acts_as(self, need: Need) -> bool:
        """Owners' rights are inherited, or the owner is a role of ours, borrowed for the plan."""
        return need.role in self.server.acts_as or need.role in self.ours

    def becomes(self, need: Need) -> bool:
        """A grant is revoked by who granted it, so SET ROLE must be possible."""
        return need.role in self.server.settable or need.role in self.ours

    def administers(self, need: Need) -> bool:
        """Before 16 CREATEROLE reaches every role but superusers; since 16 ADMIN is needed."""
        if need.role in self.created or need.role in self.server.admin_of:
            return True
        return not self.options and self.server.createrole


_RIGHTS: dict[str, Callable[[_Powers, Need], bool]] = {
    "owner": _Powers.acts_as,
    "grantor": _Powers.becomes,
    "membership": _Powers.acts_as,
    "admin": _Powers.administers,
    "createrole": lambda powers, _need: powers.server.createrole,
    "create in database": lambda powers, _need: powers.server.database_create,
    "superuser": lambda powers, _need: powers.server.superuser,
}

_NEEDS: dict[str, Callable[[Need], str]] = {
    "owner": lambda need: f"owner of {need.subject} ({need.role})",
    "grantor": lambda need: f"{need.role}, who granted it: only {need.role} can revoke it",
    "membership": lambda need: f"the rights of {need.role}, who granted it",
    "admin": lambda need: f"ADMIN OPTION on {need.role}",
    "createrole": lambda _need: "CREATEROLE",
    "create in database": lambda _need: "CREATE on the database",
    "superuser": lambda _need: "superuser",
}


def check_rights(plan: Plan, server: Server | None = None, *, after: int = 0) -> None:
    """Refuse a plan that the connected role cannot carry out.

    Args:
        plan: the plan.
        server: the server as it is now, where that is later than the plan.
        after: how many of its transactions are done.

    Raises:
        Refused: JR605 with statements that lack a right, and what an administrator can do.
    """
    server = server.renamed(plan.new_names) if server else plan.server
    if server.superuser:
        return
    roles = [step.change for step in plan.steps if step.change.kind == "role"]
    created = frozenset(c.after.name for c in roles if c.before is None and c.after is not None)
    superusers = frozenset(name for name, one in plan.structure.roles.items() if one.superuser)
    ours = plan.context.definers | {plan.context.own_role}
    powers = _Powers(server, created, ours, superusers)
    statements = [statement for batch in plan.batches[after:] for statement in batch.statements]
    lines: dict[str, dict[str, None]] = {}
    count = 0
    for statement in statements:
        lacking = [need for need in statement.needs if not _RIGHTS[need.right](powers, need)]
        count += bool(lacking)
        for need in lacking:
            lines.setdefault(_grant(powers, need), {})[_line(statement, need)] = None
    if not lines:
        return
    total = len(plan.statements)
    raise Refused(
        Problem(
            codes.CANNOT_APPLY,
            f"{server.applier} cannot run {count} of the {total} statements",
            details=tuple(line for one in lines.values() for line in beginning(list(one), _SHOWN)),
            remedy=f"as an administrator:  {'  '.join(lines)}",
        ),
        footer="Checked before the first statement. Nothing was changed.",
    )


_SHOWN = 5
"""How many statements are shown that one grant would let run."""


def _line(statement: Statement, need: Need) -> str:
    sql = statement.sql.split("\n")[0]
    return f"{sql}\tneeds: {_NEEDS[need.right](need)}"


def _grant(powers: _Powers, need: Need) -> str:
    me, role = ident(powers.server.applier), ident(need.role)
    if need.role in powers.superusers:  # a member of a superuser may become it
        apart = f"give what {role} owns there to one who is none, and grant {me} that role"
        return f"apply as a superuser, or {apart};" if need.right == "owner" else _AS_SUPERUSER
    if need.right in ("owner", "membership") and need.role in powers.server.settable:
        # A member that does not inherit: an option of the membership since 16, of the role before.
        inheriting = f"GRANT {role} TO {me} WITH INHERIT TRUE;"
        return inheriting if powers.options else f"ALTER ROLE {me} INHERIT;"
    grants = {
        "owner": f"GRANT {role} TO {me};",
        "grantor": f"GRANT {role} TO {me}{' WITH SET TRUE' if powers.options else ''};",
        "membership": f"GRANT {role} TO {me};",
        "admin": f"GRANT {role} TO {me} WITH ADMIN OPTION;",
        "createrole": f"ALTER ROLE {me} CREATEROLE;",
        "create in database": f"GRANT CREATE ON DATABASE {ident(powers.server.database)} TO {me};",
    }
    return grants.get(need.right, _AS_SUPERUSER)


_AS_SUPERUSER = "apply as a superuser"
