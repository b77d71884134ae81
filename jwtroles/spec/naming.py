"""Shapes of names: of roles and columns, of objects with their schema, and of functions."""

from __future__ import annotations

import re
import unicodedata

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.names import QName, is_glob, parse_parts, parse_qname, parse_signature, too_long
from jwtroles.spec.model import Word
from jwtroles.spec.nodes import Node
from jwtroles.spec.shapes import Definitions, Reading, Schema, Shape, told
from jwtroles.spec.wording import tick

_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_SCALARS = ("string", "number", "boolean")
_ONE = r'(?:"(?:[^"]|"")+"|[^".]+)'
_ONE_BEFORE_BRACKET = r'(?:"(?:[^"]|"")+"|[^".(]+)'
"""One part of a name, as `names.parse_parts` reads it."""


@frozen
class Name(Shape[Word]):
    """An identifier as the catalog has it, case and spaces included.

    Attributes:
        plain: whether it has to be a lower-case identifier, since SQL or a path refers to it.
    """

    expected: str
    plain: bool = False

    def load(self, node: Node, at: Reading) -> Word:
        """Return the name."""
        word = at.word(at.scalar(node, self.expected))
        if self.plain and not _PLAIN.match(word):
            at.refuse(
                codes.BAD_NAME,
                f"{tick(word)} is not {self.expected}",
                word.place,
                remedy="use lower-case letters, digits and `_`, and begin with a letter",
            )
        _check_identifier(word, word, self.expected, at)
        return word

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a scalar, since `5` is a name in the catalog as well; a plain name is a text."""
        if self.plain:
            return {"type": "string", "pattern": "^[a-z_][a-z0-9_]*$"} | told(self.expected)
        return {"type": list(_SCALARS), "minLength": 1} | told(self.expected)


def _check_identifier(name: str, word: Word, expected: str, at: Reading) -> None:
    hidden = [char for char in name if unicodedata.category(char) in _INVISIBLE_CATEGORIES]
    if not name.strip() or hidden:
        at.refuse(
            codes.BAD_NAME,
            f"expected {expected}, found one with U+{ord(hidden[0]):04X} in it"
            if hidden
            else f"expected {expected}, found an empty text",
            word.place,
            remedy="names consist of visible characters",
        )
    if too_long(name):
        at.refuse(
            codes.NAME_TOO_LONG,
            f"{tick(name)} is {len(name.encode())} bytes long",
            word.place,
            remedy="PostgreSQL's limit is 63 bytes; shorten it",
        )


@frozen
class Qualified(Shape[Word]):
    """A name with its schema; with `glob`, its last part may hold `*`."""

    expected: str
    glob: bool = False

    def load(self, node: Node, at: Reading) -> Word:
        """Return the name as written."""
        word = at.word(at.scalar(node, self.expected))
        name = parse_qname(word)
        if name is None:
            at.refuse(
                codes.NOT_QUALIFIED,
                f"expected {self.expected}, found {tick(word)}",
                word.place,
                remedy="write schema.name; a part that holds a dot itself is double-quoted",
            )
        if not self.glob and is_glob(word):
            at.refuse(
                codes.NOT_QUALIFIED,
                f"expected {self.expected}, found the glob {tick(word)}",
                word.place,
                remedy="name one object here",
            )
        _check_both_parts(name, word, self.expected, at)
        return word

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a text of two parts."""
        kept = "" if self.glob else r"(?!.*\*)"
        return {"type": "string", "pattern": rf"^{kept}{_ONE}\.{_ONE}$"} | told(self.expected)


@frozen
class ColumnPattern(Shape[Word]):
    """A column with its table and schema, each of which may hold `*`: `*.*.ssn`."""

    expected: str = "a column, schema.table.column, such as *.*.ssn"

    def load(self, node: Node, at: Reading) -> Word:
        """Return the pattern as written."""
        word = at.word(at.scalar(node, self.expected))
        parts = parse_parts(word)
        if parts is None or len(parts) != 3:
            at.refuse(
                codes.NOT_A_COLUMN,
                f"expected {self.expected}, found {tick(word)}",
                word.place,
                remedy="write schema.table.column; a part that holds a dot itself is double-quoted",
            )
        for part in parts:
            _check_identifier(part, word, self.expected, at)
        return word

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a text of three parts."""
        return {"type": "string", "pattern": rf"^{_ONE}\.{_ONE}\.{_ONE}$"} | told(self.expected)


@frozen
class Signature(Shape[Word]):
    """A function with its argument types: `app.age(date)`."""

    expected: str = "a function such as app.age(date)"

    def load(self, node: Node, at: Reading) -> Word:
        """Return the signature as written."""
        word = at.word(at.scalar(node, self.expected))
        parsed = parse_signature(word)
        if parsed is None:
            at.refuse(
                codes.NOT_A_SIGNATURE,
                f"expected {self.expected}, found {tick(word)}",
                word.place,
                remedy='name its argument types, or none: "app.age(date)", "app.now()"',
            )
        _check_both_parts(parsed[0], word, self.expected, at)
        return word

    def schema(self, definitions: Definitions) -> Schema:  # noqa: ARG002 - has no parts
        """Return a text with brackets at its end."""
        pattern = rf"^{_ONE}\.{_ONE_BEFORE_BRACKET}\(.*\)\s*$"
        return {"type": "string", "pattern": pattern} | told(self.expected)


def _check_both_parts(name: QName, word: Word, expected: str, at: Reading) -> None:
    _check_identifier(name.schema, word, expected, at)
    _check_identifier(name.name, word, expected, at)
