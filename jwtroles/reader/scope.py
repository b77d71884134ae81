"""What of a database a specification is about: schemas, roles, and names to look up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jwtroles.kinds.acl import ROUTINES, Acl, ObjectRef, within
from jwtroles.kinds.own_schema import NAME as OWN_SCHEMA
from jwtroles.names import QName, parse_signature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.catalog import Structure


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a database that a specification is about.

    Attributes:
        project: the project whose marks count.
        schemas: managed schemas, our own included.
        roles: roles that the file declares or implies, by the names of its environment.
        signatures: functions that the file names: there PUBLIC's default EXECUTE is managed.
        types, functions: names to look up in the catalog.
    """

    project: str
    schemas: tuple[str, ...]
    roles: frozenset[str]
    signatures: tuple[str, ...]
    types: tuple[str, ...]
    functions: tuple[str, ...]

    def makes(self, role: str) -> bool:
        """Tell by its name whether a role is there to own a view, a query or our schema."""
        views, queries = f"{self.project}_view_", f"{self.project}_query_"
        return role == f"{self.project}_jwtroles" or role.startswith((views, queries))

    def public_here(self, ref: ObjectRef, structure: Structure) -> bool:
        """Tell whether PUBLIC's rights on an object are managed.

        PostgreSQL gives PUBLIC EXECUTE on every function by default; that is touched only where
        the file names the function. Any other right of PUBLIC was granted by somebody.
        """
        if ref.cls == "default":
            return bool(ref.name.schema)
        if ref.cls not in ROUTINES or ref.name.schema == OWN_SCHEMA:
            return True
        return ref in named_functions(self.signatures, structure)


def named_functions(signatures: Iterable[str], structure: Structure) -> frozenset[ObjectRef]:
    """Return the functions of the database that signatures of the file name."""
    found = (routine_of(signature, structure) for signature in signatures)
    return frozenset(
        ObjectRef("function", routine[0], structure.routines[routine].arguments)
        for routine in found
        if routine in structure.routines
    )


def routine_of(signature: str, structure: Structure) -> tuple[QName, tuple[str, ...]]:
    """Return the key in `structure.routines` of a signature of the file, known there or not."""
    parsed = parse_signature(signature)
    if parsed is None:
        return QName("", signature), ()
    name, arguments = parsed
    return name, tuple(structure.types.get(text, text) for text in argument_types(arguments))


def argument_types(arguments: str) -> list[str]:
    """Split `numeric(10, 2), text` at the commas between types."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(arguments):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(arguments[start:position].strip())
            start = position + 1
    parts.append(arguments[start:].strip())
    return [part for part in parts if part]


def rights_in_scope(
    acl: Acl, scope: Scope, structure: Structure, grantees: frozenset[str]
) -> Acl | None:
    """Return what of an ACL the file decides, or None.

    In our own schema other roles may look (whoever plans must), and nothing else: who can write the
    mapping decides what a token becomes.
    """
    kept = within(acl, grantees, public=scope.public_here(acl.object, structure))
    if acl.object.name.schema != OWN_SCHEMA:
        return kept
    intruders = {key: right for key, right in acl.rights.items() if key[1] not in _LOOKING}
    rights = {**intruders, **(kept.rights if kept else {})}
    return replace(acl, rights=rights) if rights else None


_LOOKING = frozenset({"USAGE", "SELECT", "EXECUTE"})
"""Rights in our own schema that change nothing there."""
