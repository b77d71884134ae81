"""Where a token comes from: a file, standard input or a variable, and never the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.cli.terminal import tell
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from typing import NoReturn

MOST = 2**20
"""Characters that are read of what should be a token of 8 KiB at most."""

STANDARD_INPUT = "-"
VARIABLE = "env:"


def given_token(word: str) -> str:
    """Return the token that FILE, `-` or `env:NAME` means.

    Raises:
        UsageError: JR640 for a token in the place of a file, JR140 for a file that cannot be read,
            JR014 for a variable that is not set. What was given is in no message: it may be a
            token, or a part of one.
    """
    if word == STANDARD_INPUT:
        return standard_input().strip()
    if word.startswith(VARIABLE):
        found = os.environ.get(word.removeprefix(VARIABLE))
        if found is None:
            _refuse(codes.NO_VARIABLE, "the variable of --token is not set", "--token env:NAME")
        return found.strip()
    no_token(word)
    try:
        with Path(word).open("rb") as file:
            return file.read(MOST).decode("utf-8", "replace").strip()
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "not the name of a file"
        _refuse(codes.NO_SUCH_FILE, f"cannot read the file of --token: {said}", "name one")


def no_token(word: str) -> None:
    """Refuse a token, or what looks like one, in the place of anything else (JR640)."""
    if "eyJ" in word or word.casefold().startswith("bearer"):  # its parts begin with `{"`
        message = "a token is not given as an argument: every user of this machine sees those"
        _refuse(codes.TOKEN_ARGUMENT, message, "--token FILE, --token - or --token env:NAME")


def standard_input() -> str:
    """Return what is on standard input; a person is told that it is waited for."""
    if sys.stdin.isatty():
        tell("Paste the token, then Ctrl-D.")
    return sys.stdin.read(MOST)


def _refuse(code: codes.Code, message: str, remedy: str) -> NoReturn:
    raise UsageError(Problem(code, message, remedy=remedy))
