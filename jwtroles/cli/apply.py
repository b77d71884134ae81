"""`jwtroles apply`: make it so, and prove it before the commit."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles import codes
from jwtroles.cli.asking import agree
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
from jwtroles.cli.plan import show_plan
from jwtroles.cli.progress import progress
from jwtroles.cli.terminal import tell
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from jwtroles.cli.session import Chosen
    from jwtroles.reader.connection import Connection
    from jwtroles.saved_plans import Rebuilt
    from jwtroles.workflow import Planned


_UNTOUCHED = "Nothing was changed."


def apply(
    context: typer.Context,
    plan: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
        typer.Argument(
            metavar="PLAN", help="What `plan --out` saved: a plan, or a folder.", show_default=False
        ),
    ] = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
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
    """Plan, ask, and apply in one transaction that is proved before it commits.

    A plan that is too big for the server's lock table becomes several, each of them safe. An
    environment of many databases has a transaction for each, and asks once.

    A saved plan is applied as it was shown, or refused: when the database has changed since, is
    another one, or when the file was changed. It needs no specification; with --spec and --env it
    has to be made from that one, for that environment. Plans of a folder find their databases.

    Example: jwtroles apply --env staging
    """
    from jwtroles import applier  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import chosen, connected, reached  # noqa: PLC0415
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    allowed = effects(allow)
    applier.check_lock_timeout(lock_timeout)
    manner = Manner(yes, allowed, lock_timeout, verbose, quiet)
    part = Part(jobs, shard)
    if plan is not None:
        given = context.get_parameter_source("spec")
        named = given is not None and given.name != "DEFAULT"
        reviewed = spec if named else None
        _apply_saved(plan, reviewed, env, database, part, manner, keep_going=keep_going)
        return
    loaded, environment = chosen(spec, env, database, "apply")
    if fleet := fleet_of(environment, database, part, keep_going=keep_going):
        from jwtroles.cli.apply_many import apply_many  # noqa: PLC0415

        apply_many(loaded, fleet, part, manner, keep_going=keep_going)
    target = reached(spec, loaded, environment, database)
    with connected(target) as connection:
        planned = make_plan(connection, target.spec, target.environment)
        carry_out(connection, planned, target, manner)


def _apply_saved(
    path: Path,
    spec: Path | None,
    env: str | None,
    database: str | None,
    part: Part,
    manner: Manner,
    *,
    keep_going: bool,
) -> None:
    """Apply a plan that was saved, or each of a folder, in the database that it was made for."""
    from jwtroles import saved_plans  # noqa: PLC0415 - only what a command needs

    if path.is_dir() and database is not None:
        message = "--database is for one plan, and this is a folder of them"
        remedy = "leave it out: each finds its database in the environment"
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy), footer=_UNTOUCHED)
    rebuilt = None if path.is_dir() else saved_plans.rebuild(saved_plans.load_plan(path))
    if rebuilt is None or (rebuilt.of_many and database is None):
        from jwtroles.cli.apply_many import apply_saved  # noqa: PLC0415

        apply_saved(path, spec, env, part, manner, keep_going=keep_going)
    fleet_of(None, database, part, keep_going=keep_going)
    saved_plans.check_environment(rebuilt, env)
    if spec is not None:
        saved_plans.check_file(rebuilt, spec)
    _apply_one(rebuilt, database, manner)


def _apply_one(rebuilt: Rebuilt, database: str | None, manner: Manner) -> None:
    from jwtroles import saved_plans  # noqa: PLC0415
    from jwtroles.cli.session import connected, reached  # noqa: PLC0415

    environment = rebuilt.environment
    if environment is not None and environment.load and database in (None, "embedded"):
        # They would be looked for where the file says, and it may come from anybody.
        message = "the SQL files that this environment loads are not in the plan"
        remedy = "say which database it is:  --database URL"
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy), footer=_UNTOUCHED)
    main = Path(rebuilt.spec.source.name)
    target = reached(main, rebuilt.spec, environment, database)
    with connected(target) as connection:
        saved_plans.check_database(connection, rebuilt)
        planned = saved_plans.planned_again(connection, rebuilt)
        if not manner.quiet and (said := saved_plans.begun(rebuilt, planned)):
            tell(said)
        carry_out(connection, planned, target, manner)


def carry_out(connection: Connection, planned: Planned, target: Chosen, manner: Manner) -> None:
    """Show a plan, ask, and apply it."""
    from jwtroles import applier  # noqa: PLC0415 - only what a command needs

    plan = planned.plan
    if not manner.quiet:
        show_plan(plan, target.spec, verbose=manner.verbose, applying=True, allowed=manner.allowed)
    if plan.empty:
        return
    applier.check_allowed(plan, manner.allowed)
    applier.check_rights(plan)
    where = plan.environment or plan.server.database
    question = f"Apply these {len(plan.units)} changes to {where}?"
    agree(question, target.environment, yes=manner.yes)
    started = time.monotonic()
    with progress(plan.model, quiet=manner.quiet) as told:
        applier.apply(
            connection,
            plan,
            planned.scope,
            allow=manner.allowed,
            lock_timeout=manner.lock_timeout,
            progress=told,
            verbose=manner.verbose,
            elsewhere=planned.elsewhere,
        )
    if not manner.quiet:
        count = len(plan.units)
        took = duration(time.monotonic() - started)
        tell(f"Applied {count} change{'s' * (count != 1)} in {took}.")


def duration(seconds: float) -> str:
    """Return how long something took, as a person reads it."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
