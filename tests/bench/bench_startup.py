"""Start-up, beside the least that a program of this kind can do.

`jwtroles --help` beside a typer program of two commands that prints its help in the same way, and
`jwtroles plan --check` on the converged example beside a script that imports typer, yaml and
psycopg and sends the same queries.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

from jwtroles import apply, connect, load, plan
from jwtroles.workflow import make_plan
from tests.bench.sides import HEAD, Sides, side_by_side
from tests.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers import Clusters

EXAMPLE = ROOT / "examples" / "saas-gateway"
TYPER = """\
import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def hello(name: str = "you") -> None:
    \"\"\"Say hello.\"\"\"
    print(name)


@app.command()
def bye() -> None:
    \"\"\"Say bye.\"\"\"


app()
"""
QUERIES = """\
import json
import sys

import psycopg
import typer
import yaml

queries = json.load(open(sys.argv[2]))
yaml.compose(open(sys.argv[3]))
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    for query, parameters in queries:
        cursor = connection.execute(query, parameters)
        if cursor.description:
            cursor.fetchall()
"""
OURS = "import sys; from jwtroles.cli import main; main(sys.argv[1:])"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Give what both sides run in: bytecode is kept, as it is where a program is installed."""
    ours = ("JWTROLES_", "PG", "PYTHON")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}


def report(sides: Sides, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{HEAD}\n{sides.row()}")
    assert sides.ratio <= sides.limit


def test_help(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "hello.py"
    script.write_text(TYPER)
    ours = [sys.executable, "-c", OURS, "--help"]
    theirs = [sys.executable, str(script), "--help"]
    report(side_by_side("jwtroles --help", 1.25, ours, theirs, environment), capsys)


def test_plan_of_a_database_in_sync(
    tmp_path: Path,
    cluster: Clusters,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with cluster(18).fresh() as sandbox:
        sandbox.load(EXAMPLE / "schema.sql")
        spec = load(EXAMPLE / "jwtroles.yaml")
        with connect(sandbox.url) as connection:
            apply(connection, plan(connection, spec, "dev"))
        file = tmp_path / "jwtroles.yaml"
        shutil.copy(EXAMPLE / "jwtroles.yaml", file)
        script, queries = tmp_path / "queries.py", tmp_path / "queries.json"
        script.write_text(QUERIES)
        queries.write_text(json.dumps(sent(sandbox.url, spec)))
        to = ["--spec", str(file), "--env", "dev", "--database", sandbox.url]
        ours = [sys.executable, "-c", OURS, "plan", "--check", *to]
        theirs = [sys.executable, str(script), sandbox.url, str(queries), str(file)]
        sides = side_by_side("jwtroles plan --check", 1.5, ours, theirs, environment)
    report(sides, capsys)


def sent(url: str, spec: Any) -> list[tuple[str, Any]]:
    """Return the statements of a plan of the converged example, with their parameters.

    Queries that go together are given one by one: that is how a script sends them.
    """
    found: list[tuple[str, Any]] = []
    with connect(url) as connection:
        execute = connection.execute

        def recorded(query: Any, params: Any = None, **options: Any) -> Any:
            text = query.decode() if isinstance(query, bytes) else str(query)
            found.extend((one, params) for one in text.split("\n;\n"))
            return execute(query, params, **options)

        rollback = connection.rollback

        def rolled_back() -> None:
            found.append(("ROLLBACK", None))
            rollback()

        connection.execute, connection.rollback = recorded, rolled_back
        environment = next(one for name, one in spec.environments.items() if name == "dev")
        assert make_plan(connection, spec, environment).plan.empty
    return found
