"""The table of commands, which `--help` prints without loading them."""

from __future__ import annotations

import inspect
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Optional

import pytest
import typer
from typer.core import TyperCommand

from jwtroles.cli import app, run
from jwtroles.cli.commands import COMMANDS, Commands
from jwtroles.cli.formats import Format
from jwtroles.cli.values import Command
from tests.pages import ROOT


def group() -> Commands:
    found = typer.main.get_command(app)
    assert isinstance(found, Commands)
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_of_itself_what_the_list_says(name: str) -> None:
    command = group().get_command(None, name)
    assert command.name == name
    help_text = inspect.cleandoc(command.help).split("\n\n")[0].replace("\n", " ")
    assert help_text.startswith(COMMANDS[name].summary)


def test_what_is_not_in_the_table_is_no_command() -> None:
    assert group().get_command(None, "pln") is None
    assert not app.registered_commands
    assert not app.registered_groups


def test_help_loads_no_command() -> None:
    program = (
        "import sys; from jwtroles.cli import run; run(['--help']);"
        "print(sorted(m for m in sys.modules if m.startswith('jwtroles.')), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == str(
        ["jwtroles.cli", "jwtroles.cli.commands", "jwtroles.cli.values"]
    )
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


def commands() -> list[tuple[str, Any]]:
    """Return every command with its whole name, those of groups too."""
    found = [(name, group().get_command(None, name)) for name in COMMANDS]
    alone = [(name, one) for name, one in found if not hasattr(one, "commands")]
    groups = [(name, one.commands) for name, one in found if hasattr(one, "commands")]
    return alone + [(f"{of} {name}", one) for of, named in groups for name, one in named.items()]


def test_every_command_that_tells_errors_of_a_file_goes_without_colour() -> None:
    """The commands of `db` have no colour to turn off but that of their errors."""
    without = {name for name, one in commands() if "--no-color" not in options(one)}
    assert without == {"db start", "db stop", "db url", "db psql"}


def options(command: Any) -> set[str]:
    return {option for param in command.params for option in param.opts}


@pytest.mark.parametrize(
    ("more", "variables", "coloured"),
    [
        ((), {}, True),
        (("--no-color",), {}, False),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"JWTROLES_NO_COLOR": "1"}, False),
        ((), {"TERM": "dumb"}, False),
    ],
)
def test_colour_on_a_terminal(
    more: tuple[str, ...], variables: dict[str, str], coloured: bool, tmp_path: Path
) -> None:
    (tmp_path / "wrong.yaml").write_text("jwtroles: 2\n", encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "JWTROLES_NO_COLOR")}
    program = "import sys; from jwtroles.cli import main; main(sys.argv[1:])"
    ours, theirs = pty.openpty()
    try:
        subprocess.run(
            [sys.executable, "-c", program, "test", "--spec", "wrong.yaml", *more],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", **variables},
            stderr=theirs,
            check=False,
        )
        told = os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"error[JR" in told.replace(b"\x1b[0m", b"").replace(b"\x1b[1;31m", b"")
    assert (b"\x1b[" in told) is coloured


@pytest.mark.parametrize("name", ["keys", "token", "db"])
def test_the_list_of_a_group_cuts_no_sentence(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([name, "--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2]
    assert listed.strip()
    assert "..." not in listed


def test_an_argument_is_told_without_a_type_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["retire", "--help"]) == 0
    told = capsys.readouterr().out
    assert "\n  ROLE  The role" in told
    assert "<str>" not in told


def received(cls: type[TyperCommand], arguments: list[str]) -> Any:
    """Return what a function is called with, or what is said of the command line."""
    got: dict[str, Any] = {}
    alone = typer.Typer(add_completion=False)

    @alone.command(cls=cls)
    def command(
        file: Annotated[Path, typer.Option(envvar="A_FILE")] = Path("a.yaml"),
        other: Annotated[Optional[Path], typer.Option()] = None,  # noqa: UP045
        word: Annotated[Optional[str], typer.Option()] = None,  # noqa: UP045
        form: Annotated[Format, typer.Option()] = Format.TEXT,
        several: Annotated[Optional[list[str]], typer.Option()] = None,  # noqa: UP045
        number: Annotated[int, typer.Option()] = 1,
        flag: Annotated[bool, typer.Option()] = False,
    ) -> None:
        got.update(locals())

    try:
        alone(arguments, standalone_mode=False)
    except Exception as error:
        return type(error).__name__, str(error)
    return {name: value for name, value in got.items() if name != "got"}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--file", "b.yaml", "--other", "", "--word", "w"],
        ["--word", "", "--form", "json", "--flag"],
        ["--several", "a", "--several", "b", "--number", "7"],
        ["--form", "jsn"],
        ["--number", "x"],
        ["--word"],
    ],
    ids=" ".join,
)
def test_values_are_those_that_typer_gives(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_FILE", "c.yaml")
    assert received(Command, arguments) == received(TyperCommand, arguments)


def test_words_and_paths_are_read_without_pydantic() -> None:
    program = (
        "import sys; from jwtroles.cli import run;"
        "code = run(['plan', '--spec', 'none.yaml', '--env', 'dev', '--database', 'x', '--check']);"
        "print(code, 'pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert (done.stdout.strip(), "none.yaml" in done.stderr) == ("1 False", True)
