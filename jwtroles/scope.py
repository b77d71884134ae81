"""Whose is this? What of a database a specification decides, and what it leaves to others.

The compiler makes a :class:`Scope` of the file, the reader asks it what to keep, and whatever is
compared, applied or proved has been through it.
"""

from __future__ import annotations

from dataclasses import fields, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.kinds.acl import Acl, Right, built_in
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.names import OWN_SCHEMA, PUBLIC, QName, glob_matches, parse_qname, text_matches
from jwtroles.objects import named_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.catalog import Structure
    from jwtroles.kinds.function import Function
    from jwtroles.kinds.membership import Membership
    from jwtroles.kinds.policy import Policy
    from jwtroles.kinds.role import Role
    from jwtroles.kinds.view import View


class Whose(Enum):
    """To whom a role belongs, as the file sees it."""

    FILE = "declared by the file, made for it, or marked as its project's"
    PUBLIC = "the pseudo-role of everybody"
    PLATFORM = (
        "a hosting platform's: what it is stays, its rights are decided where the file says any"
    )
    OTHERS = "somebody else's"


@frozen
class Scope:
    """The part of a database that a specification is about.

    Attributes:
        project: the project whose marks count.
        schemas: managed schemas, our own included; globs as the file has them.
        roles: roles that the file declares or implies, by the names of its environment; since
            `settled` also those that carry the project's mark.
        logins: those of them that services connect as.
        platform: roles that a hosting platform owns, whether the file gives them rights or not.
        left: schemas of a managed service, and globs of them: never managed.
        policies_only: tables and globs of tables of which nothing but the policies is decided.
        named: objects that the file gives rights on: role, section and word.
        closed: whether nobody who brings a token may make anything, in any schema.
        types, functions: names to look up in the catalog.
        refs: the same as the catalog knows them, since `settled`: role and object.
        elsewhere: roles that other environments of the file call theirs, which may be of the same
            cluster: the project's mark does not make them this one's.
        objects: those objects, whatever the role.
        owners: who owns something in a managed schema, since `settled`.
    """

    project: str
    schemas: tuple[str, ...]
    roles: frozenset[str]
    logins: frozenset[str]
    platform: frozenset[str]
    policies_only: tuple[str, ...]
    named: frozenset[tuple[str, str, str]]
    types: tuple[str, ...]
    functions: tuple[str, ...]
    closed: bool = False
    elsewhere: frozenset[str] = frozenset()
    left: tuple[str, ...] = ()
    refs: frozenset[tuple[str, ObjectRef]] = frozenset()
    objects: frozenset[ObjectRef] = frozenset()
    owners: frozenset[str] = frozenset()

    def joined(self, other: Scope) -> Scope:
        """Return the scope of two files together, which is read to compile both."""
        both: dict[str, Any] = {"closed": self.closed or other.closed}
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, tuple):
                both[one.name] = tuple(dict.fromkeys((*mine, *theirs)))
            elif isinstance(mine, frozenset):
                both[one.name] = mine | theirs
        return replace(other, **both)

    def settled(self, structure: Structure) -> Scope:
        """Return the scope with everything that takes the database to know."""
        marked = self.marked(structure.roles)
        refs = frozenset(
            (role, ref)
            for role, section, word in self.named
            for ref in named_objects(section, word, structure)
        )
        owners = {relation.owner for relation in structure.relations.values()}
        owners |= {routine.owner for routine in structure.routines.values()}
        return replace(
            self,
            roles=self.roles | marked,
            refs=refs,
            objects=frozenset(ref for _, ref in refs),
            owners=frozenset(owners | set(structure.schemas.values())),
        )

    def marked(self, roles: Mapping[str, Role]) -> frozenset[str]:
        """Return the roles that carry the project's mark, and are not another environment's."""
        found = (name for name, role in roles.items() if role.project == self.project)
        return frozenset(found) - self.elsewhere

    def makes(self, role: str) -> bool:
        """Tell by its name whether a role is there to own an object of ours, or our schema."""
        owners = tuple(f"{self.project}_{what}_" for what in ("view", "query", "lookup"))
        return role == f"{self.project}_jwtroles" or role.startswith(owners)

    @property
    def files(self) -> frozenset[str]:
        """The roles that are the file's own: a platform's are not, whatever it gives them."""
        return self.roles - self.platform

    @property
    def read_schemas(self) -> tuple[str, ...]:
        """The schemas in which tables are looked at, or globs of them."""
        names = (parse_qname(pattern) for pattern in self.policies_only)
        return (*self.schemas, *sorted({n.schema for n in names if n} - set(self.schemas)))

    def only_policies(self, table: QName) -> bool:
        """Tell whether nothing but the policies of a table is the file's."""
        return any(glob_matches(pattern, table) for pattern in self.policies_only)

    def looks_at(self, table: QName) -> bool:
        """Tell whether the file may name a table at all."""
        return self.manages(table.schema) or self.only_policies(table)

    def manages(self, schema: str) -> bool:
        """Tell whether a schema is managed."""
        if any(text_matches(one, schema) for one in self.left):
            return False
        return any(text_matches(one, schema) for one in self.schemas)

    def whose(self, role: str) -> Whose:
        """Return to whom a role belongs."""
        if role == PUBLIC:
            return Whose.PUBLIC
        if role in self.platform:
            return Whose.PLATFORM
        return Whose.FILE if role in self.roles else Whose.OTHERS

    def rights(self, acl: Acl) -> tuple[Acl | None, Acl | None]:
        """Split an ACL into what the file decides and what it leaves to others."""
        ours: dict[tuple[str, str], Right] = {}
        theirs: dict[tuple[str, str], Right] = {}
        for (grantee, privilege), right in acl.rights.items():
            side = ours if self._decides(acl.object, grantee, privilege) else theirs
            side[grantee, privilege] = right
        decided, left = (
            replace(acl, rights=rights) if rights else None for rights in (ours, theirs)
        )
        return decided, None if self._elsewhere(acl.object) else left

    def _elsewhere(self, ref: ObjectRef) -> bool:
        """Tell whether an object is a schema that is not managed: nobody may create there."""
        return ref.cls == "schema" and not self.manages(ref.name.name)

    def _decides(self, ref: ObjectRef, grantee: str, privilege: str) -> bool:
        """Tell whether a right is the file's to decide.

        In our own schema other roles may look (whoever plans must), and nothing else: who can
        write the mapping decides what a token becomes.
        """
        whose = self.whose(grantee)
        if self._elsewhere(ref):
            return privilege == "CREATE" and whose in (Whose.PUBLIC, Whose.FILE)
        if ref.cls == "table" and self.only_policies(ref.name):
            return False
        if ref.name.schema == OWN_SCHEMA:
            return whose is Whose.PUBLIC or grantee in self.roles or privilege not in _LOOKING
        if ref.cls == "database" and privilege == "CONNECT" and grantee in self.logins:
            return ref in self.objects  # a login is there to connect
        return self._decides_of(whose, ref, grantee, privilege)

    def _decides_of(self, whose: Whose, ref: ObjectRef, grantee: str, privilege: str) -> bool:
        if whose is Whose.PLATFORM:
            return self._decides_platform(ref, grantee, privilege)
        if whose is Whose.PUBLIC:
            return self._decides_public(ref, privilege)
        return whose is Whose.FILE

    def _decides_platform(self, ref: ObjectRef, role: str, privilege: str) -> bool:
        """Tell whether a right of a platform's role is the file's to decide.

        It is where the file gives that role anything on the object; USAGE on the schema follows.
        """
        if ref.cls == "schema" and privilege == "USAGE":
            inside = (named.name.schema for one, named in self.refs if one == role)
            return ref.name.name in inside
        return (role, ref) in self.refs

    def _decides_public(self, ref: ObjectRef, privilege: str) -> bool:
        """Tell whether a right of PUBLIC is the file's to decide.

        What PostgreSQL gives PUBLIC by itself is touched only where the file names the object, but
        for the temporary tables of a database that verifies tokens: what is made as one role waits
        there for the login of another.
        Any other right of PUBLIC was granted by somebody. Default privileges that name no schema
        count where the role that they are for owns something that is managed.
        """
        if privilege in built_in(ref):
            return ref in self.objects or (self.closed and privilege == "TEMPORARY")
        if ref.cls == "default" and not ref.name.schema:
            return ref.arguments in self.owners
        return True

    def policies(self, found: Iterable[Policy]) -> tuple[list[Policy], list[Policy]]:
        """Split policies into those that the file decides and those of others.

        The former know which of their roles are not the file's.
        """
        ours: list[Policy] = []
        theirs: list[Policy] = []
        for policy in found:
            if not self.looks_at(policy.table):
                continue
            outside = frozenset(r for r in policy.roles if not self._applies(policy, r))
            # One of our name is ours, whoever has been put into its place by hand. A database
            # without a mark has none.
            named = policy.exempts or (policy.named_by_us and self.project)
            if outside == policy.roles and not named:
                theirs.append(policy)
            else:
                ours.append(replace(policy, outside=outside))
        return ours, theirs

    def _applies(self, policy: Policy, role: str) -> bool:
        """Tell whether a policy is the file's because it is for this role."""
        whose = self.whose(role)
        if whose is Whose.PLATFORM:
            return policy.named_by_us or (role, ObjectRef("table", policy.table)) in self.refs
        return whose is not Whose.OTHERS

    def memberships(self, found: Iterable[Membership]) -> list[Membership]:
        """Keep the memberships that the file decides.

        A platform's login has them in the platform's roles too, and those stay.
        """
        return [
            one
            for one in found
            if self.whose(one.member) is not Whose.PLATFORM or self.whose(one.role) is Whose.FILE
        ]

    def ours(self, item: View | Function) -> bool:
        """Tell whether a view or function is ours: by its mark, its owner or its schema."""
        in_schema = item.name.schema == OWN_SCHEMA
        return in_schema or item.project == self.project or self.makes(item.owner)


_LOOKING = frozenset({"USAGE", "SELECT", "EXECUTE"})
"""Rights in our own schema that change nothing there."""
