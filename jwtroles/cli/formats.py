"""The forms of a result: what prints a plan, and what prints the errors in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from jwtroles.cli.terminal import color, show, width
from jwtroles.errors import Exit, JwtrolesError

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec


class Format(StrEnum):
    """Forms in which a plan is printed."""

    TEXT = "text"
    SQL = "sql"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Print:
    """A plan to be printed, and what the command line says about it."""

    plan: Plan
    spec: Spec
    verbose: bool = False
    applying: bool = False
    allowed: tuple[str, ...] = ()
    exit_code: Exit = Exit.DONE


def rendered(what: Print, form: Format) -> str:
    """Return a plan in a form."""
    return _PLANS[form](what)


@contextmanager
def told_as(form: Format, *, quiet: bool = False) -> Iterator[None]:
    """Print the errors of a block in the form of the result as well; people read standard error."""
    try:
        yield
    except JwtrolesError as error:
        if form in _ERRORS and not quiet:
            show(_ERRORS[form](error))
        raise


def _text(what: Print) -> str:
    from jwtroles.report.text import render_plan  # noqa: PLC0415 - only what a command needs

    return render_plan(
        what.plan,
        what.spec,
        color=color(),
        width=width(),
        verbose=what.verbose,
        applying=what.applying,
    )


def _sql(what: Print) -> str:
    from jwtroles.report.sql import render_sql  # noqa: PLC0415

    return render_sql(what.plan, what.spec)


def _json(what: Print) -> str:
    from jwtroles.report.contract import render_json  # noqa: PLC0415

    return render_json(what.plan, what.allowed, what.exit_code)


def _json_errors(error: JwtrolesError) -> str:
    from jwtroles.report.contract import render_failure  # noqa: PLC0415

    return render_failure(error)


_PLANS: Mapping[Format, Callable[[Print], str]] = {
    Format.TEXT: _text,
    Format.SQL: _sql,
    Format.JSON: _json,
}
_ERRORS: Mapping[Format, Callable[[JwtrolesError], str]] = {Format.JSON: _json_errors}
"""Forms that a program reads: an error is a result there too."""
