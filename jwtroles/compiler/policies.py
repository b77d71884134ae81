"""Row security: one permissive policy per role, table and command, and the floor under all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import Granted, Names, matching, table_named
from jwtroles.compiler.bind import Accessor, Bound, Scope, bind_join, bind_predicate
from jwtroles.errors import Collector
from jwtroles.kinds.base import NOWHERE, Origin
from jwtroles.kinds.own_schema import NAME as OWN_SCHEMA
from jwtroles.kinds.policy import Policy
from jwtroles.kinds.table_security import TableSecurity
from jwtroles.names import MAX_IDENTIFIER_BYTES, QName
from jwtroles.spec.model import Floor, Spec, Word


@dataclass(frozen=True, slots=True)
class FloorOn:
    """A floor on one table, bound to its columns."""

    table: QName
    name: str
    bound: Bound
    origin: Origin


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds the predicates of one file to the columns of one database.

    Attributes:
        known: what was bound already, by its text, and by its table too where that matters.
    """

    spec: Spec
    scope: Scope
    accessor: Accessor
    problems: Collector
    known: dict[tuple[str, QName | None], Bound] = field(default_factory=dict)

    def rows(self, text: Word, table: QName) -> Bound | None:
        """Bind a condition of the file to `table`, or report what is wrong with it."""
        anywhere = self.known.get((text, None))
        if anywhere is not None and anywhere.fits(self.scope.tables.get(table, ())):
            return anywhere
        if (text, table) in self.known:
            return self.known[text, table]
        bound = bind_predicate(text, table, self.spec, self.scope, self.accessor, self.problems)
        if bound is not None:
            self.known[str(text), table if bound.tied else None] = bound
        return bound


@dataclass(frozen=True, slots=True)
class RowSecurity:
    """What row security will be: policies, tables, and what each policy reads elsewhere."""

    policies: tuple[Policy, ...] = ()
    tables: tuple[TableSecurity, ...] = ()
    reads: Mapping[tuple[QName, str], tuple[tuple[str, Bound, Origin], ...]] = field(
        default_factory=dict
    )


def bind_floors(binder: Binder, structure: Structure) -> tuple[FloorOn, ...]:
    """Bind every floor to its tables and their partitions."""
    found: list[FloorOn] = []
    for floor in binder.spec.tenancy:
        found += _floor(floor, binder, structure)
    return tuple(
        replace(one, table=table)
        for one in found
        for table in (one.table, *structure.partitions(one.table))
    )


def _floor(floor: Floor, binder: Binder, structure: Structure) -> Iterator[FloorOn]:
    problems = binder.problems
    taken = set(matching(floor.except_, structure, problems))
    for through in floor.through:
        child = table_named(through.table, structure, problems)
        parent = table_named(through.parent, structure, problems)
        if child and parent:
            taken.add(child)
            bound = bind_join(through, binder.spec, binder.scope, problems)
            said = f"through {parent}: {through.on}"
            if bound:
                yield FloorOn(child, floor.name, bound, Origin(through.table.place, said=said))
    lacking: list[tuple[QName, Word]] = []
    origin = Origin(floor.rows.place, said=str(floor.rows))
    for pattern in floor.tables:
        for table in matching([pattern], structure, problems):
            if table in taken:
                continue
            taken.add(table)
            trial = Collector()
            bound = replace(binder, problems=trial).rows(floor.rows, table)
            if bound:
                yield FloorOn(table, floor.name, bound, origin)
            elif any(p.code is codes.UNKNOWN_COLUMN for p in trial.problems):
                lacking.append((table, pattern))
            else:
                for problem in trial.problems:
                    problems.problems.append(problem)
    if lacking:
        _tell_lacking(lacking, floor, problems)


def _tell_lacking(lacking: list[tuple[QName, Word]], floor: Floor, problems: Collector) -> None:
    names = ", ".join(str(table) for table, _ in lacking)
    count = f"{len(lacking)} table{'s' * (len(lacking) > 1)} under tenancy"
    verb = "have" if len(lacking) > 1 else "has"
    problems.add(
        codes.NO_TENANT_COLUMN,
        f"{count} {verb} no column that `{floor.rows}` needs",
        lacking[0][1].place,
        label=f"matches {names}",
        remedy="name each one under tenancy.except (no floor) or tenancy.through "
        "(a floor by another table)",
    )


def row_security(
    granted: Iterable[Granted],
    floored: tuple[FloorOn, ...],
    holders: frozenset[str],
    binder: Binder,
    structure: Structure,
) -> RowSecurity:
    """Return policies and table security for all accesses, those of definer roles included.

    Args:
        granted: every access of the file and of definer roles.
        floored: the floors, bound.
        holders: the roles that the floors name: each token role and each definer role itself.
        binder: binds the conditions.
        structure: the tables.
    """
    accesses = [
        one
        for one in granted
        if one.access.governed and structure.relations[one.table].kind in ("r", "p")
    ]
    secured = _secured(accesses, floored, structure)
    policies: list[Policy] = []
    reads: dict[tuple[QName, str], list[tuple[str, Bound, Origin]]] = {}
    for floor in floored:
        name = "jr_floor" + (f"_{floor.name}" if floor.name else "")
        sql = floor.bound.sql
        policies.append(
            Policy(
                table=floor.table,
                name=name,
                permissive=False,
                command="all",
                roles=holders,
                using=sql,
                check=None,
                using_sql=sql,
                origin=floor.origin,
            )
        )
        reads.setdefault((floor.table, ""), []).append(("", floor.bound, floor.origin))
    for one in accesses:
        if one.table not in secured:
            continue
        policy, bounds = _permissive(one, binder)
        if policy:
            policies.append(policy)
        key = (one.table, one.role)
        reads.setdefault(key, []).extend((one.command, bound, one.origin) for bound in bounds)
    return RowSecurity(
        tuple(policies), _tables(secured, structure), {k: tuple(v) for k, v in reads.items()}
    )


def _tables(secured: Mapping[QName, Origin], structure: Structure) -> tuple[TableSecurity, ...]:
    """Return the row security of every table; what is on and not needed stays on."""
    return tuple(
        TableSecurity(
            name,
            relation.secured or name in secured,
            relation.forced,
            relation.owner,
            secured.get(name, NOWHERE),
        )
        for name, relation in sorted(structure.relations.items())
        if relation.kind in ("r", "p") and name.schema != OWN_SCHEMA and not relation.policies_only
    )


def _secured(
    accesses: list[Granted], floored: tuple[FloorOn, ...], structure: Structure
) -> dict[QName, Origin]:
    """Return the tables with row security on: floors, conditions, and what has it already."""
    secured = {floor.table: floor.origin for floor in floored}
    for one in accesses:
        conditional = one.access.rows is not None or one.access.check is not None
        if conditional or structure.relations[one.table].secured:
            secured.setdefault(one.table, one.origin)
    for table, origin in list(secured.items()):
        for partition in structure.partitions(table):
            secured.setdefault(partition, origin)
    return secured


def _permissive(one: Granted, binder: Binder) -> tuple[Policy | None, list[Bound]]:
    bounds: list[Bound] = []

    def sql(text: Word | None) -> str | None:
        if text is None:
            return "true"
        bound = binder.rows(text, one.table)
        if bound is None:
            return None
        bounds.append(bound)
        return bound.sql

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


def policy_name(role: str, command: str) -> str:
    """Return the name of a permissive policy.

    A long role name is cut and told apart by a digest.
    """
    name = f"jr_{role}_{command}"
    if len(name.encode()) <= MAX_IDENTIFIER_BYTES:
        return name
    digest = hashlib.sha256(role.encode()).hexdigest()[:8]
    room = MAX_IDENTIFIER_BYTES - len(f"jr__{digest}_{command}")
    return f"jr_{role.encode()[:room].decode(errors='ignore')}_{digest}_{command}"


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
