"""Names and literals: how the file writes them, and how SQL must quote them.

Quoting follows PostgreSQL's own `quote_ident` and `quote_literal` (manual section 9.4): a name
stays
bare where that is safe, so that plans read as people write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

MAX_IDENTIFIER_BYTES = 63
"""NAMEDATALEN - 1 (manual section 4.1.1); PostgreSQL cuts longer names silently, jwtroles never."""

OWN_SCHEMA = "jwtroles"
"""The schema of what jwtroles makes; a constant, since policies and the manual name it."""

PUBLIC = "PUBLIC"
"""The pseudo-role that every role belongs to, as the file, grants and policies name it."""

_RESERVED_ROLES = frozenset({"public", "none", "postgres"})

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


def grantee_sql(name: str) -> str:
    """Return a grantee for GRANT and REVOKE: a quoted role name, or the keyword PUBLIC."""
    return PUBLIC if name == PUBLIC else ident(name)


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


def parse_parts(text: str) -> tuple[str, ...] | None:
    """Read names separated by dots, each double-quoted if it holds a dot itself, or return None."""
    parts: list[str] = []
    position = 0
    while match := _PART.match(text, position):
        quoted, bare = match.groups()
        parts.append(quoted.replace('""', '"') if quoted is not None else bare)
        position = match.end()
        if position == len(text):
            return tuple(parts)
        if text[position] != ".":
            return None
        position += 1
    return None


def parse_qname(text: str) -> QName | None:
    """Read `schema.name` as the file writes it (`Lab Work.Results`, `app."v1.2"`), or None."""
    parts = parse_parts(text)
    return QName(*parts) if parts is not None and len(parts) == 2 else None


GLOB = "*"
"""Any text, the empty one too. Nothing else is special: `?` and `[` are themselves."""


def is_glob(pattern: str) -> bool:
    """Tell whether a table name of the file is a pattern: its schema or its name holds `*`."""
    return GLOB in pattern and parse_qname(pattern) is not None


def glob_matches(pattern: str, name: QName) -> bool:
    """Tell whether `name` is one that `pattern` means: schema and name each match theirs.

    A star never reaches over the dot, so `app.*` is all of `app` and `mart_*.*` all of each mart.
    """
    parsed = _pattern(str(pattern))
    return (
        parsed is not None
        and text_matches(parsed.schema, name.schema)
        and text_matches(parsed.name, name.name)
    )


_pattern = lru_cache(maxsize=4096)(parse_qname)
"""The pattern of a glob; each is compared with every table."""


def text_matches(pattern: str, text: str) -> bool:
    """Tell whether one part of a name is as `pattern` says: `*` is any text, all else is itself."""
    first, *middle = pattern.split(GLOB)
    if not middle:
        return text == first
    last = middle.pop()
    rest = text.removeprefix(first)
    if not text.startswith(first) or not rest.endswith(last):
        return False
    rest = rest[: len(rest) - len(last)]
    for part in middle:
        _, found, rest = rest.partition(part) if part else ("", "-", rest)
        if not found:
            return False
    return True


def texts_overlap(one: str, other: str) -> bool:
    """Tell whether some text is as both patterns say.

    What stands between the first and the last star of one fits into a star of the other. So of two
    globs only the ends decide: one beginning has to begin with the other, and so for the endings.
    """
    if GLOB not in one:
        return text_matches(other, one)
    if GLOB not in other:
        return text_matches(one, other)
    starts = one.partition(GLOB)[0], other.partition(GLOB)[0]
    ends = one.rpartition(GLOB)[2], other.rpartition(GLOB)[2]
    return (starts[0].startswith(starts[1]) or starts[1].startswith(starts[0])) and (
        ends[0].endswith(ends[1]) or ends[1].endswith(ends[0])
    )


def parse_signature(text: str) -> tuple[QName, str] | None:
    """Read `schema.function(type, type)` into the name and the argument types as written."""
    name, bracket, rest = text.partition("(")
    qname = parse_qname(name.strip())
    if qname is None or not bracket or not rest.rstrip().endswith(")"):
        return None
    return qname, rest.rstrip()[:-1].strip()


def reserved_role(name: str) -> bool:
    """Tell whether no file can declare a role of this name.

    `public`, `none` and what begins with `pg_` are no names of roles to CREATE ROLE; `postgres` is
    the superuser that initdb makes by default.
    """
    return name.lower() in _RESERVED_ROLES or name.startswith("pg_")


def too_long(name: str) -> bool:
    """Tell whether PostgreSQL would cut `name` (its limit counts UTF-8 bytes)."""
    return len(name.encode()) > MAX_IDENTIFIER_BYTES
