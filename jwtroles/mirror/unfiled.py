"""Two databases without a file: what of them is compared is what they say themselves.

A database that jwtroles manages says it by its marks: which project it is of, which roles carry the
mark, and which schemas these hold something in. Of one that nobody manages the schemas are named,
and every role counts that holds something there and that a file could declare. A snapshot has the
scope that it was taken in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles import __version__, codes
from jwtroles.decompile.found import Found
from jwtroles.decompile.surveying import find
from jwtroles.errors import Problem, UsageError
from jwtroles.frozen import frozen
from jwtroles.mirror.source import Source, in_scope, of_snapshot
from jwtroles.names import OWN_SCHEMA
from jwtroles.reader import snapshot as read_only
from jwtroles.reader import survey
from jwtroles.reader.connection import asking
from jwtroles.reader.printed import Printed
from jwtroles.scope import Scope
from jwtroles.spec.load import load_text

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.reader.saved import Snapshot
    from jwtroles.spec.model import Spec

NO_FILE = ""
"""The name of what stands for the file."""

UNMANAGED = "unmanaged"
"""What stands for the project where nobody marked anything."""


@frozen
class Given:
    """A database or a snapshot, as the command line names it.

    Attributes:
        label: how people call it; no password is in it.
        place: the connection to it, or what it holds.
    """

    label: str
    place: Connection | Snapshot


@frozen
class Unfiled:
    """Two sides that no file is about, so that neither can be made the mirror of the other.

    Attributes:
        spec: what stands for the file: a project and nothing else.
        source, target: what of the two counts.
        note: what is compared, for whoever reads the differences.
    """

    spec: Spec
    source: Source
    target: Source
    note: Problem


def noted(plan: Plan, note: Problem) -> Plan:
    """Return the differences with the note of what was compared; no sync mends them."""
    assert plan.like is not None  # noqa: S101 - it is a comparison
    like = replace(plan.like, database=False)
    return replace(plan, like=like, remarks=(*plan.remarks, note))


def unfiled(source: Given, target: Given, schemas: tuple[str, ...] = ()) -> Unfiled:
    """Read both sides, in the scope that they have by themselves.

    Args:
        source: the model.
        target: what is compared with it.
        schemas: the schemas to compare, or globs; () for those that are managed.

    Raises:
        UsageError: JR653 when nothing says which schemas are compared.
        ServerError: JR005 when a server does not answer what has to be asked.
    """
    from jwtroles.reader.saved import Snapshot  # noqa: PLC0415 - seldom needed

    taken = [one.place for one in (source, target) if isinstance(one.place, Snapshot)]
    if taken and schemas:
        message = "a snapshot has the schemas that it was taken of"
        raise UsageError(Problem(codes.USAGE, message, remedy="leave --schemas out"))
    pair = (source, target)
    if taken:
        scopes = [one.place.scope if isinstance(one.place, Snapshot) else taken[0].scope
                  for one in pair]  # fmt: skip
    else:
        scopes = _scopes(pair, schemas)
    one, other = (
        of_snapshot(given.place, None, given.label)
        if isinstance(given.place, Snapshot)
        else in_scope(given.place, scope, None, given.label)
        for given, scope in zip(pair, scopes, strict=True)
    )
    project = other.scope.project or one.scope.project or UNMANAGED
    text = f"jwtroles: 1\nproject: {project}\ndatabase: {{schemas: [public], unmarked: true}}\n"
    return Unfiled(load_text(text, NO_FILE), one, other, _note(one, other))


def taken_alone(given: Given, schemas: tuple[str, ...] = ()) -> Snapshot:
    """Return a snapshot of a database in the scope that it has by itself.

    Args:
        given: the database.
        schemas: the schemas that count, or globs; () for those that are managed.

    Raises:
        UsageError: JR653 when nothing says which schemas count.
        ServerError: JR005 when the server does not answer what has to be asked.
    """
    from jwtroles.reader.saved import Snapshot  # noqa: PLC0415 - seldom needed

    connection: Connection = given.place  # type: ignore[assignment]
    (scope,) = _scopes((given,), schemas)
    with asking(connection), read_only(connection):
        return Snapshot(__version__, "", scope, survey(connection, scope), Printed())


def _scopes(sides: tuple[Given, ...], schemas: tuple[str, ...]) -> list[Scope]:
    """Return the scope of each of some databases: the schemas and roles of all."""
    first = [find(one.place, schemas) for one in sides]  # type: ignore[arg-type]
    managed = [found for found in first if found.project]
    if not managed and not schemas:
        raise _nothing_says(sides, first)
    both = schemas or tuple(sorted({name for one in managed for name in one.schemas}))
    founds = [one if one.project else find(given.place, both)  # type: ignore[arg-type]
              for given, one in zip(sides, first, strict=True)]  # fmt: skip
    scope = Scope(
        project=managed[-1].project if managed else "",
        schemas=(*both, OWN_SCHEMA),
        roles=frozenset(role for one in managed or founds for role in one.roles),
        logins=frozenset(login for one in managed for login in one.logins),
        platform=frozenset(),
        policies_only=tuple(sorted({table for one in managed for table in one.borrowed(both)})),
        named=frozenset(),
        types=(),
        functions=(),
        closed=any(one.closed for one in managed),
    )
    return [replace(scope, project=one.project or scope.project) for one in founds]


def _nothing_says(sides: tuple[Given, ...], founds: list[Found]) -> UsageError:
    there = sorted({name for one in founds for name in one.schemas})
    labels = [one.label for one in sides]
    message = f"jwtroles manages neither {' nor '.join(labels)}: nothing says what is compared"
    if len(labels) == 1:
        message = f"jwtroles does not manage {labels[0]}: nothing says what counts in it"
    listed = f"; schemas there: {', '.join(there)}" if there else ""
    remedy = f"name schemas or globs:  --schemas {','.join(there[:3]) or 'public'}{listed}"
    return UsageError(Problem(codes.NOTHING_SAYS_WHAT, message, remedy=remedy))


def _note(one: Source, other: Source) -> Problem:
    """Say what is compared: the schemas, and whose roles."""
    structures = (one.structure, other.structure)
    schemas = sorted({name for each in structures for name in each.managed})
    roles = {str(name) for each in (one, other) for name in each.catalog["role"]}
    project = other.scope.project or one.scope.project
    whose = f"the roles of {project}" if project else "the roles that hold something there"
    message = f"no file says what counts: compared are {', '.join(schemas) or 'no schema'}, and "
    message += f"{whose} ({len(roles)})"
    remedy = "what a file keeps, or leaves to a platform, is not known without it:  --spec FILE"
    return Problem(codes.WITHOUT_FILE, message, remedy=remedy if project else "")
