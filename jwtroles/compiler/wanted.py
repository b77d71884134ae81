"""What a specification is about: the scope that is read before it is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jwtroles.compiler.access import Names
from jwtroles.hosting import services
from jwtroles.names import OWN_SCHEMA, PUBLIC, parse_signature
from jwtroles.objects import TABLES, argument_types
from jwtroles.scope import Scope
from jwtroles.spec.model import Environment, Spec
from jwtroles.spec.predicates import function_names


def scope_of(spec: Spec, environment: Environment | None) -> Scope:
    """Return the scope of `spec` in `environment`."""
    names = Names.of(environment)
    declared = [role for role in spec.roles if role != PUBLIC]
    old = [role.was for role in spec.roles.values() if role.was is not None]
    logins = [login.name for login in spec.database.connect_as]
    ours = {spec.own_role, *map(spec.view_role, spec.views), *map(spec.query_role, spec.queries)}
    ours |= set(map(spec.lookup_role, spec.lookups))
    if spec.database.unmarked:
        ours = set()
    platform = frozenset(map(names, spec.database.platform))
    named = {
        (names(role.name), section, str(word))
        for role in spec.roles.values()
        for section, word, _ in role.objects()
    }
    named |= {
        (names(role.name), TABLES, str(pattern))
        for role in spec.roles.values()
        for pattern in role.tables
        if names(role.name) in platform
    }
    named |= {(role, TABLES, word) for role, word in _stated(spec, names) if role in platform}
    queries = {f"{q.name}({', '.join(q.params.values())})" for q in spec.queries.values()}
    named |= {("", "functions", signature) for signature in queries}
    signatures = [word for _, section, word in named if section == "functions"]
    return Scope(
        project="" if spec.database.unmarked else str(spec.project),
        schemas=(*map(str, spec.database.schemas), OWN_SCHEMA),
        roles=frozenset(map(names, declared + old + logins)) | ours,
        logins=frozenset(map(names, logins)),
        platform=platform,
        policies_only=tuple(map(str, spec.policies_only)),
        named=frozenset(named),
        types=tuple(sorted(_types(spec, signatures))),
        functions=tuple(sorted(function_names(spec))),
        closed=spec.tokens.verify == "database",
        elsewhere=frozenset(_elsewhere(spec, names, declared + old + logins)),
        left=services()[spec.database.hosted_by].schemas if spec.database.hosted_by else (),
    )


def _stated(spec: Spec, names: Names) -> Iterator[tuple[str, str]]:
    """Yield the roles of policies that the file states, with the tables that these are on."""
    for policy in spec.policies:
        yield from ((names(role), str(word)) for role in policy.to for word in policy.tables)
    for floor in spec.tenancy:
        to = floor.policy.to if floor.policy is not None else ()
        yield from ((names(role), str(word)) for role in to for word in floor.tables)


def _elsewhere(spec: Spec, names: Names, roles: Iterable[str]) -> Iterator[str]:
    """Yield the names that other environments give roles, and this one gives none."""
    here = set(map(names, roles))
    for environment in spec.environments.values():
        theirs = set(map(Names.of(environment), roles))
        yield from theirs - here


def _types(spec: Spec, signatures: Iterable[str]) -> set[str]:
    types = {str(claim.type) for claim in spec.tokens.claims.values()}
    types |= {str(lookup.type) for lookup in spec.lookups.values()}
    for query in spec.queries.values():
        types |= {str(name) for name in (*query.params.values(), *query.returns.values())}
    for signature in signatures:
        parsed = parse_signature(signature)
        types |= set(argument_types(parsed[1])) if parsed else set()
    return types
