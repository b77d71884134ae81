"""Roles: attributes, connection limit and the mark in their comment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace

from jwtroles import codes
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
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.leaving import Leaving
from jwtroles.kinds.mirror import Abroad, Mirror, about
from jwtroles.kinds.tag import comment_sql, split_tag
from jwtroles.names import OWN_SCHEMA, ident

FLAGS = ("login", "inherit", "superuser", "createdb", "createrole", "replication", "bypassrls")
"""Attributes that are keywords of CREATE ROLE, in the order in which they are written."""

_DANGEROUS = frozenset({"superuser", "createrole", "replication", "bypassrls"})


@frozen
class Role:
    """A role of the cluster (manual section 21.2). `project` is None where it carries no mark."""

    name: str
    login: bool = False
    inherit: bool = True
    superuser: bool = False
    createdb: bool = False
    createrole: bool = False
    replication: bool = False
    bypassrls: bool = False
    connection_limit: int = -1
    comment: str = ""
    project: str | None = None
    origin: Origin = field(default=NOWHERE, compare=False)

    @property
    def reserved(self) -> bool:
        """Whether no token may ever become it: its attributes reach around row security."""
        return self.name.startswith("pg_") or any(getattr(self, flag) for flag in _DANGEROUS)


def parse(row: Row) -> Iterable[Role]:
    """Read a row of role.sql."""
    comment, project = split_tag(row["comment"])
    flags = {flag: row[flag] for flag in FLAGS}
    yield Role(
        row["name"],
        **flags,
        connection_limit=row["connection_limit"],
        comment=comment,
        project=project,
    )


def _flags(role: Role, against: Role) -> list[str]:
    words = [
        flag.upper() if getattr(role, flag) else f"NO{flag.upper()}"
        for flag in FLAGS
        if getattr(role, flag) != getattr(against, flag)
    ]
    if role.connection_limit != against.connection_limit:
        words.append(f"CONNECTION LIMIT {role.connection_limit}")
    return words


def statements(change: Change[Role], context: Context) -> Iterable[Statement]:
    """CREATE, ALTER or DROP ROLE, and the comment with the mark."""
    before, after = change.before, change.after
    if after is None:
        name = change.subject.name
        needs = (Need("admin", name, f"role {name}"),)
        yield Statement(f"DROP ROLE {ident(name)}", Phase.DROP, needs=needs)
        return
    name, origin = ident(after.name), after.origin
    if before is not None and before.name != after.name:
        sql = f"ALTER ROLE {ident(before.name)} RENAME TO {name}"
        needs = (Need("admin", before.name, f"role {before.name}"),)
        yield Statement(sql, Phase.RENAME_ROLES, needs=needs, origin=origin)
    if before is None:
        words = ["LOGIN" if after.login else "NOLOGIN"]
        words += _flags(after, Role(after.name, login=after.login))
        needs = (Need("createrole", subject=f"role {after.name}"),)
        sql = f"CREATE ROLE {name} {' '.join(words)}"
        # Our schema is there without its owner: a dump was restored where no roles were.
        bereft = after.name == context.own_role and OWN_SCHEMA in context.schema_owners
        phase = Phase.RENAME_ROLES if bereft else Phase.ROLES
        yield Statement(sql, phase, needs=needs, origin=origin)
        yield Statement(_comment(after), phase, origin=origin)
        return
    needs = (Need("admin", after.name, f"role {after.name}"),)
    if words := _flags(after, before):
        if any(getattr(before, flag) for flag in ("superuser", "replication", "bypassrls")):
            needs = (Need("superuser", subject=f"role {after.name}"),)
        sql = f"ALTER ROLE {name} {' '.join(words)}"
        yield Statement(sql, Phase.ROLES, needs=needs, origin=origin)
    if (before.comment, before.project) != (after.comment, after.project):
        yield Statement(_comment(after), Phase.ROLES, needs=needs, origin=origin)


def _comment(role: Role) -> str:
    return comment_sql(f"ROLE {ident(role.name)}", role.comment, role.project)


def effect(change: Change[Role], _context: Context) -> Effect:
    """Attributes that are taken away tighten; a role by itself gives nothing."""
    before, after = change.before, change.after
    if after is None:
        return Effect.DESTROYS
    if before is None:
        return Effect.NEUTRAL
    gained = [flag for flag in FLAGS if getattr(after, flag) and not getattr(before, flag)]
    lost = [flag for flag in FLAGS if getattr(before, flag) and not getattr(after, flag)]
    if gained:
        return Effect.LOOSENS
    return Effect.TIGHTENS if lost else Effect.NEUTRAL


def leave(role: Role, leaving: Leaving) -> Role | None:
    """What jwtroles made goes; an adopted role was there before and loses the mark.

    Neither happens while another database of the cluster uses the role.
    """
    if role.name in leaving.staying:
        return role
    if role.name in leaving.roles:
        return None
    return replace(role, project=None) if role.project == leaving.project else role


def sparing(change: Change[Role], attribute: str) -> Change[Role] | None:
    """Return the change with one attribute as it is; None where nothing else changes."""
    before, after = change.before, change.after
    if before is None or after is None:
        return change
    same = replace(after, **{attribute: getattr(before, attribute)})
    return None if same == before else replace(change, after=same)


def abroad(role: Role, abroad: Abroad) -> Role:
    """Return a role by the name that it has in another environment."""
    return replace(role, name=abroad.roles.role(role.name))


NEVER_MIRRORED = ("superuser", "createrole", "replication", "bypassrls", "createdb")
"""Attributes that reach beyond a database: no sync gives them."""


def mirrored(source: Role | None, target: Role | None, mirror: Mirror) -> Role | None:
    """Take the attributes of the source; whose a role is, and its comment, are the target's.

    A role that carries no mark of the project was not made for it, and is never dropped.
    """
    there, here = mirror.source.label, mirror.target.label
    if source is None:
        return None if target is None or target.project == mirror.project else target
    gained = [flag for flag in NEVER_MIRRORED if getattr(source, flag)]
    gained = [flag for flag in gained if target is None or not getattr(target, flag)]
    if gained:
        words = ", ".join(flag.upper() for flag in gained)
        message = f"{source.name} is {words} in {there}: that is never mirrored"
        mirror.fault(codes.NEVER_MIRRORED, message, f"take it from the role in {there}")
    if target is None:
        return replace(source, project=mirror.project or None)
    if source.project != mirror.project or target.project == mirror.project:
        return replace(source, comment=target.comment, project=target.project)
    if source.name not in mirror.adopted:
        owner = f"project {target.project}" if target.project else "nobody that jwtroles knows"
        message = f"role {source.name} exists in {here} and belongs to {owner}"
        remedy = f"take it over:  database: {{adopt: [{source.name}]}}   or give it another name"
        mirror.fault(codes.NOT_OURS, message, f"{remedy} under environments: names")
        return replace(source, comment=target.comment, project=target.project)
    return replace(source, comment=target.comment)


ROLE: Kind[Role] = Kind(
    "role",
    parse,
    lambda role: role.name,
    statements,
    effect,
    leave=leave,
    called=lambda role: {"role": role.name},
    attributes=("login", "inherit", "createdb", "connection_limit"),
    sparing=sparing,
    named=lambda role, renames: renames.role(role.name),
    abroad=abroad,
    mirrored=mirrored,
    level=about(lambda role: (role.name,)),
)
