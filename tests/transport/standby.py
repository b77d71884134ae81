"""A streaming replica of a server of its own, and copies of databases."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from jwtroles.embedded import EmbeddedServer
from jwtroles.embedded.lock import claimed_folder
from jwtroles.embedded.run_as import choose
from jwtroles.embedded.server import PRIVATE_PREFIX
from tests.install_servers import FOLDER, bin_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 20.0
# A server of the tests writes as little as it can.
SENDS = (
    "ALTER SYSTEM SET wal_level = replica",
    "ALTER SYSTEM SET max_wal_senders = 4",
    "CREATE DATABASE sandbox",
)


@dataclass(frozen=True)
class Pair:
    """A primary and its hot standby."""

    primary: EmbeddedServer
    standby: EmbeddedServer

    def run_sql(self, text: str) -> None:
        """Run statements on the primary; they have not reached the standby yet."""
        with psycopg.connect(self.primary.url("sandbox"), autocommit=True) as connection:
            connection.execute(text.encode())

    def replay(self, *, pause: bool) -> None:
        """Stop or go on with what comes from the primary."""
        action = "pause" if pause else "resume"
        with psycopg.connect(self.standby.url("sandbox"), autocommit=True) as connection:
            connection.execute(f"SELECT pg_wal_replay_{action}()".encode())

    def reach(self) -> None:
        """Wait until the standby has what the primary has committed."""
        with (
            psycopg.connect(self.primary.url("sandbox"), autocommit=True) as primary,
            psycopg.connect(self.standby.url("sandbox"), autocommit=True) as standby,
        ):
            ((wanted,),) = primary.execute("SELECT pg_current_wal_lsn()::text")
            end = time.monotonic() + PATIENCE
            query = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
            while standby.execute(query, [wanted]).fetchone() != (True,):
                if time.monotonic() > end:
                    raise RuntimeError("the standby does not follow")
                time.sleep(0.02)


@contextmanager
def replicated(major: int) -> Iterator[Pair]:
    """Run a server and a hot standby made by pg_basebackup."""
    run_as = choose()
    with (
        EmbeddedServer.private(bin_dir(major), FOLDER.parent / "templates") as primary,
        claimed_folder(PRIVATE_PREFIX, run_as.folder_mode) as folder,
    ):
        with psycopg.connect(primary.url(), autocommit=True) as connection:
            for statement in SENDS:
                connection.execute(statement.encode())
            # pg_basebackup can write it, with options that another libpq may not know.
            at = "host={host} port={port} user={user}".format_map(
                psycopg.conninfo.conninfo_to_dict(primary.url())
            )
            connection.execute(f"ALTER SYSTEM SET primary_conninfo = '{at}'".encode())
        primary.stop()
        primary.start()
        run_as.give(folder)
        done = run_as.run(
            primary.binary("pg_basebackup"),
            f"--dbname={primary.url()}",
            f"--pgdata={folder / 'data'}",
            "--checkpoint=fast",
            "--no-sync",
        )
        if done.returncode != 0:
            raise RuntimeError(f"pg_basebackup: {done.stdout}")
        (folder / "data" / "standby.signal").touch()
        run_as.give(folder)
        standby = EmbeddedServer(bin_dir(major), folder, run_as=run_as)
        standby.start()
        try:
            yield Pair(primary, standby)
        finally:
            standby.stop()
