"""How types are written: a form for each sort of type, with its schema and both directions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Protocol

from jwtroles.frozen import frozen

Json = Any
"""What `json.dumps` takes."""


class Malformed(ValueError):  # noqa: N818 - says what the data is
    """Data that is not of the form; the message begins with the path to a fault within it."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)


class Form(Protocol):
    """One type in JSON."""

    def encode(self, value: Any) -> Json:
        """Return a value as JSON."""

    def decode(self, data: Json, path: str) -> Any:
        """Return the value that JSON means; raises `Malformed`."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of it."""


def ordered(items: Iterable[Json]) -> list[Json]:
    """Return JSON values in an order of their own, the same in every run."""
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def typed(data: Json, kind: type, path: str) -> Any:
    """Return `data` if it is of a JSON type; true is no number."""
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise Malformed(path, f"expected {_TYPES[kind]}, found {json.dumps(data)[:40]}")
    return data


_TYPES: Mapping[type, str] = {
    str: "string",
    int: "integer",
    bool: "boolean",
    list: "array",
    dict: "object",
}


@frozen
class Plain:
    """A string, an integer, a boolean."""

    kind: type

    def encode(self, value: Any) -> Json:
        return value

    def decode(self, data: Json, path: str) -> Any:
        return typed(data, self.kind, path)

    def schema(self) -> dict[str, Any]:
        return {"type": _TYPES[self.kind]}


@frozen
class Given:
    """What is JSON already; whoever declares it says what may be there."""

    def encode(self, value: Any) -> Json:
        return value

    def decode(self, data: Json, path: str) -> Any:
        del path
        return data

    def schema(self) -> dict[str, Any]:
        return {}


@frozen
class Text:
    """A type that is written as its `str()`, and not read back."""

    def encode(self, value: Any) -> Json:
        return str(value)

    def decode(self, data: Json, path: str) -> Any:
        raise Malformed(path, f"{data!r} is written for people, not to be read back")

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@frozen
class Choice:
    """One of a few strings: a `Literal`, or an enumeration by its values."""

    options: tuple[str, ...]
    make: Callable[[str], Any] = str

    def encode(self, value: Any) -> Json:
        return value.value if isinstance(value, Enum) else value

    def decode(self, data: Json, path: str) -> Any:
        if data not in self.options:
            raise Malformed(path, f"expected one of {', '.join(self.options)}")
        return self.make(data)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.options)}


@frozen
class Either:
    """A value or null."""

    inner: Form

    def encode(self, value: Any) -> Json:
        return None if value is None else self.inner.encode(value)

    def decode(self, data: Json, path: str) -> Any:
        return None if data is None else self.inner.decode(data, path)

    def schema(self) -> dict[str, Any]:
        inner = self.inner.schema()
        if isinstance(inner.get("type"), str) and len(inner) == 1:
            return {"type": [inner["type"], "null"]}
        return {"anyOf": [inner, {"type": "null"}]}


@frozen
class Many:
    """A tuple of any length, or a set: sets are written in an order of their own."""

    inner: Form
    make: Callable[[Iterable[Any]], Any]

    def encode(self, value: Any) -> Json:
        encoded = [self.inner.encode(item) for item in value]
        return encoded if self.make is tuple else ordered(encoded)

    def decode(self, data: Json, path: str) -> Any:
        listed = enumerate(typed(data, list, path))
        return self.make([self.inner.decode(item, f"{path}[{n}]") for n, item in listed])

    def schema(self) -> dict[str, Any]:
        unique = {} if self.make is tuple else {"uniqueItems": True}
        return {"type": "array", "items": self.inner.schema(), **unique}


@frozen
class Row:
    """A tuple of a fixed length, each part of its own type."""

    parts: tuple[Form, ...]

    def encode(self, value: Any) -> Json:
        return [part.encode(item) for part, item in zip(self.parts, value, strict=True)]

    def decode(self, data: Json, path: str) -> Any:
        if len(typed(data, list, path)) != len(self.parts):
            raise Malformed(path, f"expected {len(self.parts)} items, found {len(data)}")
        pairs = enumerate(zip(self.parts, data, strict=True))
        return tuple(part.decode(item, f"{path}[{n}]") for n, (part, item) in pairs)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "prefixItems": [part.schema() for part in self.parts],
            "items": False,
            "minItems": len(self.parts),
        }


@frozen
class Keyed:
    """A mapping: an object where keys are strings, else a list of pairs; sorted either way."""

    key: Form
    value: Form
    named: bool

    def encode(self, value: Any) -> Json:
        pairs = ordered([self.key.encode(k), self.value.encode(v)] for k, v in value.items())
        return dict(map(tuple, pairs)) if self.named else pairs

    def decode(self, data: Json, path: str) -> Any:
        if self.named:
            items = typed(data, dict, path).items()
            return {k: self.value.decode(v, f"{path}.{k}") for k, v in items}
        pairs = Many(Row((self.key, self.value)), list).decode(data, path)
        return dict(pairs)

    def schema(self) -> dict[str, Any]:
        if self.named:
            return {"type": "object", "additionalProperties": self.value.schema()}
        return {"type": "array", "items": Row((self.key, self.value)).schema()}


@frozen
class Part:
    """A field of a record; one that may not be left out has the default `REQUIRED`."""

    name: str
    form: Form
    default: Any


REQUIRED = object()


@frozen
class Record:
    """A dataclass: an object of its fields, in their order.

    With `terse`, fields that have their default are left out.
    """

    cls: type
    parts: tuple[Part, ...]
    terse: bool

    @property
    def name(self) -> str:
        """The name of the dataclass, which schemas refer to."""
        return self.cls.__name__

    def encode(self, value: Any) -> Json:
        pairs = ((part, getattr(value, part.name)) for part in self.parts)
        return {
            part.name: part.form.encode(item)
            for part, item in pairs
            if not self.terse or part.default is REQUIRED or item != part.default
        }

    def decode(self, data: Json, path: str) -> Any:
        known = {part.name for part in self.parts}
        if unknown := sorted(typed(data, dict, path).keys() - known):
            raise Malformed(path, f"unknown key {unknown[0]}")
        values = {}
        for part in self.parts:
            if part.name in data:
                values[part.name] = part.form.decode(data[part.name], f"{path}.{part.name}")
            elif part.default is REQUIRED:
                raise Malformed(path, f"{part.name} is missing")
        return self.cls(**values)

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.name}"}

    def definition(self) -> dict[str, Any]:
        """Return what the reference in `schema` refers to."""
        required = [p.name for p in self.parts if not self.terse or p.default is REQUIRED]
        return {
            "type": "object",
            "properties": {part.name: part.form.schema() for part in self.parts},
            "required": required,
            "additionalProperties": False,
        }
