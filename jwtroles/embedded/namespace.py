"""Run a program as an ordinary user inside a user namespace of its own (Linux).

PostgreSQL refuses to run as root. In this namespace the calling user has another number, so the
server sees an ordinary user; outside nothing changes: it reaches the files that the calling user
owns, and they stay that user's.

This file is run by itself, not imported: a namespace can be entered only by a process with a
single thread. Arguments: the user number to have inside, the program, its arguments.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000  # user_namespaces(7); os.unshare needs Python 3.12


def main() -> None:
    """Enter the namespace and become the program; exit with 125 where that is not allowed."""
    inside, program = sys.argv[1:3]
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        sys.exit(125)
    try:
        # Without privileges outside, a group map needs setgroups denied first.
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{inside} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{inside} {group} 1", encoding="ascii")
    except OSError:
        sys.exit(125)
    os.execv(program, sys.argv[2:])  # noqa: S606 - no shell is the intention


if __name__ == "__main__":
    main()
