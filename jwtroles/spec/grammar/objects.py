"""`views:`, `queries:` and `lookups:`, each of which runs with a role of its own."""

from __future__ import annotations

from jwtroles.spec.grammar.terms import (
    COLUMN,
    ENVIRONMENTS,
    EXPRESSION,
    PREDICATE,
    ROLE,
    ROLES,
    STATEMENT,
    TABLE,
    TEXT,
    privileges,
)
from jwtroles.spec.model import Lookup, Query, View, Word
from jwtroles.spec.naming import Name
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import MapOf
from jwtroles.spec.words import Text

VIEW: Record[View] = Record(
    "a view",
    View,
    (
        Field("from", TABLE, "from_", required=True),
        Field(
            "columns",
            MapOf(
                COLUMN,
                EXPRESSION,
                "a map of column names to expressions",
                stand_in=lambda _: Word("null"),
            ),
            required=True,
        ),
        Field("rows", PREDICATE),
        Field("comment", TEXT),
        Field("was", TABLE),
        Field("grant", MapOf(ROLE, privileges("select"), "a map of roles to [select]")),
        Field("only", ENVIRONMENTS),
    ),
    name="name",
)

_TYPES = MapOf(
    Name("the plain name of a value", plain=True), Text("a type"), "a map of names to types"
)

QUERY: Record[Query] = Record(
    "a query",
    Query,
    (
        Field("params", _TYPES),
        Field("returns", _TYPES, required=True),
        Field("sql", STATEMENT, required=True),
        Field("comment", TEXT),
        Field("was", TABLE),
        Field("grant", ROLES),
        Field("only", ENVIRONMENTS),
    ),
    name="name",
)

LOOKUP: Record[Lookup] = Record(
    "a lookup",
    Lookup,
    (
        Field("type", Text("the type of a list"), required=True, stand_in=Word("text[]")),
        Field("sql", STATEMENT, required=True),
    ),
    name="name",
)
