"""The pipeline without a connection: a snapshot stands in for the database.

Taking one needs a database. Checking, compiling and planning against it need none, and no
credentials: that is for pull requests from strangers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles import __version__, codes
from jwtroles.catalog import Catalog
from jwtroles.compiler import compile_spec
from jwtroles.compiler.wanted import scope_of
from jwtroles.errors import Problem
from jwtroles.kinds.acl import Acl, Right, built_in
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.table_security import TableSecurity
from jwtroles.names import OWN_SCHEMA, PUBLIC
from jwtroles.planner import build_plan
from jwtroles.planner.describe import describe
from jwtroles.reader import Reading, existing_schemas, narrowed, survey
from jwtroles.reader import snapshot as read_only
from jwtroles.reader.canonical import canonical
from jwtroles.reader.connection import asking
from jwtroles.reader.printed import Printed
from jwtroles.reader.queries import query_text
from jwtroles.reader.saved import Snapshot
from jwtroles.spec.resolve import resolve
from jwtroles.verifier.key_sources import read_keys
from jwtroles.workflow import with_unread

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from jwtroles.catalog import Structure
    from jwtroles.planner.model import Plan, Step
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.verifier.key_sources import Keys


def take_snapshot(connection: Connection, spec: Spec, environment: Environment | None) -> Snapshot:
    """Read all that a plan of this file, or of one like it, needs to know; nothing is changed.

    Raises:
        CompileError: every way in which the file does not fit the database.
        ServerError: JR005 when the server does not answer what has to be asked.
    """
    spec = resolve(spec, environment)
    scope = scope_of(spec, environment)
    with asking(connection), read_only(connection):
        found = survey(connection, _wide(connection, scope))
    structure = narrowed(found, scope).structure
    compiled = compile_spec(spec, environment, structure).catalog
    with asking(connection):
        desired = canonical(connection, compiled, structure)
    printed = Printed.of(compiled, desired, structure)
    return Snapshot(__version__, _name(environment), scope, found, printed)


def _wide(connection: Connection, scope: Scope) -> Scope:
    """Return the scope with every function and type that a file may come to use."""

    def run(package: str, name: str) -> list[dict[str, Any]]:
        return connection.execute(query_text(package, name)).fetchall()

    text = query_text("jwtroles.reader", "vocabulary")
    schemas = existing_schemas(run, scope.schemas, scope.left)
    row = connection.execute(text, {"schemas": schemas}).fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return replace(
        scope,
        functions=tuple(sorted({*scope.functions, *row["functions"]})),
        types=tuple(sorted({*scope.types, *row["types"]})),
    )


def plan_against(snapshot: Snapshot, spec: Spec, environment: Environment | None) -> Plan:
    """Return the plan that the database of a snapshot would give.

    A condition that its server never printed is compared as the text that it is; the plan says
    which of its changes that concerns (JR372).

    Raises:
        CompileError: every way in which the file does not fit the snapshot.
    """
    spec = resolve(spec, environment)
    reading = _reading(snapshot, spec, environment)
    keys = read_keys(spec, environment, offline=True)
    compiled = compile_spec(spec, environment, reading.structure, keys)
    desired, unknown = snapshot.printed.remembered(compiled.catalog, reading.structure)
    desired = with_unread(desired, reading.catalog, keys)
    plan = build_plan(spec, environment, reading.structure, reading.catalog, desired, compiled)
    plan = with_unverified(plan, unknown)
    return replace(plan, remarks=(*plan.remarks, *_without_secrets(spec, keys)))


def with_unverified(plan: Plan, unknown: frozenset[tuple[str, Hashable]]) -> Plan:
    """Return a plan that says which of its changes come of texts that no one server printed."""
    unsure = tuple(_unsure(plan, unknown))
    unverified = frozenset((step.change.kind, step.change.key) for step in unsure)
    said = tuple(map(_unverified, unsure))
    return replace(plan, unverified=unverified, remarks=(*plan.remarks, *said))


def compile_alone(snapshot: Snapshot, spec: Spec, environment: Environment | None) -> Plan:
    """Return the plan from nothing: the tables of a snapshot, before anything of this file.

    It does not depend on who took the snapshot: the statements are those of a superuser.

    Raises:
        CompileError: every way in which the file does not fit the snapshot.
    """
    spec = resolve(spec, environment)
    reading = _reading(snapshot, spec, environment)
    structure = _before(reading.structure)
    keys = read_keys(spec, environment, offline=True)
    compiled = compile_spec(spec, environment, structure, keys)
    current = Catalog.of(
        {
            "acl": _untouched(reading.scope, structure),
            "table_security": [
                TableSecurity(security.table, owner=security.owner)
                for security in compiled.catalog["table_security"].values()
            ],
        }
    )
    plan = build_plan(spec, environment, structure, current, compiled.catalog, compiled)
    return replace(plan, remarks=(*plan.remarks, *_without_secrets(spec, keys)))


def _without_secrets(spec: Spec, keys: Keys) -> Iterator[Problem]:
    for issuer in spec.tokens.issuers.values():
        if issuer.name in keys.unread:
            message = f"keys of {issuer.name} are in variables that are not set: not compared"
            remedy = "plan with the database and its variables before you apply"
            yield Problem(codes.KEYS_UNREAD, message, issuer.place, remedy=remedy)


def check_against(snapshot: Snapshot, spec: Spec, environment: Environment | None) -> None:
    """Check tables, columns, functions and types of a file against a snapshot.

    Raises:
        CompileError: every way in which the file does not fit it.
    """
    spec = resolve(spec, environment)
    compile_spec(spec, environment, _reading(snapshot, spec, environment).structure)


def _reading(snapshot: Snapshot, spec: Spec, environment: Environment | None) -> Reading:
    scope = scope_of(spec, environment)
    snapshot.covers(scope, _name(environment))
    return narrowed(snapshot.survey, scope)


def _name(environment: Environment | None) -> str:
    return str(environment.name) if environment else ""


def _before(structure: Structure) -> Structure:
    """Return a database as it was before anything of ours was in it, seen by a superuser."""
    ours = {
        ObjectRef("function", routine.name, routine.arguments)
        for routine in structure.routines.values()
        if routine.project
    }
    return replace(
        structure,
        server=replace(structure.server, superuser=True),
        schemas={name: owner for name, owner in structure.schemas.items() if name != OWN_SCHEMA},
        relations={
            name: replace(relation, secured=False, forced=False)
            for name, relation in structure.relations.items()
            if name.schema != OWN_SCHEMA and not relation.project
        },
        routines={
            key: routine
            for key, routine in structure.routines.items()
            if routine.name.schema != OWN_SCHEMA and not routine.project
        },
        objects={
            ref: owner
            for ref, owner in structure.objects.items()
            if ref.name.schema != OWN_SCHEMA and ref not in ours
        },
        roles={name: role for name, role in structure.roles.items() if not role.project},
    )


def _untouched(scope: Scope, structure: Structure) -> Iterator[Acl]:
    """Give what PostgreSQL grants PUBLIC by itself on the objects that the file names."""
    for ref in sorted(scope.settled(structure).objects):
        owner = structure.objects.get(ref, "")
        right = Right(grantors=frozenset({owner}))
        if rights := {(PUBLIC, privilege): right for privilege in built_in(ref)}:
            yield Acl(ref, rights, owner)


def _unsure(plan: Plan, unknown: frozenset[tuple[str, Hashable]]) -> Iterator[Step]:
    """Give the steps that alter something because of a text that no server printed."""
    for step in plan.steps:
        if step.change.verb == "alter" and (step.change.kind, step.change.key) in unknown:
            yield step


def _unverified(step: Step) -> Problem:
    message = f"{describe(step.change)} may only be spelled in another way: unverified"
    remedy = "no server has printed it: plan with the database, or take a new snapshot"
    return Problem(codes.UNVERIFIED, message, step.change.subject.origin.place, remedy=remedy)
