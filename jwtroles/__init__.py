"""jwtroles: one YAML file says who may do what in a PostgreSQL database.

The pipeline, as a library:

    from jwtroles import apply, connect, load, plan

    spec = load("jwtroles.yaml")
    with connect("postgresql://deployer@localhost/acme") as connection:
        planned = plan(connection, spec, environment="staging")
        for step in planned.plan.steps:
            print(step.effect, step.change.key)
        apply(connection, planned)

Everything heavy is imported when it is first used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jwtroles.applier import Applied
    from jwtroles.catalog import Catalog
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.workflow import Planned

__version__ = "0.1.0.dev0"
__all__ = ["apply", "connect", "load", "plan", "read"]


def load(path: str | Path) -> Spec:
    """Load a specification; raises `errors.SpecError` with everything that is wrong with it."""
    from jwtroles.spec.load import load as load_file  # noqa: PLC0415

    return load_file(Path(path))


def connect(url: str) -> Connection:
    """Open a connection as the other functions want it (autocommit, rows as dicts)."""
    from jwtroles.reader.connection import connect as open_connection  # noqa: PLC0415

    return open_connection(url)


def read(connection: Connection, spec: Spec, environment: str | None = None) -> Catalog:
    """Read the objects of the database that `spec` is about."""
    from jwtroles.workflow import read_database  # noqa: PLC0415

    return read_database(connection, spec, _environment(spec, environment)).catalog


def plan(connection: Connection, spec: Spec, environment: str | None = None) -> Planned:
    """Plan what has to change; nothing is changed. Raises `errors.CompileError`."""
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    return make_plan(connection, spec, _environment(spec, environment))


def apply(connection: Connection, planned: Planned, allow: tuple[str, ...] = ()) -> Applied:
    """Apply a plan in one transaction, proved before the commit.

    Args:
        connection: as the role that made the plan.
        planned: what `plan` returned.
        allow: effects to allow beside those of the environment (`destroys`, `cuts_off`).

    Raises:
        errors.Refused: a right or an allowance is missing, the plan is stale, or the proof failed.
        errors.ApplyError: a lock was not to be had, or the server refused a statement.
    """
    from jwtroles.applier import apply as run  # noqa: PLC0415

    scope, elsewhere = planned.scope, planned.elsewhere
    return run(connection, planned.plan, scope, allow=allow, elsewhere=elsewhere)


def _environment(spec: Spec, name: str | None) -> Environment | None:
    if name is None:
        return None
    found = {str(key): environment for key, environment in spec.environments.items()}
    if name not in found:
        raise KeyError(f"no environment {name!r}; there are {', '.join(found) or 'none'}")
    return found[name]
