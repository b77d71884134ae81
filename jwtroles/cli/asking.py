"""Asking before something changes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from jwtroles import codes
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from jwtroles.spec.model import Environment

_UNTOUCHED = "Nothing was changed."


def agree(what: str, question: str, where: str, environment: Environment | None) -> None:
    """Ask a question; where `confirm: true` stands, `where` is the answer.

    Raises:
        UsageError: JR624 without a yes.
    """
    if not sys.stdin.isatty():
        message = f"{what} and nobody to ask: there is no terminal"
        remedy = "apply with --yes"
        raise UsageError(Problem(codes.NO_YES, message, remedy=remedy), footer=_UNTOUCHED)
    if environment is not None and environment.confirm:
        agreed = typer.prompt(f"{question} Type {where} to go on") == where
    else:
        agreed = typer.confirm(question)
    if not agreed:
        message = "not confirmed"
        remedy = "answer as asked, or apply with --yes"
        raise UsageError(Problem(codes.NO_YES, message, remedy=remedy), footer=_UNTOUCHED)


def confirm(environment: Environment | None, question: str, *, yes: bool) -> None:
    """Ask before tokens stop to work; where `confirm: true` stands, for the environment's name."""
    if yes:
        return
    agreed = False
    if sys.stdin.isatty():
        if environment is not None and environment.confirm:
            said = typer.prompt(f"{question}. Type {environment.name} to go on")
            agreed = said == environment.name
        else:
            agreed = typer.confirm(question)
    if not agreed:
        message = "not confirmed" if sys.stdin.isatty() else "there is no terminal to ask on"
        problem = Problem(codes.NO_YES, message, remedy="answer as asked, or say --yes")
        raise UsageError(problem, footer=_UNTOUCHED)
