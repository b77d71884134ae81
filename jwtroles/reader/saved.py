"""The catalog that matters, as a file: for checks, compiling and planning without a database.

It holds what a plan reads (names, columns, rights, memberships, conditions) and how the server
prints the conditions of the file; no rows, no passwords, no source of functions of others. The
same database and file give the same bytes.
"""

from __future__ import annotations

import json
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.codec import DRAFT, Codec, Malformed
from jwtroles.errors import Collector, CompileError, Problem
from jwtroles.frozen import frozen
from jwtroles.kinds import KINDS
from jwtroles.kinds.base import Origin, Secret
from jwtroles.reader import LARGE, Survey
from jwtroles.reader.printed import Printed
from jwtroles.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from jwtroles.kinds.kind import Kind

FORMAT = 1
"""The version of the form."""

CODEC = Codec(left_out=frozenset({Origin, Secret | None}), terse=True)
_PARTS: dict[str, type[Any]] = {"scope": Scope, "structure": Structure, "printed": Printed}


@frozen
class Snapshot:
    """What was read and printed for a file.

    Attributes:
        jwtroles: the version that took it.
        environment: the environment of the file, '' without one.
        scope: what the file was about then.
        survey: what was read, for any file that is about the same schemas.
        printed: how the server printed the texts of the file.
    """

    jwtroles: str
    environment: str
    scope: Scope
    survey: Survey
    printed: Printed

    def text(self) -> str:
        """Return the file's text, with a final line end."""
        parts = {"scope": self.scope, "structure": self.survey.structure, "printed": self.printed}
        data = {
            "format": FORMAT,
            "jwtroles": self.jwtroles,
            "environment": self.environment,
            **{name: CODEC.encode(parts[name], hint) for name, hint in _PARTS.items()},
            "objects": {
                kind.name: CODEC.encode(self.survey.objects[kind.name], _several(kind))
                for kind in KINDS
            },
        }
        return json.dumps(data, indent=1) + "\n"

    def covers(self, scope: Scope, environment: str) -> None:
        """Refuse a file that is about something that was not read (JR371)."""
        problems = Collector()
        for what in self._missing(scope, environment):
            remedy = "take a new one with this file: jwtroles snapshot --out FILE"
            problems.add(codes.NOT_COVERED, f"the snapshot {what}", remedy=remedy)
        problems.raise_if_any(CompileError, "Nothing was planned.")

    def _missing(self, scope: Scope, environment: str) -> Iterator[str]:
        ours, structure = self.scope, self.survey.structure
        if scope.project != ours.project:
            yield f"is of project {ours.project}, not of {scope.project}"
        if environment != self.environment:
            there = self.environment or "a file without environments"
            yield f"is of {there}, not of {environment or 'a file without environments'}"
        for what, then, now in (
            ("schemas", ours.schemas, scope.schemas),
            ("tables under policies_only", ours.policies_only, scope.policies_only),
            ("logins", ours.logins, scope.logins),
            ("roles of a platform", ours.platform, scope.platform),
            ("schemas of a managed service", ours.left, scope.left),
        ):
            if set(then) != set(now):
                yield f"is of the {what} {_listed(then)}, not of {_listed(now)}"
        yield from self._unknown(scope, structure)

    def _unknown(self, scope: Scope, structure: Structure) -> Iterator[str]:
        """Tell names that nobody asked the server about."""
        ours = self.scope
        marked = scope.marked(structure.roles)
        functions = {*ours.functions, *(one.name for one in structure.functions)}
        large = {word for _, section, word in ours.named if section == LARGE}
        for what, names in (
            ("role", (scope.roles - ours.roles - marked) & structure.roles.keys()),
            ("function", set(scope.functions) - functions),
            ("type", set(scope.types) - {*ours.types, *structure.types}),
            ("large object", {w for _, section, w in scope.named if section == LARGE} - large),
        ):
            if names:
                yield f"was taken without the {what} {_listed(names)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _several(kind: Kind[Any]) -> Any:
    """Return the type of the objects of a kind."""
    return GenericAlias(tuple, (kind.object_type, ...))


def load_snapshot(path: Path) -> Snapshot:
    """Read a snapshot.

    Raises:
        CompileError: JR370 for what is none, or of another version.
    """
    try:
        return _read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        said = getattr(error, "strerror", None) or str(error)
        message = f"cannot read the snapshot {path}: {said}"
        remedy = "make one: jwtroles snapshot --out FILE"
        raise CompileError(Problem(codes.NO_SNAPSHOT, message, remedy=remedy)) from None


def _read(data: Any) -> Snapshot:
    if not isinstance(data, dict) or "format" not in data:
        raise Malformed("", "it is no snapshot")
    if data["format"] != FORMAT:
        raise Malformed("", f"it has format {data['format']}, this is for format {FORMAT}")
    keys = {"format", "jwtroles", "environment", "objects", *_PARTS}
    if wrong := sorted(keys ^ data.keys()):
        raise Malformed("", f"unknown or missing key {wrong[0]}")
    parts = {name: CODEC.decode(data[name], hint) for name, hint in _PARTS.items()}
    objects = {
        kind.name: CODEC.decode(data["objects"][kind.name], _several(kind))
        for kind in KINDS
        if kind.name in data["objects"]
    }
    if missing := {kind.name for kind in KINDS} ^ data["objects"].keys():
        raise Malformed(".objects", f"unknown or missing key {min(missing)}")
    survey = Survey(parts["structure"], objects)
    head = (str(data["jwtroles"]), str(data["environment"]))
    return Snapshot(*head, parts["scope"], survey, parts["printed"])


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a snapshot."""
    kinds = {kind.name: CODEC.schema(_several(kind)) for kind in KINDS}
    properties = {
        "format": {"const": FORMAT},
        "jwtroles": {"type": "string"},
        "environment": {"type": "string"},
        **{name: CODEC.schema(hint) for name, hint in _PARTS.items()},
        "objects": {
            "type": "object",
            "properties": kinds,
            "required": list(kinds),
            "additionalProperties": False,
        },
    }
    return {
        "$schema": DRAFT,
        "$id": f"urn:jwtroles:snapshot:{FORMAT}",
        "title": "jwtroles snapshot",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "$defs": CODEC.definitions(),
    }
