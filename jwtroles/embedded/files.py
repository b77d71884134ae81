"""The files of a server's data: made once by initdb as a template, copied for each server."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.embedded.binaries import version
from jwtroles.embedded.lock import locked
from jwtroles.errors import Problem, ServerError

if TYPE_CHECKING:
    from jwtroles.embedded.run_as import RunAs

SETTINGS = """
# Written by jwtroles. The data may be lost with the machine, and is made again: speed comes
# first. It is not lost with the server's process, so synchronous_commit stays on.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 64MB
dynamic_shared_memory_type = mmap  # /dev/shm is small in containers, and outlives a killed server
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


def template(bin_dir: Path, folder: Path, run_as: RunAs) -> Path:
    """Return the template of this version in `folder`, made if it is not there yet."""
    path = folder / f"template-{version(bin_dir)}"
    if path.exists():
        return path
    with locked(folder / f"{path.name}.lock"):
        if not path.exists():
            unfinished = f"{path.name}.new-"
            for left in folder.glob(f"{unfinished}*"):  # by a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            # Never the same name: the initdb of a killed process may still be at work.
            data = Path(tempfile.mkdtemp(prefix=unfinished, dir=folder))
            _initdb(bin_dir, data, run_as)
            data.rename(path)
    return path


def copy(source: Path, target: Path, run_as: RunAs) -> None:
    """Copy the data folder `source`, so that `target` is either whole or not there."""
    unfinished = target.with_name(f"{target.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished, copy_function=shutil.copyfile)
    unfinished.chmod(0o700)  # the server insists
    run_as.give(unfinished)
    unfinished.rename(target)


def _initdb(bin_dir: Path, data: Path, run_as: RunAs) -> None:
    run_as.give(data)
    done = run_as.run(
        bin_dir / "initdb",
        f"--pgdata={data}",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--wal-segsize=1",
        "--no-sync",
        "--no-instructions",
    )
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        raise ServerError(
            Problem(
                codes.EMBEDDED,
                "the files of the embedded server could not be made: initdb failed",
                details=tuple(done.stdout.splitlines()[-8:]),
                remedy="see what initdb says, or name a server of your own with --database",
            )
        )
    with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
