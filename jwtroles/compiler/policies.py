"""Row security: one permissive policy per role, table and command, and the floor under all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace

from jwtroles.catalog import Structure
from jwtroles.compiler.access import Granted, Names
from jwtroles.compiler.bind import Bound
from jwtroles.compiler.floors import Binder, FloorOn, Floors, by_table
from jwtroles.compiler.guard import Guard
from jwtroles.frozen import frozen
from jwtroles.kinds.base import NOWHERE, Origin
from jwtroles.kinds.policy import Policy, policy_name
from jwtroles.kinds.table_security import TableSecurity
from jwtroles.names import OWN_SCHEMA, QName
from jwtroles.spec.model import Spec, Word

NOTHING: Mapping[QName, Origin] = {}


@frozen
class RowSecurity:
    """What row security will be.

    Attributes:
        policies, tables: what stands in the database.
        reads: table and role → command ('' for a floor), condition and origin of each policy.
    """

    policies: tuple[Policy, ...] = ()
    tables: tuple[TableSecurity, ...] = ()
    reads: Mapping[tuple[QName, str], tuple[tuple[str, Bound, Origin], ...]] = field(
        default_factory=dict
    )

    @property
    def asked(self) -> frozenset[tuple[str, str]]:
        """The lookups that policies ask, each with a role whose policies these are."""
        return frozenset(
            (lookup, role)
            for (_, role), reads in self.reads.items()
            for _, bound, _ in reads
            for lookup in bound.lookups
        )


def row_security(
    granted: Iterable[Granted],
    floored: tuple[FloorOn, ...],
    binder: Binder,
    structure: Structure,
    guard: Guard,
) -> RowSecurity:
    """Return policies and table security for all accesses, those of definer roles included.

    Args:
        granted: every access of the file and of definer roles.
        floored: the floors, bound.
        binder: binds the conditions.
        structure: the tables.
        guard: says how policies read in the mode of `verify:`.
    """
    accesses = [
        one
        for one in granted
        if one.access.governed and structure.relations[one.table].kind in ("r", "p")
    ]
    secured = _secured(accesses, floored, structure, guard)
    policies: list[Policy] = []
    reads: dict[tuple[QName, str], list[tuple[str, Bound, Origin]]] = {}
    floors = by_table(floored)
    for floor in floored:
        for role in floor.roles:
            reads.setdefault((floor.table, role), []).append(("", floor.bound, floor.origin))
    for policy, more in guard.restrictive(floors, structure):
        policies.append(policy)
        if more is not None:
            for role in policy.roles:
                reads.setdefault((policy.table, role), []).append(("", more, policy.origin))
    for one in accesses:
        if one.table not in secured:
            continue
        given, bounds = _permissive(one, binder, guard, floors)
        if given:
            policies.append(given)
        key = (one.table, one.role)
        reads.setdefault(key, []).extend((one.command, bound, one.origin) for bound in bounds)
    return RowSecurity(
        tuple(policies), tables_with(secured, structure), {k: tuple(v) for k, v in reads.items()}
    )


def tables_with(
    secured: Mapping[QName, Origin], structure: Structure, forced: Mapping[QName, Origin] = NOTHING
) -> tuple[TableSecurity, ...]:
    """Return the row security of every table; what is on and not needed stays on."""
    return tuple(
        TableSecurity(
            name,
            relation.secured or name in secured,
            relation.forced or name in forced,
            relation.owner,
            secured.get(name, forced.get(name, NOWHERE)),
        )
        for name, relation in sorted(structure.relations.items())
        if relation.kind in ("r", "p") and name.schema != OWN_SCHEMA and not relation.policies_only
    )


def _secured(
    accesses: list[Granted], floored: tuple[FloorOn, ...], structure: Structure, guard: Guard
) -> dict[QName, Origin]:
    """Return the tables with row security on: floors, conditions, and what has it already."""
    secured = {**dict(guard.secured(structure)), **{one.table: one.origin for one in floored}}
    for one in accesses:
        conditional = one.access.rows is not None or one.access.check is not None
        if conditional or structure.relations[one.table].secured:
            secured.setdefault(one.table, one.origin)
    for table, origin in list(secured.items()):
        for partition in structure.partitions(table):
            secured.setdefault(partition, origin)
    return secured


def _permissive(
    one: Granted, binder: Binder, guard: Guard, floors: Floors
) -> tuple[Policy | None, list[Bound]]:
    bounds: list[Bound] = []

    def sql(text: Word | None) -> str | None:
        if text is None:
            return "true"
        bound = binder.rows(text, one.table)
        if bound is None:
            return None

        def inside() -> Bound | None:
            return binder.inside(text, one.table)

        bounds.append(guard.given(bound, inside, one.table, one.role, floors))
        return bounds[-1].sql

    using = sql(one.access.rows) if one.command != "insert" else None
    writes = one.command in ("insert", "update")
    check = sql(one.access.check or one.access.rows) if writes else None
    if (using is None and one.command != "insert") or (check is None and writes):
        return None, bounds
    named = [w.place for name, w in binder.spec.rows.items() if name in one.origin.said.split()]
    origin = replace(one.origin, also=tuple(place for place in named if place))
    name = policy_name(one.role, one.command)
    roles = frozenset({one.role})
    policy = Policy(
        table=one.table,
        name=name,
        permissive=True,
        command=one.command,
        roles=roles,
        using=using,
        check=check,
        using_sql=using,
        check_sql=check,
        origin=origin,
    )
    return policy, bounds


def exempt_policies(
    spec: Spec, names: Names, tables: Iterable[TableSecurity], structure: Structure
) -> Iterator[Policy]:
    """Give other roles that the file exempts an explicit policy on what they hold grants on."""
    secured = {security.table for security in tables if security.enabled}
    for word in spec.database.exempt:
        role = names(word)
        held_by = structure.above(role)
        for acl in structure.others:
            if acl.object.name in secured and any(key[0] in held_by for key in acl.rights):
                yield Policy(
                    table=acl.object.name,
                    name=policy_name(role, "exempt"),
                    permissive=True,
                    command="all",
                    roles=frozenset({role}),
                    using="true",
                    check="true",
                    using_sql="true",
                    check_sql="true",
                    origin=Origin(word.place),
                )
