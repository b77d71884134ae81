"""The server: start it, find it, stop it, from any number of processes at once.

Whoever starts or stops does so under a lock file, and looks at what is there first: a server
that another process started is used, one that was killed is cleaned up after. The server does
not end with the process that started it; `stop` ends it.
"""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from jwtroles import codes
from jwtroles.embedded import binaries, files, places
from jwtroles.embedded.lock import abandoned_folders, claimed_folder, locked
from jwtroles.embedded.places import PORT, Postmaster
from jwtroles.embedded.run_as import RunAs, choose
from jwtroles.errors import Problem, ServerError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

PRIVATE_PREFIX = "jwtroles-private-"
READY, STARTING = 0, 1  # what pg_isready exits with
PATIENCE = 60.0


class EmbeddedServer:
    """A PostgreSQL server that listens on a Unix socket only, for the user who runs it.

    Args:
        bin_dir: the folder of its programs.
        root: the folder of its files; made when it is needed.
        templates: the folder of initdb's templates; `root` unless given.
        run_as: how to run the programs; found out unless given.
    """

    def __init__(
        self,
        bin_dir: Path,
        root: Path,
        *,
        templates: Path | None = None,
        run_as: RunAs | None = None,
    ) -> None:
        self._bin_dir = bin_dir
        self._wanted_root = root
        self._templates = templates
        self._given_run_as = run_as

    @classmethod
    @contextmanager
    def private(
        cls,
        bin_dir: Path | None = None,
        root: Path | None = None,
        *,
        run_as: RunAs | None = None,
    ) -> Iterator[EmbeddedServer]:
        """Run a fresh server of one's own; nothing of it is left afterwards.

        Roles belong to a whole server, so whatever creates roles needs this rather than a
        database of the shared one. Servers whose process was killed are removed here too.

        Args:
            bin_dir: the folder of the programs; the bundled ones unless given.
            root: where initdb's templates are kept; the user's cache unless given.
            run_as: how to run the programs; found out unless given.
        """
        bin_dir = bin_dir or binaries.bundled()
        templates = root or places.default_root()
        run_as = run_as or choose()
        for folder in abandoned_folders(PRIVATE_PREFIX):
            with suppress(ServerError):
                cls(bin_dir, folder, run_as=run_as)._end("immediate")
        with claimed_folder(PRIVATE_PREFIX, run_as.folder_mode) as folder:
            server = cls(bin_dir, folder, templates=templates, run_as=run_as)
            try:
                server.start()
                yield server
            finally:
                server._end("immediate")

    def start(self) -> None:
        """Start the server unless it runs already, and wait until it answers."""
        with locked(self.root / "lock"):
            if self._answers():
                return
            self._end("immediate")  # one that was killed, or that does not answer
            if not self.data.exists():
                folder = self._templates or self.root
                folder = places.prepared_root(folder, self._run_as)
                template = files.template(self._programs, folder, self._run_as)
                files.copy(template, self.data, self._run_as)
            self._launch()

    def stop(self) -> bool:
        """Stop the server and remove its socket; its data stays for the next start.

        Returns:
            Whether there was a server to stop.
        """
        if not self._wanted_root.exists():
            return False
        with locked(self.root / "lock"):
            return self._end("fast", "immediate")

    def delete(self) -> bool:
        """Stop the server and delete its databases; the next start makes a new one.

        Returns:
            Whether there was anything to delete.
        """
        if not self._wanted_root.exists():
            return False
        with locked(self.root / "lock"):
            self._end("fast", "immediate")
            there = self.data.exists()
            shutil.rmtree(self.data, ignore_errors=True)
            return there

    def running(self) -> bool:
        """Tell whether the server runs and accepts connections."""
        return self._wanted_root.exists() and self._state() == READY

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Return the address of a database of the running server."""
        postmaster = Postmaster.of(self.data)
        if postmaster is None or postmaster.socket_folder is None:
            raise ServerError(
                Problem(
                    codes.EMBEDDED,
                    "the embedded server is not running",
                    remedy="start it with `jwtroles db start`",
                )
            )
        # The port is named because libpq would take it from PGPORT otherwise.
        host = quote(str(postmaster.socket_folder), safe="")
        names = f"{quote(user, safe='')}@/{quote(database, safe='')}"
        return f"postgresql://{names}?host={host}&port={PORT}"

    def binary(self, name: str) -> Path:
        """Return the path of one of the server's programs."""
        return self._bin_dir / name

    @cached_property
    def _run_as(self) -> RunAs:
        return self._given_run_as or choose()

    @cached_property
    def root(self) -> Path:
        """The folder of its files."""
        return places.prepared_root(self._wanted_root, self._run_as)

    @cached_property
    def _programs(self) -> Path:
        """The folder of the programs, or a copy where the account cannot reach them."""
        if self._run_as.reaches(self._bin_dir / "postgres"):
            return self._bin_dir
        folder = places.prepared_root(self._templates or self.root, self._run_as)
        return binaries.copied(self._bin_dir, folder)

    @property
    def data(self) -> Path:
        """The folder of its databases."""
        return self.root / "data"

    def _state(self) -> int | None:
        """Ask the server; None if there is no process."""
        postmaster = Postmaster.of(self.data)
        if postmaster is None:
            return None
        if postmaster.socket_folder is None:
            return STARTING
        host = f"--host={postmaster.socket_folder}"
        return RunAs().run(self.binary("pg_isready"), host, f"--port={PORT}", "-q").returncode

    def _answers(self) -> bool:
        end = time.monotonic() + PATIENCE
        while (state := self._state()) == STARTING and time.monotonic() < end:
            time.sleep(0.05)
        return state == READY

    def _launch(self) -> None:
        account = self._run_as.account
        socket = places.socket_folder(self.root)
        places.own_folder(socket, 0o700, *((account.uid,) if account else ()))
        self._run_as.give(socket)
        log = self.data / "server.log"
        end = time.monotonic() + PATIENCE
        while True:
            log.unlink(missing_ok=True)
            done = self._pg_ctl(
                "start",
                f"--log={log}",
                f"--options=-c unix_socket_directories={socket} -c port={PORT}",
            )
            # Or else one that a killed process was about to start was there first.
            if done.returncode == 0 or self._answers():
                return
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            # The children of a killed server need a moment to notice, and hold its memory.
            if "still in use" not in said or time.monotonic() > end:
                break
            time.sleep(0.1)
        self._end("immediate")
        raise ServerError(
            Problem(
                codes.EMBEDDED,
                "the embedded server did not start",
                details=(*done.stdout.splitlines()[-3:], *said.splitlines()[-8:]),
                remedy=(
                    f"if its files are damaged, remove {self.root} (it is made again); "
                    "or name a server of your own with --database"
                ),
            )
        )

    def _end(self, *modes: str) -> bool:
        """End the process, if there is one, and remove what a server leaves besides its data."""
        left, stopped = Postmaster.read(self.data), False
        for mode in modes:
            if Postmaster.of(self.data) is not None:
                done = self._pg_ctl("stop", f"--mode={mode}")
                stopped = True
        if Postmaster.of(self.data) is not None:
            raise ServerError(
                Problem(
                    codes.EMBEDDED,
                    "the embedded server does not stop",
                    details=tuple(done.stdout.splitlines()[-3:]),
                    remedy="end its process yourself; its number is the first line of "
                    f"{self.data / 'postmaster.pid'}",
                )
            )
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        # The process knows best where its socket is: TMPDIR may have been another one then.
        places.remove_socket(places.socket_folder(self.root))
        if left and left.socket_folder:
            places.remove_socket(left.socket_folder)
        return stopped

    def _pg_ctl(self, action: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self._run_as.run(
            self._programs / "pg_ctl",
            action,
            f"--pgdata={self.data}",
            "--wait",
            "--silent",
            *options,
        )


def default_server() -> EmbeddedServer:
    """Return the server that all processes of this user share; it is not started yet."""
    programs = binaries.bundled()
    # Another major version cannot read the data of this one.
    major = binaries.version(programs).partition(".")[0]
    root = places.default_root()
    return EmbeddedServer(programs, root / major, templates=root)
