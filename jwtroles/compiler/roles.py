"""Roles and memberships, and which roles of that name may not be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jwtroles import codes
from jwtroles.catalog import Relation, Structure
from jwtroles.compiler.access import Names
from jwtroles.errors import Collector, Place
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.kinds.login_setting import LoginSetting, stored_value
from jwtroles.kinds.membership import Membership, Options
from jwtroles.kinds.renames import Renames
from jwtroles.kinds.role import FLAGS, Role
from jwtroles.names import OWN_SCHEMA, PUBLIC
from jwtroles.spec.model import Role as DeclaredRole
from jwtroles.spec.model import Spec, Word
from jwtroles.versions import MEMBERSHIP_OPTIONS

OWNER = "it owns tables, functions or the schema, and row security does not bind an owner"
AROUND = "it reaches around row security"


def declared_roles(
    spec: Spec,
    names: Names,
    definers: Iterable[str],
    structure: Structure,
    renames: Renames,
    problems: Collector,
) -> Iterator[Role]:
    """Return every role that must be there: token roles, logins, and the owners of our objects."""
    ours = frozenset[str]() if spec.database.unmarked else frozenset((spec.own_role, *definers))
    with_rows = frozenset(r.owner for r in structure.relations.values() if _holds_rows(r))
    declaring = _Declaring(spec, names, structure, renames, with_rows, problems)
    yield from declaring.roles(ours)
    yield from declaring.logins()
    yield from declaring.own(ours)


@frozen
class _Declaring:
    """The roles of a file beside those of the server, and which of them it may not have.

    Attributes:
        with_rows: the roles that own tables of the user's.
    """

    spec: Spec
    names: Names
    structure: Structure
    renames: Renames
    with_rows: frozenset[str]
    problems: Collector

    @property
    def project(self) -> str | None:
        """Whose mark roles carry; None where no role is marked."""
        return None if self.spec.database.unmarked else str(self.spec.project)

    @property
    def platform(self) -> frozenset[str]:
        """The roles that a platform owns."""
        return frozenset(map(self.names, self.spec.database.platform))

    def roles(self, ours: frozenset[str]) -> Iterator[Role]:
        """Yield the roles under `roles:`, but those of a platform."""
        structure, platform = self.structure, self.platform
        owners = {relation.owner for relation in structure.relations.values()}
        owners |= {routine.owner for routine in structure.routines.values()}
        owners |= set(structure.schemas.values())
        for role in self.spec.roles.values():
            if role.name == PUBLIC:
                continue
            if self.names(role.name) in platform:
                self._check_platform(role.name)
                continue
            wanted = Role(
                self.names(role.name),
                login=role.login,
                connection_limit=-1 if role.connection_limit is None else role.connection_limit,
                comment=str(role.comment or ""),
                project=self.project,
                origin=Origin(role.name.place),
            )
            self._check_parents(role)
            if {wanted.name, self._before(wanted.name)} & (owners - ours):
                self._reserved(wanted.name, OWNER, role.name.place, token=role.token)
            yield self._settle(wanted, role.name.place)

    def logins(self) -> Iterator[Role]:
        """Yield the roles of `connect_as`; of those that others made, only NOINHERIT is ours."""
        platform = self.platform
        for login in self.spec.database.connect_as:
            name, place = self.names(login.name), login.name.place
            if name in platform:
                self._check_platform(login.name)
                continue
            existing = self.structure.roles.get(name)
            if existing is None:
                project, origin = self.project, Origin(place)
                yield Role(name, login=True, inherit=False, project=project, origin=origin)
                continue
            made_here = self.project is not None and existing.project == self.project
            if existing.reserved and not made_here:
                self._reserved(name, AROUND, place)
            if name in self.with_rows:
                self._reserved(name, OWNER, place)
            plain = Role(name, login=True, inherit=False) if made_here else existing
            flags = {flag: getattr(plain, flag) for flag in FLAGS}
            flags |= {"login": True, "inherit": False}
            yield replace(existing, **flags, origin=Origin(place))

    def own(self, ours: frozenset[str]) -> Iterator[Role]:
        """Yield the roles that own what jwtroles makes."""
        for name in sorted(ours):
            if name in self.with_rows:
                self._reserved(name, OWNER, self.spec.project.place)
            yield self._settle(Role(name, project=self.project), self.spec.project.place)

    def _before(self, name: str) -> str:
        """Return what the server calls a role that the file calls `name`."""
        return next((old for old, new in self.renames.roles.items() if new == name), name)

    def _check_platform(self, role: Word) -> None:
        """Check a platform's role: it must be there, and no row security binds an owner."""
        name, there = self.names(role), self.structure.roles
        if name not in there:
            message = f"no role {name} in the database, and a platform's role is never created here"
            remedy = "let the platform make it, or take it out of database.platform"
            self.problems.add(codes.NO_SUCH_ROLE, message, role.place, remedy=remedy)
        elif there[name].reserved and any(rule.role == role for rule in self.spec.mapping):
            self._reserved(name, AROUND, role.place)
        if name in self.with_rows:
            self._reserved(name, OWNER, role.place)

    def _check_parents(self, role: DeclaredRole) -> None:
        """Check that the roles of others that a role is a member of are there."""
        for word in role.member_of:
            name = self.names(word)
            if word not in self.spec.roles and name not in self.structure.roles:
                message = f"no role {name} in the database, and the file does not declare it"
                remedy = "create it first, or take the membership out"
                self.problems.add(codes.NO_SUCH_ROLE, message, word.place, remedy=remedy)

    def _settle(self, wanted: Role, place: Place | None) -> Role:
        """Fit a wanted role to the one that is there: ours, adopted, or somebody else's.

        Without a project no role is marked, and each is as the file says, whoever made it.
        """
        project, existing = self.project, self.structure.roles.get(self._before(wanted.name))
        if existing is None:
            return wanted
        if project is None:
            wanted = replace(wanted, project=existing.project)
        adopted = map(self.names, self.spec.database.adopt)
        if project and existing.project != project and wanted.name not in adopted:
            theirs = existing.project
            owner = f"project {theirs}" if theirs else "nobody that jwtroles knows"
            adopt = f"database: {{adopt: [{wanted.name}]}}"
            self.problems.add(
                codes.NOT_OURS,
                f"role {existing.name} exists and belongs to {owner}",
                place,
                remedy=f"take it over:  {adopt}   or choose another name",
            )
        if (project is None or existing.project != project) and existing.reserved:
            self._reserved(wanted.name, AROUND, place)
        return replace(wanted, comment=wanted.comment or existing.comment)

    def _reserved(self, name: str, why: str, place: Place | None, *, token: bool = True) -> None:
        message = f"no token may become {name}: {why}"
        remedy = "declare a role of its own for tokens"
        if not token:
            message = f"the file cannot declare {name}: {why}"
            remedy = "declare a role of its own that owns nothing there"
        self.problems.add(codes.RESERVED_ROLE, message, place, remedy=remedy)


def _holds_rows(relation: Relation) -> bool:
    """Tell whether it is a table of the user's: views of ours have owners of ours."""
    return relation.kind in ("r", "p", "f", "m") and relation.name.schema != OWN_SCHEMA


def roles_left(structure: Structure, declared: Iterable[Role]) -> Iterator[Role]:
    """Return the roles that have left the file and that another database of the cluster uses.

    PostgreSQL drops a role only when nothing in any database depends on it. Here it loses all that
    it has, and the last database drops it.
    """
    names = {role.name for role in declared}
    for name in sorted(structure.elsewhere.keys() - names):
        yield structure.roles[name]


def memberships(spec: Spec, names: Names, structure: Structure) -> Iterator[Membership]:
    """Return who inherits from whom (INHERIT without SET) and who may become what (SET alone).

    Before PostgreSQL 16 a membership has no such options: the login is NOINHERIT, and inheriting
    implies SET.
    """
    options = structure.server.version >= MEMBERSHIP_OPTIONS
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
