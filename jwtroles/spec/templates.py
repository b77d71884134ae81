"""Templates: an entry with `for` stands for one entry for each choice of its variables' values.

    "{svc}_ro": {for: {svc: [orders, billing]}, tables: {"{svc}.*": {select: all}}}

Every text of the entry but its SQL is filled in (:mod:`jwtroles.spec.variables`), and keeps its
place: an error and a plan point to the line of the template.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import prod
from typing import TypeVar

from jwtroles import codes
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.spec.model import Word
from jwtroles.spec.naming import Name
from jwtroles.spec.nodes import ListNode, MapNode, Node, ScalarNode
from jwtroles.spec.shapes import ListOf, MapOf, Reading, Unreadable
from jwtroles.spec.wording import tick

T = TypeVar("T")

MAX_NODES = 100_000
"""How many values of YAML a template may come to; a stranger's file must not keep CI busy."""

_SPECIAL = frozenset('.*"{}')
"""What would make more of a value than a part of one name."""


class _Value(Name):
    """A value of a variable: a part of a name."""

    def load(self, node: Node, at: Reading) -> Word:
        """Return the value."""
        word = super().load(node, at)
        for character in sorted(_SPECIAL.intersection(word)):
            at.refuse(
                codes.TEMPLATE_VALUE,
                f"the value {tick(word)} holds {tick(character)}",
                word.place,
                remedy="a value is a part of one name; write dots and globs into the template",
            )
        return word


VARIABLES = MapOf(
    Name("the plain name of a variable", plain=True),
    ListOf(_Value("a part of a name"), "a list of names"),
    "a map of variables to lists of names",
)


@frozen
class Templates(MapOf[T]):
    """A map some of whose entries are templates."""

    def _entry(self, key: ScalarNode, child: Node, at: Reading) -> Iterator[tuple[Word, T]]:
        template, rest = _taken_out(child)
        if template is None:
            yield from super()._entry(key, child, at)
            return
        try:
            variables = VARIABLES.load(template, at.under(key.word))
        except Unreadable:
            variables = {}
        choices = prod(map(len, variables.values()))
        if choices * _size(rest) > MAX_NODES:
            at.problems.add(
                codes.TEMPLATE_TOO_LARGE,
                f"the template {tick(key.word)} stands for {choices} entries",
                key.place,
                remedy=f"all in all they may have {MAX_NODES} values: let roles inherit what "
                "they share",
            )
            return
        told = len(at.problems.problems)
        for values in product(*variables.values()):
            chosen = dict(zip(map(str, variables), map(str, values), strict=True))
            # What is wrong with one of them is wrong with each, and is told once.
            problems = at.problems if len(at.problems.problems) == told else Collector()
            yield from super()._entry(key, rest, replace(at, problems=problems, variables=chosen))


def _taken_out(node: Node) -> tuple[Node | None, Node]:
    """Return what stands under `for`, and the entry without it."""
    if isinstance(node, MapNode):
        for entry in node.entries:
            if entry[0].word == "for":
                kept = tuple(other for other in node.entries if other is not entry)
                return entry[1], MapNode(kept, node.place)
    return None, node


def _size(node: Node) -> int:
    """Return how many values a node has."""
    if isinstance(node, ListNode):
        return 1 + sum(map(_size, node.items))
    if isinstance(node, MapNode):
        return 1 + sum(1 + _size(child) for _, child in node.entries)
    return 1
