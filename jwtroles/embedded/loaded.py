"""A server of its own for a database that SQL files make: once, and anew when they change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from jwtroles.embedded import binaries, places
from jwtroles.embedded.lock import locked
from jwtroles.embedded.scratch import run_file
from jwtroles.embedded.server import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DATABASE = "postgres"
MARK = "jwtroles-loaded"


def server_of(owner: str) -> EmbeddedServer:
    """Return the server that belongs to `owner`, a file and its environment; it is not started yet.

    Roles belong to a whole server, and SQL files create roles: so it is not the shared one.
    """
    programs = binaries.bundled()
    major = binaries.version(programs).partition(".")[0]
    root = places.default_root()
    key = hashlib.sha256(owner.encode()).hexdigest()[:12]
    return EmbeddedServer(programs, root / f"{major}-{key}", templates=root)


def start_loaded(server: EmbeddedServer, files: Sequence[Path]) -> None:
    """Start the server, with the database that the files make.

    What has been in it stays from start to start, until a file changes: then it is made anew.

    Raises:
        ServerError: a file fails. Nothing is kept then.
    """
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    wanted = digest.hexdigest()
    with locked(server.root / "load-lock"):
        mark = server.data / MARK
        if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
            server.start()
            return
        server.delete()
        server.start()
        try:
            for file in files:
                run_file(server, DATABASE, file)
        except BaseException:
            server.delete()
            raise
        mark.write_text(wanted, encoding="utf-8")
