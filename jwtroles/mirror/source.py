"""Where access is read from: a database, a snapshot of one, or a file for the tables of one."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from jwtroles.applier.stale import what_moved
from jwtroles.compiler import compile_spec
from jwtroles.compiler.access import Names
from jwtroles.compiler.wanted import scope_of
from jwtroles.errors import ServerError
from jwtroles.frozen import frozen
from jwtroles.kinds.mirror import Abroad, Side
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.renames import Renames
from jwtroles.reader import Reading, narrowed, read
from jwtroles.reader import snapshot as read_only
from jwtroles.reader.canonical import canonical
from jwtroles.reader.connection import asking
from jwtroles.scope import Scope
from jwtroles.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jwtroles.catalog import Catalog, Structure
    from jwtroles.reader.connection import Connection
    from jwtroles.reader.printed import Printed
    from jwtroles.reader.saved import Snapshot
    from jwtroles.spec.model import Environment, Spec


@frozen
class Source:
    """The access of one environment, and the database that it is about.

    Attributes:
        label: how people call it; no password is in it.
        reading: what is there, by the names of its environment.
        environment: whose names its roles have, None for those of the file.
        connection: to the database, where it is one.
        printed: how the server of a snapshot printed the texts of its file.
    """

    label: str
    reading: Reading
    environment: Environment | None = None
    connection: Connection | None = None
    printed: Printed | None = None

    @property
    def catalog(self) -> Catalog:
        """What is managed there."""
        return self.reading.catalog

    @property
    def structure(self) -> Structure:
        """The database beside it."""
        return self.reading.structure

    @property
    def scope(self) -> Scope:
        """What of the database counts."""
        return self.reading.scope

    def moved(self) -> list[str]:
        """Read a database again, and name what is not as it was read, a line each.

        Raises:
            ServerError: JR005 when the server does not answer.
        """
        if self.connection is None:
            return []
        try:
            with asking(self.connection), read_only(self.connection):
                now = read(self.connection, self.scope)
        except ServerError as error:
            error.footer = ""  # what became of the other database is known where that is changed
            raise
        return what_moved(self.catalog, self.structure, now)

    def side(self) -> Side:
        """Return what another database has to know of this one."""
        structure = self.structure
        server = structure.server
        return Side(
            self.label,
            server.version,
            frozenset(structure.schemas),
            structure.roles,
            _owners(structure),
            {
                name: frozenset(column.name for column in relation.columns)
                for name, relation in structure.relations.items()
            },
            frozenset(str(one.name) for one in structure.relations.values() if one.partition),
        )


def of_database(
    connection: Connection,
    spec: Spec,
    environment: Environment | None,
    label: str,
    like: Source | None = None,
) -> Source:
    """Read a database in one snapshot; also of what the file limits to other environments.

    Args:
        connection: to the database.
        spec: the file.
        environment: the names of its roles there.
        label: how people call it.
        like: what it is compared with, whose roles count here as well.

    Raises:
        ServerError: JR005 when the server does not answer what has to be asked.
    """
    scope = scope_of(spec, environment)
    if like is not None:
        named = renamed(spec, like, environment, scope)
        roles = named.all_roles(map(str, like.catalog["role"]))
        scope = replace(scope, roles=scope.roles | roles)
    return in_scope(connection, scope, environment, label)


def in_scope(
    connection: Connection, scope: Scope, environment: Environment | None, label: str
) -> Source:
    """Read what of a database counts in a scope, in one snapshot.

    Raises:
        ServerError: JR005 when the server does not answer what has to be asked.
    """
    with asking(connection), read_only(connection):
        return Source(label, read(connection, scope), environment, connection)


def of_snapshot(taken: Snapshot, environment: Environment | None, label: str) -> Source:
    """Return what a snapshot holds, in the scope that it was taken in."""
    reading = narrowed(taken.survey, taken.scope)
    return Source(label, reading, environment, printed=taken.printed)


def of_file(spec: Spec, like: Source, label: str) -> Source:
    """Return what a file wants in the database of another source, by that one's names.

    Raises:
        SpecError: JR252 when the file limits something to environments and none is chosen.
        CompileError: every way in which the file does not fit the database.
    """
    environment = like.environment
    if environment is not None:  # the file's own, if it has one of that name
        named = {str(name): one for name, one in spec.environments.items()}
        environment = named.get(str(environment.name), environment)
    resolved = resolve(spec, environment)
    catalog = compile_spec(resolved, environment, like.structure).catalog
    if like.connection is not None:
        with asking(like.connection):
            catalog = canonical(like.connection, catalog, like.structure)
    elif like.printed is not None:
        catalog, _ = like.printed.remembered(catalog, like.structure)
    scope = scope_of(resolved, environment)
    return Source(label, Reading(like.structure, catalog, scope), environment)


def tables_of(
    connection: Connection,
    files: Sequence[tuple[Spec, Environment | None]],
    label: str,
) -> Source:
    """Read the tables that two files are about, for what each wants on them to be compared.

    Raises:
        SpecError: JR252 when a file limits something to environments and none is chosen.
        ServerError: JR005 when the server does not answer what has to be asked.
    """
    scopes = [scope_of(resolve(spec, environment), environment) for spec, environment in files]
    return in_scope(connection, reduce(Scope.joined, scopes), files[-1][1], label)


def abroad(spec: Spec, source: Source, target: Source) -> Abroad:
    """Return the words of the source for the target.

    Roles of the file are called as their environments say; those that jwtroles makes, after the
    project; every other role has one name everywhere.
    """
    return Abroad(
        renamed(spec, source, target.environment, target.scope),
        (source.scope.project, target.scope.project),
        (source.structure.server.database, target.structure.server.database),
    )


def renamed(spec: Spec, source: Source, environment: Environment | None, scope: Scope) -> Renames:
    """Return the names of roles that differ between a source and another environment."""
    there, here = Names.of(source.environment), Names.of(environment)
    named = map(str, {*there.renamed, *here.renamed, *spec.roles})
    roles = {there(name): here(name) for name in named}
    old, new = source.scope.project, scope.project
    made = filter(source.scope.makes, map(str, source.catalog["role"]))
    roles |= {name: new + name.removeprefix(old) for name in made}
    return Renames({name: other for name, other in roles.items() if name != other})


def _owners(structure: Structure) -> dict[ObjectRef, str]:
    """Return the owner of everything that can have rights."""
    return {**structure.objects, **dict(_relations(structure))}


def _relations(structure: Structure) -> Iterator[tuple[ObjectRef, str]]:
    for name, relation in structure.relations.items():
        cls = "sequence" if relation.kind == "S" else "table"
        yield ObjectRef(cls, name), relation.owner  # type: ignore[arg-type]
