"""`tests:` claims in, role out, and what must come of statements."""

from __future__ import annotations

from jwtroles.spec.grammar.terms import COLUMN, ENVIRONMENTS, MODE, ROLE, STATEMENT, TABLE, TEXT
from jwtroles.spec.model import Expectation, Test
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ListOf, MapOf
from jwtroles.spec.words import Anything, Bool, Duration, Int, Nullable, Text

EXPECTATION: Record[Expectation] = Record(
    "an expectation",
    Expectation,
    (
        Field("query", STATEMENT, required=True),
        Field("then", STATEMENT),
        Field(
            "rows",
            ListOf(
                ListOf(Anything(), "a row as a list of values", nonempty=False),
                "a list of rows, each a list of values",
                nonempty=False,
            ),
        ),
        Field("affects", Int("a number of rows")),
        Field("denied", Bool("true", only=True)),
        Field("verify", MODE),
    ),
    one_of=("rows", "affects", "denied"),
)

TEST: Record[Test] = Record(
    "a test",
    Test,
    (
        Field("name", TEXT, required=True),
        Field(
            "given",
            MapOf(
                TABLE,
                ListOf(
                    MapOf(COLUMN, Anything(), "a row as a map of columns to values"),
                    "a list of rows",
                ),
                "a map of tables to rows",
            ),
        ),
        Field(
            "as",
            MapOf(
                Text("a claim"),
                Anything(json=True),
                "the payload of a token as a map",
                nonempty=False,
            ),
            "as_",
            required=True,
        ),
        Field("ago", MapOf(Text("a claim"), Duration(), "a map of claims to durations")),
        Field("becomes", Nullable(ROLE, "a role, or null for none"), required=True),
        Field("expect", ListOf(EXPECTATION, "a list of expectations")),
        Field("only", ENVIRONMENTS),
    ),
)
