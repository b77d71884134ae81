"""Tokens: claims, the rules that look at them, and the issuers that vouch for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.spec.wording import did_you_mean, listed, tick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwtroles.errors import Collector
    from jwtroles.spec.model import Spec, Word
    from jwtroles.spec.token_model import Claim, Condition

_POINTER = re.compile(r"(/([^~/]|~[01])+)+\Z")
"""RFC 6901, without the empty pointer and empty steps: neither names a claim."""


def claims(spec: Spec, problems: Collector) -> None:
    """Each claim's path is a JSON Pointer, and only lists are split."""
    for claim in spec.tokens.claims.values():
        if not _POINTER.match(claim.path):
            problems.add(
                codes.NOT_A_POINTER,
                f"{tick(claim.path)} is not a JSON Pointer",
                claim.path.place,
                remedy=f"write it as /{claim.name} or /app_metadata/{claim.name}",
            )
        if claim.split is not None and not _is_list(claim):
            problems.add(
                codes.CONDITION_TYPE,
                f"`split` makes a list, and the type is {tick(claim.type)}",
                claim.split.place,
                remedy='type: "text[]"',
            )


def _is_list(claim: Claim) -> bool:
    return claim.type.endswith("[]")


def mapping(spec: Spec, problems: Collector) -> None:
    """Each rule looks at a declared claim that users cannot edit, with a test that fits it."""
    known = spec.tokens.claims
    for rule in spec.mapping:
        for condition in rule.conditions:
            claim = _claim(condition.claim, known, problems)
            if claim is not None:
                _fits(condition, claim, problems)
        for name in rule.requires:
            _claim(name, known, problems)


def _claim(name: Word, known: Mapping[Word, Claim], problems: Collector) -> Claim | None:
    """Return the claim that a rule names; note one that is not declared or not trusted."""
    claim = known.get(name)
    if claim is None:
        problems.add(
            codes.UNKNOWN_CLAIM,
            f"unknown claim {tick(name)}",
            name.place,
            label=did_you_mean(name, known),
            remedy=f"claims: {listed(known)}" if known else "declare it in tokens.claims",
        )
    elif not claim.trusted:
        line = claim.place.line if claim.place else "?"
        problems.add(
            codes.UNTRUSTED_CLAIM,
            f"claim {tick(claim.name)} is not trusted: users can edit it",
            name.place,
            label=f"declared `trusted: false` on line {line}",
            remedy="map a claim that the issuer alone can set",
        )
    return claim


_NUMBERS = frozenset({"bigint", "integer", "int", "numeric"})
"""Types of a claim that is a JSON number and can hold seconds since 1970."""


def _fits(condition: Condition, claim: Claim, problems: Collector) -> None:
    fits = {
        "contains": _is_list(claim),
        "equals": not _is_list(claim),
        "present": True,
        "missing": True,
        "younger_than": claim.type in _NUMBERS,
    }
    remedies = {
        "contains": "use `equals`, or declare another type",
        "equals": "use `contains`, or declare another type",
        "younger_than": "a NumericDate is a number:  type: bigint",
    }
    if not fits[condition.test]:
        place = getattr(condition.value, "place", None) or condition.claim.place
        problems.add(
            codes.CONDITION_TYPE,
            f"`{condition.test}` does not fit the claim {tick(claim.name)}, a {claim.type}",
            place,
            remedy=remedies[condition.test],
        )


def role_set_by(spec: Spec, problems: Collector) -> None:
    """A database that verifies tokens sets the role itself."""
    word = spec.tokens.role_set_by
    if word is not None and spec.tokens.verify == "database":
        problems.add(
            codes.SETS_NO_ROLE,
            "with `verify: database` the gateway sets no role",
            word.place,
            remedy="take `role_set_by` out: jwtroles.login() sets the role with the ticket",
        )


def logins(spec: Spec, problems: Collector) -> None:
    """What a login carries and how long it lasts is said of logins that the database makes."""
    tokens, known = spec.tokens, [login.name for login in spec.database.connect_as]
    carried = tokens.application_name
    for word in (*((carried,) if carried else ()), *tokens.login_session):
        if tokens.verify != "database":
            remedy = "use it with `verify: database`, or take it out"
            message = f"{tick(word)} is for logins that the database makes"
            problems.add(codes.DATABASE_ALONE, message, word.place, remedy=remedy)
    claim = _claim(carried, tokens.claims, problems) if carried else None
    if carried and claim is not None and (_is_list(claim) or claim.type == "jsonb"):
        problems.add(
            codes.CONDITION_TYPE,
            f"the claim {tick(claim.name)} is a {claim.type}, and a name is one text",
            carried.place,
            remedy="name a claim of one value, such as sub",
        )
    for word in tokens.login_session:
        if word not in known:
            problems.add(
                codes.UNKNOWN_ROLE,
                f"{tick(word)} is not a login of `connect_as`",
                word.place,
                label=did_you_mean(word, known),
                remedy=f"logins: {listed(known)}" if known else "declare it under connect_as",
            )


def absent(spec: Spec, problems: Collector) -> None:
    """A database that verifies tokens gives nothing to those who bring none."""
    for rule in spec.mapping if spec.tokens.verify == "database" else ():
        if rule.absent:
            problems.add(
                codes.ABSENT_TOKEN,
                f"{tick(rule.role)} would be a role without a token",
                rule.place,
                remedy="give clients without a user a token of their own, such as a service token",
            )


def issuers(spec: Spec, problems: Collector) -> None:
    """A database that verifies tokens knows whose they are, and for whom."""
    if spec.tokens.verify != "database":
        return
    if not spec.tokens.issuers:
        problems.add(
            codes.NO_ISSUER,
            "`verify: database` needs at least one issuer",
            spec.tokens.verify.place,
            remedy="add tokens.issuers, with audience and keys of each",
        )
    for issuer in spec.tokens.issuers.values():
        if not issuer.audience:
            problems.add(
                codes.NO_ISSUER,
                f"the issuer {tick(issuer.name)} has no audience",
                issuer.place,
                remedy="add `audience: [...]`: the `aud` of the tokens meant for this database",
            )


def test_times(spec: Spec, problems: Collector) -> None:
    """A claim of a test's token is either said as it is, or as a time before the test."""
    for test in spec.tests:
        for name in test.ago:
            if name in test.as_:
                problems.add(
                    codes.TOLD_TWICE,
                    f"{tick(name)} stands under `as` too",
                    name.place,
                    remedy="say it once: under `as`, or under `ago` as a time before the test",
                )


def test_issuers(spec: Spec, problems: Collector) -> None:
    """The token of a test that becomes a role is from a declared issuer, if it names one."""
    known = spec.tokens.issuers
    for test in spec.tests:
        issuer = test.as_.get("iss")
        if test.becomes is not None and known and isinstance(issuer, str) and issuer not in known:
            problems.add(
                codes.UNKNOWN_ISSUER,
                f"unknown issuer {tick(issuer)}",
                test.place,
                label=did_you_mean(issuer, known),
                remedy=f"issuers: {listed(known)}",
            )
