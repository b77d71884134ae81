"""What YAML text becomes before it means anything: scalars, lists and maps with their places.

Types of plain scalars follow the core schema of YAML 1.2 (section 10.3.2), so that `NO`, `on`,
`10:30` and `2026-05-01` stay the text that people wrote.
"""

from __future__ import annotations

import math
import re
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.errors import Place
    from jwtroles.spec.model import Word

CoreValue: TypeAlias = str | int | float | bool | None


@frozen
class UnreadNode:
    """A value that was refused, with its problem noted; later stages pass over it in silence."""

    place: Place


@frozen
class ScalarNode:
    """A text, number, boolean or null.

    Attributes:
        word: its text as YAML reads it; the place of the word is inside the quotes.
        value: its value by the core schema; always text where it is quoted.
        place: where it stands, quotes included.
        plain: whether it stands without quotes.
        in_flow: whether it stands inside `{…}` or `[…]`.
        comment: the `#` that follows it on its line, if one does.
    """

    word: Word
    value: CoreValue
    place: Place
    plain: bool
    in_flow: bool
    comment: Place | None


@frozen
class ListNode:
    """A YAML sequence."""

    items: tuple[Node, ...]
    place: Place


@frozen
class MapNode:
    """A YAML mapping, in the order of the file; its keys are texts and differ."""

    entries: tuple[tuple[ScalarNode, Node], ...]
    place: Place


Node: TypeAlias = UnreadNode | ScalarNode | ListNode | MapNode

_WORDS: dict[str, CoreValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{
        sign + word: float(sign + "inf")
        for sign in ("", "+", "-")
        for word in (".inf", ".Inf", ".INF")
    },
}


def _finite(text: str) -> CoreValue:
    value = float(text)
    return value if math.isfinite(value) else text


# More digits than that stay text, as does `1e999`: Python refuses to convert them (4300) or makes
# infinity of them, and PostgreSQL casts the text just as well. `[0-9]`, since `\d` would take the
# digits of other scripts.
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], CoreValue]], ...] = (
    (re.compile(r"[-+]?[0-9]{1,1000}\Z"), int),
    (re.compile(r"0o[0-7]{1,1000}\Z"), partial(int, base=8)),
    (re.compile(r"0x[0-9a-fA-F]{1,1000}\Z"), partial(int, base=16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z"), _finite),
)


def core_value(text: str) -> CoreValue:
    """Return what the plain scalar `text` is by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    for pattern, convert in _NUMBERS:
        if pattern.match(text):
            return convert(text)
    return text


_KINDS: dict[type, str] = {bool: "", int: "the number ", float: "the number ", str: "the text "}


def described(node: Node) -> str:
    """Return what `node` is, for "expected …, found …"."""
    from jwtroles.spec.wording import tick  # noqa: PLC0415 - difflib, for errors only

    if isinstance(node, ScalarNode):
        found = "nothing" if node.value is None else _KINDS[type(node.value)] + tick(node.word)
        return "the empty text" if node.value == "" else found
    return "a list" if isinstance(node, ListNode) else "a map"
