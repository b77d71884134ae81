"""Two traps of YAML that turn a predicate into a shorter one, unseen.

In `rows: a or meta #>> '{x}' = 'y'` the ` #` begins a comment, and the rule is `a or meta`. In
`{rows: f(a, b)}` the comma ends the value, and the rule is `f(a`. Both are errors of their own,
the second one also where YAML cannot go on after the comma, as in `{rows: f(a, 'b')}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from jwtroles.errors import Collector
    from jwtroles.spec.nodes import ScalarNode

_OPERATOR = re.compile(r"#[>#\-]")
"""Operators of PostgreSQL that begin with `#`: `#>`, `#>>`, `#-` and `##` (manual 9.16, 9.11)."""

_NOUNS = {
    "rows": "predicate",
    "check": "predicate",
    "query": "statement",
    "then": "statement",
    "sql": "statement",
}
"""What the value of a key is called, where only the key is known."""

_NOUNS_BELOW = {"rows": "predicate", "columns": "expression"}
"""What the values of a map are called, where only the key of the map is known."""

ENDS = {",": "", "[": ", then a list", "{": ", then a map", "?": ", then a key"}
"""What ends a plain value inside `{…}`, and what YAML reads behind it."""

_STRING = re.compile(r"'(?:[^']|'')*'" + r'|"(?:[^"]|"")*"')
_KEY = re.compile(r"""\s*(?:"[^"\n]*"|'[^'\n]*'|[^\s,:{}\[\]'"][^,:{}\[\]\n]*)\s*:\s""")
_LINE_END = re.compile(r"\s*\n\s*")


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


def noun_of(key: str, parent: str | None) -> str:
    """Return what the value of `key`, in a map that is the value of `parent`, is; '' if unknown."""
    return _NOUNS.get(key) or _NOUNS_BELOW.get(parent or "", "")


def meant_end(text: str, start: int) -> int:
    """Return where the SQL that begins at `start`, inside `{…}`, was meant to end.

    It ends where the braces do, or before the next key; both count outside of SQL's quotes only.
    Where neither comes, the text is not SQL, and the answer is `start`.
    """
    position = start
    while position < len(text) and text[position] not in "{}":
        if text[position] in "'\"":
            string = _STRING.match(text, position)
            if string is None:
                return start
            position = string.end()
        elif text[position] == "," and _KEY.match(text, position + 1):
            break
        else:
            position += 1
    ended = text[position : position + 1] in {"}", ","}
    return start + len(text[start:position].rstrip()) if ended else start


def is_open(text: str) -> bool:
    """Tell whether `text` has a bracket or a quote that it does not close."""
    bare = _STRING.sub("", text)
    return bare.count("(") > bare.count(")") or "'" in bare


@frozen
class Split:
    """A value inside `{…}` that ends at a comma, or at a bracket.

    Attributes:
        key: the key that it is the value of.
        value: the first part of the value, which is all that YAML takes.
        orphans: the further parts, which YAML reads as keys without values.
        parent: the key that the whole map is the value of.
        written: the whole map as the file has it.
        span: all parts of the value in it.
        end: the character at which the value ends.
    """

    key: str
    value: ScalarNode
    orphans: tuple[ScalarNode, ...]
    parent: str | None
    written: str
    span: slice
    end: str = ","

    @property
    def mended(self) -> str:
        """The map with the value in quotes, on one line."""
        before, after = self.written[: self.span.start], self.written[self.span.stop :]
        value = quoted(_LINE_END.sub(" ", self.written[self.span]))
        if "\n" not in before + after:
            return before + value + after
        others = "," in before or after.strip() != "}"
        return f"{{{self.key}: {value}{', …' if others else ''}}}"


def report_split(problems: Collector, split: Split) -> None:
    """Note that a value ends at a comma (JR118)."""
    end = "comma" if split.end == "," else tick(split.end)
    keys = "a key" if len(split.orphans) == 1 else "keys"
    then = f", then {keys} " + ", ".join(tick(orphan.word) for orphan in split.orphans)
    noun = noun_of(split.key, split.parent) or f"value that holds a {end}"
    article = "an" if noun[0] in "aeiou" else "a"
    prefix = f"{split.parent}: " if split.parent else ""
    problems.add(
        codes.SPLIT_AT_COMMA,
        f"the value of {tick(split.key)} ends at the {end}",
        split.value.place,
        label=f"YAML reads this as {tick(split.value.word)}"
        + (then if split.orphans else ENDS[split.end]),
        remedy=f"quote {article} {noun} inside {{…}}:  {prefix}{split.mended}",
    )
