"""The file of a plan: JSON with a version and a published schema."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from jwtroles import __version__, codes
from jwtroles.catalog import Structure
from jwtroles.codec import DRAFT, Codec, Malformed
from jwtroles.errors import Problem, Refused, UsageError
from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME, KINDS
from jwtroles.kinds.base import Origin, Secret
from jwtroles.reader import Survey
from jwtroles.reader.identity import Identity
from jwtroles.reader.printed import Printed
from jwtroles.verifier.key_sources import Document

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
"""The version of the form."""

MAX_OCTETS = 256 * 1024 * 1024
"""Of a file; the plan of ten thousand tables is smaller."""

KEY_KINDS = ("signing_key", "key_pad", "curve_multiple")
"""Kinds whose objects may come of a variable: a secret never leaves it, what tells it apart may."""

CODEC = Codec(left_out=frozenset({Origin, Secret | None}), terse=True)


@frozen
class File:
    """A file of the specification: its name, as it was called when planning, and its text."""

    name: str
    text: str


@frozen
class Specification:
    """The specification with all of its files.

    Attributes:
        main: the name of the main file, or of the folder that they are all of.
        digest: what plans and scripts name it by.
        files: in the order in which they were read, passwords in addresses covered.
        documents: issuer → the JWKS file of its public keys.
    """

    main: str
    digest: str
    files: tuple[File, ...]
    documents: Mapping[str, Document]


@frozen
class Binding:
    """What a plan is bound to, and what it has to come to.

    Attributes:
        database: the database that it was made for.
        project, environment: of the specification; '' without environments.
        fingerprint: of the catalog that was read.
        plan: the short name of the plan.
        changes: SHA-256 of all changes, before and after.
    """

    database: Identity
    project: str
    environment: str
    fingerprint: str
    plan: str
    changes: str


@frozen
class SavedPlan:
    """What the file of a plan holds.

    Attributes:
        made_at: when it was made, UTC to the second.
        bound: what it is bound to.
        specification: what was to be.
        survey: what was read.
        printed: how the server printed the texts of the specification.
        held: what keys in variables came to, by kind: no secret.
        version: of jwtroles, which made it.
    """

    made_at: str
    bound: Binding
    specification: Specification
    survey: Survey
    printed: Printed
    held: Mapping[str, tuple[Any, ...]]
    version: str = __version__

    def text(self) -> str:
        """Return the text of the file, with a final line end."""
        survey = self.survey
        parts = {
            "bound": self.bound,
            "specification": self.specification,
            "structure": survey.structure,
            "printed": self.printed,
        }
        data = {
            "format": FORMAT,
            "jwtroles": self.version,
            "made_at": self.made_at,
            **{name: CODEC.encode(parts[name], hint) for name, hint in _PARTS.items()},
            "objects": {k.name: CODEC.encode(survey.objects[k.name], several(k)) for k in KINDS},
            "held": {
                name: CODEC.encode(self.held.get(name, ()), several(BY_NAME[name]))
                for name in KEY_KINDS
            },
        }
        return json.dumps({**data, "content": content(data)}, indent=1) + "\n"


_PARTS: Mapping[str, type[Any]] = {
    "bound": Binding,
    "specification": Specification,
    "structure": Structure,
    "printed": Printed,
}
_HEAD = ("format", "jwtroles", "made_at")
_KEYS = (*_HEAD, *_PARTS, "objects", "held", "content")


def several(kind: Any) -> Any:
    """Return the type of the objects of a kind."""
    return GenericAlias(tuple, (kind.object_type, ...))


def content(data: Mapping[str, Any]) -> str:
    """Return the checksum of a file: of all of it but the checksum, in one form."""
    rest = {key: value for key, value in data.items() if key != "content"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load_plan(path: Path) -> SavedPlan:
    """Read the file of a plan.

    Raises:
        UsageError: JR023 for a file that cannot be read.
        Refused: JR610 for what is no plan, JR613 for one that was changed, JR614 for one of
            another version of jwtroles.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_OCTETS + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        message = f"cannot read {path}: {getattr(error, 'strerror', None) or error}"
        remedy = "make one: jwtroles plan --out plan.json"
        raise UsageError(Problem(codes.NO_PLAN_FILE, message, remedy=remedy)) from None
    try:
        if len(octets) > MAX_OCTETS:
            raise Malformed("", "it is too large")
        data = json.loads(octets.decode(), object_pairs_hook=_once)
        _check_head(data, path)
        return _read(data)
    except (ValueError, TypeError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise no_plan(f"{path} is no plan: {said}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: programs differ in which of the two they show."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise Malformed("", f"the key {twice[:40]!r} stands twice in one object")
    return found


def no_plan(message: str) -> Refused:
    """Say that a file is none that a plan was saved to."""
    remedy = "plan again, and save that plan: jwtroles plan --out plan.json"
    return Refused(Problem(codes.NO_PLAN, message, remedy=remedy), footer=FOOTER)


FOOTER = "Nothing was changed."


def _check_head(data: Any, path: Path) -> None:
    if not isinstance(data, dict) or "bound" not in data or "jwtroles" not in data:
        raise Malformed("", "jwtroles did not write it")
    if data["jwtroles"] != __version__ or data.get("format") != FORMAT:
        message = f"{path} was made by jwtroles {str(data['jwtroles'])[:40]}, this is {__version__}"
        remedy = "plan again with this version: another one may come to other statements"
        raise Refused(Problem(codes.OTHER_VERSION, message, remedy=remedy), footer=FOOTER)
    if data.get("content") != content(data):
        message = f"{path} was changed after it was made: its checksum is another one"
        remedy = "plan again: what a plan does is changed in the specification"
        raise Refused(Problem(codes.ALTERED_PLAN, message, remedy=remedy), footer=FOOTER)


def _read(data: Mapping[str, Any]) -> SavedPlan:
    if wrong := sorted(set(_KEYS) ^ data.keys()):
        raise Malformed("", f"unknown or missing key {wrong[0]}")
    parts = {name: CODEC.decode(data[name], hint) for name, hint in _PARTS.items()}
    objects = _objects(data, "objects", [kind.name for kind in KINDS])
    return SavedPlan(
        CODEC.decode(data["made_at"], str),
        parts["bound"],
        parts["specification"],
        Survey(parts["structure"], objects),
        parts["printed"],
        _objects(data, "held", KEY_KINDS),
        __version__,
    )


def _objects(data: Mapping[str, Any], part: str, kinds: Any) -> dict[str, tuple[Any, ...]]:
    listed = data[part]
    if not isinstance(listed, dict) or (set(kinds) ^ listed.keys()):
        raise Malformed(f".{part}", "unknown or missing key")
    return {name: CODEC.decode(listed[name], several(BY_NAME[name])) for name in kinds}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the file of a plan."""
    forms = {kind.name: CODEC.schema(several(kind)) for kind in KINDS}
    properties = {
        "format": {"const": FORMAT},
        "jwtroles": {"type": "string"},
        "made_at": {"type": "string", "format": "date-time"},
        **{name: CODEC.schema(hint) for name, hint in _PARTS.items()},
        "objects": _closed(forms),
        "held": _closed({name: forms[name] for name in KEY_KINDS}),
        "content": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }
    return {
        "$schema": DRAFT,
        "$id": f"urn:jwtroles:saved-plan:{FORMAT}",
        "title": "jwtroles plan --out",
        **_closed(properties),
        "$defs": CODEC.definitions(),
    }


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
