"""Names and literals: how the file writes them, and how SQL must quote them.

Quoting follows PostgreSQL's own `quote_ident` and `quote_literal` (manual section 9.4): a name
stays
bare where that is safe, so that plans read as people write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

MAX_IDENTIFIER_BYTES = 63
"""NAMEDATALEN - 1 (manual section 4.1.1); PostgreSQL cuts longer names silently, jwtroles never."""

_BARE = re.compile(r"[a-z_][a-z0-9_]*\Z")
_PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')


@cache
def _keywords() -> frozenset[str]:
    from pglast import keywords  # noqa: PLC0415 - 36 ms that `--help` need not pay

    return frozenset(
        keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS | keywords.COL_NAME_KEYWORDS
    )


@cache
def ident(name: str) -> str:
    """Return `name` as an SQL identifier, quoted only where it has to be."""
    if _BARE.match(name) and name not in _keywords():
        return name
    return '"' + name.replace('"', '""') + '"'


def idents(names: tuple[str, ...] | list[str]) -> str:
    """Return several identifiers, separated by commas, in the order given."""
    return ", ".join(map(ident, names))


def literal(text: str) -> str:
    """Return `text` as an SQL string literal that means the same whatever the server's settings."""
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


@dataclass(frozen=True, slots=True, order=True)
class QName:
    """A schema-qualified name, each part as the catalog has it."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{file_part(self.schema)}.{file_part(self.name)}"

    @property
    def sql(self) -> str:
        """The name in SQL, each part quoted where it has to be."""
        return f"{ident(self.schema)}.{ident(self.name)}"


def file_part(name: str) -> str:
    """Return one part of a name as the file writes it: double-quoted only if it holds a dot."""
    return '"' + name.replace('"', '""') + '"' if "." in name or '"' in name else name


def parse_qname(text: str) -> QName | None:
    """Read `schema.name` as the file writes it (`Lab Work.Results`, `app."v1.2"`), or None."""
    parts: list[str] = []
    position = 0
    while match := _PART.match(text, position):
        quoted, bare = match.groups()
        parts.append(quoted.replace('""', '"') if quoted is not None else bare)
        position = match.end()
        if position == len(text):
            return QName(*parts) if len(parts) == 2 else None
        if text[position] != ".":
            return None
        position += 1
    return None


def is_glob(pattern: str) -> bool:
    """Tell whether a table name of the file is a pattern: its name, not its schema, holds `*`."""
    name = parse_qname(pattern)
    return name is not None and "*" in name.name


def glob_matches(pattern: str, name: QName) -> bool:
    """Tell whether `name` is one that `pattern` means: `*` is any text, all else is itself.

    The schema is compared as it is, and so is a name without `*`.
    """
    parsed = parse_qname(pattern)
    if parsed is None or parsed.schema != name.schema:
        return False
    first, *middle = parsed.name.split("*")
    if not middle:
        return name.name == first
    last = middle.pop()
    rest = name.name.removeprefix(first)
    if not name.name.startswith(first) or not rest.endswith(last):
        return False
    rest = rest[: len(rest) - len(last)]
    for part in middle:
        _, found, rest = rest.partition(part) if part else ("", "-", rest)
        if not found:
            return False
    return True


def parse_signature(text: str) -> tuple[QName, str] | None:
    """Read `schema.function(type, type)` into the name and the argument types as written."""
    name, bracket, rest = text.partition("(")
    qname = parse_qname(name.strip())
    if qname is None or not bracket or not rest.rstrip().endswith(")"):
        return None
    return qname, rest.rstrip()[:-1].strip()


def too_long(name: str) -> bool:
    """Tell whether PostgreSQL would cut `name` (its limit counts UTF-8 bytes)."""
    return len(name.encode()) > MAX_IDENTIFIER_BYTES
