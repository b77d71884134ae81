"""`jwtroles apply`: make it so, and prove it before the commit."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles import codes
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    Allow,
    DatabaseUrl,
    EnvironmentName,
    LockTimeout,
    Quiet,
    SpecFile,
    Verbose,
    effects,
)
from jwtroles.cli.plan import show_plan
from jwtroles.cli.terminal import show, tell
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from jwtroles.applier import Progress
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Environment


def apply(
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", envvar="JWTROLES_YES", help="Do not ask.")
    ] = False,
    allow: Allow = None,
    lock_timeout: LockTimeout = "2s",
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Plan, ask, and apply in one transaction that is proved before it commits.

    Example: jwtroles apply --env staging
    """
    from jwtroles import applier  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import choose, connected  # noqa: PLC0415
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    allowed = effects(allow)
    target = choose(spec, env, database, "apply")
    with connected(target) as connection:
        planned = make_plan(connection, target.spec, target.environment)
        if not quiet:
            show_plan(planned.plan, target.spec, verbose=verbose, applying=True)
        if planned.plan.empty:
            return
        applier.check_allowed(planned.plan, allowed)
        applier.check_rights(planned.plan)
        if not yes:
            confirm(planned.plan, target.environment)
        done = applier.apply(
            connection,
            planned.plan,
            planned.scope,
            allow=allowed,
            lock_timeout=lock_timeout,
            progress=_silent if quiet else progress(),
        )
    if not quiet:
        show(f"Applied {len(planned.plan.units)} changes, {done.statements} statements.")


def confirm(plan: Plan, environment: Environment | None) -> None:
    """Ask before anything changes; where `confirm: true` stands, for the environment's name."""
    count = len(plan.units)
    where = plan.environment or plan.server.database
    if not sys.stdin.isatty():
        message = f"{count} changes to {where} and nobody to ask: there is no terminal"
        remedy = "apply with --yes"
        raise UsageError(
            Problem(codes.NO_YES, message, remedy=remedy), footer="Nothing was changed."
        )
    if environment is not None and environment.confirm:
        said = typer.prompt(f"Apply these {count} changes to {where}? Type {where} to go on")
        agreed = said == where
    else:
        agreed = typer.confirm(f"Apply these {count} changes to {where}?")
    if not agreed:
        message = "not confirmed"
        remedy = "answer as asked, or apply with --yes"
        raise UsageError(
            Problem(codes.NO_YES, message, remedy=remedy), footer="Nothing was changed."
        )


_SAID = {
    "locked": "locked (nobody else is applying)",
    "unchanged": "catalog unchanged since the plan",
    "proved": "read back: the catalog equals the file",
    "committed": "committed",
}


def progress() -> Progress:
    """Return what tells each stage on standard error: ticks, and a count on a terminal."""
    live = sys.stderr.isatty()

    def told(stage: str, done: int, of: int) -> None:
        if stage in _SAID:
            tell(f" ✓ {_SAID[stage]}")
        elif done == of:
            tell(("\r" if live else "") + f" ✓ {of} statements")
        elif live:
            print(f"\r   {done} of {of} statements", end="", file=sys.stderr)  # noqa: T201

    return told


def _silent(_stage: str, _done: int, _of: int) -> None:
    """Tell nothing."""
