"""Options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

SpecFile = Annotated[
    Path,
    typer.Option(
        "--spec", "-f", metavar="FILE", envvar="JWTROLES_SPEC", help="The specification."
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
        help="A libpq URL or service, or `embedded`; else the environment's, else DATABASE_URL or PG*.",
    ),
]
Allow = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--allow",
        metavar="EFFECT",
        envvar="JWTROLES_ALLOW",
        help="Allow an effect once: destroys, cuts_off, loosens …; may be repeated.",
    ),
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", envvar="JWTROLES_VERBOSE", help="Say more.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", envvar="JWTROLES_QUIET", help="Print errors alone.")
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
