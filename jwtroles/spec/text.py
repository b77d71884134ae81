"""From bytes to text: UTF-8, of a bounded size, without characters that nobody can see."""

from __future__ import annotations

import re

from jwtroles import codes
from jwtroles.errors import Collector, Place, Source, SpecError

MAX_BYTES = 1024 * 1024
"""A specification of a thousand tables is less than half of it."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff"
    "\u202a-\u202e\u2066-\u2069]"
)
"""Not printable in YAML (1.2, section 5.1), or a line break to YAML 1.1 alone, or one of the
characters that turn the direction of text around ("Trojan Source", CVE-2021-42574)."""


def decoded(data: bytes, name: str) -> Source:
    """Return `data` as a text to read, without a byte order mark.

    Raises:
        SpecError: it is too large, not UTF-8, or holds characters that a reviewer cannot see.
    """
    problems = Collector()
    if len(data) > MAX_BYTES:
        problems.add(
            codes.SPEC_TOO_LARGE,
            f"{name} is larger than {MAX_BYTES // 1024 // 1024} MB",
            remedy="say it with globs and inherited roles, or leave generated test rows out",
        )
        problems.fail(SpecError)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        readable = Source(name, data.decode("utf-8-sig", errors="replace"))
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        problems.add(
            codes.NOT_UTF8,
            f"byte {data[error.start]:#04x} is not UTF-8",
            _after(readable, before),
            remedy="save the file as UTF-8",
        )
        problems.fail(SpecError)
    return _visible(Source(name, text), problems)


def _visible(source: Source, problems: Collector) -> Source:
    hidden = list(_INVISIBLE.finditer(source.text))
    if hidden:
        first = hidden[0]
        others = f" (and {len(hidden) - 1} more)" if len(hidden) > 1 else ""
        problems.add(
            codes.FORBIDDEN_CHARACTER,
            f"an invisible character, U+{ord(first[0]):04X}{others}",
            _after(source, source.text[: first.start()]),
            remedy='delete it, or write it as an escape inside quotes: "\\u202E"',
        )
        problems.fail(SpecError)
    return source


def _after(source: Source, before: str) -> Place:
    lines = (before + "|").splitlines()
    return Place(source, len(lines), len(lines[-1]))
