"""The terminal: width, colour, and where things are printed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

MAX_WIDTH = 100


def width() -> int:
    """Return the columns to print in: the terminal's, at most 100; 100 where there is none."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return MAX_WIDTH
    return min(shutil.get_terminal_size((MAX_WIDTH, 24)).columns, MAX_WIDTH)


def color(stream: object = None) -> bool:
    """Tell whether a stream takes colour: a terminal, without NO_COLOR (no-color.org)."""
    target = stream or sys.stdout
    isatty = getattr(target, "isatty", lambda: False)
    return bool(isatty()) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def tell(text: str) -> None:
    """Print a remark about the run: to standard error, so that standard output stays the result."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def show(text: str) -> None:
    """Print a result to standard output.

    Raises:
        UsageError: JR015 where it cannot be written, as on a disk that is full.
    """
    try:
        print(text, flush=True)  # noqa: T201
    except BrokenPipeError:  # whoever reads has enough: typer ends the command
        raise
    except OSError as error:
        from jwtroles import codes  # noqa: PLC0415 - only what this needs
        from jwtroles.errors import Problem, UsageError  # noqa: PLC0415

        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())  # Python would try once more at the end
        message = f"cannot write to standard output: {error.strerror}"
        remedy = "send it to where there is room"
        raise UsageError(Problem(codes.CANNOT_WRITE, message, remedy=remedy)) from None
