"""From what the file says to what holds in one environment, in the plain terms of a `Spec`.

`expand` is part of loading: rights said from the side of the one who gives them (`grant_to`) are
said from the other side afterwards, and roles of a managed service are a platform's. `resolve` is
what the workflow begins with: after it, nothing is there that `only` limits to other environments.
So the compiler, the scope and the tests of a file know neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from jwtroles import codes
from jwtroles.errors import Problem, SpecError
from jwtroles.hosting import services
from jwtroles.spec.model import Word
from jwtroles.spec.wording import listed

if TYPE_CHECKING:
    from jwtroles.spec.model import Access, ConnectAs, Environment, Role, Spec


class Limited(Protocol):
    """What `only` may limit to some environments."""

    @property
    def only(self) -> tuple[Word, ...]:
        """The environments; () for all of them."""


T = TypeVar("T", bound=Limited)


def expand(spec: Spec) -> Spec:
    """Return `spec` in fewer terms: `grant_to` and `hosted_by` as what they stand for."""
    return _with_platform(_with_inherits(spec))


def _with_platform(spec: Spec) -> Spec:
    """Return `spec` with the token roles of its service that it names among the platform's."""
    database = spec.database
    if database.hosted_by is None:
        return spec
    theirs = services()[database.hosted_by].token_roles
    named = (*spec.roles, *(login.name for login in database.connect_as))
    more = tuple(word for word in dict.fromkeys(named) if word in theirs)
    platform = tuple(dict.fromkeys((*database.platform, *more)))
    return replace(spec, database=replace(database, platform=platform))


def _with_inherits(spec: Spec) -> Spec:
    """Return `spec` with each `grant_to` as the `inherits` that it stands for."""
    given: dict[str, list[Word]] = {}
    for name, role in spec.roles.items():
        for word in role.grant_to:
            given.setdefault(str(word), []).append(Word(name, word.place))
    if not given:
        return spec
    roles = {
        name: replace(role, inherits=(*role.inherits, *given.get(str(name), ())))
        for name, role in spec.roles.items()
    }
    return replace(spec, roles=roles)


def resolve(spec: Spec, environment: Environment | None) -> Spec:
    """Return what of `spec` holds in `environment`.

    Raises:
        SpecError: JR252, when something is limited to environments and none is chosen.
    """
    limits = [only for only in every_only(spec) if only]
    if not limits:
        return spec
    if environment is None:
        raise SpecError(_undecided(spec, limits[0]))
    here = _Here(str(environment.name))
    roles = here.named(spec.roles)
    return replace(
        spec,
        database=replace(
            spec.database,
            connect_as=tuple(_login(login, roles) for login in spec.database.connect_as),
        ),
        mapping=here.listed(spec.mapping),
        roles={name: _role(role, roles, here) for name, role in roles.items()},
        views={
            name: replace(
                view, grant={role: given for role, given in view.grant.items() if role in roles}
            )
            for name, view in here.named(spec.views).items()
        },
        queries={
            name: replace(query, grant=tuple(role for role in query.grant if role in roles))
            for name, query in here.named(spec.queries).items()
        },
        tests=here.listed(spec.tests),
    )


def every_only(spec: Spec) -> Iterable[tuple[Word, ...]]:
    """Give each `only` of the file, () for what has none."""
    limited: Iterable[Limited] = (
        *spec.roles.values(),
        *(one for role in spec.roles.values() for rights in role.tables.values() for one in rights),
        *spec.views.values(),
        *spec.queries.values(),
        *spec.mapping,
        *spec.tests,
    )
    return (one.only for one in limited)


def holds_in(limited: Limited, environment: str) -> bool:
    """Tell whether something holds in an environment."""
    return not limited.only or environment in limited.only


class _Here:
    """What is there in one environment."""

    def __init__(self, environment: str) -> None:
        self.environment = environment

    def named(self, items: Mapping[Word, T]) -> dict[Word, T]:
        return {name: one for name, one in items.items() if holds_in(one, self.environment)}

    def listed(self, items: Iterable[T]) -> tuple[T, ...]:
        return tuple(one for one in items if holds_in(one, self.environment))


def _login(login: ConnectAs, roles: Mapping[Word, Role]) -> ConnectAs:
    if login.roles is None:
        return login
    return replace(login, roles=tuple(role for role in login.roles if role in roles))


def _role(role: Role, roles: Mapping[Word, Role], here: _Here) -> Role:
    tables: dict[Word, tuple[Access, ...]] = {}
    for name, rights in role.tables.items():
        if held := here.listed(rights):
            tables[name] = held
    return replace(
        role, inherits=tuple(parent for parent in role.inherits if parent in roles), tables=tables
    )


def _undecided(spec: Spec, only: tuple[Word, ...]) -> Problem:
    return Problem(
        codes.WHICH_ONLY,
        f"this holds in {listed(only)} alone, and no environment is chosen",
        only[0].place,
        remedy=f"--env NAME   environments there: {listed(spec.environments)}",
    )
