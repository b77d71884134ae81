"""Environments: addresses, `only`, and no rule or test of a role that is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.spec.databases_model import ListedDatabases, ServerDatabases
from jwtroles.spec.resolve import every_only, holds_in
from jwtroles.spec.wording import did_you_mean, listed, tick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.errors import Collector
    from jwtroles.spec.databases_model import Databases
    from jwtroles.spec.model import Environment, Role, Spec, Test, Word
    from jwtroles.spec.token_model import MappingRule

VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
"""An address that is read from the process environment when connecting."""


def variables(spec: Spec, problems: Collector) -> None:
    """A variable is the whole address: no text of the file is put around it."""
    for environment in spec.environments.values():
        for address in _addresses(environment):
            if "${" in address and not VARIABLE.fullmatch(address):
                problems.add(
                    codes.VARIABLE_ALONE,
                    f"{tick(address)} puts a variable inside an address",
                    address.place,
                    remedy="let the variable hold the whole address: database: ${DATABASE_URL}",
                )


def _addresses(environment: Environment) -> Iterator[Word]:
    if environment.database is not None:
        yield environment.database
    if environment.databases is not None:
        yield from addresses(environment.databases)


def addresses(databases: Databases) -> tuple[Word, ...]:
    """Return the addresses that `databases` names itself."""
    if isinstance(databases, ListedDatabases):
        return databases.urls
    return (databases.on if isinstance(databases, ServerDatabases) else databases.from_,)


def databases(spec: Spec, problems: Collector) -> None:
    """One database or many, and none that jwtroles would have to make first."""
    for environment in spec.environments.values():
        if environment.databases is None:
            continue
        if environment.database is not None:
            problems.add(
                codes.ONE_OR_MANY,
                f"{tick(environment.name)} has `database` and `databases`",
                environment.database.place,
                remedy="keep one of the two: `databases` says where many of them are",
            )
        for address in addresses(environment.databases):
            if address == "embedded":
                problems.add(
                    codes.EMBEDDED_AMONG_MANY,
                    "the embedded server has one database",
                    address.place,
                    remedy="database: embedded   in an environment of its own",
                )


def only(spec: Spec, problems: Collector) -> None:
    """Each environment under `only` is one of the file."""
    for words in every_only(spec):
        for word in words:
            if word not in spec.environments:
                problems.add(
                    codes.UNKNOWN_ENVIRONMENT,
                    f"unknown environment {tick(word)}",
                    word.place,
                    label=did_you_mean(word, spec.environments),
                    remedy=f"environments: {listed(spec.environments)}"
                    if spec.environments
                    else "this file has no `environments`: declare them, or take `only` out",
                )


def loads(spec: Spec, problems: Collector) -> None:
    """SQL files are loaded into an embedded database, and never into one that is there."""
    for environment in spec.environments.values():
        if environment.load and environment.database != "embedded":
            problems.add(
                codes.LOADS_ELSEWHERE,
                f"{tick(environment.name)} has `load`, and is not an embedded database",
                environment.load[0].place,
                remedy="database: embedded   or take `load` out: run migrations there yourself",
            )


def roles_there(spec: Spec, problems: Collector) -> None:
    """A rule or a test holds only where its role is there.

    What else names the role leaves it out there, which takes access away. A rule that were left
    out would let a later one decide, and a test would prove nothing.
    """
    for rule in spec.mapping:
        _needs(spec, rule, "a rule", rule.role, problems)
    for test in spec.tests:
        if test.becomes is not None:
            _needs(spec, test, "a test", test.becomes, problems)


def _needs(spec: Spec, one: MappingRule | Test, what: str, name: Word, problems: Collector) -> None:
    role: Role | None = spec.roles.get(name)
    if role is None or not role.only:
        return
    without = [env for env in spec.environments if holds_in(one, env) and not holds_in(role, env)]
    if without:
        problems.add(
            codes.ROLE_ELSEWHERE,
            f"{what} needs the role {tick(name)}, which is not there in {listed(without)}",
            name.place,
            label=f"its `only` is at {role.only[0].place}",
            remedy=f"limit it as well:  only: [{', '.join(role.only)}]",
        )
