"""Reading the values of options without pydantic, where they need no conversion.

typer converts every value by pydantic, which takes longer to load than a file and its database take
to read. A word, a path, and what is not given at all are what they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperCommand

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
        if not isinstance(getattr(param, "get_runtime_param", Value), (type, Value)):
            param.get_runtime_param = Value(param)
    return params


class Command(TyperCommand):
    """A command whose values are read by `Value`."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, `--help` with them."""
        return read_plainly(super().get_params(ctx))
