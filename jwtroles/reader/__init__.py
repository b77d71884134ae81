"""Reads a database: its structure, and the objects that a specification is about.

One connection, one REPEATABLE READ READ ONLY snapshot, a fixed number of queries whatever the size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, reduce
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.catalog import (
    Catalog,
    Column,
    Eager,
    FunctionFacts,
    Relation,
    Routine,
    Server,
    Structure,
)
from jwtroles.errors import Problem, ServerError
from jwtroles.frozen import frozen
from jwtroles.kinds import KINDS
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.membership import Membership, Options
from jwtroles.kinds.role import Role
from jwtroles.kinds.tag import split_tag
from jwtroles.names import GLOB, OWN_SCHEMA, PUBLIC, QName, text_matches
from jwtroles.reader.connection import network
from jwtroles.reader.queries import Query, Rows, answers, query_text

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope

Run = Callable[..., list[dict[str, Any]]]

LOCK_TIMEOUT = "5s"
"""How long reading waits for a table that another session holds in ACCESS EXCLUSIVE mode."""


@frozen
class Reading:
    """What was read in one snapshot."""

    structure: Structure
    catalog: Catalog
    scope: Scope


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Run a block in one read-only snapshot, which is rolled back."""
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    connection.execute(f"{begin}; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        yield
    finally:
        connection.rollback()


@frozen
class Survey:
    """What a database has, before a scope says what of it counts.

    Attributes:
        structure: without what is left to others, which is for a scope to say.
        objects: those of each kind.
    """

    structure: Structure
    objects: Mapping[str, tuple[Any, ...]]


def read(connection: Connection, scope: Scope) -> Reading:
    """Read everything that `scope` is about, in the transaction that is open.

    Deparse functions such as pg_get_expr look at the live catalog whatever the snapshot, so `apply`
    reads again under its locks.
    """
    return narrowed(survey(connection, scope), scope)


def survey(connection: Connection, scope: Scope) -> Survey:
    """Read what `scope` is about, and what is beside it on the same objects."""

    def run(package: str, name: str, **parameters: Any) -> list[dict[str, Any]]:
        return connection.execute(query_text(package, name), parameters or None).fetchall()

    roles = {role.name: role for role in _objects("role", run("jwtroles.kinds", "role"))}
    if PUBLIC in roles:
        raise ServerError(_called_public(), footer="Nothing was changed.")
    marked = scope.marked(roles)
    files = scope.files | marked
    everyone = {
        "schemas": existing_schemas(run, scope.schemas, scope.left),
        "read_schemas": existing_schemas(run, scope.read_schemas, scope.left),
        "roles": sorted(scope.roles | marked),
        "members": sorted(files | scope.logins),
        "files": sorted(files),
        "logins": sorted(scope.logins),
        "made": sorted(filter(scope.makes, roles)),
        "closed": scope.closed,
        "large_objects": sorted(word for _, section, word in scope.named if section == LARGE),
        "types": list(scope.types),
        "functions": list(scope.functions),
    }
    plain = [kind.name for kind in KINDS if kind.store is None and kind.name != "role"]
    rows = answers(connection, [*_STRUCTURE, *map(_of_kind, plain)], everyone)
    structure = _structure(rows, scope, roles)
    structure = replace(
        structure,
        server=replace(structure.server, address=network(connection)),
        elsewhere=_elsewhere(run, marked - scope.roles),
    )
    found: dict[str, list[Any]] = {"role": list(roles.values())}
    found |= {name: _objects(name, rows[_of_kind(name)]) for name in plain}
    tables = [table for table in found["own_table"] if table.form == "TABLE"]
    stores = {table.name: {name for name, _ in table.columns} for table in tables}
    # One that belongs to somebody else than its schema may look into no table there.
    keepers = {schema.owner for schema in found["own_schema"]}
    asked = {one.name for one in found["function"] if one.owner in keepers}
    stored = []
    for kind in (one for one in KINDS if one.store is not None):
        found[kind.name] = []
        if not _is_read(kind, stores):
            continue
        if kind.asks is not None and QName(OWN_SCHEMA, kind.asks) not in asked:
            found[kind.name] = list(kind.unread)
        else:
            stored.append(_of_kind(kind.name))
    for (_, name), held in answers(connection, stored, everyone).items():
        found[name] = _objects(name, held)
    for name in ("view", "function"):
        found[name] = list(filter(scope.ours, found[name]))
    owners = {a.object: a.owner for a in found["acl"] if a.object.cls not in _ELSEWHERE_KNOWN}
    objects = {name: tuple(items) for name, items in found.items()}
    return Survey(replace(structure, objects=owners), objects)


def _called_public() -> Problem:
    message = 'a role is called "PUBLIC", in upper case: it cannot be told from everybody'
    remedy = 'give it another name:  ALTER ROLE "PUBLIC" RENAME TO …'
    return Problem(codes.CALLED_PUBLIC, message, remedy=remedy)


def narrowed(found: Survey, scope: Scope) -> Reading:
    """Return what of a survey the file decides, and what it leaves to others."""
    structure = found.structure
    files = scope.files | scope.marked(structure.roles)
    settled = scope.settled(structure)
    split = [settled.rights(acl) for acl in found.objects["acl"]]
    ours, policies = settled.policies(found.objects["policy"])
    memberships = (_within(one, files | scope.logins, scope) for one in found.objects["membership"])
    securities = found.objects["table_security"]
    outside = frozenset(structure.roles) - scope.roles
    structure = replace(
        structure,
        others=tuple(theirs for _, theirs in split if theirs),
        other_policies=tuple(policies),
        schema_users={name: users & outside for name, users in structure.schema_users.items()},
    )
    objects = {
        **found.objects,
        "role": [role for role in found.objects["role"] if role.name in files],
        "membership": settled.memberships(one for one in memberships if one is not None),
        "table_security": [one for one in securities if not scope.only_policies(one.table)],
        "acl": [acl for acl, _ in split if acl],
        "policy": ours,
    }
    return Reading(structure, Catalog.of(objects), scope)


def _elsewhere(run: Run, left: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return which other databases use roles of ours that have left the file."""
    if not left:
        return {}
    rows = run("jwtroles.reader", "elsewhere", roles=sorted(left))
    return {row["role"]: tuple(sorted(row["databases"])) for row in rows}


def _within(one: Membership, members: frozenset[str], scope: Scope) -> Membership | None:
    """Return what of a membership the file decides, or None.

    All of it where the member is of the file. Of a role that owns what is ours, whoever may pass
    it on can come back at any time, so that ADMIN is left to them.
    """
    if one.member in members:
        return one
    by = tuple(grant for grant in one.by if not grant[1].admin) if scope.makes(one.role) else ()
    if not by:
        return None
    options = [options for _, options in by]
    return replace(one, by=by, options=reduce(Options.union, options))


LARGE = "large_objects"
"""The section of a role that names large objects; they are read only where it does."""

_ELSEWHERE_KNOWN = frozenset({"table", "sequence", "default"})
"""Classes of objects that `Structure` knows as relations, or that are no objects."""


def existing_schemas(run: Run, patterns: Sequence[str], left: Sequence[str] = ()) -> list[str]:
    """Return the schemas that are there by these names: globs become what they match here.

    What is named by a pattern of `left` is never meant by a glob.
    """
    globs = [name for name in patterns if GLOB in name]
    there = [row["name"] for row in run("jwtroles.reader", "namespace")] if globs else []
    there = [name for name in there if not any(text_matches(one, name) for one in left)]
    matched = (name for name in there if any(text_matches(glob, name) for glob in globs))
    return list(dict.fromkeys([*(s for s in patterns if s not in globs), *matched]))


@cache
def _kind(name: str) -> Kind[Any]:
    return next(kind for kind in KINDS if kind.name == name)


def _is_read(kind: Kind[Any], stores: Mapping[str, set[str]]) -> bool:
    """Tell whether the table that a kind is kept in is there, and has what its query reads."""
    columns = stores.get(kind.store or "")
    return columns is not None and columns.issuperset(kind.reads)


def _of_kind(name: str) -> Query:
    return "jwtroles.kinds", name


def _objects(name: str, rows: Rows) -> list[Any]:
    return [item for row in rows for item in _kind(name).parse(row)]


_STRUCTURE = [
    ("jwtroles.reader", name)
    for name in (
        *("server", "schema", "relation", "routine", "type"),
        *("candidate", "heir", "parent", "stray"),
    )
]
"""What `_structure` is made of."""


def _structure(answered: Mapping[Query, Rows], scope: Scope, roles: dict[str, Role]) -> Structure:
    (server,), schemas, relations, routines, types, candidates, heirs, parents, strays = (
        answered[one] for one in _STRUCTURE
    )
    return Structure(
        server=server_of(server),
        schemas={row["name"]: row["owner"] for row in schemas},
        relations={
            relation.name: replace(relation, policies_only=scope.only_policies(relation.name))
            for relation in map(_relation, relations)
            if scope.looks_at(relation.name)
        },
        routines={(one.name, one.types): one for one in map(_routine, routines)},
        roles=roles,
        heirs={row["owner"]: frozenset(row["heirs"]) for row in heirs},
        parents={row["member"]: frozenset(row["inherits"] or ()) for row in parents},
        strays=tuple(
            (QName(row["parent_schema"], row["parent_name"]), QName(row["schema"], row["name"]))
            for row in strays
        ),
        reach={row["member"]: frozenset(row["reaches"] or ()) for row in parents},
        types={row["name"]: row["canonical"] for row in types},
        functions=tuple(FunctionFacts(**row) for row in candidates),
        schema_users={row["name"]: frozenset(row["users"]) for row in schemas},
    )


def server_of(row: dict[str, Any]) -> Server:
    """Read the row of server.sql."""
    sets = ("acts_as", "settable", "admin_of")
    fields: dict[str, Any] = {k: frozenset(v) if k in sets else v for k, v in row.items()}
    return Server(**fields)


def _relation(row: dict[str, Any]) -> Relation:
    columns = tuple(Column(*column) for column in row["columns"] or ())
    parent = QName(row["parent_schema"], row["parent_name"]) if row["parent_name"] else None
    name = QName(row["schema"], row["name"])
    return Relation(
        name,
        row["kind"],
        row["owner"],
        columns,
        parent,
        row["partition"],
        row["secured"],
        row["forced"],
        split_tag(row["comment"])[1],
        row["invoker"],
        eager=tuple(
            Eager(name, tuple(commands), each_row)
            for name, commands, each_row in row["eager"] or ()
        ),
    )


def _routine(row: dict[str, Any]) -> Routine:
    name = QName(row["schema"], row["name"])
    project = split_tag(row["comment"])[1]
    return Routine(
        name,
        tuple(row["types"]),
        row["arguments"],
        row["owner"],
        project,
        tuple(row["called_by"]),
        row["returns"],
        row["cls"],
        row["supplied"],
    )
