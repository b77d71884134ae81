"""What a specification says about tokens: claims, issuers, and the mapping from them to roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Literal

from jwtroles.errors import Place
from jwtroles.frozen import frozen
from jwtroles.spec.word import Word


def empty() -> Mapping[Any, Any]:
    """Return an empty read-only mapping, the default of every mapping field."""
    return MappingProxyType({})


@frozen
class Claim:
    """One entry of `tokens.claims:`.

    Attributes:
        type: PostgreSQL type of the claim (`uuid`, `text`, `text[]`, `bigint` …).
        path: JSON Pointer (RFC 6901) into the payload; `/name` where the file has none.
        required: whether a token without it is refused.
        split: separator of a text that holds a list (OAuth `scope`, RFC 8693 section 4.2).
        trusted: false for what users can edit themselves; such a claim decides nothing.
        read: the SQL by which a database that jwtroles does not mark reads it.
    """

    name: Word
    type: Word
    path: Word
    required: bool = False
    split: Word | None = None
    trusted: bool = True
    read: Word | None = None
    place: Place | None = field(default=None, compare=False)


@frozen
class Issuer:
    """One entry of `tokens.issuers:`; the key is the `iss` claim (RFC 7519 section 4.1.1).

    Lifetimes are in seconds.

    Attributes:
        keys: the path of a JWKS document, which may hold `{environment}`, or `${VARIABLE}` whose
            value is one.
        secrets: key id → `${VARIABLE}` whose value is the secret of an HMAC algorithm.
        optional: claims among `exp` and `aud` that a token may lack.
    """

    name: Word
    audience: tuple[Word, ...] = ()
    algorithms: tuple[Word, ...] = ()
    keys: Word | None = None
    secrets: Mapping[Word, Word] = field(default_factory=empty)
    optional: tuple[Word, ...] = ()
    max_lifetime: int | None = None
    clock_skew: int = 0
    place: Place | None = field(default=None, compare=False)


@frozen
class Tokens:
    """`tokens:` what a valid token looks like and who verifies it.

    Attributes:
        role_set_by: `gateway` where the gateway has set the role before `pre_request` is called,
            which then checks it; None where `pre_request` sets it.
        application_name: the claim that the database shows as the application's name.
        login_session: the logins that may log in for a whole session.
        silent: whether the file says nothing about tokens.
    """

    verify: Word = Word("database")
    role_set_by: Word | None = None
    application_name: Word | None = None
    login_session: tuple[Word, ...] = ()
    issuers: Mapping[Word, Issuer] = field(default_factory=empty)
    claims: Mapping[Word, Claim] = field(default_factory=empty)
    silent: bool = False
    place: Place | None = field(default=None, compare=False)


ConditionTest = Literal["contains", "equals", "present", "missing", "younger_than"]
"""What a mapping rule can ask of a claim."""


@frozen
class Condition:
    """One test of a claim in a mapping rule; `value` is in seconds for `younger_than`."""

    claim: Word
    test: ConditionTest
    value: Word | int | None = None


@frozen
class MappingRule:
    """One entry of `mapping:`; all of its conditions hold → the token becomes `role`.

    Attributes:
        requires: claims without which a token is refused once the conditions hold.
        absent: the rule is for requests without a token, and has no conditions.
    """

    conditions: tuple[Condition, ...]
    role: Word
    requires: tuple[Word, ...] = ()
    absent: bool = False
    only: tuple[Word, ...] = ()
    place: Place | None = field(default=None, compare=False)
