"""PgBouncer in front of a server of the tests, as the manual configures it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from configparser import ConfigParser
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from jwtroles.embedded.run_as import choose
from tests.install_servers import pooler
from tests.pages import blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.servers import Sandbox

PAGE = "docs/poolers.md"
PORT = 6432
PATIENCE = 20.0


def manual() -> ConfigParser:
    """Return the configuration that the manual shows."""
    (block,) = (one for one in blocks(PAGE, "ini") if "[pgbouncer]" in one.text)
    parser = ConfigParser(interpolation=None)
    parser.read_string(block.text)
    return parser


@contextmanager
def pooled(
    sandbox: Sandbox, users: str, database: Mapping[str, str], settings: Mapping[str, str]
) -> Iterator[str]:
    """Run PgBouncer with the manual's configuration; give the folder of its socket.

    Args:
        sandbox: the server behind it.
        users: the lines of its auth_file.
        database: what is different in the connection string of the database.
        settings: what is different in the section of the program.
    """
    program = pooler()
    if program is None:
        raise RuntimeError("PgBouncer is not installed: Debian has it in the package pgbouncer")
    run_as = choose()
    folder = Path(tempfile.mkdtemp(prefix="pooler-", dir=sandbox.server.root))
    try:
        config = manual()
        (name,) = config["databases"]
        address = dict(part.split("=") for part in config["databases"][name].split())
        at = psycopg.conninfo.conninfo_to_dict(sandbox.url)
        address |= {key: str(at[key]) for key in ("host", "port", "dbname")} | dict(database)
        config["databases"] = {
            str(at["dbname"]): " ".join(f"{key}={value}" for key, value in address.items())
        }
        config["pgbouncer"] = dict(config["pgbouncer"]) | {
            "auth_file": f"{folder}/users",
            "listen_addr": "",
            "listen_port": f"{PORT}",
            "logfile": f"{folder}/log",
            "pidfile": f"{folder}/pid",
            "unix_socket_dir": f"{folder}",
            **settings,
        }
        (folder / "users").write_text(users, encoding="utf-8")
        written = StringIO()
        config.write(written)
        (folder / "pgbouncer.ini").write_text(written.getvalue(), encoding="utf-8")
        run_as.give(folder)
        done = run_as.run(program, "-d", f"{folder}/pgbouncer.ini")
        # It writes its number after it has listened, and says what is wrong in its log.
        if done.returncode != 0 or not _comes_true((folder / "pid").exists):
            said = (folder / "log").read_text() if (folder / "log").exists() else ""
            raise RuntimeError(f"PgBouncer did not start: {done.stdout}\n{said}")
        try:
            yield str(folder)
        finally:
            _stop(folder / "pid")
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # it may still be removing its own


def _stop(file: Path) -> None:
    """End the process, and wait until it has removed its file."""
    os.kill(int(file.read_text(encoding="ascii")), signal.SIGTERM)
    if not _comes_true(lambda: not file.exists()):
        raise RuntimeError("PgBouncer does not end")


def _comes_true(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
