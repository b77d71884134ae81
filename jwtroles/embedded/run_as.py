"""As whom the server's programs run: as this user, or instead of root as somebody else.

PostgreSQL refuses root, and initdb refuses a user that the system does not know by name. In
both cases a user namespace comes first, because nothing has to change hands; then, for root, an
unprivileged account.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from jwtroles import codes
from jwtroles.errors import Problem, ServerError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

ACCOUNTS = ("postgres", "nobody")
PATIENCE = 120.0


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: Iterable[int]


@frozen
class Account:
    """An account of the system: its name and its numbers."""

    name: str
    uid: int
    gid: int


@frozen
class RunAs:
    """How to start the server's programs.

    Attributes:
        prefix: what stands before the program, for a user namespace.
        account: the account to switch to; None keeps the calling user.
    """

    prefix: tuple[str, ...] = ()
    account: Account | None = None

    @property
    def folder_mode(self) -> int:
        """The permissions of a folder of the calling user's that holds the account's."""
        return 0o711 if self.account else 0o700

    def run(self, program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and return its exit code and everything it said.

        It has a session of its own, so that Ctrl-C does not reach it, and it is waited for even
        when the caller is interrupted: half an initdb or half a start helps nobody.
        """
        command = [*self.prefix, str(program), *arguments]
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            env=environment(),
            start_new_session=True,
            **self._identity(),
        ) as process:
            try:
                said, _ = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                said = f"{program.name} did not end within {PATIENCE:.0f} seconds"
            except BaseException:
                process.communicate(timeout=PATIENCE)
                raise
            process.wait()
        return subprocess.CompletedProcess(command, process.returncode, said)

    def reaches(self, path: Path) -> bool:
        """Tell whether the account may enter the folder, or run the program, at `path`."""
        if self.account is None:
            return True
        test = ["/usr/bin/test", "-x", str(path)]
        return subprocess.run(test, check=False, cwd="/", **self._identity()).returncode == 0

    def give(self, path: Path) -> None:
        """Make the account the owner of `path` and of all below it."""
        if self.account is None:
            return
        for folder, folders, files in os.walk(path):
            for name in (".", *folders, *files):
                os.chown(
                    Path(folder, name), self.account.uid, self.account.gid, follow_symlinks=False
                )

    def _identity(self) -> _Identity:
        if self.account is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": ()}


def in_namespace() -> RunAs | None:
    """Return how to run in a user namespace, or None where that is not possible."""
    inside = next((user.pw_uid for user in pwd.getpwall() if user.pw_uid != 0), None)
    if not sys.platform.startswith("linux") or inside is None or not sys.executable:
        return None
    launcher = str(Path(__file__).with_name("namespace.py"))
    way = RunAs((sys.executable, "-I", "-S", launcher, str(inside)))
    return way if way.run(Path("/bin/sh"), "-c", ":").returncode == 0 else None


def as_account() -> RunAs | None:
    """Return how to run as an unprivileged account, or None where there is none."""
    for name in ACCOUNTS:
        try:
            user = pwd.getpwnam(name)
            way = RunAs(account=Account(name, user.pw_uid, user.pw_gid))
            if way.reaches(Path("/")):
                return way
        except (KeyError, OSError):  # no such account, or switching to it is not allowed
            continue
    return None


@cache
def choose() -> RunAs:
    """Return how this process runs the server's programs."""
    root = os.geteuid() == 0
    if not root and _known(os.geteuid()):
        return RunAs()
    way = in_namespace() or (as_account() if root else None)
    if way is not None:
        return way
    if root:
        raise ServerError(
            Problem(
                codes.EMBEDDED,
                "PostgreSQL refuses to run as root, and root may become nobody else here",
                details=(
                    "a user namespace: not allowed (unshare)",
                    f"an unprivileged account ({' or '.join(ACCOUNTS)}): none can be used",
                ),
                remedy="run jwtroles as an ordinary user, or name a server with --database",
            )
        )
    raise ServerError(
        Problem(
            codes.EMBEDDED,
            f"the system knows no user with the number {os.geteuid()}, and PostgreSQL needs one",
            remedy=(
                "run jwtroles as a user that is in /etc/passwd, or name a server with --database"
            ),
        )
    )


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def environment() -> dict[str, str]:
    """Return the caller's environment without what would change the server."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_")) and name not in {"LANG", "LANGUAGE"}
    }
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
