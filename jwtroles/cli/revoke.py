"""`jwtroles revoke`: tokens that are refused before they expire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles.cli.asking import agree
from jwtroles.cli.fleet import Jobs, KeepGoing, Part, Shard, fleet_of
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    DatabaseUrl,
    EnvironmentName,
    NoColor,
    SpecFile,
    Yes,
    instant,
)
from jwtroles.cli.terminal import show

if TYPE_CHECKING:
    from jwtroles.spec.token_model import Issuer


def revoke(
    jti: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option("--jti", metavar="ID", help="One token, by its `jti`."),
    ] = None,
    subject: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--subject", metavar="SUB", help="A subject's tokens, by their `sub`."),
    ] = None,
    issuer: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--issuer", metavar="ISSUER", help="Whose token; alone: all of its tokens."),
    ] = None,
    before: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--before", metavar="TIME", help="Those issued before then; else before now."),
    ] = None,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    yes: Yes = False,
    jobs: Jobs = None,
    shard: Shard = None,
    keep_going: KeepGoing = False,
    no_color: NoColor = False,
) -> None:
    """Refuse tokens before they expire: one, a subject's, or an issuer's.

    It holds from the commit on, and sessions that are logged in fail at their next statement. A
    token that is issued later is good again. Of many databases it holds in each; where some were
    left, it says with which --before to run it again.

    Example: jwtroles revoke --subject 8b7e4a1c --env production
    """
    from jwtroles import codes, operations  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.session import chosen, connected, reached  # noqa: PLC0415
    from jwtroles.errors import Problem, UsageError  # noqa: PLC0415
    from jwtroles.spec.resolve import resolve  # noqa: PLC0415
    from jwtroles.workflow import read_database  # noqa: PLC0415

    if (
        (jti is not None and (subject is not None or before is not None))
        or (jti is None and subject is None and issuer is None)
        or "" in (jti, subject)
    ):
        message = "say what: --jti ID, --subject SUB [--before TIME], or --issuer ISSUER"
        raise UsageError(Problem(codes.USAGE, message, remedy="jwtroles revoke --help"))
    since = None if before is None else instant(before)
    part = Part(jobs, shard)
    loaded, environment = chosen(spec, env, database, "revoke")
    fleet = fleet_of(environment, database, part, keep_going=keep_going)
    operations.check_mode(loaded)
    whose = operations.issuer_called(resolve(loaded, environment), issuer)
    if since is not None:
        _check_begun(since, whose)
    what = f"jti:{jti}" if jti is not None else f"sub:{subject}" if subject is not None else ""
    wanted = operations.Revocation(whose, what, since)
    words = _words(jti, subject, whose, since)
    if fleet:
        from jwtroles.cli.operating import Scene, revoke_many  # noqa: PLC0415

        revoke_many(Scene(loaded, fleet, part, yes, keep_going), wanted, words)
    target = reached(spec, loaded, environment, database)
    with connected(target) as connection:
        reading = read_database(connection, target.spec, target.environment)
        operations.check_verifies(target.spec, reading)
        agree(f"Revoke {words}?", target.environment, yes=yes)
        operations.revoke(connection, target.spec, reading, wanted)
    show(f"Revoked {words}. Open sessions of such tokens fail at their next statement.")


def _words(jti: str | None, subject: str | None, issuer: Issuer, since: datetime | None) -> str:
    """Say which tokens are revoked."""
    from jwtroles.report.problems import visible  # noqa: PLC0415

    words = "every token"
    if jti is not None:
        words = f"the token {visible(jti)}"
    elif subject is not None:
        words = f"the tokens of subject {visible(subject)}"
    words += f" of {visible(issuer.name)}"
    return (
        words if since is None else f"{words} issued before {since:%Y-%m-%d %H:%M:%S %Z}".rstrip()
    )


def _check_begun(since: datetime, issuer: Issuer) -> None:
    """Raise JR637 for an instant that is still to come.

    What the issuer's clock may say now is not to come: a revocation without --before means it.
    """
    from jwtroles import codes  # noqa: PLC0415
    from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

    if since > datetime.now(UTC) + timedelta(seconds=issuer.clock_skew):
        message = f"{since:%Y-%m-%d %H:%M:%S %Z} is still to come: "
        message += "tokens that nobody has issued yet would be refused"
        remedy = "leave --before out for those issued before now"
        raise UsageError(Problem(codes.NO_INSTANT, message, remedy=remedy))
