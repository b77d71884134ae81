"""Locks between processes that vanish with their holder, however it ends.

Both kinds are flock(2) on an open file: the system lets go of it when the process is gone, and
programs started meanwhile do not inherit it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 90.0


@contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock file at `path`; afterwards the file is gone.

    Only a holder removes the file. Whoever waited on the removed one sees that the path is
    another file by now, or none, and starts over.
    """
    end = time.monotonic() + patience
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if _try(file) and _same(file, path):
            break
        os.close(file)
        if time.monotonic() > end:
            raise ServerError(
                Problem(
                    codes.EMBEDDED,
                    "another process keeps the embedded server locked",
                    details=(f"lock: {path}",),
                    remedy="wait for it or end it, and try again",
                )
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(file)


@contextmanager
def claimed_folder(prefix: str, mode: int) -> Iterator[Path]:
    """Create a folder in the temporary folder and claim it; remove it afterwards.

    When this process is killed, the claim ends and :func:`abandoned_folders` finds the folder.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
        try:
            file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        if _try(file) and _same(file, folder):
            break
        os.close(file)  # another process took it for abandoned, and removes it
    try:
        folder.chmod(mode)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(file)


def abandoned_folders(prefix: str) -> Iterator[Path]:
    """Yield this user's folders of killed processes; each is removed after the loop's body."""
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"{prefix}*"):
        try:
            file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # already gone, no folder, or another user's
            continue
        try:
            if os.fstat(file).st_uid == os.geteuid() and _try(file) and _same(file, folder):
                yield folder
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(file)


def _try(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(file: int, path: Path) -> bool:
    """Tell whether `path` still leads to the open file."""
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False
