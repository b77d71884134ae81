"""Roles and memberships, and which roles of that name may not be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jwtroles import codes
from jwtroles.catalog import Relation, Structure
from jwtroles.compiler.access import Names
from jwtroles.errors import Collector, Place
from jwtroles.kinds.base import Origin
from jwtroles.kinds.login_setting import LoginSetting, stored_value
from jwtroles.kinds.membership import Membership, Options
from jwtroles.kinds.renames import Renames
from jwtroles.kinds.role import FLAGS, Role
from jwtroles.names import OWN_SCHEMA, PUBLIC
from jwtroles.spec.model import Role as DeclaredRole
from jwtroles.spec.model import Spec, Word

OWNER = "it owns tables, functions or the schema, and row security does not bind an owner"


def declared_roles(
    spec: Spec,
    names: Names,
    definers: Iterable[str],
    structure: Structure,
    renames: Renames,
    problems: Collector,
) -> Iterator[Role]:
    """Return every role that must be there: token roles, logins, and the owners of our objects."""
    before = {new: old for old, new in renames.roles.items()}
    project = None if spec.database.unmarked else str(spec.project)
    platform = {names(role) for role in spec.database.platform}
    adopted = {names(role) for role in spec.database.adopt}
    owners = {relation.owner for relation in structure.relations.values()}
    owners |= {routine.owner for routine in structure.routines.values()}
    owners |= set(structure.schemas.values())
    ours = {spec.own_role, *definers} if project else set()
    with_tables = {r.owner for r in structure.relations.values() if _holds_rows(r)}
    for role in spec.roles.values():
        if role.name == PUBLIC:
            continue
        if names(role.name) in platform:
            _theirs(role.name, spec, names, structure, problems)
            continue
        wanted = Role(
            names(role.name),
            login=role.login,
            connection_limit=-1 if role.connection_limit is None else role.connection_limit,
            comment=str(role.comment or ""),
            project=project,
            origin=Origin(role.name.place),
        )
        _check_parents(role, spec, names, structure, problems)
        place = role.name.place
        if {wanted.name, before.get(wanted.name, "")} & (owners - ours):
            _reserved(wanted.name, OWNER, place, problems, token=role.token)
        existing = structure.roles.get(before.get(wanted.name, wanted.name))
        yield _settle(wanted, existing, project, adopted, place, problems)
    for login in spec.database.connect_as:
        name, origin = names(login.name), Origin(login.name.place)
        if name in platform:
            _theirs(login.name, spec, names, structure, problems)
            continue
        existing = structure.roles.get(name)
        if existing is None:
            yield Role(name, login=True, inherit=False, project=project, origin=origin)
        else:
            made_here = bool(project) and existing.project == project
            if existing.reserved and not made_here:
                _reserved(name, "it reaches around row security", login.name.place, problems)
            if name in with_tables:
                _reserved(name, OWNER, login.name.place, problems)
            plain = Role(name, login=True, inherit=False) if made_here else existing
            flags = {flag: getattr(plain, flag) for flag in FLAGS}
            flags |= {"login": True, "inherit": False}
            yield replace(existing, **flags, origin=origin)
    for name in sorted(ours):
        wanted = Role(name, project=project)
        if name in with_tables:
            _reserved(name, OWNER, spec.project.place, problems)
        existing = structure.roles.get(before.get(name, name))
        yield _settle(wanted, existing, project, adopted, spec.project.place, problems)


def roles_left(structure: Structure, declared: Iterable[Role]) -> Iterator[Role]:
    """Return the roles that have left the file and that another database of the cluster uses.

    PostgreSQL drops a role only when nothing in any database depends on it. Here it loses all that
    it has, and the last database drops it.
    """
    names = {role.name for role in declared}
    for name in sorted(structure.elsewhere.keys() - names):
        yield structure.roles[name]


def _theirs(
    role: Word, spec: Spec, names: Names, structure: Structure, problems: Collector
) -> None:
    """Check a role that a platform owns: it must be there, and no row security binds an owner."""
    name = names(role)
    if name not in structure.roles:
        message = f"no role {name} in the database, and a platform's role is never created here"
        remedy = "let the platform make it, or take it out of database.platform"
        problems.add(codes.NO_SUCH_ROLE, message, role.place, remedy=remedy)
    elif structure.roles[name].reserved and any(rule.role == role for rule in spec.mapping):
        _reserved(name, "it reaches around row security", role.place, problems)
    if any(_holds_rows(r) and r.owner == name for r in structure.relations.values()):
        _reserved(name, OWNER, role.place, problems)


def _check_parents(
    role: DeclaredRole, spec: Spec, names: Names, structure: Structure, problems: Collector
) -> None:
    """Check that the roles of others that a role is a member of are there."""
    for word in role.member_of:
        if word not in spec.roles and names(word) not in structure.roles:
            problems.add(
                codes.NO_SUCH_ROLE,
                f"no role {names(word)} in the database, and the file does not declare it",
                word.place,
                remedy="create it first, or take the membership out",
            )


def _holds_rows(relation: Relation) -> bool:
    """Tell whether it is a table of the user's: views of ours have owners of ours."""
    return relation.kind in ("r", "p", "f", "m") and relation.name.schema != OWN_SCHEMA


def _settle(
    wanted: Role,
    existing: Role | None,
    project: str | None,
    adopted: set[str],
    place: Place | None,
    problems: Collector,
) -> Role:
    """Fit a wanted role to the one that is there: ours, adopted, or somebody else's.

    Without a project no role is marked, and each is as the file says, whoever made it.
    """
    if existing is None:
        return wanted
    if project is None:
        wanted = replace(wanted, project=existing.project)
    if project and existing.project != project and wanted.name not in adopted:
        owner = f"project {existing.project}" if existing.project else "nobody that jwtroles knows"
        problems.add(
            codes.NOT_OURS,
            f"role {existing.name} exists and belongs to {owner}",
            place,
            remedy=f"take it over:  database: {{adopt: [{wanted.name}]}}   or choose another name",
        )
    if (project is None or existing.project != project) and existing.reserved:
        _reserved(wanted.name, "it reaches around row security", place, problems)
    return replace(wanted, comment=wanted.comment or existing.comment)


def _reserved(
    name: str, why: str, place: Place | None, problems: Collector, *, token: bool = True
) -> None:
    message = f"no token may become {name}: {why}"
    remedy = "declare a role of its own for tokens"
    if not token:
        message = f"the file cannot declare {name}: {why}"
        remedy = "declare a role of its own that owns nothing there"
    problems.add(codes.RESERVED_ROLE, message, place, remedy=remedy)


def memberships(spec: Spec, names: Names, structure: Structure) -> Iterator[Membership]:
    """Return who inherits from whom (INHERIT without SET) and who may become what (SET alone).

    Before PostgreSQL 16 a membership has no such options: the login is NOINHERIT, and inheriting
    implies SET.
    """
    options = structure.server.version >= 160000
    platform = frozenset(spec.database.platform)
    inherits = Options(inherit=True, set=False) if options else Options()
    becomes = Options(inherit=False, set=True) if options else Options()
    for role in spec.roles.values():
        for parent in role.inherits:
            origin = Origin(parent.place)
            yield Membership(names(parent), names(role.name), inherits, origin=origin)
        for word, said in role.member_of.items():
            known = ("inherit", "set") if options else ()
            given = {name: name in said for name in known}
            held = Options("admin" in said, **given)
            yield Membership(names(word), names(role.name), held, origin=Origin(word.place))
    for login in spec.database.connect_as:
        listed = login.roles if login.roles is not None else spec.token_roles
        for name in listed:
            if not (login.name in platform and name in platform):
                origin = Origin(login.name.place)
                yield Membership(names(name), names(login.name), becomes, origin=origin)


def login_settings(spec: Spec, names: Names) -> Iterator[LoginSetting]:
    """Return the settings of roles that log in themselves, which PostgreSQL applies then."""
    for role in spec.roles.values():
        for name, value in role.settings.items() if role.login else ():
            low = name.lower()
            stored = stored_value(low, value)
            yield LoginSetting(names(role.name), False, low, stored, Origin(name.place))  # noqa: FBT003
