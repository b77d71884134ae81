"""The table of commands, which `--help` prints without loading them."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
import typer

from jwtroles.cli import app
from jwtroles.cli.commands import COMMANDS, Commands


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
    assert done.stderr.strip() == "['jwtroles.cli', 'jwtroles.cli.commands']"
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)
