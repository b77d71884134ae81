"""Plans as the migrations of another tool."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.cli.written import write_all
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Environment, Spec


class Migration(StrEnum):
    """Tools that run migrations."""

    FLYWAY = "flyway"


def write_migrations(
    made: Plan,
    spec: Spec,
    environment: Environment | None,
    allowed: tuple[str, ...],
    folder: Path,
) -> tuple[Path, ...]:
    """Write a plan as migrations of Flyway, and return their files; none when in sync.

    Raises:
        UsageError: JR015 when they cannot be written, JR025 for what would be in a file.
        Refused: JR622 for an effect that is not allowed: no other gate comes.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - only what a command needs

    from jwtroles.applier.allowed import check_allowed  # noqa: PLC0415
    from jwtroles.report.flyway import flyway, version_after  # noqa: PLC0415

    check_allowed(made, allowed)
    if any(statement.copied is not None for statement in made.statements):
        message = "this plan sends a secret, which a migration would hold"
        remedy = "apply it; what comes after it can be a migration"
        raise UsageError(Problem(codes.NO_MIGRATION, message, remedy=remedy))
    if made.unverified:
        message = "this plan was made without a server, and may change nothing"
        remedy = "plan with the database"
        raise UsageError(Problem(codes.NO_MIGRATION, message, remedy=remedy))
    try:
        names = [one.name for one in folder.iterdir()]
    except OSError as error:
        message = f"cannot read the folder {folder}: {error.strerror}"
        raise UsageError(Problem(codes.CANNOT_WRITE, message, remedy="make it")) from None
    version = version_after(names, datetime.now(UTC))
    files = {folder / name: text for name, text in flyway(made, spec, environment, version).items()}
    write_all(files)
    return tuple(files)
