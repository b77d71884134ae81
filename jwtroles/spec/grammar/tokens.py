"""`tokens:` and `mapping:`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from jwtroles import codes
from jwtroles.spec.grammar.terms import MODE, ROLE, TEXT
from jwtroles.spec.model import Claim, Condition, Issuer, MappingRule, Tokens, Word
from jwtroles.spec.records import Field, Record, not_yet
from jwtroles.spec.shapes import ListOf, MapOf
from jwtroles.spec.words import Bool, Choice, Duration, Name, Text

if TYPE_CHECKING:
    from jwtroles.errors import Place

ALGORITHMS = ("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "EdDSA")
SCALAR_CLAIM_TYPES = (
    "text",
    "uuid",
    "bigint",
    "integer",
    "int",
    "smallint",
    "numeric",
    "boolean",
    "date",
    "timestamptz",
    "jsonb",
)
LIST_CLAIM_TYPES = ("text[]", "uuid[]", "bigint[]", "integer[]", "int[]")


def _claim(*, name: Word, path: Word | None = None, **parts: Any) -> Claim:
    return Claim(name=name, path=path or Word(f"/{name}", name.place), **parts)


CLAIM: Record[Claim] = Record(
    "a claim",
    _claim,
    (
        Field(
            "type",
            Choice("a type", SCALAR_CLAIM_TYPES + LIST_CLAIM_TYPES, code=codes.CLAIM_TYPE),
            required=True,
            stand_in=Word("text"),
        ),
        Field("path", Text("a JSON Pointer such as /app_metadata/tenant_id")),
        Field("required", Bool()),
        Field("split", Text("the separator, such as ' '")),
        Field("trusted", Bool()),
    ),
    name="name",
)

ISSUER: Record[Issuer] = Record(
    "an issuer",
    Issuer,
    (
        Field("audience", ListOf(TEXT, "a list of audiences")),
        Field("algorithms", ListOf(Choice("an algorithm", ALGORITHMS), "a list of algorithms")),
        Field("keys", Text("the path of a JWKS document")),
        Field("max_lifetime", Duration(least=1)),
        Field("clock_skew", Duration(most=300)),
    ),
    name="name",
)

TOKENS: Record[Tokens] = Record(
    "`tokens`",
    Tokens,
    (
        Field("verify", MODE, required=True, stand_in=Word("gateway")),
        Field(
            "issuers",
            MapOf(Text("an issuer"), ISSUER, "a map of issuers", stand_in=Issuer),
        ),
        Field(
            "claims",
            MapOf(
                Name("the plain name of a claim", plain=True),
                CLAIM,
                "a map of claims",
                stand_in=lambda name: _claim(name=name, type=Word("text")),
            ),
        ),
    ),
    refused=not_yet("role_set_by"),
)


_TESTS: dict[str, Literal["contains", "equals", "present"]] = {
    "contains": "contains",
    "equals": "equals",
    "present": "present",
}


def _rule(*, claim: Word, role: Word, place: Place, **tests: Any) -> MappingRule:
    ((test, value),) = tests.items()
    condition = Condition(claim, _TESTS[test], None if test == "present" else value)
    return MappingRule((condition,), role, place)


RULE: Record[MappingRule] = Record(
    "a mapping rule",
    _rule,
    (
        Field("claim", Text("the name of a claim"), required=True),
        Field("contains", TEXT),
        Field("equals", TEXT),
        Field("present", Bool("true", only=True)),
        Field("role", ROLE, required=True),
    ),
    one_of=tuple(_TESTS),
    refused=not_yet("all", "absent", "younger_than", "requires"),
)
