"""Everything that a database says about access, before any file says what of it counts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.kinds.acl import built_in
from jwtroles.kinds.base import PUBLIC
from jwtroles.kinds.own_schema import NAME as OWN_SCHEMA
from jwtroles.reader import query_text, snapshot, survey
from jwtroles.reader.connection import asking
from jwtroles.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.catalog import Structure
    from jwtroles.kinds.acl import Acl, Right
    from jwtroles.kinds.membership import Membership
    from jwtroles.kinds.policy import Policy
    from jwtroles.kinds.role import Role
    from jwtroles.names import QName
    from jwtroles.reader import Survey
    from jwtroles.reader.connection import Connection

RESERVED_NAMES = frozenset({"public", "none", "postgres"})
"""Names that no file can declare."""


@frozen
class Found:
    """A survey of a whole database, and the answers that every part of a file is made of.

    Attributes:
        schemas: the schemas that the file is to manage, by name.
    """

    survey: Survey
    schemas: tuple[str, ...]

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
        if facts is None or role.startswith("pg_") or role.lower() in RESERVED_NAMES:
            return "its name is reserved"
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
        return tuple(sorted(role for role in self.concerned if not self.why_left(role)))

    @cached_property
    def left(self) -> tuple[str, ...]:
        """The roles that hold something here and that no file can declare."""
        return tuple(sorted(role for role in self.concerned if self.why_left(role)))

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


def find(connection: Connection, wanted: Iterable[str]) -> Found:
    """Read all that a database says about access, in one read-only snapshot.

    Args:
        connection: to the database.
        wanted: the schemas to look at, or globs of them; () for every one that is not PostgreSQL's.
    """
    with asking(connection), snapshot(connection):
        there = connection.execute(query_text("jwtroles.reader", "namespace")).fetchall()
        roles = connection.execute("SELECT rolname::text AS name FROM pg_roles").fetchall()
        schemas = tuple(wanted) or tuple(row["name"] for row in there)
        scope = Scope(
            project="",
            schemas=(*schemas, OWN_SCHEMA),
            roles=frozenset(row["name"] for row in roles),
            logins=frozenset(),
            platform=frozenset(),
            policies_only=(),
            named=frozenset(),
            types=(),
            functions=(),
        )
        surveyed = survey(connection, scope)
    managed = (name for name in surveyed.structure.schemas if name != OWN_SCHEMA)
    return Found(surveyed, tuple(sorted(managed)))
