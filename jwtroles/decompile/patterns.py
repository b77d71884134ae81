"""Tables by few words: a glob where every table of a schema is meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jwtroles.names import QName, file_part

if TYPE_CHECKING:
    from jwtroles.decompile.found import Found

FEWEST = 2
"""How many tables a schema has to have for a glob to say more than their names."""


def glob_of(schema: str) -> str:
    """Return the glob of all tables of a schema."""
    return f"{file_part(schema)}.*"


QUARTER = 4


def patterns(
    tables: Iterable[QName], found: Found, part: int = QUARTER
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return globs and names that mean just these tables, and what they leave out.

    A glob with exceptions is used where at most one in `part` of the schema's tables is excepted.
    """
    left = set(tables)
    named: list[str] = []
    out: list[str] = []
    for schema in sorted({name.schema for name in left}):
        here = [name for name in left if name.schema == schema]
        every = found.tables(schema)
        missing = [name for name in every if name not in left]
        managed = schema in found.schemas and "*" not in schema
        if managed and len(every) >= FEWEST and len(missing) * part <= len(every):
            named.append(glob_of(schema))
            out += map(str, missing)
            here = [name for name in here if name not in every]
        named += map(str, sorted(here))
    globs = list(map(glob_of, found.schemas))
    if named == globs and len(globs) > 1 and not out and not found.lent:
        named = ["*.*"]
    return tuple(named), tuple(sorted(out))
