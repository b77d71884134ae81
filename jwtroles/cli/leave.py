"""`jwtroles release` and `jwtroles uninstall`: two ways to leave a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles.cli.apply import carry_out
from jwtroles.cli.fleet import Jobs, KeepGoing, Part, Shard, fleet_of
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    Allow,
    DatabaseUrl,
    EnvironmentName,
    LockTimeout,
    Manner,
    NoColor,
    Quiet,
    SpecFile,
    Verbose,
    Yes,
    effects,
)
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.targets.leaving import Make
    from jwtroles.workflow import Planned

Check = Annotated[bool, typer.Option("--plan", help="Show what would change, and change nothing.")]


def release(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    plan_only: Check = False,
    yes: Yes = False,
    allow: Allow = None,
    lock_timeout: LockTimeout = "2s",
    verbose: Verbose = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    shard: Shard = None,
    keep_going: KeepGoing = False,
    no_color: NoColor = False,
) -> None:
    """Stop managing a database, and leave all access as it is.

    The marks of the project go from the comments of roles, views and queries. Policies, rights and
    the schema jwtroles stay, because the policies call its functions. A role keeps its mark while
    another database of the cluster uses it; an environment of many databases releases it for all.

    Example: jwtroles release --env staging
    """
    from jwtroles.leaving import make_release  # noqa: PLC0415 - only what a command needs

    def make(
        connection: Connection, loaded: Spec, environment: Environment | None, _: frozenset[str]
    ) -> Planned:
        alone = database is not None or environment is None or environment.databases is None
        return make_release(connection, loaded, environment, alone=alone)

    manner = Manner(yes, effects(allow), lock_timeout, verbose, quiet)
    where = Where(spec, env, database, Part(jobs, shard), keep_going)
    _leave(make, where, "release", manner, plan_only=plan_only)


def uninstall(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    plan_only: Check = False,
    disable_row_security: Annotated[
        bool,
        typer.Option(
            "--disable-row-security", help="Turn row security off where no policy is left."
        ),
    ] = False,
    yes: Yes = False,
    allow: Allow = None,
    lock_timeout: LockTimeout = "2s",
    verbose: Verbose = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    shard: Shard = None,
    keep_going: KeepGoing = False,
    no_color: NoColor = False,
) -> None:
    """Remove everything that jwtroles made: policies, rights, views, queries, roles, schema.

    Row security stays on unless it is asked to go. Roles of database.adopt stay, without rights,
    and so does a role that another database of the cluster uses. Needs --allow destroys.

    Example: jwtroles uninstall --env staging --allow destroys
    """
    from jwtroles.leaving import make_uninstall  # noqa: PLC0415

    def make(
        connection: Connection, loaded: Spec, environment: Environment | None, stay: frozenset[str]
    ) -> Planned:
        return make_uninstall(
            connection, loaded, environment, disable_row_security=disable_row_security, stay=stay
        )

    manner = Manner(yes, effects(allow), lock_timeout, verbose, quiet)
    where = Where(spec, env, database, Part(jobs, shard), keep_going)
    _leave(make, where, "uninstall", manner, plan_only=plan_only)


@frozen
class Where:
    """Which databases are meant, as the command line says it."""

    spec: Path
    env: str | None
    database: str | None
    part: Part
    keep_going: bool


def _leave(make: Make, where: Where, command: str, manner: Manner, *, plan_only: bool) -> None:
    from jwtroles.applier import check_lock_timeout  # noqa: PLC0415
    from jwtroles.cli.plan import show_plan  # noqa: PLC0415
    from jwtroles.cli.session import chosen, connected, reached  # noqa: PLC0415

    check_lock_timeout(manner.lock_timeout)
    loaded, environment = chosen(where.spec, where.env, where.database, command)
    going = where.keep_going
    if fleet := fleet_of(environment, where.database, where.part, keep_going=going):
        from jwtroles.cli.apply_many import leave_many  # noqa: PLC0415
        from jwtroles.spec.resolve import resolve  # noqa: PLC0415
        from jwtroles.targets.leaving import Leaving  # noqa: PLC0415

        leaving = Leaving(resolve(loaded, fleet), fleet, make)
        leave_many(leaving, where.part, manner, keep_going=going, plan_only=plan_only)
    target = reached(where.spec, loaded, environment, where.database)
    with connected(target) as connection:
        planned = make(connection, target.spec, target.environment, frozenset())
        if plan_only:
            show_plan(planned.plan, target.spec, verbose=manner.verbose)
        else:
            carry_out(connection, planned, target, manner)
