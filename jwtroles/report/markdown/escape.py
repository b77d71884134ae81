r"""Text from strangers in Markdown: names, conditions and SQL come from an untrusted pull request.

All of it stands in code, where GitHub looks for no link, mention (`@team`), issue (`#1`), formula
or HTML. What the backticks of a code span cannot hold, or a cell of a table (`|`, `\`), is written
as HTML code with every character but letters and digits as an entity.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote

from jwtroles.report.problems import visible

_TICKS = re.compile(r"`+")
_SIMPLE = re.compile(r"[^\s`\\|]+(?: +[^\s`\\|]+)*\Z")
_WORD = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*\Z")


def code(text: str) -> str:
    """Return a text as inline code, wherever it stands; what cannot be seen becomes an escape."""
    seen = visible(text)
    if not seen:
        return ""
    if _SIMPLE.match(seen):
        return f"`{seen}`"
    return f"<code>{''.join(map(_entity, seen))}</code>"


def _entity(char: str) -> str:
    return char if char.isalnum() else f"&#{ord(char)};"


def bold(name: str) -> str:
    """Return a name in bold letters where it is a plain word, else as inline code."""
    return f"**{name}**" if _WORD.match(name) else code(name)


def fenced(text: str, language: str) -> str:
    """Return a block of code whose fence is longer than any run of backticks in it."""
    lines = "\n".join(map(visible, re.split(r"\r\n|[\r\n]", text)))
    longest = max(map(len, _TICKS.findall(lines)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{lines}\n{fence}"


def marker(project: str, environment: str) -> str:
    """Return the comment that a pull request's comment begins with, to be found and updated."""
    return f"<!-- jwtroles:{quote(project, safe='')}:{quote(environment, safe='')} -->"


def folded(summary: str, body: str) -> str:
    """Return a section that is closed until somebody opens it; `summary` is our own words."""
    return f"<details><summary>{escape(summary)}</summary>\n\n{body}\n\n</details>"
