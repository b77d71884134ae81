"""Objects that a file names under its roles, as the catalog knows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.names import QName, glob_matches, parse_qname, parse_signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.catalog import Structure


@frozen
class Section:
    """A part of a role in the file that lists objects of one class.

    Attributes:
        noun: what an entry names.
        find: the word of the file → the object in the database, or None where there is none.
        known: what there is to name.
    """

    noun: str
    find: Callable[[str, Structure], ObjectRef | None]
    known: Callable[[Structure], Iterable[str]]


def routine_of(signature: str, structure: Structure) -> tuple[QName, tuple[str, ...]]:
    """Return the key in `structure.routines` of a signature of the file, known there or not."""
    parsed = parse_signature(signature)
    if parsed is None:
        return QName("", signature), ()
    name, arguments = parsed
    return name, tuple(structure.types.get(text, text) for text in argument_types(arguments))


def argument_types(arguments: str) -> list[str]:
    """Split `numeric(10, 2), app."of, two"` at the commas between types."""
    parts, depth, quoted, start = [], 0, False, 0
    for position, character in enumerate(arguments):
        quoted ^= character == '"'
        depth += 0 if quoted else (character == "(") - (character == ")")
        if character == "," and depth == 0 and not quoted:
            parts.append(arguments[start:position].strip())
            start = position + 1
    parts.append(arguments[start:].strip())
    return [part for part in parts if part]


def _sequence(word: str, structure: Structure) -> ObjectRef | None:
    name = parse_qname(word)
    relation = structure.relations.get(name) if name else None
    found = relation is not None and relation.kind == "S"
    return ObjectRef("sequence", relation.name) if found and relation else None


def _routine(word: str, structure: Structure) -> ObjectRef | None:
    found = structure.routines.get(routine_of(word, structure))
    return ObjectRef(found.cls, found.name, found.arguments) if found else None


def _type(word: str, structure: Structure) -> ObjectRef | None:
    name = parse_qname(word)
    return _there(ObjectRef("type", name), structure) if name else None


def _schema(word: str, structure: Structure) -> ObjectRef | None:
    return _there(ObjectRef("schema", QName(word, word)), structure)


def _large_object(word: str, structure: Structure) -> ObjectRef | None:
    return _there(ObjectRef("large_object", QName("", str(word))), structure)


def _there(ref: ObjectRef, structure: Structure) -> ObjectRef | None:
    return ref if ref in structure.objects else None


def named_objects(section: str, word: str, structure: Structure) -> tuple[ObjectRef, ...]:
    """Return the objects that a word of a section means: of tables the partitions, too."""
    if section != TABLES:
        found = SECTIONS[section].find(word, structure)
        return (found,) if found else ()
    tables = (r.name for r in structure.relations.values() if r.kind != "S")
    matched = [name for name in tables if glob_matches(word, name)]
    inside = (name for table in matched for name in (table, *structure.below(table)))
    return tuple(ObjectRef("table", name) for name in dict.fromkeys(inside))


TABLES = "tables"
"""The section of a role that lists tables and globs of tables."""

SECTIONS: Mapping[str, Section] = {
    "sequences": Section(
        "sequence",
        _sequence,
        lambda structure: (str(r.name) for r in structure.relations.values() if r.kind == "S"),
    ),
    "functions": Section(
        "function",
        _routine,
        lambda structure: (f"{name}({', '.join(types)})" for name, types in structure.routines),
    ),
    "types": Section(
        "type",
        _type,
        lambda structure: (str(ref) for ref in structure.objects if ref.cls == "type"),
    ),
    "schemas": Section("schema", _schema, lambda structure: structure.schemas),
    "large_objects": Section(
        "large object",
        _large_object,
        lambda structure: (str(ref) for ref in structure.objects if ref.cls == "large_object"),
    ),
    "database": Section(
        "database",
        lambda _word, structure: ObjectRef("database", QName("", structure.server.database)),
        lambda structure: (structure.server.database,),
    ),
}
"""By the key under a role."""
