"""The forms of a result: what prints a plan, and what prints the errors in its place."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from jwtroles.cli.terminal import color, show, width
from jwtroles.errors import Exit, JwtrolesError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec


class Format(StrEnum):
    """Forms in which a plan is printed."""

    TEXT = "text"
    SQL = "sql"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


PlanFormat = Annotated[
    Format, typer.Option("--format", envvar="JWTROLES_FORMAT", help="For whom the plan is printed.")
]


@frozen
class Print:
    """A plan to be printed, and what the command line says about it."""

    plan: Plan
    spec: Spec
    verbose: bool = False
    applying: bool = False
    allowed: tuple[str, ...] = ()
    exit_code: Exit = Exit.DONE
    plain: bool = False
    saved: Path | None = None


def asked(arguments: Sequence[str]) -> Format:
    """Return the form that a command line asks for, one that is not understood otherwise too."""
    words = [*arguments, ""]
    values = [after for word, after in pairwise(words) if word == "--format"]
    values += [word.partition("=")[2] for word in words if word.startswith("--format=")]
    values.append(os.environ.get("JWTROLES_FORMAT", ""))
    known = [form for form in Format if form.value == values[0]]
    return known[0] if known else Format.TEXT


def rendered(what: Print, form: Format) -> str:
    """Return a plan in a form."""
    return _PLANS[form](what)


@contextmanager
def told_as(
    form: Format,
    *,
    quiet: bool = False,
    plain: bool = False,
    whose: Callable[[], tuple[str, str] | None] = lambda: None,
) -> Iterator[None]:
    """Print the errors of a block in the form of the result as well; people read standard error.

    `whose` tells the project and the environment, by which a comment is found again.
    """
    try:
        yield
    except JwtrolesError as error:
        if form in _ERRORS and not quiet:
            told = whose() if form is Format.MARKDOWN else None
            show(_ERRORS[form](error, told, plain=plain))
        raise


_PROJECT = re.compile(r"^project:\s*['\"]?([a-z][a-z0-9_]*)", re.MULTILINE)


def project_in(spec: Path) -> str:
    """Return the project of a file or folder that may be wrong in any way; '' if it says none."""
    files = sorted(spec.glob("*.y*ml")) if spec.is_dir() else [spec]
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        if found := _PROJECT.search(text):
            return found[1]
    return ""


def concerned(spec: Path, env: str | None) -> tuple[str, str] | None:
    """Return the project and the environment that a command line is about, as far as is known."""
    from jwtroles.cli.session import chosen  # noqa: PLC0415 - only what a command needs

    try:
        loaded, environment = chosen(spec, env, None, "plan")
    except JwtrolesError:
        project = project_in(spec)
        return (project, env or "") if project else None
    return str(loaded.project), str(environment.name) if environment else ""


def _text(what: Print) -> str:
    from jwtroles.report.text import render_plan  # noqa: PLC0415 - only what a command needs

    return render_plan(
        what.plan,
        what.spec,
        color=color(),
        width=width(),
        verbose=what.verbose,
        applying=what.applying,
        saved=_file(what),
        allowed=what.allowed,
    )


def _sql(what: Print) -> str:
    from jwtroles.report.sql import render_sql  # noqa: PLC0415

    return render_sql(what.plan, what.spec)


def _json(what: Print) -> str:
    from jwtroles.report.contract import render_json  # noqa: PLC0415

    return render_json(what.plan, what.allowed, what.exit_code)


def _markdown(what: Print) -> str:
    from jwtroles.report.markdown import render_markdown  # noqa: PLC0415

    return render_markdown(what.plan, what.spec, what.allowed, plain=what.plain, saved=_file(what))


def _file(what: Print) -> str:
    return str(what.saved) if what.saved else ""


def _markdown_errors(error: JwtrolesError, whose: tuple[str, str] | None, *, plain: bool) -> str:
    from jwtroles.report.markdown import render_errors  # noqa: PLC0415

    return render_errors(error, whose, plain=plain)


def _github(what: Print) -> str:
    from jwtroles.report.annotations import render_annotations  # noqa: PLC0415

    return render_annotations(what.plan, what.allowed)


def _github_errors(error: JwtrolesError, whose: tuple[str, str] | None, *, plain: bool) -> str:
    from jwtroles.report.annotations import render_error_annotations  # noqa: PLC0415

    del whose, plain
    return render_error_annotations(error)


def _json_errors(error: JwtrolesError, whose: tuple[str, str] | None, *, plain: bool) -> str:
    from jwtroles.report.contract import render_failure  # noqa: PLC0415

    del whose, plain
    return render_failure(error)


_PLANS: Mapping[Format, Callable[[Print], str]] = {
    Format.TEXT: _text,
    Format.SQL: _sql,
    Format.JSON: _json,
    Format.MARKDOWN: _markdown,
    Format.GITHUB: _github,
}


class _Errors(Protocol):
    def __call__(
        self, error: JwtrolesError, whose: tuple[str, str] | None, *, plain: bool
    ) -> str: ...


_ERRORS: Mapping[Format, _Errors] = {
    Format.JSON: _json_errors,
    Format.MARKDOWN: _markdown_errors,
    Format.GITHUB: _github_errors,
}
"""Forms that a program reads: an error is a result there too."""
