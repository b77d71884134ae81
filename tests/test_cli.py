"""The command line as a person meets it: each row of cli.yaml in order, in one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import yaml

ROOT = Path(__file__).parent.parent
ROWS = yaml.safe_load((ROOT / "tests" / "cli.yaml").read_text(encoding="utf-8"))
PROGRAM = "import sys; from jwtroles.cli import main; main(sys.argv[1:])"


def run(row: dict, folder: Path, url: str | None) -> subprocess.CompletedProcess[str]:
    """Run a row as a process of its own, without a terminal."""
    arguments = [*row["run"], *(["--database", url] if url else [])]
    kept = {k: v for k, v in os.environ.items() if k != "COLUMNS" and not k.startswith("PG")}
    environment = {**kept, "PYTHONPATH": str(ROOT), **row.get("variables", {})}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def judge(row: dict, done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what is not as the row says."""
    said = done.stdout + done.stderr
    wrong = []
    if done.returncode != row["exit"]:
        wrong.append(f"exit {done.returncode}, not {row['exit']}")
    streams = [name for name in ("out", "err") if name in row]
    wrong += [f"std{name} differs" for name in streams if getattr(done, f"std{name}") != row[name]]
    wrong += [f"without {part!r}" for part in row.get("has", ()) if part not in said]
    wrong += [f"tells {part!r}" for part in row.get("hides", ()) if part in said]
    if "Traceback" in said:
        wrong.append("a traceback")
    return [f"{' '.join(row['run'])}: {one}\n{said}" for one in wrong]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the example in it, as a user would have it."""
    shutil.copytree(ROOT / "examples" / "saas-gateway", tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize(
    "row", [r for r in ROWS if not r.get("server")], ids=lambda r: " ".join(r["run"])
)
def test_row(row, folder):
    assert judge(row, run(row, folder, None)) == []


def test_rows_on_a_server(sandbox, applier, record_case, folder):
    """The rows that need a server tell one story, in order, on each server and as each role."""
    sandbox.load(folder / "schema.sql")
    url = sandbox.applier_url(applier)
    for row in (one for one in ROWS if one.get("server")):
        if "sql" in row:
            with psycopg.connect(sandbox.url, autocommit=True) as connection:
                connection.execute(row["sql"])
        assert judge(row, run(row, folder, url)) == []
    record_case(sandbox.major, applier)
