"""Floors: names that differ, tables with one floor each, and no way back to the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.names import glob_matches, parse_qname
from jwtroles.spec.checks.circles import circles
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.errors import Collector
    from jwtroles.spec.model import Spec, Word


def names_and_tables(spec: Spec, problems: Collector) -> None:
    """Named floors differ in name, and a table has one place in a floor."""
    seen: set[str] = set()
    for floor in spec.tenancy:
        if floor.name in seen:
            problems.add(
                codes.AMBIGUOUS_FLOOR,
                f"a second floor is called {tick(floor.name)}",
                getattr(floor.name, "place", floor.place),
                remedy="rename one of the two",
            )
        seen.add(floor.name)
        for step in floor.through:
            table = parse_qname(step.table)
            if table and any(glob_matches(pattern, table) for pattern in floor.except_):
                problems.add(
                    codes.AMBIGUOUS_FLOOR,
                    f"{tick(step.table)} stands under `except` and under `through`",
                    step.table.place,
                    remedy="except: no floor at all; through: the floor of another table",
                )


def lifted(spec: Spec, problems: Collector) -> None:
    """A role for which a floor is lifted inherits from none under which it stands.

    A policy that names a role applies to whoever has that role's rights, too (manual, CREATE
    POLICY): what a role inherits would bring the floor back.
    """
    for floor in spec.tenancy:
        for word in floor.lifted_for:
            held = next(
                (name for name in _above(word, spec) if name not in (*floor.lifted_for, word)), None
            )
            if held is not None:
                problems.add(
                    codes.LIFTED_BELOW,
                    f"the floor stands under {tick(word)} all the same: it inherits {tick(held)}",
                    word.place,
                    remedy=f"lift it for {held} too, or do not inherit from it",
                )


def _above(role: Word, spec: Spec) -> Iterator[Word]:
    """Yield the roles that `role` inherits from, by whatever way."""
    seen, todo = {role}, [role]
    while todo:
        declared = spec.roles.get(todo.pop())
        for parent in declared.inherits if declared else ():
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
                yield parent


def cycles(spec: Spec, problems: Collector) -> None:
    """No table's floor goes through itself."""
    graph: dict[str, dict[str, Word]] = {}
    for floor in spec.tenancy:
        for step in floor.through:
            graph.setdefault(str(step.table), {})[str(step.parent)] = step.parent
    for circle in circles({table: set(to) for table, to in graph.items()}):
        problems.add(
            codes.FLOOR_CYCLE,
            f"the floor of {tick(circle[0])} goes through itself",
            graph[circle[-2]][circle[-1]].place,
            label=" → ".join(circle),
            remedy="let one of these tables have a floor of its own",
        )
