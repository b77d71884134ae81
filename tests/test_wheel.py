"""The wheel, alone in a fresh virtual environment, outside the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from jwtroles import __version__
from tests.pages import ROOT, blocks

BUILT_FROM = ("jwtroles", "examples", "pyproject.toml", "README.md", "LICENSE")
"""What the build may see: a wheel that needs more would not build from a source distribution."""


def run(*command: str | Path, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of the repository, of this machine's servers or user."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JWTROLES_", "PG", "PYTHON", "XDG_", "COVERAGE"))
        and name not in {"COLUMNS", "DATABASE_URL", "VIRTUAL_ENV"}
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=kept | {"HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def pip(*arguments: str | Path, python: str | Path = sys.executable, cwd: Path) -> None:
    """Run pip with this user's own configuration and cache, so that wheels are shared."""
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in BUILT_FROM:
        here = ROOT / name
        if here.is_dir():
            shutil.copytree(here, source / name, ignore=ignored)
        else:
            shutil.copy(here, source / name)
    pip("wheel", "--no-deps", "--wheel-dir", folder, source, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_everything_that_is_read_travels_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        points = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "jwtroles = jwtroles.cli:main" in archive.read(points).decode()
    expected = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "jwtroles").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected |= {
        str("jwtroles" / path.relative_to(ROOT))
        for path in (ROOT / "examples").rglob("*")
        if path.is_file()
    }
    assert names == expected
    assert {".sql", ".j2", ".yaml", ".typed"} <= {Path(name).suffix or name[-6:] for name in names}
    assert not [name for name in names if "test_" in Path(name).name or "/tests/" in name]


def test_the_wheel_alone_runs_the_demo(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    bin_ = tmp_path / "venv" / "bin"
    pip("--python", bin_ / "python", "install", wheel, cwd=tmp_path)
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()

    def jwtroles(*arguments: str, cwd: Path = work) -> str:
        done = run(bin_ / "jwtroles", *arguments, cwd=cwd, home=home)
        assert done.returncode == 0, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout

    where = run(
        bin_ / "python", "-c", "import jwtroles; print(jwtroles.__file__)", cwd=work, home=home
    )
    assert where.stdout.startswith(str(tmp_path / "venv")), "the repository's own package was used"
    assert jwtroles("--version") == f"jwtroles {__version__}\n"
    demo = jwtroles("demo")
    assert "In sync." in demo
    assert "expectations hold" in demo
    (drift,) = blocks("README.md", "text")
    assert [line for line in drift.text.splitlines() if line not in demo.splitlines()] == []
    jwtroles("demo", "--copy", "copied")
    assert sorted(path.name for path in (work / "copied").iterdir()) == [
        "jwtroles.yaml",
        "keys",
        "schema.sql",
    ]
    assert "valid" in jwtroles("validate", cwd=work / "copied")
    jwtroles("init")
    assert "valid" in jwtroles("validate")
