"""Writes errors.md, commands.md and the schemas from the code: `python docs/reference.py`.

`--check` writes nothing and exits 1 when a page is not what the code says; tests/test_docs.py
makes the same comparison.
"""

from __future__ import annotations

import json
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

ERRORS = """\
# Errors and remarks

This page is made from `jwtroles/codes/` by `python docs/reference.py`. `jwtroles explain CODE`
prints one entry of it.

A code never changes its meaning and is never used again. All the problems of one stage are told in
one run. A problem of the file has its line, its column and an excerpt.

## JR0xx: running

The command line, the connection, the embedded server. Exit code 1.

{JR0}

## JR1xx: the form of the file

YAML, keys, types and names. No database is needed. Exit code 1.

{JR1}

## JR2xx: the meaning of the file

The file contradicts itself, or its SQL is refused. No database is needed. Exit code 1. JR231 and
JR244 are no errors: they are remarks of a plan and stop nothing. JR275 to JR283 are told when the
keys of an environment are read, which `plan` and `apply` do.

{JR2}

## JR3xx: the file against the database

`plan`, `apply`, and `validate` with a database or a snapshot tell these. Exit code 1. JR372 is a
remark of a plan.

{JR3}

## JR5xx: others who are affected

Remarks of a plan. Each names a role outside the file that loses access. The plan then has the
effect `cuts_off`, which an environment has to allow.

{JR5}

## JR6xx: applying

Nothing was changed. Exit code 3 for JR605, JR610 to JR614, JR620, JR622, JR650, JR651, JR672,
JR674 and JR675; exit code 1 for the others. JR673 is a remark of a plan. JR676 and JR677 may come
after other steps, which stay.

{JR6}

## JR7xx: policy tests

The tests of the file could not be run. A test that ran and did not hold has no code: the command
exits 4.

{JR7}

## JR8xx: what jwtroles finds by itself

JR800 to JR804 are about databases that jwtroles does not mark, JR810 to JR821 about `import`.
JR810, JR811, JR812, JR816, JR819, JR820 and JR821 are no errors: `import` tells them, and the file
that it writes has them as comments. JR817 is a remark of a plan. Exit code 2 for JR820; 3 for
JR813, where nothing is written; 1 for the others.

`jwtroles doctor` tells JR850 to JR878 of a server. Each has a severity beside its code: error,
warning or note. Exit code 1 where there is an error. JR876 is a remark of a plan too.

{JR8}
"""

COMMANDS = """\
# Commands

This page is made from the command line itself by `python docs/reference.py`. `-h` after a command
prints the same.

## Exit codes

| code | meaning |
|---|---|
{exits}

Results go to standard output. Errors, and the progress of `apply`, go to standard error. `NO_COLOR`
and `TERM=dumb` turn colour off. `jwtroles --install-completion` installs completion for the current
shell.

## Which database

The first of these that is there: `--database`; the `database` of the environment; the variable
`DATABASE_URL`; libpq's own variables (`PGHOST`, `PGSERVICE` and so on). A value is a libpq URL or
keyword string, the name of a libpq service, or `embedded` for the server of `jwtroles db`. A
password is never printed.

A file with several environments needs `--env`, also beside `--database`: the environment decides
the names of roles and the effects that are allowed. `validate` and `test` do without when neither
is given.

## Variables

What the column "variable" names is a default for every command that has the option: an option of
the command line goes before it, also before the variable of another option in whose place it stands
(`--database` before `JWTROLES_AGAINST`). Of JWTROLES_FORMAT a command takes the forms that it has,
of JWTROLES_JOBS and JWTROLES_KEEP_GOING what is about many databases. JWTROLES_SHARD is refused for
one database, as `--shard` is: each part would do the same. Switches are `1` or `0`; effects in
JWTROLES_ALLOW have spaces between.

{commands}
"""

EXITS = {
    "DONE": "done",
    "ERROR": "an error: the command line, the file, the database or the server",
    "DIFFERENT": "`--check`, or `explain` with a database, found differences; "
    "`import`: the plan puts something back",
    "REFUSED": "refused: an effect that is not allowed, a missing right, a stale plan, a token",
    "FAILED": "a policy test did not hold",
    "INTERRUPTED": "interrupted with Ctrl-C; rolled back",
}
"""Name of a member of `errors.Exit` → what it means."""


def errors() -> str:
    """Return errors.md; a code of a family that has no section here is a KeyError."""
    from jwtroles.codes import all_codes  # noqa: PLC0415 - the path is set above

    families: dict[str, list[str]] = {f"JR{number}": [] for number in (0, 1, 2, 3, 5, 6, 7, 8)}
    for code in all_codes():
        end = "" if code.title.endswith("?") else "."
        entry = f"### {code.id}\n\n**{code.title}{end}** {code.why}"
        families[code.id[:3]].append(entry)
    return ERRORS.format(**{family: "\n\n".join(found) for family, found in families.items()})


def commands() -> str:
    """Return commands.md."""
    import typer  # noqa: PLC0415

    from jwtroles.cli import app  # noqa: PLC0415
    from jwtroles.errors import Exit  # noqa: PLC0415

    exits = "\n".join(f"| {member.value} | {EXITS[member.name]} |" for member in Exit)
    found = _walk("jwtroles", typer.main.get_command(app))
    sections = "\n\n".join("\n\n".join(_command(path, command)) for path, command in found)
    return COMMANDS.format(exits=exits, commands=sections)


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    names = command.list_commands(None) if hasattr(command, "list_commands") else ()
    for name in names:
        child = command.get_command(None, name)
        if not child.hidden:
            yield from _walk(f"{path} {name}", child)


def _command(path: str, command: Any) -> Iterator[str]:
    """Yield the paragraphs of one command: help, usage, options, example."""
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param not in arguments]
    options = [param for param in options if not param.name.endswith("_completion")]  # typer's own
    usage = [path, *(["[OPTIONS]"] if options else []), *map(_argument, arguments)]
    usage += ["COMMAND"] if hasattr(command, "commands") else []
    examples = []
    yield f"## {path}"
    for part in (command.help or "").strip().split("\n\n"):
        if part.strip().startswith(("Example:", "Start with:")):
            examples.append(part.partition(":")[2].strip())
        else:
            yield "\n".join(line.strip() for line in part.splitlines())
    yield _block(" ".join(usage))
    if arguments:
        yield "\n".join(f"- `{_argument(one)}`: {one.help}" for one in arguments)
    if options:
        head = "| option | meaning | variable | default |\n|---|---|---|---|\n"
        yield head + "\n".join(map(_option, options))
    for example in examples:
        yield f"Example:\n\n{_block(example)}"


def _block(text: str) -> str:
    return f"```\n{text}\n```"


def _argument(param: Any) -> str:
    name = str(param.metavar or param.name.upper())
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    if not param.is_flag:
        choices = list(type(param.default)) if isinstance(param.default, Enum) else []
        value = "\\|".join(map(_value, choices)) or param.metavar or param.name.upper()
        names += f" {value}"
    variable = f"`{param.envvar}`" if param.envvar else ""
    default = "" if param.is_flag or param.default in (None, "") else f"`{_value(param.default)}`"
    meaning = " ".join((param.help or "").split()).replace("|", "\\|")
    return f"| {names} | {meaning} | {variable} | {default} |"


def _value(item: Any) -> str:
    return str(getattr(item, "value", item))


def plan_schema() -> str:
    """Return schemas/plan.schema.json."""
    from jwtroles.report.contract import schema  # noqa: PLC0415

    return json.dumps(schema(), indent=2) + "\n"


def fleet_schema() -> str:
    """Return schemas/fleet.schema.json."""
    from jwtroles.report.contract.fleet import schema  # noqa: PLC0415

    return json.dumps(schema(), indent=2) + "\n"


def keys_schema() -> str:
    """Return schemas/keys.schema.json."""
    from jwtroles.report.contract.keys import schema  # noqa: PLC0415

    return json.dumps(schema(), indent=2) + "\n"


def snapshot_schema() -> str:
    """Return schemas/snapshot.schema.json."""
    from jwtroles.reader.saved import schema  # noqa: PLC0415

    return json.dumps(schema(), indent=2) + "\n"


def doctor_schema() -> str:
    """Return schemas/doctor.schema.json."""
    from jwtroles.report.doctor import schema  # noqa: PLC0415

    return json.dumps(schema(), indent=2) + "\n"


def saved_plan_schema() -> str:
    """Return schemas/saved-plan.schema.json."""
    from jwtroles.saved_plans import schema  # noqa: PLC0415

    return json.dumps(schema(), indent=2) + "\n"


def explanation_schema() -> str:
    """Return schemas/explanation.schema.json."""
    from jwtroles.explanation import schema  # noqa: PLC0415

    return json.dumps(schema(), indent=2) + "\n"


def language_schema() -> str:
    """Return schemas/jwtroles.schema.json."""
    from jwtroles.spec.grammar.schema import schema  # noqa: PLC0415

    return json.dumps(schema(), indent=2) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": errors,
    "commands.md": commands,
    "schemas/doctor.schema.json": doctor_schema,
    "schemas/fleet.schema.json": fleet_schema,
    "schemas/keys.schema.json": keys_schema,
    "schemas/plan.schema.json": plan_schema,
    "schemas/snapshot.schema.json": snapshot_schema,
    "schemas/saved-plan.schema.json": saved_plan_schema,
    "schemas/explanation.schema.json": explanation_schema,
    "schemas/jwtroles.schema.json": language_schema,
}
"""File beside this one → what makes it."""


def stale() -> list[str]:
    """Return the pages that are not what the code says."""
    found = {name: HERE / name for name in PAGES}
    return [
        name
        for name, path in found.items()
        if not path.exists() or path.read_text(encoding="utf-8") != PAGES[name]()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them with --check."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/reference.py [--check]\n")
        return 1
    if arguments:
        old = stale()
        for name in old:
            sys.stderr.write(f"docs/{name} is not what the code says: python docs/reference.py\n")
        return 1 if old else 0
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
