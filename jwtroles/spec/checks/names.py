"""Names: which are reserved, taken, unknown, or outside of what the file manages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.hosting import services
from jwtroles.names import (
    GLOB,
    OWN_SCHEMA,
    PUBLIC,
    glob_matches,
    parse_parts,
    parse_qname,
    parse_signature,
    reserved_role,
    texts_overlap,
    too_long,
)
from jwtroles.spec.checks.circles import circles
from jwtroles.spec.model import Word
from jwtroles.spec.wording import did_you_mean, listed, tick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jwtroles.errors import Collector, Place
    from jwtroles.spec.model import Spec

_SYSTEM_SCHEMAS = frozenset({"information_schema", OWN_SCHEMA})


def _logins(spec: Spec) -> list[Word]:
    return [login.name for login in spec.database.connect_as]


def reserved_roles(spec: Spec, problems: Collector) -> None:
    """No role of the file, and no name of one in an environment, is PostgreSQL's own."""
    renamed = (name for env in spec.environments.values() for name in env.names.values())
    for name in (*spec.roles, *_logins(spec), *renamed):
        if name != PUBLIC and reserved_role(name):
            problems.add(
                codes.RESERVED_NAME,
                f"{tick(name)} is reserved",
                name.place,
                label=did_you_mean(name, [PUBLIC]),
                remedy="choose another name",
            )


def taken_names(spec: Spec, problems: Collector) -> None:
    """Roles, logins, the tables' owner and jwtroles' own roles all have names of their own."""
    for name, _, place in _own_roles(spec):
        if too_long(name):
            problems.add(
                codes.NAME_TOO_LONG,
                f"jwtroles' own role {tick(name)} is {len(name.encode())} bytes long",
                place,
                remedy="PostgreSQL's limit is 63 bytes; shorten this name or `project`",
            )
    taken: dict[str, str] = {}
    for name, what, place in _named_roles(spec):
        if name in taken:
            problems.add(
                codes.NAME_TAKEN,
                f"{what} would be called {tick(name)}, and so is {taken[name]}",
                place,
                remedy="rename one of the two",
            )
        taken.setdefault(name, what)


def environment_names(spec: Spec, problems: Collector) -> None:
    """In each environment, the roles still have names of their own."""
    declared = [name for name, _, _ in _named_roles(spec)]
    for environment in spec.environments.values():
        taken = {name: name for name in declared if name not in environment.names}
        for name, renamed in environment.names.items():
            if renamed in taken:
                problems.add(
                    codes.NAME_TAKEN,
                    f"in {tick(environment.name)}, {tick(name)} and {tick(taken[renamed])} would "
                    f"both be called {tick(renamed)}",
                    renamed.place,
                    remedy="rename one of the two",
                )
            taken.setdefault(renamed, name)


def _named_roles(spec: Spec) -> Iterator[tuple[str, str, Place | None]]:
    for role in spec.roles:
        yield role, f"the role {tick(role)}", role.place
    for login in _logins(spec):
        yield login, f"the login {tick(login)}", login.place
    if owner := spec.database.owner:
        yield owner, "the owner of the tables", owner.place
    yield from _own_roles(spec)


def _own_roles(spec: Spec) -> Iterator[tuple[str, str, Place | None]]:
    yield spec.own_role, "jwtroles' own role", spec.project.place
    for view in spec.views:
        yield spec.view_role(view), f"the role of the view {tick(view)}", view.place
    for query in spec.queries:
        yield spec.query_role(query), f"the role of the query {tick(query)}", query.place
    for lookup in spec.lookups:
        yield spec.lookup_role(lookup), f"the role of the lookup {tick(lookup)}", lookup.place


def role_references(spec: Spec, problems: Collector) -> None:
    """Every role that the file names is one that the file declares."""
    declared = dict.fromkeys(role for role in spec.roles if role != PUBLIC)
    for word in _token_roles(spec):
        _resolve(word, declared, problems)
    known = dict.fromkeys(name for name, _, _ in _named_roles(spec))
    for word in spec.database.adopt:
        _resolve(word, known, problems)
    old = [role.was for role in spec.roles.values() if role.was]
    renamable = known | dict.fromkeys((*spec.database.exempt, *spec.database.platform, *old))
    for environment in spec.environments.values():
        for word in environment.names:
            _resolve(word, renamable, problems)


def _token_roles(spec: Spec) -> Iterator[Word]:
    for login in spec.database.connect_as:
        yield from login.roles or ()
    for rule in spec.mapping:
        yield rule.role
    for role in spec.roles.values():
        yield from role.inherits
        yield from role.grant_to
    for floor in spec.tenancy:
        yield from floor.lifted_for
    for view in spec.views.values():
        yield from view.grant
    for query in spec.queries.values():
        yield from query.grant
    for test in spec.tests:
        if test.becomes is not None:
            yield test.becomes


def _resolve(word: Word, known: Mapping[Any, None], problems: Collector) -> None:
    if word not in known:
        problems.add(
            codes.UNKNOWN_ROLE,
            f"unknown role {tick(word)}",
            word.place,
            label=did_you_mean(word, known),
            remedy=f"roles of the file: {listed(known)}" if known else "declare it under `roles`",
        )


def exempt_roles(spec: Spec, problems: Collector) -> None:
    """Only roles that have nothing to do with tokens are exempt from row security."""
    own = {name for name, _, _ in _named_roles(spec)} | {PUBLIC}
    for word in spec.database.exempt:
        if word in own:
            problems.add(
                codes.EXEMPT_ROLE,
                f"{tick(word)} is a role of this file and cannot be exempt",
                word.place,
                remedy="give it rows under `roles`; the floor stays under every role of the file",
            )


def platform_roles(spec: Spec, problems: Collector) -> None:
    """A platform's role stays what it is: only its rights are the file's."""
    for word in spec.database.platform:
        role = spec.roles.get(word)
        for key in ("comment", "inherits", "connection_limit", "login", "was"):
            if role is not None and key in role.places:
                problems.add(
                    codes.PLATFORM_ROLE,
                    f"{tick(word)} belongs to a platform and cannot have `{key}`",
                    role.places[key],
                    remedy="a role of database.platform has rights and settings alone",
                )
        if word in spec.database.adopt or word == PUBLIC:
            problems.add(
                codes.PLATFORM_ROLE,
                f"{tick(word)} cannot be a platform's role",
                word.place,
                remedy="a role is adopted or left to its platform; PUBLIC is no role",
            )


def service_names(spec: Spec, problems: Collector) -> None:
    """What belongs to the managed service stays what it is."""
    if spec.database.hosted_by is None:
        return
    service = services()[spec.database.hosted_by]
    renamed = (name for env in spec.environments.values() for name in env.names.values())
    for word in (*spec.roles, *_logins(spec), *spec.database.adopt, *renamed):
        if service.owns(word):
            problems.add(
                codes.SERVICE_ROLE,
                f"{tick(word)} is a role of {service.title}",
                word.place,
                remedy="choose another name; what the service's roles may do is left alone",
            )
    for schema in spec.database.schemas:
        if GLOB not in schema and service.holds(schema):
            problems.add(
                codes.SERVICE_SCHEMA,
                f"{tick(schema)} is a schema of {service.title}",
                schema.place,
                remedy="take it out of `schemas`; for its tables:  policies_only: [schema.*]",
            )


def inheritance(spec: Spec, problems: Collector) -> None:
    """No role inherits itself, by whatever detour."""
    graph = {str(name): set(map(str, role.inherits)) for name, role in spec.roles.items()}
    for circle in circles(graph):
        closing = next(word for word in spec.roles[Word(circle[-2])].inherits if word == circle[-1])
        problems.add(
            codes.INHERITS_CYCLE,
            f"{tick(circle[0])} would inherit itself",
            closing.place,
            label=" → ".join(circle),
            remedy="take one of these steps out",
        )


def schemas(spec: Spec, problems: Collector) -> None:
    """Everything that the file grants or makes is in a schema that it manages."""
    for schema in spec.database.schemas:
        if schema in _SYSTEM_SCHEMAS or schema.startswith("pg_"):
            problems.add(
                codes.RESERVED_SCHEMA,
                f"the schema {tick(schema)} is not yours to manage",
                schema.place,
                remedy="take it out of `schemas`",
            )
    managed = spec.database.schemas
    if managed:
        for word in (word for role in spec.roles.values() for word in role.schemas):
            _managed(word, word, managed, problems)
        for word in (pattern for patterns in spec.columns.values() for pattern in patterns):
            parts = parse_parts(word)
            if parts is not None:
                _managed(word, parts[0], managed, problems)
    # An empty list means that the key itself has a problem, which has been noted.
    for word in _objects(spec) if managed else ():
        name = parse_qname(word)
        signature = parse_signature(word)
        schema_name = signature[0].schema if signature else name.schema if name else None
        if schema_name is not None and not _borrowed(word, spec):
            _managed(word, schema_name, managed, problems)


def _borrowed(word: Word, spec: Spec) -> bool:
    """Tell whether a table or glob is one of which the file has the policies."""
    name = parse_qname(word)
    patterns = spec.policies_only
    return word in patterns or any(name and glob_matches(p, name) for p in patterns)


def _managed(word: Word, schema: str, managed: Sequence[Word], problems: Collector) -> None:
    if any(texts_overlap(schema, name) for name in managed):
        return
    what = "a schema" if word == schema else "in a schema"
    problems.add(
        codes.UNMANAGED_SCHEMA,
        f"{tick(word)} is {what} that this file does not manage",
        word.place,
        label=did_you_mean(schema, managed),
        remedy=f"database.schemas: {listed(managed)}",
    )


def _objects(spec: Spec) -> Iterable[Word]:
    for role in spec.roles.values():
        yield from role.tables
        for section in ("sequences", "functions", "types"):
            yield from getattr(role, section)
    yield from (*spec.row_security, *spec.force_row_security)
    for policy in spec.policies:
        yield from policy.tables
        yield from policy.except_
    for floor in spec.tenancy:
        yield from floor.tables
        yield from floor.except_
        yield from floor.policy.names if floor.policy is not None else ()
        for step in floor.through:
            yield from (step.table, step.parent)
    for name, view in spec.views.items():
        yield from (name, view.from_)
    yield from spec.queries
