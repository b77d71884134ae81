"""Roles and memberships, and which roles of that name may not be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import Names
from jwtroles.errors import Collector, Place
from jwtroles.kinds.base import Origin
from jwtroles.kinds.membership import Membership, Options
from jwtroles.kinds.role import Role
from jwtroles.spec.model import PUBLIC, Spec


def declared_roles(
    spec: Spec, names: Names, definers: Iterable[str], structure: Structure, problems: Collector
) -> Iterator[Role]:
    """Return every role that must be there: token roles, logins, and the owners of our objects."""
    project = str(spec.project)
    adopted = {names(role) for role in spec.database.adopt}
    owners = {relation.owner for relation in structure.relations.values()}
    owners |= set(structure.schemas.values())
    ours = {spec.own_role, *definers}
    for role in spec.roles.values():
        if role.name == PUBLIC:
            continue
        wanted = Role(
            names(role.name),
            connection_limit=-1 if role.connection_limit is None else role.connection_limit,
            comment=str(role.comment or ""),
            project=project,
            origin=Origin(role.name.place),
        )
        place = role.name.place
        if wanted.name in owners - ours:
            why = "it owns tables or the schema, and row security does not bind an owner"
            _reserved(wanted.name, why, place, problems)
        yield _settle(wanted, structure, project, adopted, place, problems)
    for login in spec.database.connect_as:
        name, origin = names(login.name), Origin(login.name.place)
        existing = structure.roles.get(name)
        if existing is None:
            yield Role(name, login=True, inherit=False, project=project, origin=origin)
        else:
            if existing.reserved:
                _reserved(name, "it reaches around row security", login.name.place, problems)
            yield replace(existing, login=True, inherit=False, origin=origin)
    for name in sorted(ours):
        wanted = Role(name, project=project)
        yield _settle(wanted, structure, project, adopted, spec.project.place, problems)


def _settle(
    wanted: Role,
    structure: Structure,
    project: str,
    adopted: set[str],
    place: Place | None,
    problems: Collector,
) -> Role:
    """Fit a wanted role to the one that is there: ours, adopted, or somebody else's."""
    existing = structure.roles.get(wanted.name)
    if existing is None:
        return wanted
    if existing.project != project and wanted.name not in adopted:
        owner = f"project {existing.project}" if existing.project else "nobody that jwtroles knows"
        problems.add(
            codes.NOT_OURS,
            f"role {wanted.name} exists and belongs to {owner}",
            place,
            remedy=f"take it over:  database: {{adopt: [{wanted.name}]}}   or choose another name",
        )
    if existing.project != project and existing.reserved:
        _reserved(wanted.name, "it reaches around row security", place, problems)
    return replace(wanted, comment=wanted.comment or existing.comment)


def _reserved(name: str, why: str, place: Place | None, problems: Collector) -> None:
    message = f"no token may become {name}: {why}"
    remedy = "declare a role of its own for tokens"
    problems.add(codes.RESERVED_ROLE, message, place, remedy=remedy)


def memberships(spec: Spec, names: Names, structure: Structure) -> Iterator[Membership]:
    """Return who inherits from whom (INHERIT without SET) and who may become what (SET alone).

    Before PostgreSQL 16 a membership has no such options: the login is NOINHERIT, and inheriting
    implies SET.
    """
    options = structure.server.version >= 160000
    inherits = Options(inherit=True, set=False) if options else Options()
    becomes = Options(inherit=False, set=True) if options else Options()
    for role in spec.roles.values():
        for parent in role.inherits:
            origin = Origin(parent.place)
            yield Membership(names(parent), names(role.name), inherits, origin=origin)
    for login in spec.database.connect_as:
        listed = login.roles if login.roles is not None else tuple(spec.roles)
        for name in listed:
            if name != PUBLIC:
                origin = Origin(login.name.place)
                yield Membership(names(name), names(login.name), becomes, origin=origin)
