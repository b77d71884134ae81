"""The billing example as a person has it: a folder, a database, and the command line."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from jwtroles import cli
from tests.live.billing import FOLDER, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.servers import Sandbox

OTHERS = """
CREATE ROLE metrics LOGIN;
GRANT USAGE ON SCHEMA app TO metrics;
GRANT SELECT ON app.plans, app.customers TO metrics;
"""


class Said(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str


@dataclass
class Desk:
    """A folder with a specification, and the address of a database."""

    folder: Path
    sandbox: Sandbox
    url: str

    def run(self, *arguments: str, url: str | None = None, **variables: str) -> Said:
        """Run a command of the example's environment `dev`, without a terminal."""
        database = [] if arguments[0] == "show" else ["--database", url or self.url]
        return run(self.folder, *arguments, *database, **variables)

    def plan(self, *more: str, **options: Any) -> Said:
        """Save the plan of `dev` to plan.json."""
        return self.run("plan", "--env", "dev", "--out", "plan.json", *more, **options)

    def apply(self, *more: str, **options: Any) -> Said:
        """Apply plan.json."""
        return self.run("apply", "plan.json", "--yes", *more, **options)

    def edit(self, old: str, new: str) -> None:
        """Change a text of the specification that stands there once."""
        path = self.folder / "jwtroles.yaml"
        text = path.read_text("utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), "utf-8")

    @property
    def saved(self) -> dict[str, Any]:
        """The plan's file as JSON."""
        found: dict[str, Any] = json.loads((self.folder / "plan.json").read_text("utf-8"))
        return found


def run(folder: Path, *arguments: str, **variables: str) -> Said:
    """Run a command line in a folder, in this process, without a terminal."""
    out, err = io.StringIO(), io.StringIO()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "JWTROLES_"))}
    with (
        chdir(folder),
        mock.patch.dict(os.environ, {**kept, **variables}, clear=True),
        mock.patch("sys.stdin", io.StringIO()),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = cli.run([*arguments])
    said = Said(code, out.getvalue(), err.getvalue())
    assert "Traceback" not in said.err
    return said


def desk(sandbox: Sandbox, applier: str, folder: Path) -> Desk:
    """Load the example's tables, and give a folder with its specification."""
    sandbox.load(SCHEMA)
    sandbox.run_sql(OTHERS)
    shutil.copy(FOLDER / "jwtroles.yaml", folder)
    return Desk(folder, sandbox, sandbox.applier_url(applier))


def sealed(data: Mapping[str, Any]) -> str:
    """Return the text of a plan's file with a checksum that fits: the form is published."""
    rest = {key: value for key, value in data.items() if key != "content"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return json.dumps({**rest, "content": hashlib.sha256(text.encode()).hexdigest()})
