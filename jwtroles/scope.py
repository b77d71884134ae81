"""Whose is this? What of a database a specification decides, and what it leaves to others.

The compiler makes a :class:`Scope` of the file, the reader asks it what to keep, and whatever is
compared, applied or proved has been through it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from jwtroles.kinds.acl import Acl, ObjectRef, Right, built_in
from jwtroles.kinds.base import PUBLIC
from jwtroles.kinds.own_schema import NAME as OWN_SCHEMA
from jwtroles.objects import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.catalog import Structure
    from jwtroles.kinds.function import Function
    from jwtroles.kinds.policy import Policy
    from jwtroles.kinds.view import View


class Whose(Enum):
    """To whom a role belongs, as the file sees it."""

    FILE = "declared by the file, made for it, or marked as its project's"
    PUBLIC = "the pseudo-role of everybody"
    OTHERS = "somebody else's"


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a database that a specification is about.

    Attributes:
        project: the project whose marks count.
        schemas: managed schemas, our own included; globs as the file has them.
        roles: roles that the file declares or implies, by the names of its environment; since
            `settled` also those that carry the project's mark.
        logins: those of them that services connect as.
        named: objects that the file gives rights on, by section and word.
        types, functions: names to look up in the catalog.
        refs: the same objects as the catalog knows them, since `settled`.
        owners: who owns something in a managed schema, since `settled`.
    """

    project: str
    schemas: tuple[str, ...]
    roles: frozenset[str]
    logins: frozenset[str]
    named: frozenset[tuple[str, str]]
    types: tuple[str, ...]
    functions: tuple[str, ...]
    refs: frozenset[ObjectRef] = frozenset()
    owners: frozenset[str] = frozenset()

    def settled(self, structure: Structure) -> Scope:
        """Return the scope with everything that takes the database to know."""
        marked = {name for name, role in structure.roles.items() if role.project == self.project}
        found = (SECTIONS[section].find(word, structure) for section, word in self.named)
        owners = {relation.owner for relation in structure.relations.values()}
        owners |= {routine.owner for routine in structure.routines.values()}
        return replace(
            self,
            roles=self.roles | marked,
            refs=frozenset(ref for ref in found if ref),
            owners=frozenset(owners | set(structure.schemas.values())),
        )

    def makes(self, role: str) -> bool:
        """Tell by its name whether a role is there to own a view, a query or our schema."""
        views, queries = f"{self.project}_view_", f"{self.project}_query_"
        return role == f"{self.project}_jwtroles" or role.startswith((views, queries))

    def whose(self, role: str) -> Whose:
        """Return to whom a role belongs."""
        if role == PUBLIC:
            return Whose.PUBLIC
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
        return decided, left

    def _decides(self, ref: ObjectRef, grantee: str, privilege: str) -> bool:
        """Tell whether a right is the file's to decide.

        In our own schema other roles may look (whoever plans must), and nothing else: who can
        write the mapping decides what a token becomes.
        """
        whose = self.whose(grantee)
        if ref.name.schema == OWN_SCHEMA:
            return whose is not Whose.OTHERS or privilege not in _LOOKING
        if whose is Whose.PUBLIC:
            return self._decides_public(ref, privilege)
        if ref.cls == "database" and privilege == "CONNECT" and grantee in self.logins:
            return ref in self.refs  # a login is there to connect; as long as it is, the way stays
        return whose is Whose.FILE

    def _decides_public(self, ref: ObjectRef, privilege: str) -> bool:
        """Tell whether a right of PUBLIC is the file's to decide.

        What PostgreSQL gives PUBLIC by itself is touched only where the file names the object.
        Any other right of PUBLIC was granted by somebody. Default privileges that name no schema
        count where the role that they are for owns something that is managed.
        """
        if privilege in built_in(ref):
            return ref in self.refs
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
            outside = frozenset(r for r in policy.roles if self.whose(r) is Whose.OTHERS)
            if outside == policy.roles and not policy.exempts:
                theirs.append(policy)
            else:
                ours.append(replace(policy, outside=outside))
        return ours, theirs

    def ours(self, item: View | Function) -> bool:
        """Tell whether a view or function is ours: by its mark, its owner or its schema."""
        in_schema = item.name.schema == OWN_SCHEMA
        return in_schema or item.project == self.project or self.makes(item.owner)


_LOOKING = frozenset({"USAGE", "SELECT", "EXECUTE"})
"""Rights in our own schema that change nothing there."""
