"""The file of a database that jwtroles manages, made of what it put there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.decompile.columns import NAME, NO_GROUP, withheld
from jwtroles.decompile.draft import Choices, Draft, Kept, RoleDraft
from jwtroles.decompile.managed.definers import lookups, queries, views
from jwtroles.decompile.managed.floors import (
    asking,
    beside,
    own,
    standing,
    tenancy,
    under,
    ungated,
)
from jwtroles.decompile.managed.restoring import MAKES
from jwtroles.decompile.managed.rows import conditions, joined
from jwtroles.decompile.managed.tokens import TokensDraft, tokens_of
from jwtroles.decompile.policies import key_of
from jwtroles.decompile.predicates import WRITE, shortened
from jwtroles.decompile.proof import said_of, together
from jwtroles.decompile.rights import Rows, rights_of
from jwtroles.decompile.roles import entrances, facts_of
from jwtroles.decompile.uncompared import not_compared
from jwtroles.errors import Problem
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.policy import policy_name
from jwtroles.names import OWN_SCHEMA, PUBLIC, QName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.decompile.found import Found
    from jwtroles.decompile.managed.floors import FoundFloor
    from jwtroles.decompile.roles import Entrances
    from jwtroles.kinds.membership import Membership
    from jwtroles.kinds.policy import Policy

__all__ = ["managed_draft"]

NOT_OF_TOKENS = ("login", "member_of")
"""Keys that a role has for somebody who connects as it, which nobody does with a token."""


def managed_draft(found: Found, choices: Choices) -> tuple[Draft, TokensDraft]:
    """Return the file of a managed database, and what stands beside it."""
    functions = found.survey.objects["function"]
    own = {f.name.name: f for f in functions if f.name.schema == OWN_SCHEMA}
    tokens = tokens_of(found, found.project, own)
    entered = entrances(found)
    floors = standing(found, found.token_roles)
    declared = {ObjectRef("table", view.name) for view in found.survey.objects["view"]}
    declared |= {ObjectRef("function", f.name, f.arguments) for f in functions}
    policies = {(one.table, one.name): one for one in found.all_policies}
    group = withheld(found) if choices.groups else NO_GROUP

    def drafted(role: str) -> RoleDraft:
        rows = _rows(role, found, policies, floors, choices)
        token = role in entered.taken
        rights = dict(
            rights_of(
                role,
                found,
                token=token,
                rows=rows,
                out=declared,
                group=group,
                withheld=choices.withheld,
            )
        )
        rights = _making_nothing(rights, found) if token else rights
        if settings := _settings(role, found):
            rights["settings"] = settings
        return RoleDraft(role, {**_facts(role, found, entered), **rights})

    roles = [drafted(role) for role in found.roles if role not in entered.logins]
    if public := _public(found, declared, roles):
        roles.append(RoleDraft(PUBLIC, public))
    relations = sorted(found.structure.relations.values(), key=lambda r: r.name)
    borrowed = [one for one in relations if one.policies_only]
    kept = (*_kept_policies(found, choices), *choices.kept)
    keep = together(kept, found.structure.server.version)
    draft = Draft(
        project=found.project,
        database=_database(found, entered.logins),
        policies_only=tuple(str(r.name) for r in borrowed),
        tokens=tokens.tokens,
        mapping=tokens.mapping,
        tenancy=tenancy(floors, found, found.token_roles),
        columns={NAME: group.patterns} if group.patterns else {},
        lookups=lookups(found),
        roles=tuple(roles),
        views=views(found, floors),
        queries=queries(found),
        keep=keep,
        notes=(
            *_notes(found, tokens, keep),
            *not_compared(found, entered.logins),
            *_floor_notes(floors, found),
        ),
    )
    return draft, tokens


def _facts(role: str, found: Found, entered: Entrances) -> dict[str, Any]:
    """Return what a role is: of one without our mark the file says nothing but its rights."""
    if role not in found.marked:
        return {}
    left_out = NOT_OF_TOKENS if role in entered.taken else ()
    facts = dict(facts_of(role, found, entered))
    return {key: said for key, said in facts.items() if key not in left_out}


def _public(found: Found, declared: set[ObjectRef], roles: Iterable[RoleDraft]) -> dict[str, Any]:
    """Return the rights of PUBLIC that the file says.

    CONNECT, which PostgreSQL gives by itself, is said only where a role is named with the database.
    """
    rights = _making_nothing(dict(rights_of(PUBLIC, found, token=False, out=declared)), found)
    if rights.get("database") == ("connect",) and not any("database" in one.keys for one in roles):
        del rights["database"]
    return rights


def _database(found: Found, logins: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    said: dict[str, Any] = {"schemas": found.schemas}
    every = tuple(sorted(found.token_roles))
    held = ((one.member, one.role) for one in found.memberships)
    foreign = {login for login, role in held if login in logins and role not in found.roles}
    platform = (found.token_roles | foreign) - found.marked
    if len(logins) == 1 and next(iter(logins.values())) == every:
        said["connect_as"] = next(iter(logins))
    elif logins:
        said["connect_as"] = logins
    if platform:
        said["platform"] = tuple(sorted(platform))
    if found.service is not None and not found.platform & (found.marked - platform):
        said["hosted_by"] = found.service.name
    exempt = {role for one in found.all_policies if one.exempts for role in one.roles}
    return said | ({"exempt": tuple(sorted(exempt))} if exempt else {})


def _rows(
    role: str,
    found: Found,
    policies: Mapping[tuple[QName, str], Policy],
    floors: tuple[FoundFloor, ...],
    choices: Choices,
) -> Rows:
    """Return what gives the rows of a role: those of its own policies, less its floors."""
    words = asking(found, floors)

    def rows(table: QName, command: str) -> tuple[str | None, str | None] | None:
        policy = policies.get((table, policy_name(role, command)))
        if policy is None:
            return None
        below = under(floors, table, role) if found.closed else frozenset[str]()
        key = key_of(policy)

        def said(text: str | None) -> str | None:
            if text is None:
                return None
            write = WRITE[choices.forms.get((key, text), 0)]
            short, long = (conditions(text, table.name, one) for one in (shortened, write))
            return joined(own(zip(short, long, strict=False), below, words), write)

        using, check = said(policy.using), said(policy.check)
        if command == "insert":
            return check, None
        return using, (check if command == "update" and check != using else None)

    return rows


def _settings(role: str, found: Found) -> dict[str, str]:
    rows = (row for row in found.survey.objects["role_setting"] if row.role == role)
    return {row.name: row.value for row in sorted(rows, key=lambda row: row.name)}


def _floor_notes(floors: tuple[FoundFloor, ...], found: Found) -> Iterator[Problem]:
    """Tell what was guessed, and what somebody may have taken away without a trace."""
    lost = ungated(found)
    for table in lost:
        message = f"{table} has lost every gate: it is taken to stand under each floor that fits"
        yield Problem(codes.FLOORS_GUESSED, message)
    for floor, table in beside(floors, found):
        rows = joined(floor.parts)
        yield Problem(codes.NOT_UNDER, f"{table} does not stand under the floor `{rows}`")


def _making_nothing(rights: dict[str, Any], found: Found) -> dict[str, Any]:
    """Leave out the rights to make objects, which no file gives to whoever brings a token."""
    makes = {one.lower() for one in MAKES} if found.closed else {"create"}

    def left(held: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in held if one not in makes)

    schemas = {
        name: left(held)
        for name, held in rights.get("schemas", {}).items()
        if left(held) or not held
    }
    said = {**rights, "schemas": schemas, "database": left(rights.get("database", ()))}
    return {section: said[section] for section in rights if said[section]}


def _uses(membership: Membership) -> bool:
    """Tell whether a member has the rights of the role, or becomes it."""
    options = membership.options
    return options.inherit is not False or options.set is not False


def _kept_policies(found: Found, choices: Choices) -> Iterator[Kept]:
    for policy in found.all_policies:
        why = choices.kept_policies.get((policy.table, policy.name))
        if why is not None:
            yield Kept((("policy", str(policy.table)), ("name", policy.name)), why)


def _notes(found: Found, tokens: TokensDraft, keep: tuple[Kept, ...]) -> Iterator[Problem]:
    outside = f"and is not of the project {found.project}"
    others = {
        grantee
        for acl in found.acls
        if acl.object.name.schema in found.schemas
        for grantee, _ in acl.rights
        if grantee != PUBLIC and grantee not in found.roles and grantee in found.structure.roles
    }
    made = {one.owner for kind in ("view", "function") for one in found.survey.objects[kind]}
    for role in sorted(others - made):
        yield Problem(codes.LEFT_TO_OTHERS, f"{role} has rights in these schemas {outside}")
    ours = {*found.roles, *found.left}
    for one in sorted(found.memberships, key=lambda one: (one.member, one.role)):
        if one.role in found.roles and one.member not in ours and _uses(one):
            yield Problem(
                codes.LEFT_TO_OTHERS, f"{one.member} is a member of {one.role}, {outside}"
            )
    for entry in keep:
        yield Problem(codes.NOT_SAID, f"{said_of(entry.said)}: {entry.reason}")
    for key in tokens.unsaid:
        yield Problem(
            codes.NOT_COMPARED, f"{key}: its exponent is not known, so no document has it"
        )
