"""Globs of a role beyond whole schemas: by how the names of tables, or of schemas, begin."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any

from jwtroles.compiler.access import TABLE_KINDS
from jwtroles.names import GLOB, QName, file_part, glob_matches, is_glob, parse_qname, texts_overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jwtroles.decompile.found import Found

Tables = dict[str, dict[str, Any]]
"""Table or glob → command → what is said of it."""

NOTHING = "none"
"""What takes one table out of a glob, and no glob."""

FEWEST = 3
"""How many entries have to be the same for a glob to say more than their names."""


def shorter(said: Tables, found: Found) -> Tables:
    """Say the same by globs: of tables whose names begin alike, then of schemas that do.

    A glob means no table that is not meant now, and overlaps with no other one of the role that has
    a command of it (JR239).
    """
    for glob, keys in _of_tables(said, found):
        said = _with(glob, keys, said)
    for glob, keys in _of_schemas(said, found):
        said = _with(glob, keys, said)
    return said


def _beginnings(names: Iterable[str]) -> Iterator[str]:
    """Yield what all names begin with and can stand in a glob as it is: the shortest first."""
    start = reduce(_common, names)
    for one in dict.fromkeys((start[: start.rfind("_") + 1], start)):
        if re.fullmatch(r"[A-Za-z_]\w{2,}", one):
            yield one


def _common(one: str, other: str) -> str:
    count = 0
    while one[count : count + 1] == other[count : count + 1] != "":
        count += 1
    return one[:count]


def _of_tables(said: Tables, found: Found) -> Iterator[tuple[str, tuple[str, ...]]]:
    for schema, keys in _alike(said, lambda name: name.schema):
        tables = {str(name): name for name in found.tables(schema)}
        named = tuple(key for key in keys if key in tables)  # no views: no glob means them
        for start in _beginnings(tables[key].name for key in named) if len(named) >= FEWEST else ():
            if {key for key, name in tables.items() if name.name.startswith(start)} == set(named):
                yield f"{file_part(schema)}.{start}*", named
                break


def _of_schemas(said: Tables, found: Found) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of all schemas that have the same, or of those that begin alike up to a first `_`."""
    for name, keys in _alike(said, lambda name: name.name, globs=True):
        schemas = {key: parsed.schema for key in keys if (parsed := parse_qname(key))}
        first = {schema.partition("_")[0] for schema in schemas.values()}
        for part in ("", *sorted(first)) if len(first) > 1 else ("",):
            here = {k: one for k, one in schemas.items() if part in ("", one.partition("_")[0])}
            glob = _across(name, set(here.values()), found) if len(here) >= FEWEST else ""
            if glob:
                yield glob, tuple(here)
            if glob and not part:
                break


def _across(name: str, schemas: set[str], found: Found) -> str:
    """Return a glob of schemas that means what is so called in just these, or ''.

    Schemas of tenants need not begin alike: `*.orders` is every table of the name.
    """
    tables = [one for one in found.structure.relations.values() if one.kind in TABLE_KINDS]
    for start in (*_beginnings(schemas), ""):
        glob = f"{start}*.{name if GLOB in name else file_part(name)}"
        meant = {t.name for t in tables if not t.partition and glob_matches(glob, t.name)}
        if {one.schema for one in meant} == schemas:
            return glob
    return ""


def _alike(
    said: Tables, part: Callable[[QName], str], *, globs: bool = False
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the entries that say the same and share a part of their names."""
    found: dict[tuple[str, str], list[str]] = {}
    for key, access in said.items():
        name = parse_qname(key)
        whole = "future" in access or NOTHING in access.values()
        if name is not None and not whole and (globs or not is_glob(key)):
            found.setdefault((part(name), repr(access)), []).append(key)
    for (shared, _), keys in found.items():
        if len(keys) >= FEWEST:
            yield shared, tuple(keys)


def _with(glob: str, keys: tuple[str, ...], said: Tables) -> Tables:
    """Put a glob in the place of the first of its entries, unless another one competes with it."""
    access = said[keys[0]]
    others = (key for key in said if is_glob(key) and key not in keys)
    if any(access.keys() & said[other].keys() and _overlap(glob, other) for other in others):
        return said
    left = {glob if key == keys[0] else key: one for key, one in said.items()}
    return {key: one for key, one in left.items() if key not in keys[1:]}


def _overlap(one: str, other: str) -> bool:
    first, second = parse_qname(one), parse_qname(other)
    return (
        first is not None
        and second is not None
        and texts_overlap(first.schema, second.schema)
        and texts_overlap(first.name, second.name)
    )
