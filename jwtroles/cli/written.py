"""Files that a command writes: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def write(path: Path, text: str) -> None:
    """Write a file, in the place of the one that is there; a device or a pipe is written to.

    Raises:
        UsageError: JR015 when it cannot be written.
    """
    write_all({path: text})


def write_all(texts: Mapping[Path, str]) -> None:
    """Write several files, or none of them.

    Raises:
        UsageError: JR015 when one of them cannot be written.
    """
    made: list[tuple[Path, Path]] = []
    current = next(iter(texts), Path())
    try:
        for current, text in texts.items():
            if current.exists() and not current.is_file():
                current.write_text(text, encoding="utf-8")
                continue
            real = current.resolve()
            beside = real.with_name(f".{real.name}.{os.getpid()}")
            made.append((beside, real))
            beside.write_text(text, encoding="utf-8")
        for beside, real in made:
            beside.replace(real)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        for beside, _ in made:
            beside.unlink(missing_ok=True)
        message = f"cannot write {current}: {getattr(error, 'strerror', None) or error}"
        remedy = "name another file"
        raise UsageError(Problem(codes.CANNOT_WRITE, message, remedy=remedy)) from None
