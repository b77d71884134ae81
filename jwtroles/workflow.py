"""The pipeline: read what is there, compile what should be, and say the difference.

spec ──compile──► desired Catalog ─┐
                                   ├─diff──► Plan ──apply──► proof ──commit
database ──read─► current Catalog ─┘
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles.compiler import compile_spec
from jwtroles.compiler.wanted import scope_of
from jwtroles.frozen import frozen
from jwtroles.meanwhile import load_meanwhile
from jwtroles.planner import build_plan
from jwtroles.planner.model import nothing_elsewhere
from jwtroles.reader import Reading, Survey, narrowed, read, snapshot, survey
from jwtroles.reader.canonical import canonical
from jwtroles.reader.connection import asking
from jwtroles.spec.resolve import resolve
from jwtroles.verifier.key_sources import read_keys

if TYPE_CHECKING:
    from jwtroles.catalog import Catalog, Structure
    from jwtroles.compiler import Compiled
    from jwtroles.planner.model import Elsewhere, Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.verifier.key_sources import Keys


@frozen
class Planned:
    """A plan with what `apply` looks at again.

    Attributes:
        plan: what to do.
        scope: the scope that it was made in.
        elsewhere: what tells whether the source of a mirror is still what was read.
    """

    plan: Plan
    scope: Scope
    elsewhere: Elsewhere = nothing_elsewhere


def read_database(connection: Connection, spec: Spec, environment: Environment | None) -> Reading:
    """Read what `spec` is about, in one read-only snapshot.

    Raises:
        SpecError: JR252 when the file limits something to environments and none is chosen.
        ServerError: JR005 when the server does not answer.
    """
    resolved = resolve(spec, environment)
    with asking(connection), snapshot(connection):
        return read(connection, scope_of(resolved, environment))


Compile = Callable[["Spec", "Environment | None", "Structure", "Keys"], "Compiled"]
"""What compiles a file against what a database has; it raises CompileError."""


@frozen
class Basis:
    """All that a plan is made from.

    Attributes:
        spec: what of the file holds in the environment.
        keys: the keys that are to verify tokens.
        survey: what was read, before the scope says what of it counts.
        reading: what of it counts.
        compiled: what the file comes to on these tables.
        desired: the same as the server prints it.
    """

    spec: Spec
    environment: Environment | None
    keys: Keys
    survey: Survey
    reading: Reading
    compiled: Compiled
    desired: Catalog


def make_plan(
    connection: Connection,
    spec: Spec,
    environment: Environment | None,
    keys: Keys | None = None,
    *,
    stay: frozenset[str] = frozenset(),
) -> Planned:
    """Return what has to change for the database to be as the file says; nothing is changed.

    Args:
        connection: to the database.
        spec: the file.
        environment: where the database is.
        keys: the keys that are to verify tokens there; None for those that the file names.
        stay: roles that left the file and are not dropped, whether another database uses them or
            not.

    Raises:
        SpecError: JR252 when the file limits something to environments and none is chosen; what
            is wrong with the keys that it names.
        CompileError: every way in which the file does not fit the database.
        ServerError: JR005 when the server does not answer what a plan needs to know.
    """
    return plan_from(look(connection, spec, environment, keys, stay=stay))


def look(
    connection: Connection,
    spec: Spec,
    environment: Environment | None,
    keys: Keys | None = None,
    *,
    stay: frozenset[str] = frozenset(),
    compile_file: Compile = compile_spec,
) -> Basis:
    """Read and compile everything that `make_plan` makes a plan from; it raises the same."""
    spec = resolve(spec, environment)
    keys = read_keys(spec, environment) if keys is None else keys
    scope = scope_of(spec, environment)
    load_meanwhile("jinja2")
    with asking(connection), snapshot(connection):
        found = _with_roles_kept(survey(connection, scope), stay)
    reading = narrowed(found, scope)
    compiled = compile_file(spec, environment, reading.structure, keys)
    with asking(connection):
        desired = canonical(connection, compiled.catalog, reading.structure)
    return Basis(spec, environment, keys, found, reading, compiled, desired)


def _with_roles_kept(found: Survey, stay: frozenset[str]) -> Survey:
    """Return what was read, where these roles count as used elsewhere."""
    structure = found.structure
    kept: dict[str, tuple[str, ...]] = dict.fromkeys(stay & structure.roles.keys(), ())
    elsewhere = {**kept, **structure.elsewhere}
    return replace(found, structure=replace(structure, elsewhere=elsewhere)) if kept else found


def plan_from(basis: Basis) -> Planned:
    """Return the plan that follows from what was read; it asks nobody.

    Raises:
        CompileError: JR364 for what was to be kept until a day that is over.
    """
    spec, environment, reading = basis.spec, basis.environment, basis.reading
    structure, current, desired = reading.structure, reading.catalog, basis.desired
    plan = build_plan(spec, environment, structure, current, desired, basis.compiled)
    return Planned(plan, reading.scope)


def with_unread(desired: Catalog, current: Catalog, keys: Keys) -> Catalog:
    """Return what is wanted, with the keys that nobody could read as the database has them."""
    left = [
        key
        for key in current["signing_key"].values()
        if key.issuer in keys.unread and key.id not in desired["signing_key"]
    ]
    ids = {key.id for key in left}
    for kind in ("signing_key", "key_pad", "curve_multiple"):
        theirs = [item for number, item in current[kind].items() if number in ids]
        desired = desired.with_kind(kind, [*desired[kind].values(), *theirs])
    return desired
