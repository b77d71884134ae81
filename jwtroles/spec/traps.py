"""Two traps of YAML that turn a predicate into a shorter one, unseen.

In `rows: a or meta #>> '{x}' = 'y'` the ` #` begins a comment, and the rule is `a or meta`. In
`{rows: f(a, b)}` the comma ends the value, and the rule is `f(a`. Both are errors of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from jwtroles.errors import Collector
    from jwtroles.spec.nodes import ScalarNode

_OPERATOR = re.compile(r"#[>#\-]")
"""Operators of PostgreSQL that begin with `#`: `#>`, `#>>`, `#-` and `##` (manual 9.16, 9.11)."""

_NOUNS = {"rows": "predicate", "check": "predicate", "query": "statement", "sql": "statement"}
"""What the value of a key is called, where only the key is known."""


def quoted(text: str) -> str:
    """Return `text` as a quoted YAML scalar on one line."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def is_cut(scalar: ScalarNode) -> bool:
    """Tell whether a `#` on the scalar's line may have been meant as a part of it.

    A comment after a quoted scalar is a comment, unless it begins like an operator: in
    `rows: "Meta" #>> '{x}' = 'y'` the quotes were meant for SQL.
    """
    comment = scalar.comment
    return comment is not None and (scalar.plain or _operator_at(scalar))


def _rest(scalar: ScalarNode) -> str:
    place = scalar.comment
    return place.source.line(place.line)[place.column - 1 :].rstrip() if place else ""


def _operator_at(scalar: ScalarNode) -> bool:
    return _OPERATOR.match(_rest(scalar)) is not None


def report_cut(
    problems: Collector, scalar: ScalarNode, key: str | None, noun: str, short: str
) -> None:
    """Note that `scalar` is cut short by the `#` on its line (JR119)."""
    prefix = f"{key}: " if key else ""
    start = scalar.place
    before = start.source.line(start.line)[start.column - 1 :]
    one_line = scalar.comment is not None and start.line == scalar.comment.line
    # Inside {…} nobody can tell where the predicate should have ended.
    whole = "…" if scalar.in_flow or not one_line else before.rstrip()
    remedy = f"quote it:  {prefix}{quoted(whole)}"
    problems.add(
        codes.CUT_BY_COMMENT,
        f"this {noun} is cut short by a `#`",
        scalar.comment,
        label=f"YAML starts a comment here; the {short} would be {tick(scalar.word)}",
        remedy=remedy
        if _operator_at(scalar)
        else f"put the comment on a line of its own; or if it is part of the {noun}, {remedy}",
    )


@dataclass(frozen=True, slots=True)
class Split:
    """A value inside `{…}` that ends at a comma.

    Attributes:
        key: the key that it is the value of.
        value: the first part of the value, which is all that YAML takes.
        orphans: the further parts, which YAML reads as keys without values.
        parent: the key that the whole map is the value of.
        written: the whole map as the file has it.
        span: all parts of the value in it.
    """

    key: str
    value: ScalarNode
    orphans: tuple[ScalarNode, ...]
    parent: str | None
    written: str
    span: slice

    @property
    def mended(self) -> str:
        """The map with the value in quotes, as short as one line."""
        start, stop = self.span.start, self.span.stop
        whole = self.written[:start] + quoted(self.written[self.span]) + self.written[stop:]
        return whole if "\n" not in whole else f'{{{self.key}: "…", …}}'


def report_split(problems: Collector, split: Split) -> None:
    """Note that a value ends at a comma (JR118)."""
    keys = "a key" if len(split.orphans) == 1 else "keys"
    noun = _NOUNS.get(split.key) or _NOUNS.get(split.parent or "", "value that holds a comma")
    prefix = f"{split.parent}: " if split.parent else ""
    problems.add(
        codes.SPLIT_AT_COMMA,
        f"the value of {tick(split.key)} ends at the comma",
        split.value.place,
        label=f"YAML reads this as {tick(split.value.word)}, then {keys} "
        + ", ".join(tick(orphan.word) for orphan in split.orphans),
        remedy=f"quote a {noun} inside {{…}}:  {prefix}{split.mended}",
    )
