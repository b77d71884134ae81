"""Shapes: small declarations of what may stand in the file, each of which reads a node.

A shape returns the value that it stands for. What does not fit is noted in the collector, and
`Unreadable` tells the shape around it to go on without this part: so one run finds all of the
problems of a file, and each of them once. Shapes of single words are in `jwtroles.spec.words`,
maps with fixed keys in `jwtroles.spec.records`, and the declaration of the language in
`jwtroles.spec.grammar`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.spec.model import Word
from jwtroles.spec.nodes import ListNode, MapNode, Node, ScalarNode, UnreadNode, described
from jwtroles.spec.variables import filled
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jwtroles.codes import Code
    from jwtroles.errors import Collector, Place

T = TypeVar("T")
S = TypeVar("S")


Schema = dict[str, Any]
Definitions = dict[str, Schema]


class Unreadable(Exception):  # noqa: N818 - no error by itself: its problem has been noted
    """This part of the file could not be read, and its problem has been noted."""


@frozen
class Reading:
    """What a shape knows besides its node.

    Attributes:
        problems: where to note problems.
        key: the key that the node stands under.
        variables: the values of the template that the node stands in, if it stands in one.
    """

    problems: Collector
    key: Word | None = None
    variables: Mapping[str, str] | None = None

    def under(self, key: Word | None) -> Reading:
        """Return the reading of the value of `key`, or of an item of a list."""
        return Reading(self.problems, key, self.variables)

    def word(self, node: ScalarNode) -> Word:
        """Return the text of a scalar, with the values of its template in their places."""
        if self.variables is None:
            return node.word
        return filled(node.word, self.variables, self.problems)

    def scalar(self, node: Node, expected: str) -> ScalarNode:
        """Return a scalar that has a value; anything else is not what was expected."""
        if not isinstance(node, ScalarNode) or node.value is None:
            self.mismatch(node, expected)
        return node

    def refuse(
        self, code: Code, message: str, place: Place | None, *, label: str = "", remedy: str = ""
    ) -> NoReturn:
        """Note a problem and give this part of the file up."""
        self.problems.add(code, message, place, label=label, remedy=remedy)
        raise Unreadable

    def mismatch(self, node: Node, expected: str) -> NoReturn:
        """Note that something else stands here than expected, and give this part up."""
        if isinstance(node, UnreadNode):
            raise Unreadable
        self.refuse(codes.WRONG_TYPE, f"expected {expected}, found {described(node)}", node.place)


NOT_EMPTY = "leave the key out, or say one at least"
"""What helps where nothing stands in a list or map that would say something."""


def told(expected: str) -> Schema:
    """Return what is expected, as an editor shows it."""
    return {"description": expected}


class Shape(ABC, Generic[T]):
    """What may stand at one place of the file.

    Attributes:
        expected: what it is, for "expected …, found …".
    """

    expected: str

    @abstractmethod
    def load(self, node: Node, at: Reading) -> T:
        """Return what `node` stands for.

        Raises:
            Unreadable: it does not fit, which has been noted.
        """

    @abstractmethod
    def schema(self, definitions: Definitions) -> Schema:
        """Return what may stand here as a JSON Schema; maps with fixed keys are `definitions`."""

    def key_schema(self, definitions: Definitions) -> Schema:
        """Return what may stand here as a key, which is a text in JSON."""
        return self.schema(definitions)


@frozen
class ListOf(Shape[tuple[T, ...]]):
    """A list, each item of the same shape."""

    item: Shape[T]
    expected: str
    nonempty: bool = True

    def load(self, node: Node, at: Reading) -> tuple[T, ...]:
        """Return the items that can be read, in order."""
        if not isinstance(node, ListNode):
            at.mismatch(node, self.expected)
        if self.nonempty and not node.items:
            at.refuse(
                codes.EMPTY,
                f"expected {self.expected}, found an empty list",
                node.place,
                remedy=NOT_EMPTY,
            )
        found = tuple(self._items(node, at.under(None)))
        if node.items and not found and not self.nonempty:
            raise Unreadable  # it is not the empty list that means something
        return found

    def schema(self, definitions: Definitions) -> Schema:
        """Return an array."""
        found: Schema = {"type": "array", "items": self.item.schema(definitions)}
        return found | ({"minItems": 1} if self.nonempty else {}) | told(self.expected)

    def _items(self, node: ListNode, at: Reading) -> Iterator[T]:
        seen: set[str] = set()
        for child in node.items:
            try:
                item = self.item.load(child, at)
            except Unreadable:
                continue
            if isinstance(item, str):
                if item in seen:
                    at.problems.add(
                        codes.REPEATED,
                        f"{tick(item)} stands in this list twice",
                        child.place,
                        remedy="take one of the two out",
                    )
                    continue
                seen.add(item)
            yield item


@frozen
class MapOf(Shape["Mapping[Word, T]"], Generic[T]):
    """A map from names of the user's own to values of one shape.

    Attributes:
        key: what the keys are. A key that does not fit keeps its entry, so that references to
            it are not reported as well.
        stand_in: makes the value of a key whose own value could not be read, for the same reason.
        single: whether exactly one entry is expected.
    """

    key: Shape[Word]
    value: Shape[T]
    expected: str
    stand_in: Callable[[Word], T] | None = None
    nonempty: bool = True
    single: bool = False

    def load(self, node: Node, at: Reading) -> Mapping[Word, T]:
        """Return the entries that can be read, in order."""
        if not isinstance(node, MapNode):
            at.mismatch(node, self.expected)
        if self.nonempty and not node.entries:
            at.refuse(
                codes.EMPTY,
                f"expected {self.expected}, found an empty map",
                node.place,
                remedy=NOT_EMPTY,
            )
        if self.single and len(node.entries) > 1:
            second = node.entries[1][0]
            at.refuse(
                codes.EXACTLY_ONE, f"expected {self.expected}, found a second one", second.place
            )
        entries: dict[Word, T] = {}
        for key, child in node.entries:
            for word, value in self._entry(key, child, at):
                self._once(word, entries, at)
                entries.setdefault(word, value)
        return MappingProxyType(entries)

    def schema(self, definitions: Definitions) -> Schema:
        """Return an object whose keys are the user's own."""
        found: Schema = {
            "type": "object",
            "propertyNames": self.key.key_schema(definitions),
            "additionalProperties": self.value.schema(definitions),
        }
        found |= {"minProperties": 1} if self.nonempty else {}
        return found | ({"maxProperties": 1} if self.single else {}) | told(self.expected)

    def _entry(self, key: ScalarNode, child: Node, at: Reading) -> Iterator[tuple[Word, T]]:
        word = key.word
        with suppress(Unreadable):
            word = Word(self.key.load(key, at), key.word.place)
        try:
            yield word, self.value.load(child, at.under(word))
        except Unreadable:
            if self.stand_in is not None:
                yield word, self.stand_in(word)

    @staticmethod
    def _once(word: Word, entries: Mapping[Word, T], at: Reading) -> None:
        """Note a name that a template makes and that is there already."""
        if word in entries:
            first = next(other for other in entries if other == word)
            at.problems.add(
                codes.TEMPLATE_COLLIDES,
                f"{tick(word)} would stand here twice",
                word.place,
                label=f"the first one is at {first.place}" if first.place != word.place else "",
                remedy="let the key name every variable of `for`, and each value give another name",
            )


@frozen
class ByForm(Shape[T]):
    """A short and a long form of the same thing, told apart by the YAML kind of the node."""

    expected: str
    text: Shape[T] | None = None
    items: Shape[T] | None = None
    fields: Shape[T] | None = None

    def load(self, node: Node, at: Reading) -> T:
        """Return what the form that fits the node makes of it."""
        forms: dict[type, Shape[T] | None] = {
            ScalarNode: self.text,
            ListNode: self.items,
            MapNode: self.fields,
        }
        shape = forms.get(type(node))
        if shape is None or (isinstance(node, ScalarNode) and node.value in {None, ""}):
            at.mismatch(node, self.expected)
        return shape.load(node, at)

    def schema(self, definitions: Definitions) -> Schema:
        """Return any of the forms."""
        forms = (form for form in (self.text, self.items, self.fields) if form is not None)
        return {"anyOf": [form.schema(definitions) for form in forms]} | told(self.expected)


@frozen
class ByKey(Shape[T]):
    """Forms of a map that are told apart by a key that only one of them has."""

    expected: str
    forms: Mapping[str, Shape[T]]
    otherwise: Shape[T]

    def load(self, node: Node, at: Reading) -> T:
        """Return what the form of the first telling key makes of the map."""
        if not isinstance(node, MapNode):
            at.mismatch(node, self.expected)
        forms = (self.forms[key.word] for key, _ in node.entries if key.word in self.forms)
        return next(forms, self.otherwise).load(node, at)

    def schema(self, definitions: Definitions) -> Schema:
        """Return the form of the key that is there."""
        found = self.otherwise.schema(definitions)
        for key, form in reversed([*self.forms.items()]):
            found = {
                "if": {"required": [key]},
                "then": form.schema(definitions),
                "else": found,
            }
        return {"type": "object"} | found | told(self.expected)


@frozen
class Made(Shape[T], Generic[S, T]):
    """A shape whose value is made into another one; `make` gets the key it stands under, too."""

    shape: Shape[S]
    make: Callable[[Word | None, S], T]

    @property
    def expected(self) -> str:  # type: ignore[override]
        """What is expected is what the inner shape expects."""
        return self.shape.expected

    def load(self, node: Node, at: Reading) -> T:
        """Return what is made of the inner value."""
        return self.make(at.key, self.shape.load(node, at))

    def schema(self, definitions: Definitions) -> Schema:
        """Return the inner shape's."""
        return self.shape.schema(definitions)

    def key_schema(self, definitions: Definitions) -> Schema:
        """Return the inner shape's."""
        return self.shape.key_schema(definitions)
