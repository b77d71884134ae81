"""Shapes of single words: text, SQL, names, choices, numbers, durations, and any value at all."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any, Generic, NoReturn, TypeVar

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.spec import traps
from jwtroles.spec.model import Word
from jwtroles.spec.nodes import ListNode, MapNode, Node, ScalarNode, UnreadNode
from jwtroles.spec.shapes import Definitions, Reading, Schema, Shape, Unreadable, told
from jwtroles.spec.variables import refuse_in_sql
from jwtroles.spec.wording import did_you_mean, listed, tick

T = TypeVar("T")

_SCALARS = ("string", "number", "boolean")
_DURATION = re.compile(r"([0-9]{1,9})([smhd])\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@frozen
class Text(Shape[Word]):
    """Any scalar but null, as it is written: `equals: 5` compares with the text `5`."""

    expected: str = "a text"

    def load(self, node: Node, at: Reading) -> Word:
        """Return the text of the scalar."""
        return at.word(at.scalar(node, self.expected))

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return any scalar but null."""
        return {"type": list(_SCALARS)} | told(self.expected)


@frozen
class Sql(Shape[Word]):
    """SQL text, in which neither of YAML's two traps is let through.

    Attributes:
        noun: what it is.
        short: what is left of it when it is cut short.
    """

    expected: str
    noun: str
    short: str

    def load(self, node: Node, at: Reading) -> Word:
        """Return the SQL, without the line end that a block scalar leaves."""
        if not isinstance(node, ScalarNode) or node.value is None or not node.word.strip():
            at.mismatch(node, self.expected)
        if at.variables is not None:
            refuse_in_sql(node.word, at.variables, self.noun, at.problems)
        if traps.is_cut(node):
            traps.report_cut(at.problems, node, at.key, self.noun, self.short)
            raise Unreadable
        return Word(node.word.rstrip(), node.word.place)

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return any scalar but null and blanks."""
        return {"type": list(_SCALARS), "pattern": r"\S"} | told(self.expected)


@frozen
class Choice(Shape[Word]):
    """One of a few words."""

    expected: str
    options: tuple[str, ...]
    code: codes.Code = codes.UNKNOWN_VALUE

    def load(self, node: Node, at: Reading) -> Word:
        """Return the word."""
        node = at.scalar(node, self.expected)
        if node.word not in self.options:
            at.refuse(
                self.code,
                f"expected {self.expected}, found {tick(node.word)}",
                node.word.place,
                label=did_you_mean(node.word, self.options),
                remedy=f"possible here: {listed(self.options)}",
            )
        return node.word

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return an enumeration."""
        return {"enum": list(self.options)} | told(self.expected)


@frozen
class Int(Shape[int]):
    """A whole number in a range."""

    expected: str
    least: int = 0
    most: int = 2**31 - 1

    def load(self, node: Node, at: Reading) -> int:
        """Return the number."""
        if not isinstance(node, ScalarNode) or type(node.value) is not int:
            at.mismatch(node, self.expected)
        if not self.least <= node.value <= self.most:
            _out_of_range(node, at, f"from {self.least} to {self.most}")
        return node.value

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a whole number."""
        found: Schema = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return found | told(self.expected)

    def key_schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a text of digits."""
        return {"pattern": "^[-+]?[0-9]"} | told(self.expected)


def _out_of_range(node: ScalarNode, at: Reading, allowed: str) -> NoReturn:
    at.refuse(codes.OUT_OF_RANGE, f"{tick(node.word)} is out of range", node.place, remedy=allowed)


@frozen
class Bool(Shape[bool]):
    """`true` or `false`; with `only`, just that one of them."""

    expected: str = "true or false"
    only: bool | None = None

    def load(self, node: Node, at: Reading) -> bool:
        """Return the truth value."""
        if not isinstance(node, ScalarNode) or not isinstance(node.value, bool):
            at.mismatch(node, self.expected)
        if self.only is not None and node.value is not self.only:
            at.refuse(
                codes.UNKNOWN_VALUE,
                f"expected {self.expected}, found {tick(node.word)}",
                node.place,
                remedy="leave the key out instead",
            )
        return node.value

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a truth value."""
        found: Schema = {"type": "boolean"} if self.only is None else {"const": self.only}
        return found | told(self.expected)


@frozen
class Duration(Shape[int]):
    """A whole number with its unit, in seconds: `15m` is 900."""

    expected: str = "a duration such as 30s, 15m, 1h or 2d"
    least: int = 0
    most: int = 366 * 86400

    def load(self, node: Node, at: Reading) -> int:
        """Return the seconds."""
        node = at.scalar(node, self.expected)
        match = _DURATION.match(node.word)
        if match is None:
            at.refuse(
                codes.DURATION,
                f"expected {self.expected}, found {tick(node.word)}",
                node.place,
                remedy="write a whole number and one of the units s, m, h, d, without a space",
            )
        seconds = int(match[1]) * _SECONDS[match[2]]
        if not self.least <= seconds <= self.most:
            _out_of_range(node, at, f"from {self.least}s to {self.most}s")
        return seconds

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a text of a number and its unit."""
        return {"type": "string", "pattern": "^[0-9]{1,9}[smhd]$"} | told(self.expected)


@frozen
class Day(Shape[date]):
    """A day of the calendar."""

    expected: str = "a day such as 2026-12-31"

    def load(self, node: Node, at: Reading) -> date:
        """Return the day."""
        node = at.scalar(node, self.expected)
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.word):
            at.mismatch(node, self.expected)
        try:
            return date.fromisoformat(node.word)
        except ValueError:
            at.mismatch(node, self.expected)

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a text of that form."""
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"} | told(self.expected)


@frozen
class Version(Shape[int]):
    """The version of the language, which has to be the one that this program reads."""

    version: int
    expected: str = "the version of the language"

    def load(self, node: Node, at: Reading) -> int:
        """Return the version."""
        node = at.scalar(node, self.expected)
        if type(node.value) is not int or node.value != self.version:
            at.refuse(
                codes.FORMAT_VERSION,
                f"version {tick(node.word)} of the language is not known here",
                node.place,
                remedy=f"this jwtroles reads version {self.version}: `jwtroles: {self.version}`",
            )
        return self.version

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return the one version."""
        return {"const": self.version} | told(self.expected)


@frozen
class Nullable(Shape[T | None], Generic[T]):
    """A value, or `null` for none."""

    shape: Shape[T]
    expected: str

    def load(self, node: Node, at: Reading) -> T | None:
        """Return the value or None."""
        if isinstance(node, ScalarNode) and node.value is None:
            return None
        return self.shape.load(node, at)

    def schema(self, definitions: Definitions) -> Schema:
        """Return the value or null."""
        return {"anyOf": [{"type": "null"}, self.shape.schema(definitions)]} | told(self.expected)


@frozen
class Anything(Shape[Any]):
    """Any value by the core schema; with `json`, one that JSON has."""

    expected: str = "a value"
    json: bool = False

    def load(self, node: Node, at: Reading) -> Any:
        """Return text, numbers, booleans, None, lists and dictionaries."""
        if isinstance(node, UnreadNode):
            raise Unreadable
        if isinstance(node, ListNode):
            return [self.load(item, at) for item in node.items]
        if isinstance(node, MapNode):
            return {str(key.word): self.load(child, at) for key, child in node.entries}
        if self.json and isinstance(node.value, float) and not math.isfinite(node.value):
            at.refuse(
                codes.NOT_JSON,
                f"{tick(node.word)} is not a JSON value",
                node.place,
                remedy="quote it if it is meant as text",
            )
        return node.value

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return no limit at all."""
        return told(self.expected)
