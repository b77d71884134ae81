"""Finds the form of a type, and asks it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, field
from enum import Enum
from threading import RLock
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from jwtroles.codec.forms import (
    REQUIRED,
    Choice,
    Either,
    Form,
    Given,
    Keyed,
    Many,
    Part,
    Plain,
    Record,
    Row,
    Text,
)
from jwtroles.frozen import frozen

T = TypeVar("T")

DRAFT = "https://json-schema.org/draft/2020-12/schema"
"""The version of JSON Schema that schemas are written in."""


@frozen
class Codec:
    """One way of writing dataclasses as JSON; many threads may use it at once.

    Attributes:
        left_out: types whose fields are not written; they keep their default when read back.
        as_text: types that are written as their `str()`.
        compared: whether only fields that count for equality are written.
        terse: whether fields that have their default are left out.
    """

    left_out: frozenset[Any] = frozenset()
    as_text: frozenset[type] = frozenset()
    compared: bool = False
    terse: bool = False
    _forms: dict[Any, Form] = field(default_factory=dict, compare=False, repr=False)
    _finding: RLock = field(default_factory=RLock, compare=False, repr=False)

    def anew(self) -> Codec:
        """Return the same way of writing, without the definitions that it has so far."""
        return dataclasses.replace(self, _forms={}, _finding=RLock())

    def encode(self, value: Any, hint: Any) -> Any:
        """Return a value of the type `hint` as JSON: the same value gives the same text."""
        return self.form(hint).encode(value)

    def decode(self, data: Any, hint: type[T]) -> T:
        """Return the value of the type `hint` that JSON means.

        Raises:
            Malformed: with the path to what is not of the form.
        """
        decoded: T = self.form(hint).decode(data, "")
        return decoded

    def schema(self, hint: Any) -> dict[str, Any]:
        """Return the JSON Schema of a type, without the definitions that it refers to."""
        return self.form(hint).schema()

    def definitions(self) -> dict[str, Any]:
        """Return the definition of every dataclass that `schema` was asked for so far, by name."""
        return {one.name: one.definition() for one in sorted(self._records(), key=_name)}

    def _records(self) -> Iterator[Record]:
        return (form for form in self._forms.values() if isinstance(form, Record))

    def form(self, hint: Any) -> Form:
        """Return the form of a type; a type that has none is a mistake of ours (TypeError)."""
        found = self._forms.get(hint)
        if found is None:
            with self._finding:
                if hint not in self._forms:  # another thread may have found it meanwhile
                    self._forms[hint] = self._find(hint)
                found = self._forms[hint]
        return found

    def _find(self, hint: Any) -> Form:
        if hint is Any:
            return Given()
        if hint in self.as_text:
            return Text()
        if hint in (str, int, bool):
            return Plain(hint)
        return self._generic(hint) if get_origin(hint) else self._class(hint)

    def _generic(self, hint: Any) -> Form:
        """Return the form of a type with parameters."""
        match get_origin(hint), get_args(hint):
            case origin, (*some,) if origin in (Union, UnionType):
                (inner,) = (one for one in some if one is not NoneType)
                return Either(self.form(inner))
            case origin, options if origin is Literal:
                return Choice(options)
            case origin, (item,) if origin is frozenset:
                return Many(self.form(item), frozenset)
            case origin, (item, last) if origin is tuple and last is Ellipsis:
                return Many(self.form(item), tuple)
            case origin, parts if origin is tuple:
                return Row(tuple(map(self.form, parts)))
            case origin, (key, value) if origin is Mapping:
                form = self.form(key)
                named = isinstance(form, Text | Choice) or form == Plain(str)
                return Keyed(form, self.form(value), named)
        raise TypeError(f"no form for {hint!r}")

    def _class(self, hint: Any) -> Form:
        """Return the form of an enumeration or a dataclass."""
        if isinstance(hint, type) and issubclass(hint, Enum):
            return Choice(tuple(member.value for member in hint), hint)
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            return self._record(hint)
        raise TypeError(f"no form for {hint!r}")

    def _record(self, cls: type) -> Record:
        if any(record.name == cls.__name__ for record in self._records()):
            raise TypeError(f"two dataclasses are called {cls.__name__}")
        hints = get_type_hints(cls)
        parts = [
            Part(one.name, self.form(hints[one.name]), _default(one))
            for one in dataclasses.fields(cls)
            if one.init
            and hints[one.name] not in self.left_out
            and (one.compare or not self.compared)
        ]
        return Record(cls, tuple(parts), self.terse)


def _default(one: dataclasses.Field[Any]) -> Any:
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else REQUIRED


def _name(record: Record) -> str:
    return record.name
