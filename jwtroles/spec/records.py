"""Records: maps with fixed keys, each of which becomes one value of the model."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.spec.model import Word
from jwtroles.spec.nodes import MapNode, Node, ScalarNode
from jwtroles.spec.shapes import NOT_EMPTY, Definitions, Reading, Schema, Shape, Unreadable
from jwtroles.spec.wording import did_you_mean, listed, nearest, tick

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from jwtroles.codes import Code
    from jwtroles.errors import Place

T = TypeVar("T")

_NOTHING = object()


@frozen
class Field:
    """One key of a record.

    Attributes:
        key: the key in the file.
        shape: what its value is.
        attribute: what the record's maker calls it; the key where it is ''.
        required: whether it has to be there.
        stand_in: what a value is taken for when it cannot be read, so that the rest of
            the file can be checked all the same.
    """

    key: str
    shape: Shape[Any]
    attribute: str = ""
    required: bool = False
    stand_in: Any = _NOTHING

    @property
    def argument(self) -> str:
        """The name of the argument that the record's maker takes."""
        return self.attribute or self.key


@frozen
class Refusal:
    """Why a key that is not an unknown one is still refused."""

    code: Code
    message: str
    remedy: str = ""


@frozen
class Record(Shape[T]):
    """A map with fixed keys, which becomes one value of the model.

    Attributes:
        noun: what it is, in the plural of its keys ("keys of a role").
        make: makes the value of the fields that the file has.
        fields: the keys.
        name: the argument that takes the key under which the record stands.
        place: the argument that takes where it stands (its key, or itself in a list).
        places: the argument that takes the places of its keys.
        one_of: keys of which exactly one is needed.
        refused: keys that are refused with a reason of their own.
        nonempty: whether an empty map means nothing.
    """

    noun: str
    make: Callable[..., T]
    fields: tuple[Field, ...]
    name: str = ""
    place: str = "place"
    places: str = ""
    one_of: tuple[str, ...] = ()
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    nonempty: bool = False

    @property
    def expected(self) -> str:  # type: ignore[override]
        """The keys of the map."""
        return f"{self.noun} as a map of {listed(f.key for f in self.fields)}"

    def load(self, node: Node, at: Reading) -> T:
        """Return the record; a required part that is missing and has no stand-in gives it up."""
        if not isinstance(node, MapNode):
            at.mismatch(node, self.expected)
        if self.nonempty and not node.entries:
            at.refuse(
                codes.EMPTY,
                f"expected {self.expected}, found an empty map",
                node.place,
                remedy=NOT_EMPTY,
            )
        given: dict[str, Place] = {}
        values: dict[str, Any] = {}
        for known, key, child in self._known(node, at):
            given[known.key] = key.place
            with suppress(Unreadable):
                under = at.under(Word(known.key, key.word.place))
                values[known.argument] = known.shape.load(child, under)
        where = at.key.place if at.key is not None and at.key.place else node.place
        self._complete(given, values, where, at)
        return self.make(**values, **self._context(given, where, at))

    def schema(self, definitions: Definitions) -> Schema:
        """Return an object with these keys and no other, by reference."""
        name = self._defined(definitions)
        if name not in definitions:
            found: Schema = {"title": self.noun, "type": "object"}
            definitions[name] = found
            found["properties"] = {one.key: one.shape.schema(definitions) for one in self.fields}
            found["additionalProperties"] = False
            required = [one.key for one in self.fields if one.required]
            found |= {"required": required} if required else {}
            found |= {"minProperties": 1} if self.nonempty else {}
            if self.one_of:
                found["oneOf"] = [{"required": [key]} for key in self.one_of]
        return {"$ref": f"#/definitions/{name}"}

    def _defined(self, definitions: Definitions) -> str:
        """Return the name of the definition; two records of one noun differ in their keys."""
        name = re.sub(r"[^a-z]+", "_", self.noun.lower()).strip("_")
        keys = [one.key for one in self.fields]
        while name in definitions and list(definitions[name].get("properties", keys)) != keys:
            name += "_"
        return name

    def _context(self, given: dict[str, Place], where: Place, at: Reading) -> dict[str, Any]:
        context = {
            self.name: at.key,
            self.place: where,
            self.places: MappingProxyType(given),
        }
        return {argument: value for argument, value in context.items() if argument}

    def _known(self, node: MapNode, at: Reading) -> Iterator[tuple[Field, ScalarNode, Node]]:
        """Give the field of each entry; an unknown key near an unused one is read as that one."""
        fields = {known.key: known for known in self.fields}
        unused = fields.keys() - {key.word for key, _ in node.entries}
        for key, child in node.entries:
            if key.word in fields:
                yield fields[key.word], key, child
            elif key.word in self.refused:
                refusal = self.refused[key.word]
                at.problems.add(refusal.code, refusal.message, key.place, remedy=refusal.remedy)
            else:
                self._unknown(key, at)
                meant = nearest(key.word, fields)
                if meant in unused:
                    unused.remove(meant)
                    yield fields[meant], key, child

    def _unknown(self, key: ScalarNode, at: Reading) -> None:
        keys = [known.key for known in self.fields]
        at.problems.add(
            codes.UNKNOWN_KEY,
            f"unknown key {tick(key.word)}",
            key.place,
            label=did_you_mean(key.word, keys),
            remedy=f"keys of {self.noun}: {listed(keys)}",
        )

    def _complete(
        self, given: Collection[str], values: dict[str, Any], where: Place, at: Reading
    ) -> None:
        """Check that what is needed is there, and let stand-ins take the place of the rest."""
        chosen = [key for key in self.one_of if key in given]
        if self.one_of and len(chosen) != 1:
            message = f"{self.noun} needs exactly one of {listed(self.one_of)}"
            at.refuse(
                codes.EXACTLY_ONE,
                message,
                where,
                label=f"found {listed(chosen)}" if chosen else "found none of them",
            )
        gone = False
        for known in self.fields:
            needed = known.required or known.key in chosen
            unread = known.key in given and known.stand_in is not _NOTHING
            if known.argument in values or not (needed or unread):
                continue
            if known.key not in given:
                what = known.shape.expected.removeprefix(f"{tick(known.key)} as ")
                at.problems.add(
                    codes.MISSING_KEY,
                    f"{self.noun} needs the key `{known.key}`",
                    where,
                    remedy=f"add `{known.key}:` with {what}",
                )
            if known.stand_in is _NOTHING:
                gone = True
            else:
                values[known.argument] = known.stand_in
        if gone:
            raise Unreadable
