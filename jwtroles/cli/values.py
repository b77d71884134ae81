"""How commands read their values and print their help, where typer's own way will not do.

typer converts every value by pydantic, which takes longer to load than a file and its database take
to read. A word, a path, and what is not given at all are what they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup

PLAIN = (str, Path)
"""The types that every text is a value of. Whether a path is there is for the command to tell."""


class Value:
    """Converts the values of one parameter, and asks typer where there is something to convert."""

    def __init__(self, param: Any) -> None:
        self.annotation = param.type_descriptor.annotation
        self.typers = param.get_runtime_param

    def __call__(self) -> Value:
        """Stand in for the parameter's `get_runtime_param`."""
        return self

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        """Return a value as the function of the command takes it."""
        if value is None:
            return () if param.multiple else None
        if isinstance(self.annotation, type) and isinstance(value, self.annotation):
            return value
        if isinstance(value, str) and self.annotation in PLAIN:
            return self.annotation(value)
        return self.typers().coerce(value, param=param, ctx=ctx)


def read_plainly(params: list[Any]) -> list[Any]:
    """Let parameters convert their values by `Value`; an older typer asks for none of this."""
    for param in params:
        if param.param_type_name == "argument":
            param.display_type_rich = _no_type
        if not isinstance(getattr(param, "get_runtime_param", Value), (type, Value)):
            param.get_runtime_param = Value(param)
        if param.envvar == FORMAT and not isinstance(param.value_from_envvar, Wish):
            param.value_from_envvar = Wish(param)
    return params


FORMAT = "JWTROLES_FORMAT"


class Wish:
    """Reads the variable of --format, which is for all commands: a form that one has not is left.

    What is the form of no command is left to typer, which refuses it.
    """

    def __init__(self, param: Any) -> None:
        described = getattr(param, "type_descriptor", None)  # since typer 0.24
        self.own = list(map(str, described.annotation if described else param.type.choices))
        self.reads = param.value_from_envvar

    def __call__(self, ctx: Any) -> Any:
        """Return what the variable says, or None where it is another command's."""
        value = self.reads(ctx)
        if value is None or value in self.own:
            return value
        from jwtroles.cli.formats import Format  # noqa: PLC0415 - only what a command needs

        return None if value in list(Format) else value


def _no_type(*_given: Any, **_named: Any) -> str:
    """Return what stands behind an argument's name in the help: nothing, for Python's types."""
    return ""


class Command(TyperCommand):
    """A command whose values are read by `Value`."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, `--help` with them."""
        return read_plainly(super().get_params(ctx))


class Group(TyperGroup):
    """A group of commands whose help cuts no line of its list."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the first sentence of each command, over as many lines as it needs."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(_WHOLE)) for name, one in self.commands.items()]
            )


_WHOLE = 1000
"""Longer than any sentence of a help."""
