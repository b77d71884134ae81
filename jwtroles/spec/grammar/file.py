"""The whole file: its keys, what stands under each, and the `Spec` that it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles.spec.files import INCLUDE
from jwtroles.spec.grammar.database import DATABASE, ENVIRONMENT
from jwtroles.spec.grammar.keep import KEEPS
from jwtroles.spec.grammar.objects import LOOKUP, QUERY, VIEW
from jwtroles.spec.grammar.policies import POLICIES, ROW_SECURITY
from jwtroles.spec.grammar.roles import ROLES_BY_NAME
from jwtroles.spec.grammar.tenancy import TENANCY
from jwtroles.spec.grammar.terms import PREDICATE, TABLE, TABLES, TRUE
from jwtroles.spec.grammar.tests import TEST
from jwtroles.spec.grammar.tokens import RULE, TOKENS
from jwtroles.spec.model import Database, Environment, Spec, Word
from jwtroles.spec.naming import ColumnPattern, Name
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ListOf, MapOf
from jwtroles.spec.token_model import Tokens
from jwtroles.spec.words import Version

if TYPE_CHECKING:
    from jwtroles.errors import Place

VERSION = 1
"""The version of the language that this program reads."""


_GATEWAY = Word("gateway")


def _spec(*, jwtroles: int, place: Place, **parts: Any) -> Spec:  # noqa: ARG001 - it is checked
    silent = Tokens(_GATEWAY, silent=True, place=place)
    return Spec(source=place.source, **{"tokens": silent, **parts})


_ENVIRONMENT_NAME = Name("the plain name of an environment", plain=True)
_GROUP = Name("the plain name of a group of columns", plain=True)
_NAMED_PREDICATE = Name("the plain name of a predicate", plain=True)
_LOOKUP = Name("the plain name of a lookup", plain=True)

FILE: Record[Spec] = Record(
    "the file",
    _spec,
    (
        Field("jwtroles", Version(VERSION), required=True, stand_in=VERSION),
        Field(
            "project",
            Name("the plain name of the project", plain=True),
            required=True,
            stand_in=Word("project"),
        ),
        Field("include", INCLUDE),
        Field("database", DATABASE, required=True, stand_in=Database(())),
        Field(
            "environments",
            MapOf(_ENVIRONMENT_NAME, ENVIRONMENT, "a map of environments", stand_in=Environment),
        ),
        Field("keep", KEEPS),
        Field("policies_only", ListOf(TABLES, "a list of tables or globs")),
        Field("policies", POLICIES),
        Field("row_security", ROW_SECURITY),
        Field("force_row_security", ROW_SECURITY),
        Field("tokens", TOKENS, stand_in=Tokens(_GATEWAY)),
        Field("mapping", ListOf(RULE, "a list of mapping rules")),
        Field("tenancy", TENANCY),
        Field(
            "rows",
            MapOf(
                _NAMED_PREDICATE,
                PREDICATE,
                "a map of names to predicates",
                stand_in=lambda _: TRUE,
            ),
        ),
        Field("lookups", MapOf(_LOOKUP, LOOKUP, "a map of lookups")),
        Field(
            "columns",
            MapOf(
                _GROUP,
                ListOf(ColumnPattern(), "a list of columns"),
                "a map of names to columns",
                stand_in=lambda _: (),
            ),
        ),
        Field("roles", ROLES_BY_NAME),
        Field("views", MapOf(TABLE, VIEW, "a map of views")),
        Field("queries", MapOf(TABLE, QUERY, "a map of queries")),
        Field("tests", ListOf(TEST, "a list of tests")),
    ),
)
