"""The pipeline: read what is there, compile what should be, and say the difference.

spec ──compile──► desired Catalog ─┐
                                   ├─diff──► Plan ──apply──► proof ──commit
database ──read─► current Catalog ─┘
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.compiler import compile_spec
from jwtroles.compiler.wanted import scope_of
from jwtroles.frozen import frozen
from jwtroles.planner import build_plan
from jwtroles.reader import Reading, read, snapshot
from jwtroles.reader.canonical import canonical
from jwtroles.reader.connection import asking
from jwtroles.spec.resolve import resolve
from jwtroles.verifier.key_sources import read_keys

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.verifier.key_sources import Keys


@frozen
class Planned:
    """A plan with the scope that it was made in, which `apply` reads again."""

    plan: Plan
    scope: Scope


def read_database(connection: Connection, spec: Spec, environment: Environment | None) -> Reading:
    """Read what `spec` is about, in one read-only snapshot."""
    resolved = resolve(spec, environment)
    with snapshot(connection):
        return read(connection, scope_of(resolved, environment))


def make_plan(
    connection: Connection, spec: Spec, environment: Environment | None, keys: Keys | None = None
) -> Planned:
    """Return what has to change for the database to be as the file says; nothing is changed.

    Args:
        connection: to the database.
        spec: the file.
        environment: where the database is.
        keys: the keys that are to verify tokens there; None for those that the file names.

    Raises:
        SpecError: JR252 when the file limits something to environments and none is chosen; what
            is wrong with the keys that it names.
        CompileError: every way in which the file does not fit the database.
        ServerError: JR005 when the server does not answer what a plan needs to know.
    """
    spec = resolve(spec, environment)
    keys = read_keys(spec, environment) if keys is None else keys
    with asking(connection):
        reading = read_database(connection, spec, environment)
    compiled = compile_spec(spec, environment, reading.structure, keys)
    with asking(connection):
        desired = canonical(connection, compiled.catalog, reading.structure)
    plan = build_plan(spec, environment, reading.structure, reading.catalog, desired, compiled)
    return Planned(plan, reading.scope)
