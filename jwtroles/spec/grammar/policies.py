"""`policies:` and its like: row security as a database that jwtroles does not mark has it."""

from __future__ import annotations

from jwtroles.spec.grammar.terms import PREDICATE, ROLES, TABLES
from jwtroles.spec.model import COMMANDS
from jwtroles.spec.naming import Name
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ListOf
from jwtroles.spec.stated_model import StatedPolicy
from jwtroles.spec.words import Bool, Choice

_TABLES = ListOf(TABLES, "a list of tables or globs")

POLICIES: ListOf[StatedPolicy] = ListOf(
    Record(
        "a policy",
        StatedPolicy,
        (
            Field("name", Name("the name of a policy"), required=True),
            Field("tables", _TABLES, required=True),
            Field("except", _TABLES, "except_"),
            Field("restrictive", Bool("true", only=True)),
            Field("for", Choice("a command", COMMANDS), "for_"),
            Field("to", ROLES, required=True),
            Field("using", PREDICATE),
            Field("check", PREDICATE),
        ),
    ),
    "a list of policies",
)

ROW_SECURITY = _TABLES
