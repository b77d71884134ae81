"""What is allowed and still worth a look: declarations that do less, or other, than they seem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.compiler.access import Names
from jwtroles.compiler.floors import column_of
from jwtroles.compiler.renames import in_vain
from jwtroles.compiler.rights import Inheritance
from jwtroles.errors import Problem
from jwtroles.hosting import recognised
from jwtroles.names import QName, ident
from jwtroles.planner.inherited_rows import inherited_rows
from jwtroles.planner.moves import moves
from jwtroles.planner.ungated import ungated
from jwtroles.spec.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jwtroles.catalog import Structure
    from jwtroles.compiler import Compiled
    from jwtroles.compiler.access import Granted
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.spec.token_model import MappingRule


def remarks(
    spec: Spec,
    environment: Environment | None,
    structure: Structure,
    compiled: Compiled,
) -> tuple[Problem, ...]:
    """Return every remark: on the database first, then on the file in the order of its lines."""
    names = Names.of(environment)
    found = [
        *_outsiders(spec, names, structure),
        *_service(spec, structure),
        *_strays(structure),
        *_elsewhere(structure, compiled),
        *_platform(spec, names, structure),
        *_views(compiled.granted, structure),
        *_without_token(spec, names, compiled),
        *_unsafe(spec, names, compiled.granted),
        *_limits(spec),
        *_unreachable(spec),
        *ungated(spec, names, structure, compiled),
        *moves(spec, names, compiled),
        *inherited_rows(structure, compiled),
        *_floors(spec, structure),
        *in_vain(spec, names, structure),
        *_order(spec),
    ]
    return tuple(sorted(found, key=lambda p: p.place.line if p.place else 0))


def _elsewhere(structure: Structure, compiled: Compiled) -> Iterator[Problem]:
    """Roles that have left the file and stay, because another database uses them.

    Which ones is a detail: it differs from database to database.
    """
    for name, databases in sorted(structure.elsewhere.items()):
        if name in compiled.catalog["role"]:
            yield Problem(
                codes.USED_ELSEWHERE,
                f"role {name} has left the file, and stays while other databases use it",
                details=used_in(databases),
                remedy="apply to those as well; what is not of this project has to let it go",
            )


def used_in(databases: Sequence[str]) -> tuple[str, ...]:
    """Return the detail that names databases, the first few of them."""
    more = f" and {len(databases) - _NAMED} more" if len(databases) > _NAMED else ""
    return (f"used in {', '.join(databases[:_NAMED])}{more}",) if databases else ()


def _outsiders(spec: Spec, names: Names, structure: Structure) -> Iterator[Problem]:
    """Roles outside the file that are members of roles of the file: they need no token."""
    logins = {names(login.name) for login in spec.database.connect_as}
    platform = {names(role) for role in spec.database.platform}
    token_roles = set(map(names, spec.token_roles)) - platform
    for member, reached in sorted(structure.reach.items()):
        roles = sorted(reached & token_roles)
        facts = structure.roles.get(member)
        if member in logins | token_roles or not roles or (facts and facts.superuser):
            continue
        listed = ", ".join(roles)
        message = f"{member} is a member of {listed} and not of this file: it needs no token"
        remedy = "\n".join(f"REVOKE {ident(role)} FROM {ident(member)};" for role in roles)
        yield Problem(codes.OUTSIDE_MEMBER, message, remedy=remedy)


def _platform(spec: Spec, names: Names, structure: Structure) -> Iterator[Problem]:
    """What a platform's role may do besides: the file has a say only where it names the role."""
    for word in spec.database.platform:
        role = names(word)
        held = [a for a in structure.others if any(grantee == role for grantee, _ in a.rights)]
        here = [a.object for a in held if a.object.name.schema in spec.database.schemas]
        tables = sorted(ref.name for ref in here if ref.cls == "table")
        if word not in spec.roles or not here:
            continue
        if tables:
            listed = ", ".join(map(str, tables[:_NAMED])) + (", …" if len(tables) > _NAMED else "")
            count = f"{len(tables)} table{'s' * (len(tables) > 1)}"
            message = f"{role} also has rights on {count}: {listed}"
            remedy = f"name them for the file to decide:  roles: {{{role}: {{tables: …}}}}"
            yield Problem(codes.PLATFORM_HOLDS, message, remedy=remedy)
        for ref in here:
            if ref.cls == "default":
                message = f"{role} gets rights on new {ref.name.name.lower()} of {ref.arguments}"
                message += f" in {ref.name.schema}, before any plan has seen them"
                remedy = "look with \\ddp in psql, and revoke them"
                yield Problem(codes.PLATFORM_WILL_HOLD, message, remedy=remedy)


def _service(spec: Spec, structure: Structure) -> Iterator[Problem]:
    """A managed service whose roles and schemas the file could leave alone."""
    found = recognised(structure.roles) if spec.database.hosted_by is None else ()
    if found:
        roles = ", ".join(found[0].known_by)
        message = f"the database has the roles of {found[0].title} ({roles})"
        remedy = f"say so, and they are left alone:  database: {{hosted_by: {found[0].name}}}"
        yield Problem(codes.SERVICE_UNSAID, message, remedy=remedy)


def _strays(structure: Structure) -> Iterator[Problem]:
    """Partitions that stand outside of the floor: whoever may read one sees all of its rows."""
    for parent, partition in structure.strays:
        message = f"{partition} is a partition of {parent} in a schema that is not managed"
        remedy = f"no floor stands on it: add {partition.schema} to database.schemas, or move it"
        yield Problem(codes.STRAY_PARTITION, message, remedy=remedy)


_NAMED = 5
"""How many tables a remark names."""


def _views(granted: Iterable[Granted], structure: Structure) -> Iterator[Problem]:
    """Views that are granted as they are show what their owner may see, whatever the reader."""
    told: set[tuple[str, QName]] = set()
    for one in granted:
        relation = structure.relations[one.table]
        if relation.kind not in _SHOW_ALL or relation.invoker or (one.role, one.table) in told:
            continue
        told.add((one.role, one.table))
        what, remedy = _SHOW_ALL[relation.kind]
        message = f"{one.role} {what.format(table=one.table, owner=relation.owner)}"
        message += ": no row security of the reader holds there"
        yield Problem(codes.SHOWS_AS_OWNER, message, one.access.place, remedy=remedy)


_SHOW_ALL = {
    "v": (
        "sees in {table} what its owner {owner} sees",
        "declare it under views:, or make it WITH (security_invoker) (15 and later)",
    ),
    "m": ("sees in {table} all that is stored there", "declare a view under views: instead"),
    "f": ("sees in {table} all that the other server gives", "declare a view under views: instead"),
}
"""Views, materialized views and foreign tables: nothing that row security could stand on."""


def _without_token(spec: Spec, names: Names, compiled: Compiled) -> Iterator[Problem]:
    """Roles without a token are under no floor, which a reader of the floors must know."""
    for role in spec.roles.values():
        name = names(role.name)
        tables = {
            one.table for one in compiled.granted if one.role == name and one.access.governed
        } & compiled.floored
        if not role.token and tables:
            listed = ", ".join(map(str, sorted(tables)))
            message = f"{name} is a role without a token: no floor stands under it in {listed}"
            yield Problem(codes.UNDER_NO_FLOOR, message, role.place)


def _unsafe(spec: Spec, names: Names, granted: Iterable[Granted]) -> Iterator[Problem]:
    """Privileges of token roles that no policy limits."""
    token_roles = set(map(names, spec.token_roles))
    for one in granted:
        if one.role in token_roles and not one.access.governed:
            message = (
                f"{one.role} may {_DOES[one.command]} {one.table}: no row security holds there"
            )
            yield Problem(codes.UNSAFE_RIGHT, message, one.access.place)


_DOES = {
    "truncate": "truncate",
    "references": "make foreign keys to",
    "trigger": "put triggers on",
    "maintain": "VACUUM, REINDEX, CLUSTER and lock",
}


def _unreachable(spec: Spec) -> Iterator[Problem]:
    """Logins that no token makes anything, and mapped roles that no login may become."""
    logins = [(one.name, one.roles) for one in spec.database.connect_as if one.roles is not None]
    if len(logins) < len(spec.database.connect_as):
        return  # a login that may become every role
    mapped = dict.fromkeys(rule.role for rule in spec.mapping)
    for name, roles in logins:
        if mapped and not mapped.keys() & set(roles):
            message = f"the mapping gives {name} no role: every token is refused there"
            yield Problem(codes.NO_WAY, message, name.place)
    reached = {role for _, roles in logins for role in roles}
    for role in mapped if logins else ():
        if role not in reached:
            message = f"no login may become {role}: tokens that map to it are refused"
            yield Problem(codes.NO_WAY, message, role.place)


def _limits(spec: Spec) -> Iterator[Problem]:
    for role in spec.roles.values():
        if role.connection_limit is not None and not role.login:
            place = role.places.get("connection_limit", role.place)
            message = f"connection_limit on {role.name} never applies: nobody logs in as it"
            yield Problem(codes.NEVER_APPLIES, message, place)


def _floors(spec: Spec, structure: Structure) -> Iterator[Problem]:
    """Floors with an exception: for a role, or for the tables without a column."""
    for floor in spec.tenancy:
        name = f"the floor {floor.name}" if floor.name else "the floor"
        lifted = [role for role in floor.lifted_for if role in spec.roles]
        if lifted:
            message = f"{name} does not stand under {', '.join(lifted)}"
            yield Problem(codes.FLOOR_LIFTED, message, lifted[0].place)
        if floor.where_column is not None:
            having, without = column_of(floor, structure)
            message = f"{name} stands on {_tables(having)} with {floor.where_column}, "
            message += f"and not on {_tables(without)} without it"
            details = (listed(map(str, without)),) if without else ()
            yield Problem(codes.FLOOR_BY_COLUMN, message, floor.where_column.place, details=details)


def _tables(names: tuple[QName, ...]) -> str:
    return f"{len(names)} table{'' if len(names) == 1 else 's'}"


def _order(spec: Spec) -> Iterator[Problem]:
    """A lesser role before a greater one: a token that has both becomes the lesser."""
    inheritance = Inheritance.of(spec, Names({}))
    for position, first in enumerate(spec.mapping):
        for second in spec.mapping[position + 1 :]:
            if first.absent or second.absent:
                continue  # no token makes both hold
            if first.role != second.role and first.role in inheritance.above(second.role):
                both = f"{_conditions(second)} and {_conditions(first)}"
                message = f"a token with {both} becomes {first.role}, not {second.role}"
                yield Problem(codes.SHADOWED_RULE, message, first.place)


def _conditions(rule: MappingRule) -> str:
    """Return what a token has for a rule to hold: `roles member and scope invoices:read`."""
    return " and ".join(f"{c.claim} {c.value or ''}".strip() for c in rule.conditions)
