"""Secrets that somebody wrote where they do not belong, covered before anything is shown.

An error shows a line of the file, and there may be more on that line than the error is about. What
is covered is found by its looks, since a file with an error may be readable in no other way: too
much is covered rather than too little. Stars take as much room as what they stand over, so that
carets still fit.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from jwtroles.passwords import covered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.errors import Place, Problem

_PRIVATE_KEY = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(.*?)(?=-----END|\Z)", re.DOTALL)
_KEY = re.compile(
    r"""(?:^|(?<=[\s{,\[?-]))(?P<quote>["']?)(?P<key>[\w.-]{1,40})(?P=quote)\s*:(?=\s|$)"""
)
_FIRST_KEY = re.compile(
    r"""[\s{]*(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}\[\],:#][^"'{}\[\],:#\n]*):(?=\s|$)"""
)
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_NAMES = ("secrets", "secret", "password", "passwords")
_ALIKE = 0.85
"""From here on a key is a misspelling of one of these names: `secerts` has secrets below it."""


def covered_problem(problem: Problem) -> Problem:
    """Return a problem whose texts show no secret, not that which it is about either."""
    hidden = _secrets_at(problem.place) if problem.place else ()

    def clean(text: str) -> str:
        for secret in hidden:
            text = text.replace(secret, "*" * len(secret))
        return covered(text)

    return replace(
        problem,
        message=clean(problem.message),
        label=clean(problem.label),
        details=tuple(map(clean, problem.details)),
        remedy=clean(problem.remedy),
    )


@lru_cache(maxsize=8)
def covered_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a file, with stars over every secret in it."""
    text = covered(_PRIVATE_KEY.sub(lambda m: m[1] + _stars(m[2]), text))
    return tuple(_below(text.splitlines()))


def _stars(text: str) -> str:
    """Return stars over everything but blanks and variables, which are no secrets."""
    found, end = [], 0
    for match in _VARIABLE.finditer(text):
        found += [re.sub(r"\S", "*", text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*found, re.sub(r"\S", "*", text[end:])])


def _below(lines: list[str]) -> Iterator[str]:
    """Yield lines with stars over the values of `secrets` and of keys that look like it."""
    column, depth, child = -1, 0, -1
    for line in lines:
        indent = len(line) - len(line.lstrip())
        # The items of a list may stand below its key, at the same column.
        below = indent > column or (indent == column and line.lstrip().startswith("- "))
        if column >= 0 and line.strip() and depth <= 0 and not below:
            column = -1
        if column >= 0:
            child = indent if child < 0 and line.strip() else child
            key = _FIRST_KEY.match(line) if depth <= 0 and indent == child else None
            kept = key.end() if key else 0
            ends, depth = _end(line, 0, depth) if depth > 0 else (len(line), 0)
            yield line[:kept] + _stars(line[kept:ends]) + line[ends:]
            continue
        shown, done = "", 0
        for match in _KEY.finditer(line):
            if match.start() < done or not _is_secret(match["key"]):
                continue
            start = match.end()
            ends, left = _end(line, start, 0)
            first = _FIRST_KEY.match(line, start) if line[start:].lstrip().startswith("{") else None
            kept = first.end() if first and first.end() <= ends else start
            shown += line[done:kept] + _stars(line[kept:ends])
            done = ends
            if ends == len(line):
                column, depth, child = indent, left, -1
        yield shown + line[done:]


def _end(line: str, start: int, depth: int) -> tuple[int, int]:
    """Return where a value ends on its line, and how many brackets are open there.

    A value without brackets and quotes ends with the line: it may hold anything.
    """
    rest = line[start:].lstrip()
    if depth <= 0 and rest[:1] not in ("{", "[", '"', "'"):
        return len(line), 0
    position, before = start, "{"
    while position < len(line):
        char = line[position]
        if char in "\"'" and before in "{[,:":
            position = _quoted_end(line, position)
            before = char
            if depth <= 0:
                return position, 0
            continue
        depth += (char in "{[") - (char in "}]")
        position += 1
        if char in "}]" and depth <= 0:
            return position, 0
        before = before if char.isspace() else char
    return len(line), depth


def _quoted_end(line: str, start: int) -> int:
    quote, position = line[start], start + 1
    while position < len(line):
        doubled = quote == "'" == line[position] == line[position + 1 : position + 2]
        if doubled or (line[position] == "\\" and quote == '"'):
            position += 2
        elif line[position] == quote:
            return position + 1
        else:
            position += 1
    return len(line)


def _is_secret(key: str) -> bool:
    folded = key.casefold().strip("_-.")
    return any(SequenceMatcher(None, folded, name).ratio() >= _ALIKE for name in _NAMES)


def _secrets_at(place: Place) -> tuple[str, ...]:
    """Return what is covered where a problem is, from its beginning on, the longest texts first."""
    lines = place.source.text.splitlines()
    shown = covered_lines(place.source.text)
    if not 0 < place.line <= len(lines):
        return ()
    found: set[str] = set()
    for number in range(place.line - 1, len(lines)):
        line, star = lines[number], shown[number]
        runs = [line[m.start() : m.end()] for m in re.finditer(r"\*+", star)]
        runs = [run for run in runs if run.strip("*")]
        if not runs:
            break
        found.update(*(re.split(r"[{}\[\],:\"'|>]+", run) for run in runs), runs)
    return tuple(sorted((one for one in found if len(one) > _SHORTEST), key=len, reverse=True))


_SHORTEST = 3
"""Characters of a text that is looked for in a message; anything shorter is in any word."""
