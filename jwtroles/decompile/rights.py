"""Rights as the file says them: by role and section, globs where every table has the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles.compiler.grants import later_owners
from jwtroles.decompile.columns import NAME, NO_GROUP, Group
from jwtroles.decompile.globs import shorter
from jwtroles.decompile.patterns import FEWEST, QUARTER, glob_of
from jwtroles.frozen import frozen
from jwtroles.kinds.acl import built_in
from jwtroles.kinds.object_ref import IN_SCHEMA, ROUTINES, ObjectRef
from jwtroles.names import PUBLIC, QName, parse_qname
from jwtroles.spec.model import COMMANDS, UNGOVERNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.decompile.found import Found
    from jwtroles.kinds.acl import Acl, Right

ON_TABLES: tuple[str, ...] = (*COMMANDS, *UNGOVERNED)
"""Privileges on a table, in the order of the file."""

_BY_COLUMN = ON_TABLES[:3]
"""Those that the file can give column by column."""

_SECTIONS = {
    "sequence": "sequences",
    "function": "functions",
    "procedure": "functions",
    "type": "types",
    "schema": "schemas",
    "large_object": "large_objects",
    "database": "database",
}
_IN_ORDER = ("sequences", "functions", "types", "schemas", "large_objects", "database")
_SAID = {
    "sequences": ("usage", "select", "update"),
    "functions": ("execute",),
    "types": ("usage",),
    "schemas": ("usage", "create"),
    "large_objects": ("select", "update"),
    "database": ("connect", "temporary", "create"),
}
"""Section → the privileges that the file has there, in its order."""


@frozen
class Said:
    """What a role may do to a table with one command; all columns where none are listed.

    `group` is the group of columns that are left out of all; `nothing` is what takes a table out of
    a glob.
    """

    columns: tuple[str, ...] | None = None
    group: str | None = None
    rows: str | None = None
    check: str | None = None
    nothing: bool = False

    @property
    def value(self) -> Any:
        """The same as YAML."""
        if self.nothing:
            return "none"
        if self.rows is None and self.check is None and self.group is None:
            return "all" if self.columns is None else self.columns
        said = {
            "columns": self.columns,
            "except": self.group,
            "rows": self.rows,
            "check": self.check,
        }
        return {key: value for key, value in said.items() if value is not None}


NOTHING = Said(nothing=True)

Access = Mapping[str, Any]
"""Command → what is said of it."""

Rows = Callable[[QName, str], tuple[str | None, str | None] | None]
"""Table and command → the rows that a role has there by a policy, and the check on new ones."""


def no_rows(_table: QName, _command: str) -> None:
    """Say that no policy of a role's own is meant: policies are stated by themselves."""


def rights_of(
    role: str,
    found: Found,
    *,
    token: bool,
    rows: Rows = no_rows,
    out: Container[ObjectRef] = (),
    group: Group = NO_GROUP,
    withheld: Container[tuple[str, QName, str]] = (),
) -> Iterator[tuple[str, Any]]:
    """Yield the sections of a role that say what it may do to what.

    Args:
        role: a role of the file, or PUBLIC.
        found: the database.
        token: whether it is a role of tokens, which has to say so where rights are unsafe.
        rows: which rows it has.
        out: objects that are granted where they are declared.
        group: the columns that are withheld throughout.
        withheld: rights (role, table, command) that the file does not say.
    """
    tables = dict(_tables(role, found, rows, out, group))
    for name, access in tables.items():
        tables[name] = {
            command: said
            for command, said in access.items()
            if (role, name, command) not in withheld
        }
    said = shorter(_globs(role, tables, found, group), found)
    if token:
        said = {name: _unsafe(access) for name, access in said.items()}
    if said:
        yield "tables", said
    for section in _IN_ORDER:
        objects = dict(sorted(_objects(role, section, found, out)))
        if section == "database" and objects:
            yield section, next(iter(objects.values()))
        elif objects and section != "database":
            yield section, objects


def _unsafe(access: dict[str, Any]) -> dict[str, Any]:
    given = {key for key, said in access.items() if said != NOTHING.value}
    governed = given <= set(COMMANDS)
    return access if governed else {**access, "unsafe": True}


def _tables(
    role: str, found: Found, rows: Rows, out: Container[ObjectRef], group: Group
) -> Iterator[tuple[QName, Access]]:
    for acl in found.acls:
        if acl.object.cls != "table" or acl.object in out or (found.project and role == PUBLIC):
            continue
        relation = found.structure.relations[acl.object.name]
        columns = [one.name for one in relation.columns]
        access = {}
        for command in () if relation.policies_only else ON_TABLES:
            right = acl.rights.get((role, command.upper()))
            if right is None or (right.columns is not None and command not in _BY_COLUMN):
                continue  # REFERENCES (column) is told by the proof
            held = rows(acl.object.name, command) or (None, None)
            listed = _listed(right, columns)
            but = group.stands_for(acl.object.name, listed, columns)
            kept, left_out = (None, NAME) if but else (listed, None)
            access[command] = Said(kept, left_out, *held)
        if access:
            yield acl.object.name, access
    for name, relation in sorted(found.structure.relations.items()):
        given = {command: rows(name, command) for command in ON_TABLES if relation.policies_only}
        access = {command: Said(None, None, *held) for command, held in given.items() if held}
        if access:
            yield name, access


def _listed(right: Right, columns: Iterable[str]) -> tuple[str, ...] | None:
    if right.columns is None:
        return None
    return tuple(name for name in columns if name in right.columns)


def _shared(held: Mapping[QName, Any], tables: int) -> Any:
    """Return what most tables of a schema have of a command, where a glob says it; else None."""
    if not held or (tables - len(held)) * QUARTER > tables:
        return None
    value, count = Counter(held.values()).most_common(1)[0]
    return value if value.columns is None and count * 2 >= tables else None


def _globs(
    role: str, tables: Mapping[QName, Access], found: Found, group: Group
) -> dict[str, dict[str, Any]]:
    """Return what is said of tables, by globs where the tables of a schema have a command.

    At most one in four may lack it, and is taken out: not for a role that has lost its mark, whom
    a file decides about on just the tables that it names.
    """
    named_alone = bool(found.project) and role not in found.marked
    said: dict[str, dict[str, Any]] = {}
    left = {name: dict(access) for name, access in tables.items()}
    for schema in sorted({name.schema for name in tables}):
        every = found.tables(schema)
        common: dict[str, Any] = {}
        lacking: set[QName] = set()
        for command in ON_TABLES if len(every) >= FEWEST and "*" not in schema else ():
            held = {t: one for t in every if (one := tables.get(t, {}).get(command)) is not None}
            missing = [table for table in every if table not in held]
            value = None if missing and named_alone else _shared(held, len(every))
            if value is None:
                continue
            common[command] = value
            lacking.update(missing)
            for name in missing:
                left.setdefault(name, {})[command] = NOTHING
            for name in held:
                if left[name][command] == value:
                    del left[name][command]
        if common:
            said[glob_of(schema)] = _values(common)
            if set(common) == _future(role, schema, found) and not lacking:
                said[glob_of(schema)]["future"] = True
        for name in sorted(name for name in left if name.schema == schema and left[name]):
            said[str(name)] = _values(_by_itself(name, left[name], found, group))
    return said


def _by_itself(name: QName, access: Access, found: Found, group: Group) -> Access:
    """Return what is said of one table: a group of columns only where it has one of them."""
    if name in group.members:
        return access
    columns = tuple(one.name for one in found.structure.relations[name].columns)
    return {
        command: replace(said, columns=columns, group=None) if said.group else said
        for command, said in access.items()
    }


def _values(access: Mapping[str, Said]) -> dict[str, Any]:
    return {command: access[command].value for command in ON_TABLES if command in access}


def _future(role: str, schema: str, found: Found) -> set[str]:
    """Return the commands that default privileges give on every new table of a schema.

    For a role of a platform these are nothing that a file decides.
    """
    if role in found.platform:
        return set()
    given: dict[str, set[str]] = {}
    for acl in found.acls:
        ref = acl.object
        if ref.cls == "default" and ref.name == QName(schema, "TABLES"):
            held = {privilege.lower() for grantee, privilege in acl.rights if grantee == role}
            if held:
                given[ref.arguments] = held
    if schema not in found.structure.schemas:
        return set()
    owners = later_owners(schema, found.structure)
    different = {frozenset(held) for held in given.values()}
    if given.keys() != set(owners) or len(different) != 1:
        return set()
    return set(different.pop())


def _objects(
    role: str, section: str, found: Found, out: Container[ObjectRef]
) -> Iterator[tuple[str | int, tuple[str, ...]]]:
    for acl in found.acls:
        ref = acl.object
        if _SECTIONS.get(ref.cls) != section or not _nameable(ref, found) or ref in out:
            continue
        if section == "schemas" and ref.name.name not in found.schemas:
            continue
        held = {privilege.lower() for grantee, privilege in acl.rights if grantee == role}
        privileges = tuple(one for one in _SAID[section] if one in held)
        if role == PUBLIC:
            if _public_says(acl, privileges, found):
                yield _word(ref, found), privileges
        elif privileges := _apart(role, section, ref, privileges, found):
            yield _word(ref, found), privileges


def _apart(
    role: str, section: str, ref: ObjectRef, privileges: tuple[str, ...], found: Found
) -> tuple[str, ...]:
    """Return what has to be said: in a managed database USAGE follows from what is inside."""
    if not found.project or section != "schemas":
        return privileges
    inside = (acl for acl in found.acls if acl.object.name.schema == ref.name.name)
    held = any(
        grantee == role and acl.object.cls in IN_SCHEMA
        for acl in inside
        for grantee, _ in acl.rights
    )
    return tuple(one for one in privileges if one != "usage" or not held)


def _public_says(acl: Acl, privileges: Iterable[str], found: Found) -> bool:
    """Tell whether the file has to say what PUBLIC has on an object.

    It has to where it is not what PostgreSQL gives by itself, and where some role of the file is
    named for the object, since the file decides PUBLIC's rights there.
    """
    free = {one.lower() for one in built_in(acl.object)}
    ours = set(found.roles)
    holders = ((grantee, (privilege.lower(),)) for grantee, privilege in acl.rights)
    section = _SECTIONS[acl.object.cls]
    named = any(
        grantee in ours and _apart(grantee, section, acl.object, one, found)
        for grantee, one in holders
    )
    held = set(privileges)
    if named:
        return bool(held)
    return bool(held - free) if found.project else held != free


def _nameable(ref: ObjectRef, found: Found) -> bool:
    """Tell whether the file can name an object: no aggregate, and no name that SQL reads apart."""
    if ref.cls in ROUTINES:
        return found.structure.name_of(ref) != str(ref) or _routine(ref, found)
    if ref.cls in ("sequence", "type"):
        return parse_qname(str(ref)) == ref.name
    return True


def _routine(ref: ObjectRef, found: Found) -> bool:
    return any(
        name == ref.name and routine.arguments == ref.arguments
        for (name, _), routine in found.structure.routines.items()
    )


def _word(ref: ObjectRef, found: Found) -> str | int:
    if ref.cls == "large_object":
        return int(str(ref))
    return found.structure.name_of(ref) if ref.cls in ROUTINES else str(ref)
