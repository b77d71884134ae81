"""Floors of a database that jwtroles does not mark: each is a policy that others made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.compiler.access import table_named
from jwtroles.compiler.floors import bound_floor
from jwtroles.kinds.policy import Policy, gives_beside
from jwtroles.names import MAX_IDENTIFIER_BYTES, PUBLIC, QName, parse_qname, too_long

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.catalog import Structure
    from jwtroles.compiler.access import Names
    from jwtroles.compiler.floors import Binder, FloorOn
    from jwtroles.errors import Collector, Place
    from jwtroles.spec.model import Floor, Spec
    from jwtroles.spec.stated_model import StandingPolicy


def standing_policies(
    spec: Spec, names: Names, binder: Binder, structure: Structure
) -> Iterator[tuple[StandingPolicy, Policy]]:
    """Yield the policy of each floor on each of its tables."""
    for floor in spec.tenancy:
        stated = floor.policy
        if stated is None:
            continue
        tables = set()
        for one in bound_floor(floor, binder, structure):
            # Globs match foreign tables too, which cannot have row security.
            plain = structure.relations[one.table].kind in ("r", "p")
            for table in _with_partitions(one, floor, structure) if plain else ():
                tables.add(table)
                yield stated, _policy(stated, replace(one, table=table), names, binder.problems)
        for word in stated.names:
            named = table_named(word, structure, binder.problems)
            if named is not None and named not in tables:
                binder.problems.add(
                    codes.NAMED_NOWHERE,
                    f"the floor does not stand on {named}",
                    word.place,
                    remedy="take it out of `names`",
                )


def _with_partitions(one: FloorOn, floor: Floor, structure: Structure) -> Iterator[QName]:
    yield one.table
    if floor.policy is not None and floor.policy.partitions:
        out = set(map(parse_qname, floor.except_))
        yield from (name for name in structure.partitions(one.table) if name not in out)


def _policy(stated: StandingPolicy, one: FloorOn, names: Names, problems: Collector) -> Policy:
    name = stated.called(one.table)
    if too_long(name):
        problems.add(
            codes.NAME_TOO_LONG,
            f"the policy of {one.table} would be called {name}",
            name.place,
            remedy=f"PostgreSQL's limit is {MAX_IDENTIFIER_BYTES} bytes",
        )
    check = one.bound.sql if stated.check else None
    return Policy(
        table=one.table,
        name=str(name),
        permissive=stated.permissive,
        command="all",
        roles=names.in_policy(stated.to or (PUBLIC,)),
        using=one.bound.sql,
        check=check,
        using_sql=one.bound.sql,
        check_sql=check,
        origin=one.origin,
    )


def check_alone(floors: Iterable[Policy], policies: Iterable[Policy], problems: Collector) -> None:
    """Refuse a permissive floor beside a policy of the file that gives rows past it.

    Permissive policies of a table add up (manual, CREATE POLICY).
    """
    by_table: dict[QName, list[Policy]] = {}
    for policy in policies:
        by_table.setdefault(policy.table, []).append(policy)
    told: set[tuple[str, Place | None]] = set()
    for floor in floors:
        for other in by_table.get(floor.table, ()):
            key = (other.name, other.origin.place)
            if other.name == floor.name or not gives_beside(floor, other) or key in told:
                continue
            told.add(key)
            problems.add(
                codes.NO_FLOOR,
                f"policy {other.name} gives rows of {floor.table} that are not the floor's",
                other.origin.place,
                label="permissive policies add up",
                remedy="take the table out of the floor with `except`, and write its policy under "
                "`policies`",
            )
