"""The commands, each loaded when it is used.

`jwtroles --help` needs their names and first lines alone. Loading all of them to show these would
take longer than everything else that it does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from typer.core import TyperGroup

from jwtroles.cli.values import Command, read_plainly

if TYPE_CHECKING:
    from collections.abc import Mapping


class Entry(NamedTuple):
    """Where a command is and what the list of commands says of it.

    Attributes:
        module: of `jwtroles.cli`.
        name: the function, or the `typer.Typer` of a group, in the module.
        summary: the first line of its help; a test holds the two together.
    """

    module: str
    name: str
    summary: str


COMMANDS: Mapping[str, Entry] = {
    "init": Entry(
        "init", "init", "Write a commented first specification; with a database, one that fits it."
    ),
    "import": Entry(
        "importing",
        "import_file",
        "Write a specification of what a database has; its plan is empty. Nothing is changed.",
    ),
    "plan": Entry(
        "plan",
        "plan",
        "Show what has to change for a database to be as the file says. Nothing is changed.",
    ),
    "apply": Entry(
        "apply",
        "apply",
        "Plan, ask, and apply in one transaction that is proved before it commits.",
    ),
    "show": Entry(
        "saved", "show", "Show a saved plan. No database, variable or specification is needed."
    ),
    "diff": Entry(
        "mirror",
        "diff",
        "Show what differs in access between two environments, databases, snapshots or files.",
    ),
    "sync": Entry(
        "mirror",
        "sync",
        "Make the access of one database mirror another's, and prove it before the commit.",
    ),
    "release": Entry(
        "leave", "release", "Stop managing a database, and leave all access as it is."
    ),
    "uninstall": Entry(
        "leave",
        "uninstall",
        "Remove everything that jwtroles made: policies, rights, views, queries, roles, schema.",
    ),
    "retire": Entry(
        "retire",
        "retire",
        "Drop a role that left the file, after letting it go in every database of its cluster.",
    ),
    "validate": Entry(
        "check",
        "validate",
        "Check the file; tables and columns too, where a database or a snapshot is named.",
    ),
    "test": Entry(
        "check",
        "test",
        "Run the file's own tests: claims in, role out, then what each statement may do.",
    ),
    "snapshot": Entry(
        "snapshot",
        "snapshot",
        "Write the catalog that matters to a file, to plan and compile without a database.",
    ),
    "compile": Entry(
        "snapshot",
        "compile_file",
        "Print all the SQL of a file, from nothing, without a database.",
    ),
    "keys": Entry(
        "keys", "app", "Keys that verify tokens: list them, add one, import a document, retire one."
    ),
    "revoke": Entry(
        "revoke", "revoke", "Refuse tokens before they expire: one, a subject's, or an issuer's."
    ),
    "token": Entry(
        "token", "app", "Tokens for development: make one, or see what would come of one, and why."
    ),
    "doctor": Entry(
        "doctor",
        "doctor",
        "Examine a server: version, known holes, rights, logins, and where a token could be read.",
    ),
    "explain": Entry(
        "explain",
        "explain",
        "Say what a code means, why a token becomes a role, or what a role may do.",
    ),
    "demo": Entry(
        "demo",
        "demo",
        "Show the main job on a private server: plan, apply, drift, and what each token sees.",
    ),
    "db": Entry(
        "db", "app", "The private PostgreSQL server: start it, stop it, find it, talk to it."
    ),
}
"""In the order in which they are listed. What is not in it is no command."""


class Commands(TyperGroup):
    """The group of all commands, which loads one when it is asked for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: dict[str, Any] = dict.fromkeys(COMMANDS)  # the names, for "did you mean"

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, `--help` with them."""
        return read_plainly(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature of click
        """Return the names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Load a command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if self.commands[cmd_name] is None:
            self.commands[cmd_name] = _loaded(cmd_name, entry)
        return self.commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


def _loaded(name: str, entry: Entry) -> Any:
    found = getattr(import_module(f"jwtroles.cli.{entry.module}"), entry.name)
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name, cls=Command)(found)
    return typer.main.get_group(alone).commands[name]
