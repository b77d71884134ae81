"""A file from a stranger's pull request: no secret of the environment, and no code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.billing import SCHEMA, TEXT, changed
from tests.pages import ROOT

NAME = "AWS_SECRET_ACCESS_KEY"
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
HERE = "${" + NAME + "}"


def jwtroles(folder: Path, *arguments: str) -> str:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from jwtroles.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=os.environ | {NAME: SECRET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "sql", "json", "markdown", "github"])
def test_no_variable_is_read_where_no_address_stands(cluster, tmp_path, form):
    text = changed(
        ("comment: reads a single table", f'comment: "{HERE}"'),
        ("contains: auditor", f'contains: "{HERE}"'),
        ("unpaid: status <> 'paid'", f"unpaid: \"note <> '{HERE}'\""),
    )
    (tmp_path / "jwtroles.yaml").write_text(text)
    with cluster(18).fresh() as sandbox:
        sandbox.load(SCHEMA)
        said = jwtroles(
            tmp_path, "plan", "--env", "dev", "--format", form, "--database", sandbox.url
        )
    assert SECRET not in said
    if form != "github":
        assert HERE in said, "it is a text like any other"


@pytest.mark.parametrize(
    "address",
    [
        HERE,
        f"host=/tmp/{HERE} user=x",
        f"host={HERE}.example.invalid",
        f"postgresql://127.0.0.1:1/{HERE}",
        f"postgresql://u:{HERE}@127.0.0.1:1/x",
        f"service={HERE}",
    ],
)
@pytest.mark.parametrize("command", ["validate", "plan"])
def test_no_secret_is_told_or_sent_as_an_address(tmp_path, command, address):
    """Alone, a variable is where the user's own address stands; inside another it is refused."""
    before = "  dev:\n    database: embedded\n"
    text = changed((before, f'  dev:\n    database: "{address}"\n'))
    (tmp_path / "jwtroles.yaml").write_text(text)
    said = jwtroles(tmp_path, command, "--env", "dev")
    assert SECRET not in said
    assert ("JR169" in said) == (address != HERE)


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system [touch ran]",
        "!!python/object/new:os.system [touch ran]",
        "&a [*a]",
        "{<<: {a: b}}",
        "a: b\n---\na: b",
        "{{ cycler.__init__.__globals__.os.system('touch ran') }}",
        "${(touch ran)}",
        "$(touch ran)",
    ],
)
def test_no_code_is_run(tmp_path, text):
    for comment in (f"    comment: {text}\n", f"    comment: '{text}'\n"):
        whole = changed(("    comment: reads a single table\n", comment), text=TEXT)
        (tmp_path / "jwtroles.yaml").write_text(whole)
        said = jwtroles(tmp_path, "validate")
        assert "Traceback" not in said
        assert "valid" in said or "error[JR" in said
    assert not (tmp_path / "ran").exists()
