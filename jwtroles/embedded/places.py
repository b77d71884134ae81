"""Where a server keeps its files, and what its process says about itself there."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem, ServerError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.embedded.run_as import RunAs

PORT = 5432  # only part of the socket's name; nothing listens on the network
ROOT_VARIABLE = "JWTROLES_EMBEDDED_DIR"

# sockaddr_un holds 108 bytes on Linux and 104 on macOS and the BSDs, with the final zero.
LONGEST_SOCKET = 103
# A comma or a quote in unix_socket_directories or in a URL's `host` would make a list of it.
PLAIN = re.compile(r"[A-Za-z0-9_./+-]+")


@frozen
class Postmaster:
    """The main process of a server, as `postmaster.pid` describes it.

    Attributes:
        pid: the number of the process.
        socket_folder: where its socket is; None while it starts.
    """

    pid: int
    socket_folder: Path | None

    @staticmethod
    def read(data: Path) -> Postmaster | None:
        """Return what stands in the folder `data`, where a killed server leaves it too."""
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            # Lines: process, data folder, start time, port, socket folder, address, memory, state.
            socket = lines[4] if len(lines) > 4 else ""
            return Postmaster(int(lines[0]), Path(socket) if socket else None)
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None

    @staticmethod
    def of(data: Path) -> Postmaster | None:
        """Return the process that runs on the folder `data`, or None if there is none.

        The number of a killed server's process may belong to anything by now.
        """
        found = Postmaster.read(data)
        return found if found and _serves(found.pid, data) else None


def default_root() -> Path:
    """Return the folder of this user's own server."""
    chosen = os.environ.get(ROOT_VARIABLE)
    if chosen:
        return Path(chosen).absolute()
    from platformdirs import user_cache_path  # noqa: PLC0415 - not needed by most commands

    return user_cache_path("jwtroles") / "embedded"


def prepared_root(root: Path, run_as: RunAs) -> Path:
    """Create the folder `root`, or one in the temporary folder if the account cannot enter it."""
    try:
        root.mkdir(mode=run_as.folder_mode, parents=True, exist_ok=True)
        if run_as.reaches(root):
            return root.resolve()
        elsewhere = own_folder(_temporary(root), run_as.folder_mode)
        if run_as.reaches(elsewhere):
            return elsewhere.resolve()
        raise PermissionError(f"the server's account can enter neither {root} nor {elsewhere}")
    except OSError as error:
        raise ServerError(
            Problem(
                codes.EMBEDDED,
                f"the folder of the embedded server cannot be used: {error}",
                remedy=f"set {ROOT_VARIABLE} to a folder that may be written to",
            )
        ) from error


def socket_folder(root: Path) -> Path:
    """Return the folder for the socket: in `root`, or elsewhere if that is too long for one."""
    wanted = root / "socket"
    for folder in (wanted, _temporary(root)):
        if _fits(folder):
            return folder
    return Path("/tmp") / _temporary(root).name  # noqa: S108 - made by own_folder, which looks


def own_folder(path: Path, mode: int, *owners: int) -> Path:
    """Create the folder `path`; refuse one that another user or a link put there.

    Args:
        path: the folder, whose parent exists.
        mode: its permissions.
        owners: the user numbers that it may belong to besides the calling user's.
    """
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), *owners}:
            raise ServerError(
                Problem(
                    codes.EMBEDDED,
                    f"{path} belongs to somebody else",
                    remedy=f"remove it, or set {ROOT_VARIABLE} to another folder",
                )
            ) from None
    path.chmod(mode)
    return path


def remove_socket(folder: Path) -> None:
    """Remove the socket of a server that has ended, and its folder."""
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # it is not there, or something else is in it
        folder.rmdir()


def _fits(folder: Path) -> bool:
    socket = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(socket) <= LONGEST_SOCKET and PLAIN.fullmatch(str(folder)) is not None


def _temporary(root: Path) -> Path:
    """Name a folder in the temporary folder, the same for all processes of this user."""
    name = hashlib.sha256(f"{os.geteuid()} {root}".encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"jwtroles-{name}"


def _serves(pid: int, data: Path) -> bool:
    """Tell whether the process is a server that was started on the folder `data`."""
    # What a process was started with is open to all; its working folder is not, not even to
    # root in a container.
    if Path("/proc/self/cmdline").exists():
        try:
            shown = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:
            return False
    else:
        command = ["/bin/ps", "-o", "args=", "-p", str(pid)]
        shown = subprocess.run(command, check=False, capture_output=True).stdout
    return b"postgres" in shown and b"-D " + os.fsencode(data) in shown
