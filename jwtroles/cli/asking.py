"""Asking before something changes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from jwtroles import codes
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from jwtroles.spec.model import Environment


def agree(question: str, environment: Environment | None, *, yes: bool) -> None:
    """Ask a question unless it was answered.

    Args:
        question: what is to be done, as a question.
        environment: where it is done. With `confirm: true` its name is the answer.
        yes: whether it was answered.

    Raises:
        UsageError: JR624 without a yes.
    """
    if yes:
        return
    agreed, said = False, "not confirmed"
    if not sys.stdin.isatty():
        said = f"there is no terminal to ask on: {question}"
    elif environment is not None and environment.confirm:
        name = str(environment.name)
        agreed = typer.prompt(f"{question} Type {name} to go on") == name
    else:
        agreed = typer.confirm(question)
    if not agreed:
        problem = Problem(codes.NO_YES, said, remedy="answer as asked, or say --yes")
        raise UsageError(problem, footer="Nothing was changed.")
