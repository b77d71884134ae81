"""`tenancy:` the floors that stand under every role."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jwtroles.spec.grammar.terms import COLUMN, PREDICATE, ROLES, TABLE, TABLES, TRUE
from jwtroles.spec.model import Floor, Through, Word
from jwtroles.spec.naming import Name
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ByForm, ListOf, Made, MapOf, Shape
from jwtroles.spec.stated_model import StandingPolicy
from jwtroles.spec.words import Bool

if TYPE_CHECKING:
    from collections.abc import Mapping


def _through(_key: Word | None, tables: Mapping[Word, Mapping[Word, Word]]) -> tuple[Through, ...]:
    return tuple(
        Through(table, parent, on) for table, to in tables.items() for parent, on in to.items()
    )


_POLICY_NAME = Name("the name of a policy")

_POLICY: Shape[StandingPolicy] = ByForm(
    "the name of a policy, or a map of its name and what else it is",
    text=Made(_POLICY_NAME, lambda _, name: StandingPolicy(name, place=name.place)),
    fields=Record(
        "the policy of a floor",
        StandingPolicy,
        (
            Field("name", _POLICY_NAME, required=True),
            Field("permissive", Bool("true", only=True)),
            Field("check", Bool("true", only=True)),
            Field("partitions", Bool("false", only=False)),
            Field("to", ROLES),
            Field("names", MapOf(TABLE, _POLICY_NAME, "a map of tables to names of policies")),
        ),
    ),
)

_FLOOR_FIELDS = (
    Field("rows", PREDICATE, required=True, stand_in=TRUE),
    Field("tables", ListOf(TABLES, "a list of tables or globs"), required=True, stand_in=()),
    Field("except", ListOf(TABLES, "a list of tables or globs"), "except_"),
    Field(
        "through",
        Made(
            MapOf(
                TABLE,
                MapOf(
                    TABLE,
                    PREDICATE,
                    "one table and the predicate that joins it",
                    stand_in=lambda _: TRUE,
                    single=True,
                ),
                "a map of tables to the table that each goes through",
            ),
            _through,
        ),
    ),
    Field("where_column", COLUMN),
    Field("lifted_for", ROLES),
    Field("policy", _POLICY),
)

TENANCY: Shape[tuple[Floor, ...]] = ByForm(
    "a map of rows and tables, or a list of such maps with names",
    items=ListOf(
        Record(
            "a floor",
            Floor,
            (
                Field("name", Name("the plain name of a floor", plain=True), required=True),
                *_FLOOR_FIELDS,
            ),
        ),
        "a list of floors",
    ),
    fields=Made(
        Record("`tenancy`", partial(Floor, name=""), _FLOOR_FIELDS),
        lambda _, floor: (floor,),
    ),
)
