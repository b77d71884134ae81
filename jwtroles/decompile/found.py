"""Everything that a database says about access, before any file says what of it counts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.kinds.acl import built_in
from jwtroles.kinds.policy import policy_name
from jwtroles.names import OWN_SCHEMA, PUBLIC, QName, reserved_role
from jwtroles.scope import Scope
from jwtroles.spec.model import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.catalog import Structure
    from jwtroles.hosting import Service
    from jwtroles.kinds.acl import Acl, Right
    from jwtroles.kinds.membership import Membership
    from jwtroles.kinds.policy import Policy
    from jwtroles.kinds.role import Role
    from jwtroles.reader import Survey


@frozen
class Found:
    """A survey of a whole database, and the answers that every part of a file is made of.

    Attributes:
        schemas: the schemas that the file is to manage, by name.
        project: whose mark the schema `jwtroles` carries; '' where the database is not managed.
        service: the managed service that it is on.
        theirs: the service's schemas that are there.
        uncompared: roles of the cluster, or PUBLIC, with what they hold that no plan compares.
    """

    survey: Survey
    schemas: tuple[str, ...]
    project: str = ""
    service: Service | None = None
    theirs: tuple[str, ...] = ()
    uncompared: tuple[tuple[str, str], ...] = ()

    @property
    def nobodys(self) -> bool:
        """Whether there is a schema `jwtroles` that is of no project."""
        return not self.project and bool(self.survey.objects["own_schema"])

    @property
    def orphans(self) -> tuple[tuple[Policy, str], ...]:
        """The policies of a project's own making, and it, where its schema `jwtroles` is gone."""
        if self.project or self.nobodys:
            return ()
        known = self.structure.roles
        return tuple(
            (policy, known[role].project or "")
            for policy in self.all_policies
            for role in sorted(policy.roles & known.keys())
            if known[role].project and policy.name == policy_name(role, policy.command)
        )

    @property
    def structure(self) -> Structure:
        """What the database has beside access."""
        return self.survey.structure

    @property
    def acls(self) -> tuple[Acl, ...]:
        """The rights on each object."""
        return tuple(a for a in self.survey.objects["acl"] if a.object.name.schema != OWN_SCHEMA)

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The policies for roles of the file or for everybody."""
        ours = {*self.roles, PUBLIC}
        return tuple(one for one in self.all_policies if one.roles & ours)

    @property
    def all_policies(self) -> tuple[Policy, ...]:
        """Every policy of the managed schemas."""
        return tuple(self.survey.objects["policy"])

    @cached_property
    def secured(self) -> frozenset[QName]:
        """The tables with row security on."""
        relations = self.structure.relations
        return frozenset(name for name, relation in relations.items() if relation.secured)

    @cached_property
    def lent(self) -> tuple[QName, ...]:
        """The tables in the service's schemas that have policies for roles of the file."""
        relations = self.structure.relations
        tables = {p.table for p in self.policies if relations[p.table].policies_only}
        return tuple(sorted(tables))

    @cached_property
    def platform(self) -> frozenset[str]:
        """The roles of the service that tokens become: a file says their rights and no more."""
        named = self.service.token_roles if self.service else ()
        return frozenset(self.structure.roles.keys() & set(named))

    def holders(self, table: QName) -> frozenset[str]:
        """Return who has rights on a table or on columns of it."""
        return self._holders.get(table, frozenset())

    @cached_property
    def _holders(self) -> Mapping[QName, frozenset[str]]:
        tables = (acl for acl in self.acls if acl.object.cls == "table")
        return {acl.object.name: frozenset(g for g, _ in acl.rights) for acl in tables}

    def policies_on(self, table: QName) -> tuple[Policy, ...]:
        """Return every policy of a table."""
        return self._policies_on.get(table, ())

    @cached_property
    def _policies_on(self) -> Mapping[QName, tuple[Policy, ...]]:
        found: dict[QName, list[Policy]] = {}
        for policy in self.all_policies:
            found.setdefault(policy.table, []).append(policy)
        return {table: tuple(policies) for table, policies in found.items()}

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """Every membership of the cluster."""
        return self.survey.objects["membership"]

    @property
    def settings(self) -> tuple[Any, ...]:
        """What is stored with roles, for this database or for all."""
        return self.survey.objects["login_setting"]

    @cached_property
    def owners(self) -> frozenset[str]:
        """Who owns something in the managed schemas."""
        structure = self.structure
        owners = {relation.owner for relation in structure.relations.values()}
        owners |= {routine.owner for routine in structure.routines.values()}
        return frozenset(owners | set(structure.schemas.values()))

    def why_left(self, role: str) -> str:
        """Return why no file can say what a role may do; '' where one can."""
        facts = self.structure.roles.get(role)
        if facts is None or reserved_role(role):
            return "its name is reserved"
        if self.service is not None and self.service.owns(role):
            return f"it is a role of {self.service.title}"
        if role in self.platform:
            return "it owns objects there" if role in self.owners else ""
        flags = ("superuser", "bypassrls", "createrole", "replication")
        held = [flag for flag in flags if getattr(facts, flag)]
        if held:
            return f"it has {' and '.join(flag.upper() for flag in held)}"
        return "it owns objects there" if role in self.owners else ""

    @cached_property
    def concerned(self) -> frozenset[str]:
        """Every role that holds something here, and every member of one."""
        found = {grantee for acl in self.acls for (grantee, _), _ in _granted(acl)}
        found |= {role for policy in self.all_policies for role in policy.roles}
        found -= {PUBLIC}
        while True:
            kept = {role for role in found if not self.why_left(role)}
            below = {one.member for one in self.memberships if one.role in kept} - found
            if not below:
                return frozenset(found)
            found |= below

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The roles of the file, by name."""
        if self.project:
            return tuple(sorted(self.marked | self.logins | self.token_roles))
        return tuple(sorted(role for role in self.concerned if not self.why_left(role)))

    @cached_property
    def marked(self) -> frozenset[str]:
        """The roles with the project's mark that are not there to own something of ours."""
        roles = self.structure.roles.items()
        return frozenset(n for n, r in roles if r.project == self.project and not self.made(n))

    def made(self, role: str) -> bool:
        """Tell whether a role is there to own something of the project's, such as a view."""
        return self._own_scope.makes(role)

    @cached_property
    def logins(self) -> frozenset[str]:
        """The logins that take on the roles of tokens in a managed database."""
        able = self._executors("pre_request")
        named = {role for policy in self.all_policies for role in policy.roles}
        return frozenset(role for role in able - named if self.facts(role).login)

    @cached_property
    def token_roles(self) -> frozenset[str]:
        """The roles of tokens in a managed database: their policies read claims."""
        able = self._executors("claims")
        return frozenset(r for r in able - self.logins if not self.made(r))

    def _executors(self, function: str) -> frozenset[str]:
        name = QName(OWN_SCHEMA, function)
        held = (acl for acl in self.survey.objects["acl"] if acl.object.name == name)
        known = self.structure.roles
        return frozenset(g for acl in held for g, _ in acl.rights if g in known)

    @cached_property
    def _own_scope(self) -> Scope:
        return scope_of_all(self.project, self.schemas, frozenset())

    @cached_property
    def verifies(self) -> bool:
        """Whether the database verifies tokens: any trace of it counts, but for what is gone."""
        functions = (one.name for one in self.survey.objects["function"])
        tables = (one.name for one in self.survey.objects["own_table"])
        return (
            QName(OWN_SCHEMA, "issue_ticket") in functions
            or "ticket_secret" in tables
            or any(one.gates for one in self.all_policies)
        )

    @property
    def closed(self) -> bool:
        """Whether nobody who brings a token may make anything: the database verifies tokens."""
        return self.verifies

    @cached_property
    def left(self) -> tuple[str, ...]:
        """The roles that hold something here and that no file can declare."""
        return tuple(sorted(role for role in self.concerned if self.why_left(role)))

    def has_ours(self, schema: str) -> bool:
        """Tell whether a schema is one that the project manages.

        A role with its mark holds something there, or, where a platform owns all of its roles, a
        table has a policy of ours for whatever they hold on it.
        """
        acls = (acl for acl in self.acls if acl.object.name.schema == schema)
        if self.marked - self.logins:
            return any(grantee in self.marked for acl in acls for grantee, _ in acl.rights)
        tables = (acl for acl in acls if acl.object.cls == "table")
        return any(self._is_decided(acl) for acl in tables)

    def _is_decided(self, acl: Acl) -> bool:
        """Tell whether what roles of tokens hold on a table follows from policies of ours."""
        names = {p.name for p in self.all_policies if p.table == acl.object.name}
        held = {
            policy_name(grantee, privilege.lower())
            for grantee, privilege in acl.rights
            if grantee in self.token_roles and privilege.lower() in COMMANDS
        }
        return bool(held) and held <= names

    def borrowed(self, schemas: Iterable[str]) -> frozenset[str]:
        """Return the tables outside of some schemas on which policies of ours stand."""
        managed = set(schemas)
        ours = (p for p in self.all_policies if p.named_by_us and p.roles <= self.token_roles)
        return frozenset(str(p.table) for p in ours if p.table.schema not in managed)

    def facts(self, role: str) -> Role:
        """Return what a role of the file is."""
        return self.structure.roles[role]

    def tables(self, schema: str) -> tuple[QName, ...]:
        """Return the tables that a glob of a schema matches."""
        return self._by_schema.get(schema, ())

    @cached_property
    def _by_schema(self) -> Mapping[str, tuple[QName, ...]]:
        found: dict[str, list[QName]] = {}
        for name, relation in sorted(self.structure.relations.items()):
            if relation.kind in ("r", "p") and not relation.partition:
                found.setdefault(name.schema, []).append(name)
        return {schema: tuple(names) for schema, names in found.items()}


def _granted(acl: Acl) -> Iterator[tuple[tuple[str, str], Right]]:
    """Yield the rights that somebody granted."""
    free = built_in(acl.object)
    for key, right in acl.rights.items():
        if key[0] != PUBLIC or key[1] not in free:
            yield key, right


def scope_of_all(
    project: str,
    schemas: tuple[str, ...],
    roles: frozenset[str],
    borrowed: tuple[str, ...] = (),
    left: tuple[str, ...] = (),
) -> Scope:
    """Return a scope that decides everything in some schemas.

    Args:
        project: whose marks count.
        schemas: the schemas, or globs of them.
        roles: every role of the cluster.
        borrowed: tables elsewhere, or globs of them, whose policies are looked at.
        left: schemas of a managed service, which no glob means.
    """
    return Scope(
        project=project,
        schemas=(*schemas, OWN_SCHEMA),
        roles=roles,
        logins=frozenset(),
        platform=frozenset(),
        policies_only=borrowed,
        named=frozenset(),
        types=(),
        functions=(),
        left=left,
    )
