"""`jwtroles release` and `jwtroles uninstall`: two ways to leave a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles.cli.apply import Manner, carry_out
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    Allow,
    DatabaseUrl,
    EnvironmentName,
    LockTimeout,
    Quiet,
    SpecFile,
    Verbose,
    Yes,
    effects,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec
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
) -> None:
    """Stop managing a database, and leave all access as it is.

    The marks of the project go from the comments of roles, views and queries. Policies, rights and
    the schema jwtroles stay, because the policies call its functions.

    Example: jwtroles release --env staging
    """
    from jwtroles.leaving import make_release  # noqa: PLC0415 - only what a command needs

    manner = Manner(yes, effects(allow), lock_timeout, verbose, quiet)
    _leave(make_release, spec, env, database, "release", manner, plan_only=plan_only)


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
) -> None:
    """Remove everything that jwtroles made: policies, rights, views, queries, roles, schema.

    Row security stays on unless it is asked to go. Roles of database.adopt stay, without rights.
    Needs --allow destroys.

    Example: jwtroles uninstall --env staging --allow destroys
    """
    from jwtroles.leaving import make_uninstall  # noqa: PLC0415

    def make(connection: Connection, loaded: Spec, environment: Environment | None) -> Planned:
        return make_uninstall(
            connection, loaded, environment, disable_row_security=disable_row_security
        )

    manner = Manner(yes, effects(allow), lock_timeout, verbose, quiet)
    _leave(make, spec, env, database, "uninstall", manner, plan_only=plan_only)


def _leave(
    make: Callable[[Connection, Spec, Environment | None], Planned],
    spec: Path,
    env: str | None,
    database: str | None,
    command: str,
    manner: Manner,
    *,
    plan_only: bool,
) -> None:
    from jwtroles.applier import check_lock_timeout  # noqa: PLC0415
    from jwtroles.cli.plan import show_plan  # noqa: PLC0415
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415

    check_lock_timeout(manner.lock_timeout)
    target = choose(spec, env, database, command)
    with connected(target) as connection:
        planned = make(connection, target.spec, target.environment)
        if plan_only:
            show_plan(planned.plan, target.spec, verbose=manner.verbose)
        else:
            carry_out(connection, planned, target, manner)
