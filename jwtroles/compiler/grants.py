"""Rights on objects: tables and columns, sequences, functions, views, queries, and schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import TABLE_KINDS, Granted, Names
from jwtroles.compiler.definers import Definers
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.kinds.acl import Acl, Right
from jwtroles.kinds.base import Origin
from jwtroles.kinds.object_ref import IN_SCHEMA, ObjectRef
from jwtroles.names import OWN_SCHEMA, PUBLIC, QName, parse_qname, text_matches
from jwtroles.objects import SECTIONS, Section
from jwtroles.spec.model import Access, Spec, Word


@dataclass(slots=True)
class Rights:
    """Collects rights by object; USAGE on a schema follows from what is granted inside it.

    Where the file states what somebody made by hand (`stated`), nothing follows.
    """

    found: dict[ObjectRef, dict[tuple[str, str], Right]] = field(default_factory=dict)
    stated: bool = False

    def add(
        self,
        ref: ObjectRef,
        grantee: str,
        privilege: str,
        origin: Origin,
        columns: Iterable[str] | None = None,
    ) -> None:
        """Note that `grantee` gets `privilege`, on `columns` alone if they are given."""
        kept = None if columns is None else frozenset(map(str, columns))
        self.found.setdefault(ref, {})[grantee, privilege] = Right(kept, origin=origin)
        if ref.cls in IN_SCHEMA and grantee != PUBLIC and ref.name.schema != OWN_SCHEMA:
            self.add_usage(ref.name.schema, grantee, origin)

    def add_usage(self, schema: str, grantee: str, origin: Origin) -> None:
        """Note that `grantee` gets USAGE on a schema, for what it gets inside."""
        if not self.stated:
            ref = ObjectRef("schema", QName(schema, schema))
            self.found.setdefault(ref, {}).setdefault(
                (grantee, "USAGE"), Right(None, origin=origin)
            )

    def acls(self, owners: Owners) -> tuple[Acl, ...]:
        """Return one ACL per object, with the owner who must grant it."""
        return tuple(Acl(ref, rights, owners(ref)) for ref, rights in sorted(self.found.items()))


@frozen
class Owners:
    """Who owns an object: as the database has it, or as this file makes it."""

    structure: Structure
    definers: Definers
    lookups: Mapping[QName, str]
    own_role: str

    def __call__(self, ref: ObjectRef) -> str:
        """Return the owner of an object."""
        if ref.name.schema == OWN_SCHEMA:
            return self.lookups.get(ref.name, self.own_role)
        if ref.cls == "default":
            return ref.arguments
        for function in self.definers.functions:
            if ref == ObjectRef("function", function.name, function.arguments):
                return function.owner
        for view in self.definers.views:
            if ref == ObjectRef("table", view.name):
                return view.owner
        return self.structure.objects.get(ref) or self.structure.relations[ref.name].owner


def table_rights(rights: Rights, granted: Iterable[Granted], structure: Structure) -> None:
    """Grant what accesses say, column by column where they name columns."""
    for one in granted:
        if structure.relations[one.table].policies_only:
            continue
        ref = ObjectRef("table", one.table)
        rights.add(ref, one.role, one.command.upper(), one.origin, one.access.columns)


def future_rights(rights: Rights, spec: Spec, names: Names, structure: Structure) -> None:
    """Grant on tables that are made later, by whoever owns the schema or tables there now.

    What a schema's default privileges give is added to those that name no schema (manual: ALTER
    DEFAULT PRIVILEGES).
    """
    for role in spec.roles.values():
        for pattern, accesses in role.tables.items():
            name = parse_qname(pattern)
            later = [access for access in accesses if access.future]
            for schema in structure.schemas if name and later else ():
                if name and schema != OWN_SCHEMA and text_matches(name.schema, schema):
                    _later(rights, names(role.name), schema, later, structure)


def _later(
    rights: Rights, role: str, schema: str, accesses: Iterable[Access], structure: Structure
) -> None:
    for owner in later_owners(schema, structure):
        for access in accesses:
            origin = Origin(access.place)
            ref = ObjectRef("default", QName(schema, "TABLES"), owner)
            rights.add(ref, role, access.command.upper(), origin)
            rights.add_usage(schema, role, origin)


def later_owners(schema: str, structure: Structure) -> tuple[str, ...]:
    """Return who makes tables in a schema, going by who owns it and what is in it."""
    tables = (r for r in structure.relations.values() if r.kind in TABLE_KINDS)
    owners = {table.owner for table in tables if table.name.schema == schema}
    return tuple(sorted(owners | {structure.schemas[schema]}))


def other_rights(
    rights: Rights, spec: Spec, names: Names, structure: Structure, problems: Collector
) -> None:
    """Grant on everything that is no table, PUBLIC's rights among them."""
    for role in spec.roles.values():
        grantee = PUBLIC if role.name == PUBLIC else names(role.name)
        for section, word, privileges in role.objects():
            ref = SECTIONS[section].find(word, structure)
            if ref is None:
                _unknown(SECTIONS[section], word, structure, problems)
                continue
            for privilege in privileges:
                rights.add(ref, grantee, privilege.upper(), Origin(word.place))
            if section == "database" and not rights.stated:
                _let_in(rights, ref, spec, names)


def _let_in(rights: Rights, ref: ObjectRef, spec: Spec, names: Names) -> None:
    """Let the logins connect: PUBLIC may no longer, where the file says who may what."""
    for login in spec.database.connect_as:
        rights.add(ref, names(login.name), "CONNECT", Origin(login.name.place))


def definer_rights(rights: Rights, spec: Spec, names: Names, definers: Definers) -> None:
    """Let the roles that the file names read views and run queries."""
    viewed = {view.name: view.owner for view in definers.views}
    for view in spec.views.values():
        qname = parse_qname(view.name)
        if qname is None or qname not in viewed:
            continue  # it was refused, and the reason is told
        origin = Origin(view.name.place)
        schema = ObjectRef("schema", QName(qname.schema, qname.schema))
        rights.add(schema, viewed[qname], "USAGE", origin)
        for role, privileges in view.grant.items():
            for privilege in privileges:
                rights.add(ObjectRef("table", qname), names(role), privilege.upper(), origin)
    compiled = {function.name: function for function in definers.functions}
    for query in spec.queries.values():
        function = compiled.get(parse_qname(query.name) or QName("", ""))
        if function is None:
            continue
        ref = ObjectRef("function", function.name, function.arguments)
        schema = ObjectRef("schema", QName(function.name.schema, function.name.schema))
        origin = Origin(query.name.place)
        rights.add(schema, function.owner, "USAGE", origin)
        for role in query.grant:
            rights.add(ref, names(role), "EXECUTE", origin)


def type_rights(rights: Rights, definers: Iterable[str]) -> None:
    """Let the owners of views, queries and lookups use the types that PUBLIC no longer may.

    Whoever makes a function or a view needs USAGE on the types of its parameters, results and
    columns (manual section 5.8), on some servers also on those that it casts to.
    """
    for ref in [ref for ref in rights.found if ref.cls == "type"]:
        origin = next(iter(rights.found[ref].values())).origin
        for role in definers if (PUBLIC, "USAGE") not in rights.found[ref] else ():
            rights.add(ref, role, "USAGE", origin)


def asked_by_views(spec: Spec, names: Names, definers: Definers) -> Iterator[tuple[str, str]]:
    """Yield the lookups that the rows of views ask, with who must be able to call each.

    A function in a view is called with the rights of whoever reads it (manual, CREATE VIEW).
    """
    for view in spec.views.values():
        for lookup in definers.asked.get(view.name, ()):
            yield lookup, spec.view_role(view.name)
            yield from ((lookup, names(role)) for role in view.grant)


def _unknown(section: Section, name: Word, structure: Structure, problems: Collector) -> None:
    what, known = section.noun, list(section.known(structure))
    close = get_close_matches(str(name), known, 1)
    problems.add(
        codes.NO_SUCH_OBJECT,
        f"no {what} {name} in the database",
        name.place,
        label=f"did you mean `{close[0]}`?" if close else "",
        remedy=f"{what}s there: " + ", ".join(sorted(known)[:12])
        if known
        else f"it has no {what}s",
    )
