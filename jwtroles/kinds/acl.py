"""Privileges: one value per object, with its columns; a difference is split into grants.

The server sends the text of its ACLs; equal texts are parsed once. Only what belongs to a grantee
in scope is kept, so two equal values mean that nobody in the file gains or loses anything.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import field, replace
from functools import cache

from jwtroles.frozen import frozen
from jwtroles.kinds.base import NOWHERE, Change, Origin, Row
from jwtroles.kinds.object_ref import ROUTINES, ObjectClass, ObjectRef
from jwtroles.kinds.own_schema import own_unit
from jwtroles.kinds.renames import Renames
from jwtroles.names import OWN_SCHEMA, PUBLIC, QName, ident

PRIVILEGES = {
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
    "D": "TRUNCATE",
    "x": "REFERENCES",
    "t": "TRIGGER",
    "m": "MAINTAIN",
    "X": "EXECUTE",
    "U": "USAGE",
    "C": "CREATE",
    "c": "CONNECT",
    "T": "TEMPORARY",
    "s": "SET",
    "A": "ALTER SYSTEM",
}
"""Letters of an aclitem (manual section 5.8, table 5.1)."""

_ITEM = re.compile(r'((?:"(?:[^"]|"")*"|[^"=])*)=([a-zA-Z*]*)/(.*)\Z', re.DOTALL)


_EXECUTE, _USAGE = frozenset({"EXECUTE"}), frozenset({"USAGE"})
_BUILT_IN: Mapping[ObjectClass, frozenset[str]] = {
    "function": _EXECUTE,
    "procedure": _EXECUTE,
    "type": _USAGE,
    "database": frozenset({"CONNECT", "TEMPORARY"}),
}
_OF_NEW_OBJECTS = {"FUNCTIONS": _EXECUTE, "TYPES": _USAGE}


def built_in(ref: ObjectRef) -> frozenset[str]:
    """Return what PostgreSQL gives PUBLIC on an object by itself (manual section 5.8).

    USAGE on the schema `public` comes with every database.
    """
    if ref.cls == "default":
        return frozenset() if ref.name.schema else _OF_NEW_OBJECTS.get(ref.name.name, frozenset())
    if ref.cls == "schema":
        return _USAGE if ref.name.name == "public" else frozenset()
    return _BUILT_IN.get(ref.cls, frozenset())


@frozen
class Right:
    """What one grantee holds of one privilege on one object.

    Attributes:
        columns: the columns, or None for the whole object.
        option: the part of it that carries GRANT OPTION: None for all, () for nothing.
        grantors: who granted it; REVOKE works for them alone (manual: REVOKE, Notes).
        passed_on: who has it from this grantee, by GRANT OPTION, and loses it with the option.
        hangs_on: whose GRANT OPTION it came through, all the way down from the owner.
        taken: those of its grantors whose grants a REVOKE … CASCADE of this plan takes along.
    """

    columns: frozenset[str] | None = None
    option: frozenset[str] | None = frozenset()
    grantors: frozenset[str] = field(default=frozenset(), compare=False)
    passed_on: frozenset[str] = field(default=frozenset(), compare=False)
    hangs_on: frozenset[str] = field(default=frozenset(), compare=False)
    taken: frozenset[str] = field(default=frozenset(), compare=False)
    origin: Origin = field(default=NOWHERE, compare=False)


@frozen
class Acl:
    """The rights on one object of the grantees in scope: (grantee, privilege) → right.

    `alone` are grantors who hold GRANT OPTION for themselves: when it is revoked with CASCADE, all
    that they granted goes. Who has it through another role as well keeps what he granted.
    """

    object: ObjectRef
    rights: Mapping[tuple[str, str], Right]
    owner: str = field(default="", compare=False)
    alone: frozenset[str] = field(default=frozenset(), compare=False)


@frozen
class Grant:
    """One right of one grantee on one object: the unit that a reviewer reads.

    `below` is what the file wants of others and hangs on the GRANT OPTION of this grantee, which
    goes: the owner grants it before.
    """

    object: ObjectRef
    grantee: str
    privilege: str
    right: Right
    owner: str = field(default="", compare=False)
    below: tuple[Grant, ...] = field(default=(), compare=False)

    @property
    def origin(self) -> Origin:
        """The line of the file behind the right."""
        return self.right.origin

    @property
    def grant_option(self) -> bool:
        """Whether any of it carries GRANT OPTION."""
        return self.right.option != frozenset()


@frozen
class AclItem:
    """One parsed aclitem: `options` are the privileges that carry GRANT OPTION."""

    grantee: str
    grantor: str
    privileges: frozenset[str]
    options: frozenset[str]


def _role(text: str) -> str:
    return text[1:-1].replace('""', '"') if text.startswith('"') else text


@cache
def parse_item(text: str) -> AclItem:
    """Parse an aclitem as PostgreSQL prints it: `grantee=letters/grantor`, `*` after an option."""
    match = _ITEM.match(text)
    if match is None:
        raise ValueError(f"not an aclitem: {text!r}")
    grantee, letters, grantor = match.groups()
    privileges, options = set(), set()
    for letter, star in re.findall(r"([a-zA-Z])(\*?)", letters):
        privileges.add(PRIVILEGES[letter])
        if star:
            options.add(PRIVILEGES[letter])
    return AclItem(
        _role(grantee) or PUBLIC, _role(grantor), frozenset(privileges), frozenset(options)
    )


def read_acl(row: Row) -> Acl:
    """Read a row of acl.sql: every right on the object but its owner's own."""
    rights: dict[tuple[str, str], Right] = {}
    alone = set(row.get("alone") or ())
    for item in map(parse_item, row["items"] or ()):
        if item.grantee == row["owner"]:
            continue
        for privilege in item.privileges:
            old = rights.get((item.grantee, privilege), Right())
            rights[item.grantee, privilege] = Right(
                None,
                None if privilege in item.options or old.option is None else frozenset(),
                old.grantors | {item.grantor},
            )
    for column, texts in (row["columns"] or {}).items():
        items = [parse_item(text) for text in texts]
        options = {(item.grantee, privilege) for item in items for privilege in item.options}
        for item in items:
            if item.grantee == row["owner"]:
                continue
            if not {(item.grantor, privilege) for privilege in item.privileges} <= options:
                alone.discard(item.grantor)  # by an option on the whole table
            for privilege in item.privileges:
                key = (item.grantee, privilege)
                rights[key] = _with_column(rights.get(key), column, privilege, item)
    ref = ObjectRef(row["cls"], QName(row["schema"], row["name"]), row["arguments"])
    return Acl(ref, _with_dependents(rights, row["owner"]), row["owner"], frozenset(alone))


def _with_dependents(
    rights: dict[tuple[str, str], Right], owner: str
) -> dict[tuple[str, str], Right]:
    """Note on each right who has it from its grantee, and through whom its grantee has it."""
    for (grantee, privilege), right in list(rights.items()):
        for grantor in right.grantors - {owner}:
            giver = rights.get((grantor, privilege))
            if giver is not None:
                passed_on = giver.passed_on | {grantee}
                rights[grantor, privilege] = replace(giver, passed_on=passed_on)
    for (grantee, privilege), right in list(rights.items()):
        above, new = set[str](), right.grantors - {owner}
        while new:
            above |= new
            givers = [rights[one, privilege] for one in new if (one, privilege) in rights]
            new = frozenset().union(*(giver.grantors for giver in givers)) - above - {owner}
        if above:
            hangs_on = frozenset(above - {grantee})
            rights[grantee, privilege] = replace(rights[grantee, privilege], hangs_on=hangs_on)
    return rights


def _with_column(right: Right | None, column: str, privilege: str, item: AclItem) -> Right:
    grantors = frozenset({item.grantor}) | (right.grantors if right else frozenset())
    optional = frozenset({column} if privilege in item.options else ())
    if right is None:
        return Right(frozenset({column}), optional, grantors)
    option = None if right.option is None else right.option | optional
    columns = None if right.columns is None else right.columns | {column}
    return Right(columns, option, grantors)


def parse(row: Row) -> Iterable[Acl]:
    """Read a row of acl.sql, also one of an object on which only the owner has rights."""
    yield read_acl(row)


def unit(change: Change[Grant]) -> Hashable:
    """USAGE on a schema follows from what is granted in it, so a schema counts once."""
    ref = change.subject.object
    if ref.name.schema == OWN_SCHEMA:
        return own_unit(change)
    return ("usage", ref) if ref.cls == "schema" else (change.kind, change.key)


def columns_sql(columns: Iterable[str]) -> str:
    """Return a column list for GRANT and REVOKE, in a fixed order."""
    return "(" + ", ".join(map(ident, sorted(columns))) + ")"


def additive(change: Change[Grant]) -> Change[Grant] | None:
    """Return a change that gives what is missing and leaves what is there, or None."""
    if change.after is None or change.before is None:
        return change if change.after is not None else None
    old, new = change.before.right, change.after.right
    columns = None if old.columns is None or new.columns is None else old.columns | new.columns
    option = None if old.option is None or new.option is None else old.option | new.option
    right = replace(new, columns=columns, option=option)
    return None if right == old else replace(change, after=replace(change.after, right=right))


def sparing(change: Change[Grant], _option: str) -> Change[Grant] | None:
    """Return the change with GRANT OPTION as it is on what stays; None where nothing else changes.

    A right that goes takes its option along.
    """
    before, after = change.before, change.after
    if before is None or after is None:
        return change
    had, columns = before.right.option, after.right.columns
    option = columns if had is None else had if columns is None else had & columns
    right = replace(after.right, option=option)
    return None if right == before.right else replace(change, after=replace(after, right=right))


def follow(acl: Acl, renames: Renames) -> Acl:
    """Return an ACL with the new names of its object and of all who hold or gave something."""
    ref = acl.object
    routine = renames.queries.get((ref.name, ref.arguments), ref.name)
    new = routine if ref.cls in ROUTINES else renames.views.get(ref.name, ref.name)
    ref = replace(ref, name=new)
    rights = {
        (renames.role(grantee), privilege): replace(
            right,
            grantors=renames.all_roles(right.grantors),
            passed_on=renames.all_roles(right.passed_on),
            hangs_on=renames.all_roles(right.hangs_on),
        )
        for (grantee, privilege), right in acl.rights.items()
    }
    alone = renames.all_roles(acl.alone)
    return replace(acl, object=ref, rights=rights, owner=renames.role(acl.owner), alone=alone)
