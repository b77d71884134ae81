"""Variables of a template: `{svc}` in its names, globs and texts, and never in its SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.spec.model import Word
from jwtroles.spec.wording import did_you_mean, listed, tick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwtroles.errors import Collector

USE = re.compile(r"\{([^{}]*)\}")
"""A use of a variable."""


def filled(word: Word, variables: Mapping[str, str], problems: Collector) -> Word:
    """Return `word` with the value of each variable in its place; it stands where it stood.

    What is put in is not looked at again, so a value cannot use a variable.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in variables:
            problems.add(
                codes.UNKNOWN_VARIABLE,
                f"unknown variable {tick(name)}",
                word.at(match.start(), len(match[0])),
                label=did_you_mean(name, variables),
                remedy=f"variables of `for`: {listed(variables)}",
            )
        return variables.get(name, name)

    return Word(USE.sub(value, word), word.place)


def refuse_in_sql(word: Word, variables: Mapping[str, str], noun: str, problems: Collector) -> None:
    """Note each variable that stands in SQL, which is the same for all that a template makes.

    Any other `{…}` is SQL's own: `'{a,b}'` is an array.
    """
    for match in USE.finditer(word):
        if match[1] in variables:
            problems.add(
                codes.VARIABLE_IN_SQL,
                f"the variable {tick(match[1])} cannot stand in a {noun}",
                word.at(match.start(), len(match[0])),
                remedy="a template makes names and globs, never SQL: compare with a column or a "
                "claim, or write these roles out",
            )
