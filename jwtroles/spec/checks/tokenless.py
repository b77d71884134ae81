"""Roles that no token becomes: where they may stand, and what only one of the two may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.names import PUBLIC
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.errors import Collector
    from jwtroles.spec.model import Role, Spec, Word


def places(spec: Spec, problems: Collector) -> None:
    """A role without a token stands nowhere where a token becomes a role."""
    for word, why in _becoming(spec):
        role = spec.roles.get(word)
        if role is not None and not role.token:
            problems.add(
                codes.NEEDS_TOKEN_ROLE,
                f"{tick(word)} is a role without a token: {why}",
                word.place,
                remedy="name a role of tokens, or take `token: false` off the role",
            )


def _becoming(spec: Spec) -> Iterator[tuple[Word, str]]:
    for rule in spec.mapping:
        yield rule.role, "no token becomes it"
    for login in spec.database.connect_as:
        for name in login.roles or ():
            yield name, "the login of a gateway never becomes it"
    for test in spec.tests:
        if test.becomes is not None:
            yield test.becomes, "no token becomes it"


def inheritance(spec: Spec, problems: Collector) -> None:
    """Roles of tokens inherit roles of tokens, and the others the others."""
    for name, role in spec.roles.items():
        for parent in role.inherits:
            above = spec.roles.get(parent)
            if above is None or above.token == role.token:
                continue
            why = (
                "its rights are not limited by any floor"
                if role.token
                else "with its rights come its floors, and without a claim they let nothing pass"
            )
            kind = "a role without a token" if role.token else "a role of tokens"
            problems.add(
                codes.INHERITS_ACROSS,
                f"{tick(name)} cannot inherit {tick(parent)}, {kind}",
                parent.place,
                label=why,
                remedy="grant what it needs to the role itself",
            )


def keys(spec: Spec, problems: Collector) -> None:
    """LOGIN is for roles without a token, and settings are for who logs in or has a token."""
    for name, role in spec.roles.items():
        if role.token and role.login:
            _key(
                role,
                "login",
                f"{tick(name)} is a role of tokens: it is taken on by a login of `connect_as`",
                "write `token: false` beside it if it is a job or a tool of its own",
                problems,
            )
        if not role.token and not role.login and role.settings:
            _key(
                role,
                "settings",
                f"settings of {tick(name)} would never apply: nobody logs in as it",
                "PostgreSQL applies them at login: put them on the role with `login: true`",
                problems,
            )


def _key(role: Role, key: str, message: str, remedy: str, problems: Collector) -> None:
    place = role.places.get(key, role.place)
    problems.add(codes.KEY_OF_ANOTHER_ROLE, message, place, remedy=remedy)


def unsafe(spec: Spec, problems: Collector) -> None:
    """A role of tokens has privileges that ignore row security only where the file says so."""
    for name, role in spec.roles.items():
        if not role.token or role.unsafe or name == PUBLIC:
            continue
        for table, accesses in role.tables.items():
            for access in accesses:
                if not access.governed and not access.unsafe and not access.nothing:
                    problems.add(
                        codes.IGNORES_ROW_SECURITY,
                        f"`{access.command}` on {tick(table)} ignores row security",
                        access.place,
                        label=f"a token that becomes {tick(name)} could reach the rows of all",
                        remedy="take it out, or say so:  unsafe: true",
                    )
