"""The command line: the only place that prints or exits.

Every command lives in a module of its group and is loaded when it is used (`commands.py` lists
them). Errors become text on standard error and an exit code here, and nowhere else.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from jwtroles import __version__
from jwtroles.cli.commands import Commands

if TYPE_CHECKING:
    from jwtroles.errors import JwtrolesError, UsageError

app = typer.Typer(
    name="jwtroles",
    cls=Commands,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""One YAML file says who may do what in a PostgreSQL database.

    `jwtroles plan` shows what would change, `jwtroles apply` makes it so and proves it before it
    commits.

    Start with:  jwtroles demo
    """,
)

ClickUsageError: type[BaseException] = typer.BadParameter.__mro__[1]
"""What typer raises for a wrong command line; typer brings its own copy of click since 0.29."""


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version."),
) -> None:
    """Say what to do when no command is given."""
    if version:
        typer.echo(f"jwtroles {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from jwtroles import codes  # noqa: PLC0415 - 10 ms that `--help` need not pay
        from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

        remedy = "jwtroles --help lists them; jwtroles demo shows what it is about"
        raise UsageError(Problem(codes.USAGE, "no command", remedy=remedy))


GARBAGE_THRESHOLD = 100_000
"""New objects before Python looks for cycles among them. At its own 700 it looks hundreds of times
while modules load, which make no garbage; at this it took no more memory."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its code."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    _end(run(arguments))


def _end(code: int) -> NoReturn:
    """End the process at once: Python would take a tenth of a plan's time to free what it made.

    Everything that must be undone has been, at the end of a `with`.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # closed by whoever started us
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)  # nobody reads on: Python says so in its own way
    os._exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code = app(args=arguments, prog_name="jwtroles", standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:
        return _failed(error, sys.argv[1:] if arguments is None else arguments)
    return code if isinstance(code, int) else 0


def _failed(error: BaseException, arguments: list[str]) -> int:
    """Tell an error that has been thought of, and return its exit code; raise any other."""
    from jwtroles.errors import Exit, JwtrolesError  # noqa: PLC0415

    if isinstance(error, JwtrolesError):
        return _tell(error)
    if isinstance(error, ClickUsageError):
        return _misunderstood(_usage(error), arguments)
    if isinstance(error, KeyboardInterrupt):
        print("Interrupted. Nothing was changed.", file=sys.stderr)  # noqa: T201
        return Exit.INTERRUPTED
    raise error


def _tell(error: JwtrolesError) -> int:
    from jwtroles.cli.terminal import color, tell, width  # noqa: PLC0415
    from jwtroles.report.problems import render  # noqa: PLC0415

    tell(render(error, color=color(sys.stderr), width=width()))
    return error.exit_code


def _misunderstood(error: UsageError, arguments: list[str]) -> int:
    """Tell a wrong command line, in the form that it asks for as well."""
    from jwtroles.cli.formats import asked, told_as  # noqa: PLC0415
    from jwtroles.errors import UsageError  # noqa: PLC0415

    try:
        with told_as(asked(arguments)):
            raise error
    except UsageError:
        return _tell(error)


def _usage(error: BaseException) -> UsageError:
    """Turn a wrong command line into a problem of ours.

    Typer's own exit code would mean differences.
    """
    from jwtroles import codes  # noqa: PLC0415
    from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

    option = getattr(error, "option_name", None)
    near = getattr(error, "possibilities", None) or ()
    # What is said of a missing argument is made when it is asked for.
    told = getattr(error, "message", "") or getattr(error, "format_message", lambda: str(error))()
    said = _without_tokens(told.rstrip("."))
    message = f"no option {option}" if option and "No such option" in said else said
    context = getattr(error, "ctx", None)
    param = getattr(error, "param", None)
    names = getattr(param, "opts", ())
    if names and getattr(error, "message", ""):  # what the value of an option lacks
        variable = _variable(context, param)
        message = f"{variable or names[0]}: {said.removeprefix('Value error, ')}"
    if near and "Did you mean" not in message:  # typer says it itself since 0.20
        message += f". Did you mean {near[0]}?"
    path = getattr(context, "command_path", "jwtroles")
    return UsageError(Problem(codes.USAGE, message, remedy=f"{path} --help"))


def _variable(context: Any, param: Any) -> str:
    """Return the variable that a value comes from, or ''."""
    source = context.get_parameter_source(param.name) if context else None
    return str(param.envvar) if source is not None and source.name == "ENVIRONMENT" else ""


def _without_tokens(text: str) -> str:
    """Return a text in which what looks like a token (RFC 7515 section 7.1) is not told."""
    import re  # noqa: PLC0415 - only what a wrong command line needs

    return re.sub(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "(a token)", text)
