"""`jwtroles retire`: a role goes, everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles import codes
from jwtroles.cli.asking import agree
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    Allow,
    DatabaseUrl,
    EnvironmentName,
    LockTimeout,
    NoColor,
    Quiet,
    SpecFile,
    Yes,
    effects,
)
from jwtroles.cli.session import chosen, connection_string, reached, started
from jwtroles.cli.terminal import color, show, tell, width
from jwtroles.errors import Problem, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.spec.model import Environment, Spec
    from jwtroles.targets.model import Target
    from jwtroles.targets.retirement import Retirement


def retire(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="The role, as the database has it.")],
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    to: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option("--to", metavar="ROLE", help="Who is to own what the role owns."),
    ] = None,
    plan_only: Annotated[
        bool, typer.Option("--plan", help="Show what holds it, and change nothing.")
    ] = False,
    yes: Yes = False,
    allow: Allow = None,
    lock_timeout: LockTimeout = "2s",
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Drop a role that left the file, after letting it go in every database of its cluster.

    It may log in no more, its sessions are ended, what it owns goes to another role, its rights and
    policies go, and it is dropped. A run that was ended is finished by the next one.
    Needs --allow destroys.

    Example: jwtroles retire old_reporter --env staging --plan
    """
    from jwtroles.applier import check_lock_timeout  # noqa: PLC0415 - only what a command needs
    from jwtroles.report.text.retirement import render_retirement  # noqa: PLC0415
    from jwtroles.targets.retirement import look  # noqa: PLC0415
    from jwtroles.targets.retiring import retire as carry_out  # noqa: PLC0415

    allowed = effects(allow)
    check_lock_timeout(lock_timeout)
    loaded, environment = chosen(spec, env, database, "retire")
    targets = _targets(spec, loaded, environment, database)
    found = look(loaded, environment, role, to or "", targets)
    if not quiet:
        show(render_retirement(found, color=color(), width=width()))
    if plan_only or not found.standings:
        return
    _check_allowed(found, environment, allowed)
    agree(f"Retire {role}?", environment, yes=yes)
    carry_out(found, lambda said: None if quiet else tell(f" ✓ {said}"), lock_timeout=lock_timeout)


def _targets(
    file: Path, spec: Spec, environment: Environment | None, database: str | None
) -> tuple[Target, ...]:
    """Return the databases of the environment, or the one that is meant."""
    from jwtroles.targets.model import Target  # noqa: PLC0415
    from jwtroles.targets.resolve import targets_of  # noqa: PLC0415

    if database is None and environment is not None and environment.databases is not None:
        return targets_of(environment, connection_string)
    one = reached(file, spec, environment, database)
    name = str(environment.name) if environment else "the database"
    url = started(one.loads).url() if one.url == "embedded" else one.url
    return (Target(name, name, url, one.origin, one.place),)


def _check_allowed(
    found: Retirement, environment: Environment | None, allowed: tuple[str, ...]
) -> None:
    """Refuse what neither the environment nor the command line allows (JR622)."""
    given = {*allowed, *(map(str, environment.allow) if environment else ())}
    refused = [effect for effect in found.effects if effect not in given]
    if refused:
        told = " and ".join(effect.replace("_", " ") for effect in refused)
        once = " ".join(f"--allow {effect}" for effect in refused)
        problem = Problem(
            codes.NOT_ALLOWED,
            f"not allowed: retiring {found.role} {told}",
            remedy=f"once: {once}",
        )
        raise Refused(problem, footer="Nothing was changed.")
