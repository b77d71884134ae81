"""Options that several commands share, each declared once."""

from __future__ import annotations

import os
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles import codes
from jwtroles.errors import Problem, UsageError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from datetime import datetime

SpecFile = Annotated[
    Path,
    typer.Option(
        "--spec",
        "-f",
        metavar="FILE",
        envvar="JWTROLES_SPEC",
        help="The specification, or a folder of its files.",
    ),
]
EnvironmentName = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--env", "-e", metavar="NAME", envvar="JWTROLES_ENV", help="Which environment of the file."
    ),
]
DatabaseUrl = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--database",
        "-d",
        metavar="URL",
        envvar="JWTROLES_DATABASE",
        help="A libpq URL or service, or `embedded`; else the environment's, DATABASE_URL or PG*.",
    ),
]
Allow = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--allow",
        metavar="EFFECT",
        envvar="JWTROLES_ALLOW",
        help="Allow an effect once (tightens, loosens, neutral, destroys, cuts_off); repeatable.",
    ),
]
IssuerName = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--issuer", metavar="ISSUER", help="Whose, where the file has several issuers."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", envvar="JWTROLES_YES", help="Do not ask.")]
Plain = Annotated[
    bool,
    typer.Option("--plain", envvar="JWTROLES_PLAIN", help="Leave the emoji of Markdown out."),
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", envvar="JWTROLES_VERBOSE", help="Say more.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", envvar="JWTROLES_QUIET", help="Print errors alone.")
]
OutFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        envvar="JWTROLES_OUT",
        help="Where to write it; standard output if it is not given.",
    ),
]
Schemas = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--schemas",
        metavar="LIST",
        envvar="JWTROLES_SCHEMAS",
        help="Schemas or globs, with commas between.",
    ),
]
CatalogFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--catalog",
        metavar="FILE",
        envvar="JWTROLES_CATALOG",
        help="A snapshot in the place of a database: tables and columns are those of it.",
    ),
]


def _without_color(wanted: bool) -> bool:
    if wanted:
        os.environ["NO_COLOR"] = "1"
    return wanted


NoColor = Annotated[
    bool,
    typer.Option(
        "--no-color",
        envvar="JWTROLES_NO_COLOR",
        callback=_without_color,
        is_eager=True,
        help="Print without colour, as NO_COLOR does.",
    ),
]
LockTimeout = Annotated[
    str,
    typer.Option(
        "--lock-timeout",
        metavar="TIME",
        envvar="JWTROLES_LOCK_TIMEOUT",
        help="How long a statement may wait for a lock (`2s`).",
    ),
]
DEFAULT_SPEC = Path("jwtroles.yaml")


class TextOrJson(StrEnum):
    """Forms of what is told to a person or to a program."""

    TEXT = "text"
    JSON = "json"


ForWhom = Annotated[
    TextOrJson,
    typer.Option("--format", envvar="JWTROLES_FORMAT", help="For whom it is printed."),
]


def listed(text: str | None) -> tuple[str, ...]:
    """Return what stands between the commas of an option."""
    return tuple(filter(None, map(str.strip, (text or "").split(","))))


def effects(given: list[str] | None) -> tuple[str, ...]:
    """Return the effects of --allow, or refuse what is none (JR010)."""
    from jwtroles.kinds.base import Effect  # noqa: PLC0415 - only what a command needs

    known = [effect.value for effect in Effect if effect is not Effect.UNKNOWN]
    for word in given or ():
        if word not in known:
            near = get_close_matches(word, known, 1)
            message = f"no effect {word}" + (f". Did you mean {near[0]}?" if near else "")
            raise UsageError(Problem(codes.USAGE, message, remedy="effects: " + ", ".join(known)))
    return tuple(given or ())


def instant(text: str) -> datetime:
    """Return an instant with its offset from UTC (JR637)."""
    from datetime import datetime  # noqa: PLC0415 - only what a command needs

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min
    if found.tzinfo is None:
        message = f"{text} is not an instant"
        remedy = "write it with its offset from UTC:  --before 2026-05-04T10:12:00Z"
        raise UsageError(Problem(codes.NO_INSTANT, message, remedy=remedy))
    return found


@frozen
class Manner:
    """How a plan is carried out: the options of the commands that do."""

    yes: bool
    allowed: tuple[str, ...]
    lock_timeout: str
    verbose: bool
    quiet: bool


def told_by(context: typer.Context) -> frozenset[str]:
    """Return the parameters that the command line names, and `spec` where a variable does."""
    found = {
        name
        for name in context.params
        if (given := context.get_parameter_source(name)) is not None
        and given.name in ("COMMANDLINE", "ENVIRONMENT" if name == "spec" else "")
    }
    return frozenset(found)


def yields(context: typer.Context, name: str, *others: str) -> bool:
    """Tell whether an option comes from a variable while the command line names one in its place.

    A variable says what is meant where nothing else is said.
    """
    told = told_by(context)
    return name not in told and not told.isdisjoint(others)
