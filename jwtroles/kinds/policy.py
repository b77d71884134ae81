"""Policies: PERMISSIVE ones give rows to a role, RESTRICTIVE ones are the floor under all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import field, replace

from jwtroles.frozen import frozen
from jwtroles.kinds.base import (
    NOWHERE,
    Change,
    Context,
    Effect,
    Need,
    Origin,
    Phase,
    Row,
    Statement,
)
from jwtroles.kinds.implication import implies
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.leaving import Leaving
from jwtroles.kinds.mirror import Abroad, Mirror
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.renames import Renames
from jwtroles.names import MAX_IDENTIFIER_BYTES, PUBLIC, QName, grantee_sql, ident

PUBLIC_ROLES = frozenset({PUBLIC})


@frozen
class Policy:
    """A row security policy (manual section 5.9).

    Attributes:
        command: `all`, `select`, `insert`, `update` or `delete`.
        roles: whom it applies to; PUBLIC for everyone.
        using, check: the expressions as PostgreSQL prints them, so that equality means something;
            until they have been through the server, a compiled policy holds its own text there.
        using_sql, check_sql: the expressions to write, for a compiled policy.
        outside: those of `roles` that are not of the file.
    """

    table: QName
    name: str
    permissive: bool
    command: str
    roles: frozenset[str]
    using: str | None
    check: str | None
    using_sql: str | None = field(default=None, compare=False)
    check_sql: str | None = field(default=None, compare=False)
    origin: Origin = field(default=NOWHERE, compare=False)
    owner: str = field(default="", compare=False)
    outside: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def shape(self) -> tuple[bool, str]:
        """What ALTER POLICY cannot change."""
        return self.permissive, self.command

    @property
    def exempts(self) -> bool:
        """Whether it is one of ours for a role outside the file, told by the name we give it."""
        return self.named_by_us and self.name.endswith("_exempt")

    @property
    def named_by_us(self) -> bool:
        """Whether the name is of the form that jwtroles gives."""
        return self.name.startswith("jr_")

    @property
    def gates(self) -> bool:
        """Whether it is the gate of one role on its table, told by the name we give it."""
        own = len(self.roles) == 1 and self.name == policy_name(min(self.roles), "gate")
        return own and not self.permissive

    @property
    def left_to(self) -> frozenset[str]:
        """Whom a policy stays with that is not of the file: the other roles that share it."""
        shared = not self.named_by_us and PUBLIC not in self.roles
        return self.outside if shared else frozenset()

    def clears(self, other: Policy) -> bool:
        """Tell whether `other` lacks an expression that this one has (ALTER cannot clear one)."""
        return (self.using is not None and other.using is None) or (
            self.check is not None and other.check is None
        )


def parse(row: Row) -> Iterable[Policy]:
    """Read a row of policy.sql."""
    yield Policy(
        QName(row["schema"], row["table"]),
        row["name"],
        row["permissive"],
        row["command"],
        frozenset(row["roles"]),
        row["using"],
        row["check"],
        owner=row["owner"],
    )


def _expressions(policy: Policy, against: Policy | None = None) -> str:
    using = policy.using_sql if policy.using_sql is not None else policy.using
    check = policy.check_sql if policy.check_sql is not None else policy.check
    text = ""
    if using is not None and (against is None or policy.using != against.using):
        text += f" USING ({using})"
    if check is not None and (against is None or policy.check != against.check):
        text += f" WITH CHECK ({check})"
    return text


def _roles(policy: Policy) -> str:
    return ", ".join(grantee_sql(role) for role in sorted(policy.roles))


def _create(policy: Policy) -> str:
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    command = "" if policy.command == "all" else f" FOR {policy.command.upper()}"
    head = f"CREATE POLICY {ident(policy.name)} ON {policy.table.sql}{kind}{command}"
    return f"{head} TO {_roles(policy)}{_expressions(policy)}"


def _drop(policy: Policy) -> str:
    return f"DROP POLICY {ident(policy.name)} ON {policy.table.sql}"


def _phase(change: Change[Policy], context: Context) -> Phase:
    after = change.after
    if after is not None and after.roles <= context.lookups:
        return Phase.LOOKUP_RIGHTS
    if effect(change, context) in (Effect.TIGHTENS, Effect.NEUTRAL):
        return Phase.TIGHTEN
    if after is None:
        return Phase.LOOSEN
    if after.roles <= context.definers:
        return Phase.DEFINER_RIGHTS
    if change.before is None and after.table in context.enabling:
        return Phase.TIGHTEN
    return Phase.LOOSEN


def statements(change: Change[Policy], context: Context) -> Iterable[Statement]:
    """CREATE, ALTER or DROP POLICY; DROP and CREATE only where ALTER POLICY cannot."""
    before, after = change.before, change.after
    subject = change.subject
    owner = context.owners.get(subject.table, subject.owner)
    lock, needs = subject.table, (Need("owner", owner, str(subject.table)),)
    origin, phase = subject.origin, _phase(change, context)

    def statement(sql: str) -> Statement:
        slots = int(sql.startswith("DROP "))  # the policy itself
        return Statement(
            sql, phase, lock, needs=needs, origin=origin, note=note, about=about, slots=slots
        )

    note = "" if after else context.gone
    definer = phase is Phase.DEFINER_RIGHTS
    about = ", ".join(sorted(subject.roles)) if definer else subject.table
    if before is not None and after is not None and before.name != after.name:
        head = f"ALTER POLICY {ident(before.name)} ON {before.table.sql}"
        yield statement(f"{head} RENAME TO {ident(after.name)}")
        before = replace(before, name=after.name)
        if before == after:
            return
    if after is None:
        theirs = replace(subject, roles=subject.left_to)
        head = f"ALTER POLICY {ident(subject.name)} ON {subject.table.sql}"
        yield statement(f"{head} TO {_roles(theirs)}" if theirs.roles else _drop(subject))
    elif before is None:
        yield statement(_create(after))
    elif before.shape != after.shape or before.clears(after):
        yield from _replace(before, after, statement)
    else:
        roles = f" TO {_roles(after)}" if before.roles != after.roles else ""
        head = f"ALTER POLICY {ident(after.name)} ON {after.table.sql}"
        yield statement(f"{head}{roles}{_expressions(after, before)}")


def _replace(
    before: Policy, after: Policy, make: Callable[[str], Statement]
) -> Iterable[Statement]:
    """Put `after` in the place of `before`, which ALTER cannot turn into it.

    A permissive policy goes first. A restrictive one, or one that becomes restrictive, stays until
    its successor stands: at no instant do more rows show than before or after.
    """
    if before.permissive and after.permissive:
        created = make(_create(after))
        # The policies of those who own lookups are made before others are taken away.
        yield replace(make(_drop(before)), phase=min(Phase.TIGHTEN, created.phase))
        yield created
        return
    aside = f"{before.name.encode()[:54].decode(errors='ignore')}_replaced"
    rename = f"ALTER POLICY {ident(before.name)} ON {before.table.sql} RENAME TO {ident(aside)}"
    yield make(rename)
    yield make(_create(after))
    yield make(f"DROP POLICY {ident(aside)} ON {before.table.sql}")


def effect(change: Change[Policy], _context: Context) -> Effect:
    """Decide by what the policy lets through, before and after; unknown where that is not clear."""
    before, after = change.before, change.after
    gives = change.subject.permissive
    if before is None:
        return Effect.LOOSENS if gives else Effect.TIGHTENS
    if after is None:
        return Effect.TIGHTENS if gives else Effect.LOOSENS
    if before.shape != after.shape:
        return Effect.UNKNOWN
    return _compare(before, after, gives=gives)


def _compare(before: Policy, after: Policy, *, gives: bool) -> Effect:
    narrower = _passes(after, before)
    wider = _passes(before, after)
    if PUBLIC_ROLES & (before.roles ^ after.roles):
        more_roles = bool(PUBLIC_ROLES & after.roles)
        fewer_roles = not more_roles
    else:
        more_roles = bool(after.roles - before.roles)
        fewer_roles = bool(before.roles - after.roles)
    loosens_roles, tightens_roles = (
        (more_roles, fewer_roles) if gives else (fewer_roles, more_roles)
    )
    if narrower and not loosens_roles:
        return Effect.TIGHTENS if (not wider or tightens_roles) else Effect.NEUTRAL
    if wider and not tightens_roles:
        return Effect.LOOSENS
    if narrower and wider:
        return Effect.LOOSENS
    return Effect.UNKNOWN


def _passes(one: Policy, other: Policy) -> bool:
    """Tell whether every row that `one` lets through `other` lets through too, if that is clear."""
    return all(
        implies(first if first is not None else "true", second if second is not None else "true")
        for first, second in ((one.using, other.using), (_checked(one), _checked(other)))
    )


def _checked(policy: Policy) -> str | None:
    return policy.check if policy.check is not None else policy.using


def gives_beside(floor: Policy, other: Policy) -> bool:
    """Tell whether a policy of its table may give rows that a permissive floor does not.

    A restrictive floor stands under every other policy. A permissive one is a floor only as long as
    whatever else the table's policies give is among its own rows.
    """
    if not floor.permissive or not other.permissive:
        return False
    pairs = []
    if other.command != "insert":
        pairs.append((other.using, floor.using))
    if other.command in ("all", "insert", "update"):
        pairs.append((_checked(other), _checked(floor)))
    return not all(implies(rows or "true", below or "true") for rows, below in pairs)


def called(policy: Policy) -> Mapping[str, str]:
    """Name a policy by its table and name, and by its role where it has one."""
    words = {"policy": str(policy.table), "name": policy.name}
    return words | ({"role": min(policy.roles)} if len(policy.roles) == 1 else {})


def unit(change: Change[Policy]) -> Hashable:
    """The gates of all roles on a table are one change; any other policy is one by itself."""
    gate = change.subject.gates
    return (change.kind, change.subject.table, "gate") if gate else (change.kind, change.key)


def leave(policy: Policy, leaving: Leaving) -> Policy | None:
    """Ours go; one of others that names a role that goes stays with the roles that stay."""
    if policy.named_by_us and leaving.schema:
        return None
    roles = policy.roles - leaving.roles
    return replace(policy, roles=roles) if roles - policy.outside else None


def policy_name(role: str, command: str) -> str:
    """Return the name of a permissive policy of ours.

    A long role name is cut and told apart by a digest.
    """
    name = f"jr_{role}_{command}"
    if len(name.encode()) <= MAX_IDENTIFIER_BYTES:
        return name
    digest = hashlib.sha256(role.encode()).hexdigest()[:8]
    room = MAX_IDENTIFIER_BYTES - len(f"jr__{digest}_{command}")
    return f"jr_{role.encode()[:room].decode(errors='ignore')}_{digest}_{command}"


def follow(policy: Policy, renames: Renames) -> Policy:
    """Return a policy with the new names of its roles, which it keeps."""
    return replace(
        policy,
        roles=renames.all_roles(policy.roles),
        outside=renames.all_roles(policy.outside),
        owner=renames.role(policy.owner),
    )


def _new_name(policy: Policy, renames: Renames) -> str:
    """Return the name of a policy of ours after its role, and any other name as it is."""
    names = {policy_name(old, policy.command): new for old, new in renames.roles.items()}
    new = names.get(policy.name)
    return policy.name if new is None else policy_name(new, policy.command)


def abroad(policy: Policy, abroad: Abroad) -> Policy:
    """Return a policy of ours named after its role by that role's other name."""
    for old, new in abroad.roles.roles.items():
        for what in _NAMED_AFTER:
            if policy.name == policy_name(old, what):
                return replace(policy, name=policy_name(new, what))
    return policy


_NAMED_AFTER = ("all", "select", "insert", "update", "delete", "gate", "exempt")
"""What the names of our policies end in, behind that of a role."""


def level(source: Policy | None, target: Policy | None, roles: frozenset[str]) -> Policy | None:
    """Take a policy of the source for its roles but these, and for these as it is here."""
    theirs = source.roles - roles if source is not None else frozenset()
    kept = target.roles & roles if target is not None else frozenset()
    found = source if theirs else target
    return replace(found, roles=theirs | kept) if found is not None and theirs | kept else None


def mirrored(source: Policy | None, target: Policy | None, mirror: Mirror) -> Policy | None:
    """Take the policies of a table that both have, for roles that the target has."""
    found = source if source is not None else target
    assert found is not None  # noqa: S101 - one of them is there
    ref, roles = ObjectRef("table", found.table), found.roles
    if source is None:
        if ref in mirror.source.owners:
            return None
        mirror.leaves(f"table {found.table}", *roles)
        return target
    if mirror.owner(ref) is None:
        mirror.lacks(f"table {found.table}", *roles)
        return None
    lacking = [role for role in roles if role != PUBLIC and not mirror.has_role(role)]
    for role in lacking:
        mirror.lacks(f"role {role}", role)
    return target if lacking else source


POLICY: Kind[Policy] = Kind(
    "policy",
    parse,
    lambda policy: (policy.table, policy.name),
    statements,
    effect,
    lock="AccessExclusive on the table",
    unit=unit,
    called=called,
    leave=leave,
    follow=follow,
    named=lambda policy, renames: (policy.table, _new_name(policy, renames)),
    abroad=abroad,
    mirrored=mirrored,
    level=level,
)
