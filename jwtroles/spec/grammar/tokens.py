"""`tokens:` and `mapping:`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.spec.grammar.terms import ENVIRONMENTS, EXPRESSION, MODE, ROLE, TEXT
from jwtroles.spec.model import Word
from jwtroles.spec.naming import Name
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ByKey, ListOf, MapOf
from jwtroles.spec.token_model import Claim, Condition, ConditionTest, Issuer, MappingRule, Tokens
from jwtroles.spec.words import Bool, Choice, Duration, Text

if TYPE_CHECKING:
    from jwtroles.errors import Place

ALGORITHMS = (
    *("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256"),
    *("EdDSA", "Ed25519"),  # the old name and the new one (RFC 9864 section 2.2)
)
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
        Field("read", EXPRESSION),
    ),
    name="name",
)

ISSUER: Record[Issuer] = Record(
    "an issuer",
    Issuer,
    (
        Field("audience", ListOf(TEXT, "a list of audiences")),
        Field("algorithms", ListOf(Choice("an algorithm", ALGORITHMS), "a list of algorithms")),
        Field("keys", Text("the path of a JWKS document, or ${VARIABLE}")),
        Field(
            "secrets",
            MapOf(Text("the id of a key"), Text("${VARIABLE}"), "a map of key ids to variables"),
        ),
        Field(
            "optional",
            ListOf(Choice("`exp` or `aud`", ("exp", "aud")), "a list of `exp` and `aud`"),
        ),
        Field("max_lifetime", Duration(least=1)),
        Field("clock_skew", Duration(most=300)),
    ),
    name="name",
)


def _tokens(*, place: Place, verify: Word | None = None, **parts: Any) -> Tokens:
    return Tokens(verify or Word("database", place), place=place, **parts)


TOKENS: Record[Tokens] = Record(
    "`tokens`",
    _tokens,
    (
        Field("verify", MODE, stand_in=Word("gateway")),
        Field("role_set_by", Choice("`gateway`", ("gateway",))),
        Field("application_name", Text("the name of a claim")),
        Field("login_session", ListOf(ROLE, "a list of logins")),
        Field(
            "issuers",
            MapOf(
                Text("an issuer"),
                ISSUER,
                "a map of issuers",
                stand_in=lambda name: Issuer(name, audience=(name,), place=name.place),
            ),
        ),
        Field(
            "claims",
            MapOf(
                Name("the plain name of a claim", plain=True),
                CLAIM,
                "a map of claims",
                stand_in=lambda name: _claim(name=name, type=Word("text"), place=name.place),
            ),
        ),
    ),
)


_TESTS: dict[str, ConditionTest] = {
    "contains": "contains",
    "equals": "equals",
    "present": "present",
    "younger_than": "younger_than",
}


def _condition(*, claim: Word, **tests: Any) -> Condition:
    ((test, value),) = tests.items()
    if test == "present":
        return Condition(claim, "present" if value else "missing")
    return Condition(claim, _TESTS[test], value)


def _rule(
    *,
    role: Word,
    place: Place,
    requires: tuple[Word, ...] = (),
    only: tuple[Word, ...] = (),
    **condition: Any,
) -> MappingRule:
    return MappingRule((_condition(**condition),), role, requires, only=only, place=place)


CLAIM_NAME = Text("the name of a claim")

_CONDITION = (
    Field("claim", CLAIM_NAME, required=True),
    Field("contains", TEXT),
    Field("equals", TEXT),
    Field("present", Bool()),
    Field("younger_than", Duration(least=1)),
)

CONDITION: Record[Condition] = Record(
    "a condition", _condition, _CONDITION, place="", one_of=tuple(_TESTS)
)

_BECOMES = Field("role", ROLE, required=True)
_ONLY = Field("only", ENVIRONMENTS)
_REQUIRES = Field("requires", ListOf(CLAIM_NAME, "a list of claims"))

RULE: ByKey[MappingRule] = ByKey(
    "a mapping rule as a map of a claim, a test and a role",
    {
        "all": Record(
            "a mapping rule with `all`",
            MappingRule,
            (
                Field(
                    "all", ListOf(CONDITION, "a list of conditions"), "conditions", required=True
                ),
                _BECOMES,
                _REQUIRES,
                _ONLY,
            ),
        ),
        "absent": Record(
            "a mapping rule for no token",
            lambda **parts: MappingRule((), **parts),
            (Field("absent", Bool("true", only=True), required=True), _BECOMES, _ONLY),
        ),
    },
    Record(
        "a mapping rule", _rule, (*_CONDITION, _BECOMES, _REQUIRES, _ONLY), one_of=tuple(_TESTS)
    ),
)
