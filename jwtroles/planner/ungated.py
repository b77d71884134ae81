"""What a login may use without any token: row security covers rows, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem
from jwtroles.kinds.object_ref import ROUTINES
from jwtroles.names import OWN_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.catalog import Structure
    from jwtroles.compiler import Compiled
    from jwtroles.compiler.access import Granted, Names
    from jwtroles.kinds.acl import Acl
    from jwtroles.spec.model import Spec

_NAMED = 5
"""How many objects a remark names."""

_CLASSES = (
    (
        ROUTINES,
        "run",
        "what must not be run without a token belongs under queries:, whose tables ask for one",
    ),
    (
        frozenset({"sequence"}),
        "use",
        "identity columns need no right on a sequence (manual, CREATE TABLE)",
    ),
    (
        frozenset({"large_object"}),
        "use large object",
        "what must not be read without a token belongs into a bytea column of a table",
    ),
)
"""Classes of objects that no policy stands on: what one does with them, and the alternative."""


def ungated(
    spec: Spec, names: Names, structure: Structure, compiled: Compiled
) -> Iterator[Problem]:
    """Yield a remark for each class of objects that a login reaches by SET ROLE alone."""
    if spec.tokens.verify != "database":
        return
    roles = frozenset(map(names, spec.token_roles))
    ours = {(f.name, f.arguments) for f in compiled.catalog["function"].values()}
    for classes, verb, remedy in _CLASSES:
        reached = [
            acl
            for acl in compiled.catalog["acl"].values()
            if acl.object.cls in classes
            and acl.object.name.schema != OWN_SCHEMA
            and (acl.object.name, acl.object.arguments) not in ours
            and any(grantee in roles for grantee, _ in acl.rights)
        ]
        if reached:
            yield _remark(reached, roles, verb, remedy, structure)
    yield from _fired(roles, structure, compiled)


def _fired(roles: frozenset[str], structure: Structure, compiled: Compiled) -> Iterator[Problem]:
    """Yield a remark for the triggers and rules that have acted before a row is judged.

    A trigger FOR EACH STATEMENT runs where no row is met at all, and what one BEFORE or INSTEAD OF
    INSERT takes is never judged (manual, Overview of Trigger Behavior). Others run for rows that
    passed. A rule in the place of a command may never look at the table (manual, Rules and
    Privileges).
    """
    found: dict[str, Granted] = {}
    for one in compiled.granted:
        if one.role in roles and one.table in structure.relations:
            for table in (one.table, *structure.partitions(one.table)):
                for eager in structure.relations[table].eager:
                    if one.command in eager.commands and (eager.each_row or table == one.table):
                        found.setdefault(f"{eager.name} of {table}", one)
    if found:
        shown = ", ".join(sorted(found)[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        message = f"a login needs no token to fire {shown}{more}, with the rights of its owner"
        remedy = (
            "a trigger AFTER … FOR EACH ROW runs for rows that passed, and one without SECURITY "
        )
        remedy += "DEFINER does what asks for a token"
        yield Problem(
            codes.NO_GATE, message, next(iter(found.values())).access.place, remedy=remedy
        )


def _remark(
    reached: list[Acl], roles: frozenset[str], verb: str, remedy: str, structure: Structure
) -> Problem:
    rights = [
        right for acl in reached for (grantee, _), right in acl.rights.items() if grantee in roles
    ]
    shown = ", ".join(structure.name_of(acl.object) for acl in reached[:_NAMED])
    more = f" and {len(reached) - _NAMED} more" if len(reached) > _NAMED else ""
    message = f"a login needs no token to {verb} {shown}{more}: SET ROLE is enough"
    return Problem(codes.NO_GATE, message, rights[0].origin.place, remedy=remedy)
