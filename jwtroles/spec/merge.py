"""Several documents become one: top-level maps and lists are joined, and nothing else.

One rule for every key: a map is joined key by key, a list is appended in the order of the files,
and whatever is neither stands in one file. The same key twice is an error, as it is within a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.spec.nodes import ListNode, MapNode, Node, ScalarNode, UnreadNode, described
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.errors import Collector

IN_EACH_FILE = "jwtroles"
"""The version of the language is said of a file, and each may say it."""

INCLUDE = "include"

Entries = dict[str, tuple[ScalarNode, Node]]


def merged(documents: Iterable[Node], problems: Collector) -> MapNode | None:
    """Return the documents as one map, without `include`; None where none of them is a map."""
    entries: Entries = {}
    first: MapNode | None = None
    for document in documents:
        if isinstance(document, MapNode):
            first = first or document
            for key, value in document.entries:
                if key.word != INCLUDE:
                    _join(entries, key, value, problems)
        elif not isinstance(document, UnreadNode):
            problems.add(
                codes.NOT_A_MAP,
                f"expected a map of keys, found {described(document)}",
                document.place,
                remedy="begin with `jwtroles: 1`",
            )
    return MapNode(tuple(entries.values()), first.place) if first else None


def _join(entries: Entries, key: ScalarNode, value: Node, problems: Collector) -> None:
    if key.word not in entries:
        entries[key.word] = (key, value)
        return
    before_key, before = entries[key.word]
    if isinstance(before, MapNode) and isinstance(value, MapNode):
        inner: Entries = {one.word: (one, child) for one, child in before.entries}
        for one, child in value.entries:
            if one.word in inner:
                _twice(inner[one.word][0], one, problems)
            else:
                inner[one.word] = (one, child)
        entries[key.word] = (before_key, MapNode(tuple(inner.values()), before.place))
    elif isinstance(before, ListNode) and isinstance(value, ListNode):
        entries[key.word] = (before_key, ListNode((*before.items, *value.items), before.place))
    elif key.word == IN_EACH_FILE and _same(before, value):
        return
    elif not isinstance(before, UnreadNode) and not isinstance(value, UnreadNode):
        _twice(before_key, key, problems)


def _same(one: Node, other: Node) -> bool:
    return (
        isinstance(one, ScalarNode) and isinstance(other, ScalarNode) and one.value == other.value
    )


def _twice(first: ScalarNode, second: ScalarNode, problems: Collector) -> None:
    problems.add(
        codes.DUPLICATE_KEY,
        f"the key {tick(second.word)} stands in two files",
        second.place,
        label=f"the first one is at {first.place}",
        remedy="keep one of the two; maps are joined key by key, lists one after the other",
    )
