"""The immutable container of objects of every kind, and what the database has beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import field, fields, is_dataclass, replace
from functools import cache, cached_property
from typing import Any, Literal

from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME, KINDS
from jwtroles.kinds.acl import Acl
from jwtroles.kinds.object_ref import ROUTINES, ObjectRef
from jwtroles.kinds.policy import Policy
from jwtroles.kinds.role import Role
from jwtroles.names import OWN_SCHEMA, QName


@frozen
class Catalog:
    """Objects by kind and key: the same type for what the file wants and what the server has."""

    objects: Mapping[str, Mapping[Hashable, Any]]

    @classmethod
    def of(cls, objects: Mapping[str, Iterable[Any]]) -> Catalog:
        """Make a catalog of objects, given by the name of their kind."""
        return cls(
            {
                kind.name: {kind.key(item): item for item in objects.get(kind.name, ())}
                for kind in KINDS
            }
        )

    def __getitem__(self, kind: str) -> Mapping[Hashable, Any]:
        return self.objects.get(kind, {})

    def with_kind(self, kind: str, items: Iterable[Any]) -> Catalog:
        """Return this catalog with the objects of one kind replaced."""
        keyed = {BY_NAME[kind].key(item): item for item in items}
        return replace(self, objects={**self.objects, kind: keyed})

    def fingerprint(self) -> str:
        """Return a digest of everything in it; equal catalogs have equal digests."""
        digest = hashlib.sha256()
        for kind in KINDS:
            for key, item in sorted(self[kind.name].items(), key=lambda pair: repr(pair[0])):
                digest.update(f"{kind.name}\0{key!r}\0{stable(item)}\0".encode())
        return digest.hexdigest()[:16]


def stable(item: Any) -> str:
    """Return a text of an object's value that does not depend on the order of sets and mappings."""
    return _text_of(item.__class__)(item)


@cache
def _text_of(cls: type) -> Callable[[Any], str]:
    """Return what writes the values of a class: a fingerprint is of thousands."""
    if issubclass(cls, frozenset):
        return lambda item: "{" + ",".join(sorted(map(stable, item))) + "}"
    if issubclass(cls, Mapping):
        return lambda item: (
            "{" + ",".join(sorted(f"{stable(k)}:{stable(v)}" for k, v in item.items())) + "}"
        )
    if issubclass(cls, tuple):
        return lambda item: "(" + ",".join(map(stable, item)) + ")"
    if not is_dataclass(cls):
        return repr
    names = [one.name for one in fields(cls) if one.compare]
    start = f"{cls.__name__}("
    return lambda item: start + ",".join([stable(getattr(item, name)) for name in names]) + ")"


@frozen
class Column:
    """A column of a relation.

    `filled` when a row may leave it out (default, identity, generated).
    """

    name: str
    type: str
    not_null: bool = False
    filled: bool = False


@frozen
class Eager:
    """What acts with its owner's rights before a policy is asked about any row.

    A trigger whose function is SECURITY DEFINER, or a rule, which has the rights of its table's
    owner.

    Attributes:
        name: with what it is before it: `trigger changed`, `rule moved`.
        commands: what it acts at: insert, update, delete.
        each_row: whether it is a trigger BEFORE or INSTEAD OF INSERT FOR EACH ROW: that of a
            partition counts for the tables above it.
    """

    name: str
    commands: tuple[str, ...]
    each_row: bool


@frozen
class Relation:
    """A relation of a managed schema that jwtroles does not own.

    Attributes:
        kind: relkind: r table, p partitioned, v view, m materialized view, f foreign table,
            S sequence.
        parent: the table that it is a partition (or inheritance child) of.
        project: whose mark a view carries.
        invoker: whether a view is security_invoker.
        policies_only: whether nothing but its policies is the file's.
        eager: its triggers and rules that need no row to pass.
    """

    name: QName
    kind: str
    owner: str
    columns: tuple[Column, ...] = ()
    parent: QName | None = None
    partition: bool = False
    secured: bool = False
    forced: bool = False
    project: str | None = None
    invoker: bool = False
    policies_only: bool = False
    eager: tuple[Eager, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the column of this name, or None."""
        return next((column for column in self.columns if column.name == name), None)


@frozen
class Routine:
    """A function or procedure, by its input types; `arguments` identify it in SQL.

    Attributes:
        called_by: what calls it with the rights of whoever reads or writes, where PUBLIC may
            execute it and would break without.
        supplied: whether it came with an extension, and PUBLIC may execute it.
    """

    name: QName
    types: tuple[str, ...]
    arguments: str
    owner: str
    project: str | None = None
    called_by: tuple[str, ...] = ()
    returns: str = ""
    cls: Literal["function", "procedure"] = "function"
    supplied: bool = False


@frozen
class FunctionFacts:
    """One candidate of a function name that a predicate calls."""

    schema: str
    name: str
    minimum: int
    maximum: int
    volatility: str
    returns_set: bool
    aggregate: bool = False


@frozen
class Server:
    """The server and the role that is connected to it.

    Attributes:
        version: `server_version_num`; `label` is how people write it (16.15).
        applier: current_user.
        acts_as: roles whose rights the applier has (it may own what they own).
        settable: roles that the applier may SET ROLE to.
        admin_of: roles that the applier may grant and drop.
        database_create: whether the applier may create schemas in this database.
        address: host and port, without user and password; '' for a local socket.
        locks_each, lock_sessions: what makes the size of the server's lock table (manual section
            19.12): max_locks_per_transaction for each connection and prepared transaction.
        locks_held: how many objects are locked there now, by anybody.
    """

    version: int
    label: str
    database: str
    applier: str
    superuser: bool
    createrole: bool
    acts_as: frozenset[str] = frozenset()
    settable: frozenset[str] = frozenset()
    admin_of: frozenset[str] = frozenset()
    database_create: bool = False
    address: str = ""
    locks_each: int = 0
    lock_sessions: int = 0
    locks_held: int = 0

    @property
    def lock_slots(self) -> int:
        """How many locks fit into the table that all sessions share; 0 where it was not asked."""
        return self.locks_each * self.lock_sessions

    @property
    def lock_room(self) -> int:
        """How many locks a plan may hold at once: three quarters of all slots, less what is held.

        The rest is for everybody else. A server that was not asked has no limit.
        """
        return self.lock_slots * 3 // 4 - self.locks_held if self.lock_slots else 2**31

    @property
    def plans_only(self) -> bool:
        """Whether the connected role can apply nothing: its plan is the one for a superuser."""
        able = self.superuser or self.createrole or self.admin_of - {self.applier}
        return not able

    @property
    def lends(self) -> bool:
        """Whether an apply lends the connected role roles of ours; a superuser needs no loan."""
        return not self.superuser and not self.plans_only

    def renamed(self, roles: Mapping[str, str]) -> Server:
        """Return the server once roles have their new names."""

        def new(names: frozenset[str]) -> frozenset[str]:
            return frozenset(roles.get(name, name) for name in names)

        return replace(
            self,
            acts_as=new(self.acts_as),
            settable=new(self.settable),
            admin_of=self.admin_of | new(self.admin_of),
        )


@frozen
class Structure:
    """What the database has that this file does not manage, but has to know.

    Attributes:
        schemas: schema → owner, of the managed schemas that exist.
        relations, routines: by name, and by name and input types.
        objects: routines, types, schemas, the database, and the large objects that the file names
            → owner.
        roles: every role of the cluster.
        heirs: owner of something there → every role that has the owner's rights.
        types: type names of the file → PostgreSQL's own name of the type, where it knows one.
        functions: candidates of the functions that predicates call.
        parents: role → the roles that it is a member of, directly and with INHERIT.
        reach: role → the roles that it is a member of, directly and with INHERIT or SET.
        others: rights that the file does not decide, on the same objects.
        other_policies: policies of managed schemas that are for such roles alone.
        schema_users: schema → roles that are not of this file and have USAGE there.
        strays: managed table and a partition of it that lies in a schema that is not managed.
        elsewhere: roles of ours that left the file → the other databases that use them.
    """

    server: Server
    schemas: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[QName, Relation] = field(default_factory=dict)
    routines: Mapping[tuple[QName, tuple[str, ...]], Routine] = field(default_factory=dict)
    objects: Mapping[ObjectRef, str] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    heirs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    reach: Mapping[str, frozenset[str]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    functions: tuple[FunctionFacts, ...] = ()
    others: tuple[Acl, ...] = ()
    other_policies: tuple[Policy, ...] = ()
    schema_users: Mapping[str, frozenset[str]] = field(default_factory=dict)
    strays: tuple[tuple[QName, QName], ...] = ()
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def managed(self) -> tuple[str, ...]:
        """The managed schemas that exist, without our own."""
        return tuple(name for name in self.schemas if name != OWN_SCHEMA)

    def columns(self, schema: str, name: str) -> tuple[str, ...] | None:
        """Return the column names of a relation in order, or None if there is no such relation."""
        relation = self.relations.get(QName(schema, name))
        return tuple(column.name for column in relation.columns) if relation else None

    def above(self, role: str) -> frozenset[str]:
        """Return `role` and every role whose rights it has by membership."""
        found, queue = {role}, [role]
        while queue:
            more = self.parents.get(queue.pop(), frozenset()) - found
            found |= more
            queue += more
        return frozenset(found)

    def below(self, table: QName) -> tuple[QName, ...]:
        """Return every partition below `table`, however deep, in name order."""
        direct = self._children.get(table, ())
        return tuple(name for child in direct for name in (child, *self.below(child)))

    def partitions(self, table: QName) -> tuple[QName, ...]:
        """Return those that can have row security: a foreign table can be a partition."""
        return tuple(name for name in self.below(table) if self.relations[name].kind != "f")

    @cached_property
    def _children(self) -> Mapping[QName, tuple[QName, ...]]:
        found: dict[QName, tuple[QName, ...]] = {}
        for name, relation in sorted(self.relations.items()):
            if relation.parent is not None and relation.partition:
                found[relation.parent] = (*found.get(relation.parent, ()), name)
        return found

    def name_of(self, ref: ObjectRef) -> str:
        """Return an object as the file names it: a function by its input types alone."""
        if ref.cls in ROUTINES:
            for (name, types), routine in self.routines.items():
                if name == ref.name and routine.arguments == ref.arguments:
                    return f"{name}({', '.join(types)})"
        return str(ref)
