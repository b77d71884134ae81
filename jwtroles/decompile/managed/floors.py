"""Floors, read off the RESTRICTIVE policies that stand under the roles of a file."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pglast import ast, enums

from jwtroles.decompile.managed.rows import conditions, joined
from jwtroles.decompile.patterns import patterns
from jwtroles.decompile.predicates import shortened
from jwtroles.frozen import frozen
from jwtroles.kinds.own_schema import LOOKUP, is_lookup
from jwtroles.names import OWN_SCHEMA, QName, is_glob
from jwtroles.spec import sqltree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from jwtroles.decompile.found import Found
    from jwtroles.kinds.policy import Policy

FLOOR = "jr_floor"

Row = tuple[tuple[str, str], ...]
"""The conditions of a policy, each with the name of its floor; '' where that is not known."""


@frozen
class FoundFloor:
    """A floor: its condition on each table, and the roles of tokens that it stands under."""

    name: str
    parts: tuple[str, ...]
    tables: tuple[QName, ...]
    roles: frozenset[str]


def standing(found: Found, roles: frozenset[str]) -> tuple[FoundFloor, ...]:
    """Return every floor, those that go through another table too.

    Args:
        found: the database.
        roles: the roles of tokens.
    """
    standing = _policies(found)
    by_part: dict[tuple[str, str], dict[QName, set[str]]] = {}
    for policy, row in standing:
        for one in row:
            tables = by_part.setdefault(one, {})
            tables.setdefault(policy.table, set()).update(policy.roles & roles)
    merged: dict[tuple[str, tuple[QName, ...], frozenset[str]], list[str]] = {}
    for (name, part), tables in by_part.items():
        under = frozenset[str]().union(*tables.values())
        merged.setdefault((name, tuple(sorted(tables)), under), []).append(part)
    floors = tuple(
        FoundFloor(name, tuple(parts), tables, under)
        for (name, tables, under), parts in merged.items()
    )
    floors = _in_order(floors, (row for _, row in standing))
    return tuple(one if _through(one, found) else _with_lost(one, floors, found) for one in floors)


def _with_lost(floor: FoundFloor, floors: Iterable[FoundFloor], found: Found) -> FoundFloor:
    """Return a floor with the tables that have lost it, as far as anything tells.

    They have lost all of their gates, or the floor of another table goes through them: a gate does
    not say which floor that is.
    """
    named = () if found.closed else floors
    steps = (_through(one, found) for one in named if one.name == floor.name)
    lost = {*ungated(found), *(step[0] for step in steps if step)}
    fit = {table for table in lost if _fits(floor, table, found)}
    return replace(floor, tables=tuple(sorted({*floor.tables, *fit})))


def _policies(found: Found) -> list[tuple[Policy, Row]]:
    """Return the policies that hold floors, each with the conditions of which floor.

    A gate that asks no login holds none: somebody has changed it. Where the policies of one floor
    differ, most of them tell what it is.
    """
    policies: list[tuple[Policy, Row]] = []
    for policy in found.all_policies:
        relation = found.structure.relations.get(policy.table)
        if policy.permissive or relation is None or relation.partition:
            continue
        row = tuple(one for one in _parts(policy) if one[1] != "true")
        if _asks_login(policy) if policy.gates else row:
            policies.append((policy, row))
    meant: dict[str, Row] = {}
    for name in {policy.name for policy, _ in policies if not policy.gates}:
        rows = [row for policy, row in policies if policy.name == name]
        own = [row for row in rows if not any(_step(part, found) for _, part in row)]
        if own:
            meant[name] = Counter(own).most_common(1)[0][0]
    floors = [one for one in found.all_policies if one.name in meant and not one.permissive]
    said = dict(policies)
    for policy in floors:
        row = said.get(policy, ())
        relation = found.structure.relations.get(policy.table)
        if relation is not None and not relation.partition:
            through = any(_step(part, found) for _, part in row)
            said[policy] = row if through else meant[policy.name]
    return list(said.items())


def _asks_login(policy: Policy) -> bool:
    return f"{OWN_SCHEMA}." in (policy.using or "")


def ungated(found: Found) -> tuple[QName, ...]:
    """Return the tables that have lost all of their gates, where the database verifies tokens."""
    gated = {one.table for one in found.all_policies if one.gates and _asks_login(one)}
    every = (table for schema in found.schemas for table in found.tables(schema))
    return tuple(table for table in every if table not in gated) if found.closed else ()


def beside(floors: Iterable[FoundFloor], found: Found) -> tuple[tuple[FoundFloor, QName], ...]:
    """Return the tables that have the columns of a floor which does not stand on them."""
    listed = tuple(floors)
    under = {(one.name, table) for one in listed for table in one.tables if one.name}
    return tuple(
        (one, table)
        for one in listed
        if not _through(one, found)
        for schema in found.schemas
        for table in found.tables(schema)
        if table not in one.tables and (one.name, table) not in under and _fits(one, table, found)
    )


def _fits(floor: FoundFloor, table: QName, found: Found) -> bool:
    """Tell whether a table has the columns that a floor asks for."""
    relation = found.structure.relations[table]
    trees = [sqltree.expression(part) for part in floor.parts]
    names = [sqltree.name_parts(one.fields) for t in trees for one in sqltree.walk(t) if _bare(one)]
    return bool(names) and all(relation.column(column) for (column,) in names)


def _bare(node: Any) -> bool:
    return sqltree.is_column(node) and len(sqltree.name_parts(node.fields)) == 1


def _in_order(floors: tuple[FoundFloor, ...], rows: Iterable[Row]) -> tuple[FoundFloor, ...]:
    """Return floors in the order in which the gates have them, as far as one order fits all."""
    of = {(one.name, part): one for one in floors for part in one.parts}
    sorter: TopologicalSorter[FoundFloor] = TopologicalSorter(dict.fromkeys(floors, ()))
    for row in rows:
        # What asks no claim stands last, whichever floor it is of.
        for before, after in pairwise(dict.fromkeys(of[one] for one in row)):
            sorter.add(after, before)
    try:
        return tuple(sorter.static_order())
    except CycleError:
        return floors


def _parts(policy: Policy) -> Iterable[tuple[str, str]]:
    if policy.using is None or not (policy.gates or policy.name.startswith(FLOOR)):
        return ()
    name = policy.name.removeprefix(FLOOR).lstrip("_") if policy.name.startswith(FLOOR) else ""
    return [(name, part) for part in conditions(policy.using, policy.table.name)]


def under(floors: Iterable[FoundFloor], table: QName, role: str) -> frozenset[str]:
    """Return the conditions of the floors that stand on a table under a role."""
    return frozenset(
        part for one in floors if table in one.tables and role in one.roles for part in one.parts
    )


def own(
    parts: Iterable[tuple[str, str]], below: Collection[str], asking: Iterable[str]
) -> tuple[str, ...]:
    """Return the conditions of a policy or view without those of the floors beside them.

    Floors stand there only where a condition of its own asks the login.

    Args:
        parts: conditions in two forms: as floors are written, and as these are to be.
        below: the conditions of floors.
        asking: words that tell that a condition asks the login.
    """
    parts, words = tuple(parts), tuple(asking)
    left = tuple(written for part, written in parts if part not in below)
    if any(word in one for one in left for word in words):
        return left
    return tuple(written for _, written in parts)


def asking(found: Found, floors: Iterable[FoundFloor]) -> tuple[str, ...]:
    """Return the words that tell that a condition asks the login: claims, lists, floored tables."""
    functions = (function.name for function in found.survey.objects["function"])
    lists = (f" in ({name.name.removeprefix(LOOKUP)})" for name in functions if is_lookup(name))
    tables = (f" {table}" for floor in floors for table in floor.tables)
    return ("claims.", *lists, *tables)


def tenancy(
    floors: tuple[FoundFloor, ...], found: Found, roles: frozenset[str]
) -> tuple[Mapping[str, Any], ...]:
    """Return the floors as the file has them, each with the tables that go through others."""
    own = [one for one in floors if _through(one, found) is None]
    ways = [(one, way) for one in floors if (way := _through(one, found)) is not None]
    every_under = {one.roles for one in own}  # somebody has changed a step under other roles
    said: list[dict[str, Any]] = []
    taken: set[QName] = set()
    for number, one in enumerate(own, start=1):
        fitting = [
            (step.tables[0], way)
            for step, way in ways
            if (step.roles == one.roles or step.roles not in every_under)
            and step.name == one.name
            and step.tables[0] not in taken
        ]
        steps = _steps(one.tables, fitting)
        reached = {*one.tables, *steps}
        if not one.name:  # gates do not say which floor a step belongs to
            taken |= reached - set(one.tables)
        entry: dict[str, Any] = {}
        if len(own) > 1 or one.name:
            entry["name"] = one.name or _named(one.parts, number)
        entry["rows"] = joined(one.parts)
        words, out = patterns(reached, found)
        column = _column(one, found)
        every = [table for schema in found.schemas for table in found.tables(schema)]
        if column and not steps and len(one.tables) < len(every):
            # A table that is named has to have the column.
            named = [w for w in patterns(every, found)[0] if is_glob(w) or w in words]
            entry |= {"tables": tuple(named), "where_column": column}
        else:
            entry["tables"] = words
            entry |= {"except": out} if out else {}
        if steps:
            entry["through"] = {str(table): {str(to): by} for table, (to, by) in steps.items()}
        lifted = tuple(sorted(roles - one.roles))
        entry |= {"lifted_for": lifted} if lifted else {}
        said.append(entry)
    return tuple(said)


def _steps(
    tables: Iterable[QName], ways: Iterable[tuple[QName, tuple[QName, str]]]
) -> dict[QName, tuple[QName, str]]:
    """Return the tables from which a way leads to these, in several steps too, each with one."""
    steps: dict[QName, tuple[QName, str]] = {}
    reached = set(tables)
    more = True
    while more:
        more = False
        for child, way in ways:
            if child not in reached and way[0] in reached:
                steps[child] = way
                reached.add(child)
                more = True
    return steps


def _named(parts: tuple[str, ...], number: int) -> str:
    match = re.match(r"[a-z_]+", parts[0])
    return match[0] if match else f"floor_{number}"


def _column(floor: FoundFloor, found: Found) -> str:
    """Return the column that just the tables of a floor have, or ''."""
    relations = found.structure.relations
    every = [table for schema in found.schemas for table in found.tables(schema)]
    for column in relations[floor.tables[0]].columns:
        having = [table for table in every if relations[table].column(column.name)]
        if re.search(rf"\b{re.escape(column.name)}\b", floor.parts[0]) and set(having) == set(
            floor.tables
        ):
            return column.name
    return ""


def _through(floor: FoundFloor, found: Found) -> tuple[QName, str] | None:
    """Return parent and join of a floor that goes through another table."""
    return _step(floor.parts[0], found) if len(floor.parts) == len(floor.tables) == 1 else None


def _step(part: str, found: Found) -> tuple[QName, str] | None:
    """Return parent and join of a condition that is `EXISTS (SELECT FROM parent WHERE join)`."""
    tree = sqltree.expression(part)
    exists = enums.SubLinkType.EXISTS_SUBLINK
    if not isinstance(tree, ast.SubLink) or tree.subLinkType != exists:
        return None
    select: Any = tree.subselect
    sources: tuple[Any, ...] = select.fromClause or ()
    if select.targetList or len(sources) != 1 or not isinstance(sources[0], ast.RangeVar):
        return None
    parent = QName(sources[0].schemaname or "", sources[0].relname or "")
    if parent not in found.structure.relations or sources[0].alias:
        return None
    return parent, shortened(select.whereClause)
