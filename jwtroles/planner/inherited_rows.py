"""Rows of inheritance children: a query of the parent shows them without their own policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.catalog import Structure
    from jwtroles.compiler import Compiled
    from jwtroles.compiler.access import Granted
    from jwtroles.names import QName

_REACH = frozenset({"select", "update", "delete"})
"""The commands that reach the rows of children as well; INSERT puts rows into the parent."""


def inherited_rows(structure: Structure, compiled: Compiled) -> Iterator[Problem]:
    """Yield a remark for each child with a floor that a parent of it lacks, for who may use that.

    Partitions have the floor of their table, so it is plain inheritance alone.
    """
    floors: dict[QName, dict[str, frozenset[str]]] = {}
    for policy in compiled.catalog["policy"].values():
        if not policy.permissive:
            floors.setdefault(policy.table, {})[policy.name] = policy.roles
    users: dict[QName, list[Granted]] = {}
    for one in compiled.granted:
        if one.command in _REACH:
            users.setdefault(one.table, []).append(one)
    for child in sorted(floors):
        for parent in _parents(child, structure):
            past = [
                one
                for one in users.get(parent, ())
                if any(
                    one.role in roles - floors.get(parent, {}).get(name, frozenset())
                    for name, roles in floors[child].items()
                )
            ]
            if past:
                roles = ", ".join(sorted({one.role for one in past}))
                yield Problem(
                    codes.PAST_A_PARENT,
                    f"rows of {child} are reached through {parent} as well, by {roles}, without "
                    f"the floor of {child}",
                    past[0].access.place,
                    remedy=f"put {parent} under that floor too, or take {parent} from the role",
                )


def _parents(table: QName, structure: Structure) -> Iterator[QName]:
    """Give the tables that a table inherits from, the nearest first."""
    relation = structure.relations.get(table)
    while relation is not None and relation.parent is not None and not relation.partition:
        yield relation.parent
        relation = structure.relations.get(relation.parent)
