"""Who else is affected: roles outside the file that would lose what they have today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem
from jwtroles.kinds.acl import Grant, ObjectRef
from jwtroles.kinds.base import PUBLIC, Change
from jwtroles.kinds.policy import Policy
from jwtroles.kinds.table_security import TableSecurity
from jwtroles.plan.model import CutOff, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.catalog import Structure
    from jwtroles.names import QName
    from jwtroles.spec.model import Spec

COMMANDS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


def cut_off(steps: Iterable[Step], structure: Structure, spec: Spec) -> tuple[CutOff, ...]:
    """Name every role outside the file that loses rows or rights by these steps."""
    exempt = frozenset(map(str, spec.database.exempt))
    found: dict[tuple[str, str, str], CutOff] = {}
    for step in steps:
        for one in _of(step.change, structure, exempt):
            found.setdefault((one.role, one.subject, one.problem.code.id), one)
    return tuple(found[key] for key in sorted(found))


def _of(change: Change[object], structure: Structure, exempt: frozenset[str]) -> Iterator[CutOff]:
    match change.after, change.before:
        case TableSecurity(table=table, enabled=True), _:
            yield from _rows(table, structure, exempt, "with row security on it will see no row")
        case None, Policy(table=table, roles=roles, permissive=True) if PUBLIC in roles:
            why = f"without the policy {change.before.name} it will see no row"
            yield from _rows(table, structure, exempt, why)
        case after, Grant(grantee="PUBLIC") as lost if _less(lost, after):
            yield from _public(lost, structure)


def _less(before: Grant, after: object) -> bool:
    if not isinstance(after, Grant):
        return True
    columns = after.right.columns
    return columns is not None and (
        before.right.columns is None or bool(before.right.columns - columns)
    )


def _rows(table: QName, structure: Structure, exempt: frozenset[str], why: str) -> Iterator[CutOff]:
    for role, privileges in _holders(ObjectRef("table", table), structure).items():
        commands = sorted(privileges & COMMANDS)
        if role in exempt or not commands or _above(role, table, structure):
            continue
        can = ", ".join(command.lower() for command in commands)
        remedy = f"keep it: database.exempt: [{role}]"
        message = f"{role} can {can} {table} today; {why}"
        yield CutOff(role, str(table), Problem(codes.ROWS_VANISH, message, remedy=remedy))


def _public(grant: Grant, structure: Structure) -> Iterator[CutOff]:
    ref = grant.object
    schema = ref.name.schema
    holders = _holders(ref, structure)
    for role in sorted(structure.schema_users.get(schema, ())):
        facts = structure.roles.get(role)
        owner = role in structure.heirs.get(grant.owner, ())
        if owner or grant.privilege in holders.get(role, ()) or (facts and facts.superuser):
            continue
        section = {"function": "functions", "sequence": "sequences"}.get(ref.cls, "tables")
        what = grant.privilege.lower()
        name = structure.name_of(ref)
        remedy = f'keep it: roles: {{PUBLIC: {{{section}: {{"{name}": [{what}]}}}}}}'
        message = f"{role} can {what} {name} only through PUBLIC"
        yield CutOff(role, name, Problem(codes.PUBLIC_LOSES, message, remedy=remedy))


def _holders(ref: ObjectRef, structure: Structure) -> dict[str, set[str]]:
    holders: dict[str, set[str]] = {}
    for acl in structure.others:
        if acl.object == ref:
            for role, privilege in acl.rights:
                if role != PUBLIC:
                    holders.setdefault(role, set()).add(privilege)
    return holders


def _above(role: str, table: QName, structure: Structure) -> bool:
    """Tell whether row security does not bind a role: superuser, BYPASSRLS, or the owner."""
    facts = structure.roles.get(role)
    relation = structure.relations.get(table)
    owner = (
        relation is not None
        and not relation.forced
        and role in structure.heirs.get(relation.owner, ())
    )
    return owner or (facts is not None and (facts.superuser or facts.bypassrls))
