"""`jwtroles explain`: what a code means."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated

import typer

from jwtroles import codes
from jwtroles.errors import Problem, UsageError


def explain(
    code: Annotated[str, typer.Argument(help="A code of an error or remark.", metavar="CODE")],
) -> None:
    """Say what a code means and why it is an error.

    Example: jwtroles explain JR204
    """
    known = {entry.id: entry for entry in codes.all_codes()}
    entry = known.get(code.upper())
    if entry is None:
        near = get_close_matches(code.upper(), known, 1)
        message = f"no code {code}" + (f". Did you mean {near[0]}?" if near else "")
        raise UsageError(Problem(codes.USAGE, message, remedy="docs/errors.md lists them all"))
    typer.echo(f"{entry.id}: {entry.title}\n\n{entry.why}")
