"""Who gets past a floor that others made: by another policy, or by the rights of an owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.compiler.access import Names
from jwtroles.errors import Problem
from jwtroles.kinds.policy import gives_beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.catalog import Structure
    from jwtroles.errors import Place
    from jwtroles.kinds.policy import Policy
    from jwtroles.names import QName
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Environment, Spec


def past_floors(spec: Spec, environment: Environment | None, plan: Plan) -> Iterator[Problem]:
    """Yield a remark for each policy that gives rows past a floor: kept, left, or of others.

    And one for roles of the file that have the rights of an owner.
    """
    floors = {one.rows.place: one.policy for one in spec.tenancy if one.policy is not None}
    if not floors:
        return
    places = {place for place, policy in floors.items() if policy.permissive}
    under: dict[Place | None, list[QName]] = {}
    by_table: dict[QName, list[Policy]] = {}
    for policy in (*_staying(plan), *plan.structure.other_policies):
        by_table.setdefault(policy.table, []).append(policy)
    for floor in plan.desired["policy"].values():
        if floor.origin.place in floors:
            under.setdefault(floor.origin.place, []).append(floor.table)
        for other in by_table.get(floor.table, ()):
            if floor.origin.place in places and gives_beside(floor, other):
                roles = ", ".join(sorted(other.roles))
                message = f"policy {other.name} gives {roles} rows of {floor.table} past the floor"
                remedy = "drop it, or take the table out of the floor with `except`"
                yield Problem(codes.REACHED_PAST, message, floor.origin.place, remedy=remedy)

    names = Names.of(environment)
    ours = frozenset(map(names, (*spec.roles, *(one.name for one in spec.database.connect_as))))
    for place, tables in under.items():
        for message in not_bound(plan.structure, tables, ours):
            remedy = "take the membership out, or:  ALTER TABLE … FORCE ROW LEVEL SECURITY"
            yield Problem(codes.REACHED_PAST, message, place, remedy=remedy)


def not_bound(structure: Structure, tables: Iterable[QName], roles: Iterable[str]) -> Iterator[str]:
    """Say which roles have the rights of a table's owner, whom no policy of the table binds.

    FORCE ROW LEVEL SECURITY binds owners, too (manual section 5.9).
    """
    owned: dict[str, list[str]] = {}
    for table in tables:
        relation = structure.relations[table]
        if not relation.forced:
            owned.setdefault(relation.owner, []).append(str(table))
    for owner, names in sorted(owned.items()):
        heirs = sorted(structure.heirs.get(owner, frozenset()) & set(roles) - {owner})
        if heirs:
            verb = "has" if len(heirs) == 1 else "have"
            listed = ", ".join(names[:_NAMED]) + ", …" * (len(names) > _NAMED)
            yield f"{', '.join(heirs)} {verb} the rights of {owner}, whom no policy binds: {listed}"


_NAMED = 5
"""How many tables are named."""


def _staying(plan: Plan) -> Iterator[Policy]:
    """Yield the policies that the file does not say and that stay all the same."""
    dropped = {step.change.key for step in plan.steps if step.change.kind == "policy"}
    for key, policy in plan.current["policy"].items():
        if key not in plan.desired["policy"] and key not in dropped:
            yield policy
