"""What has privileges: an object by its class and name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jwtroles.names import QName

ObjectClass = Literal[
    "table",
    "sequence",
    "function",
    "procedure",
    "type",
    "schema",
    "database",
    "large_object",
    "default",
]

ROUTINES = frozenset({"function", "procedure"})
"""Classes that are told apart by their arguments."""

IN_SCHEMA = frozenset({"table", "sequence", "type"}) | ROUTINES
"""Classes of objects that lie in a schema."""


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """An object that has privileges.

    Attributes:
        cls: its class, which decides the words of GRANT.
        name: schema and name; for a schema both are its name; for default privileges the schema
            ('' for all) and the kind of object (`TABLES`); '' and the name or the number of what
            lies in no schema.
        arguments: identity arguments of a function; for default privileges the creating role.
    """

    cls: ObjectClass
    name: QName
    arguments: str = ""

    def __str__(self) -> str:
        if self.cls in ROUTINES:
            return f"{self.name}({self.arguments})"
        return str(self.name) if self.cls in IN_SCHEMA else self.name.name
