"""The command line as a person meets it: each row of cli.yaml in order, in one folder.

A row is a process of its own, as a person's command is. What differs between servers and applying
roles does not depend on that: only one of the ten pairs starts processes, to the others the same
command line is given in this process.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import psycopg
import pytest
import yaml

from jwtroles import cli

ROOT = Path(__file__).parent.parent
ROWS = yaml.safe_load((ROOT / "tests" / "cli.yaml").read_text(encoding="utf-8"))
PROGRAM = "import sys; from jwtroles.cli import main; main(sys.argv[1:])"


def environment(row: dict) -> dict[str, str]:
    """Return what the environment of a row holds: nothing of ours but what the row says."""
    ours = ("PG", "JWTROLES_", "COLUMNS")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return {**kept, "PYTHONPATH": str(ROOT), **row.get("variables", {})}


def run(row: dict, folder: Path, url: str | None) -> subprocess.CompletedProcess[str]:
    """Run a row as a process of its own, without a terminal."""
    arguments = [*row["run"], *(["--database", url] if url else [])]
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env=environment(row),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def run_here(row: dict, folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    """Run a row in this process, without a terminal."""
    arguments = [*row["run"], "--database", url]
    out, err = io.StringIO(), io.StringIO()
    with (
        chdir(folder),
        mock.patch.dict(os.environ, environment(row), clear=True),
        mock.patch("sys.stdin", io.StringIO()),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = cli.run(arguments)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


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


def test_a_full_disk_behind_standard_output_is_told(folder):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, "validate"],
            cwd=folder,
            env=environment({}),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error[JR015]: cannot write to standard output: No space left on device",
        "  = send it to where there is room",
    ]


def test_without_tables_a_private_server_has_nothing_to_test(folder):
    (folder / "schema.sql").unlink()
    row = {"run": ["test"], "exit": 1, "out": "", "has": ["error[JR140]", "--load FILE"]}
    assert judge(row, run(row, folder, None)) == []


def test_rows_on_a_server(sandbox, applier, record_case, folder):
    """The rows that need a server tell one story, in order, on each server and as each role."""
    sandbox.load(folder / "schema.sql")
    url = sandbox.applier_url(applier)
    carry_out = run if (sandbox.major, applier) == (18, "superuser") else run_here
    for row in (one for one in ROWS if one.get("server")):
        if "sql" in row:
            with psycopg.connect(sandbox.url, autocommit=True) as connection:
                connection.execute(row["sql"])
        assert judge(row, carry_out(row, folder, url)) == []
    record_case(sandbox.major, applier)
