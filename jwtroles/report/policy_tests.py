"""What `jwtroles test` prints: one line a test, more only where something is wrong."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.errors import Place
    from jwtroles.policy_tests import Judged, Results, TestResult

WIDTH = 100
VERDICT_COLUMN = 66
"""Where what is wrong stands, if the statement ends before it."""


def render_tests(results: Results, width: int = WIDTH) -> str:
    """Return the report, without a final line end.

    The mark of a test is about its token: whether it became what it must. The numbers are about its
    expectations.
    """
    several = len(set(_sources(results))) > 1
    named = [test for test in results.tests if test.expectations]
    column = max((len(test.name) for test in named), default=0) + 3
    numbers = max((len(_count(test)) for test in named), default=0)
    column = min(column, width - 3 - numbers)
    lines: list[str] = []
    for test in results.tests:
        lines += _test(test, column, numbers, width, several=several)
    closing = textwrap.wrap(
        _closing(results).replace("verify: ", "verify:\N{NO-BREAK SPACE}"), width
    )
    lines += (line.replace("\N{NO-BREAK SPACE}", " ") for line in closing)
    return "\n".join(lines)


def _sources(results: Results) -> Iterator[str]:
    for test in results.tests:
        for judged in (test.becomes, *test.expectations):
            if judged.place is not None:
                yield judged.place.source.name


def _count(test: TestResult) -> str:
    return f"{test.held} of {len(test.expectations)}"


def _test(
    test: TestResult, column: int, numbers: int, width: int, *, several: bool
) -> Iterator[str]:
    mark = "✓" if test.becomes.holds else "✗"
    name = textwrap.wrap(test.name, max(column - 1, 20)) or [""]
    for line in name[:-1]:
        yield f" {mark} {line}"
        mark = " "
    count = _count(test).rjust(numbers) if test.expectations else ""
    yield f" {mark} {name[-1]:<{column}}{count}".rstrip()
    for judged in (test.becomes, *test.expectations):
        if not judged.holds:
            yield from _failure(judged, width, several=several)


def _failure(judged: Judged, width: int, *, several: bool) -> Iterator[str]:
    start = f"   ✗ {_where(judged.place, several=several)}  "
    statement = " ".join(line.strip() for line in judged.statement.splitlines())
    line = f"{start}{statement}"
    gap = max(VERDICT_COLUMN - len(line), 2)
    if len(line) + gap + len(judged.verdict) <= width:
        yield f"{line}{' ' * gap}{judged.verdict}"
    else:
        indent = " " * len(start)
        yield from _wrapped(statement, start, indent, width)
        yield f"{indent}{judged.verdict}"
    for detail in judged.details:
        yield from _wrapped(detail, " " * 7, " " * 7, width)


def _wrapped(words: str, first: str, rest: str, width: int) -> list[str]:
    return textwrap.wrap(
        words,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        drop_whitespace=True,
        break_on_hyphens=False,
        replace_whitespace=False,
    )


def _where(place: Place | None, *, several: bool) -> str:
    if place is None:
        return ":?"
    return f"{place.source.name if several else ''}:{place.line}"


def _closing(results: Results) -> str:
    held, total = results.held, results.expectations
    said = [f"{held} of {_plural(total, 'expectation')} {'holds' if total == 1 else 'hold'}"]
    if results.wrong_roles:
        said.append(f"{_plural(results.wrong_roles, 'token')} did not become what the file says")
    if results.elsewhere:
        other = {"gateway": "database", "database": "gateway"}.get(results.mode, "another mode")
        said.append(f"{results.elsewhere} not run: for `verify: {other}` alone")
    return f"{'; '.join(said)}. Everything was rolled back."


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
