"""Batches: what stays in one transaction, and how many transactions a plan needs.

Each object that a transaction locks takes a slot of a table that all sessions share (manual section
19.12). A plan that fits into it is one transaction. One that does not is cut where every prefix is
safe: at no instant is more allowed than before or after, and planning again finishes the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jwtroles.catalog import Catalog
from jwtroles.kinds.base import Effect, Phase, Statement
from jwtroles.planner.model import Batch, Step

_STAGE = {Phase.ENABLE: Phase.TIGHTEN, Phase.DEFINERS: Phase.DEFINER_RIGHTS}
"""Phases that one thing goes through in one transaction: its policies and its ENABLE, the rights of
a view's owner and the view."""

_WHOLE = frozenset({Phase.UNMAP, Phase.MAPPING})
"""Stages that are never cut: what comes before the first table, and the mapping."""

_READ_FROM = re.compile(
    r'\b(?:FROM|JOIN)\s+\(*((?:"(?:[^"]|"")+"|[\w$]+)\.(?:"(?:[^"]|"")+"|[\w$]+))(?!\s*\()',
    re.IGNORECASE,
)

BASE = 60
"""Locks that every transaction of ours may take beside the ones on what it changes: system
catalogs, the schema `jwtroles`, and what reading takes."""


@dataclass(slots=True)
class Cluster:
    """Statements that stay in one transaction."""

    statements: list[Statement] = field(default_factory=list)

    def subjects(self) -> set[Hashable]:
        """Return the distinct things that it locks."""
        about = {s.about for s in self.statements if s.about is not None}
        return about | {s.lock for s in self.statements if s.lock is not None}

    def slots(self) -> int:
        """Return how many locks it takes beside those."""
        return sum(statement.slots for statement in self.statements)


def standing(desired: Catalog, current: Catalog) -> int:
    """Return how many locks a transaction takes that changes nothing yet: to read, and to name.

    A policy names its roles and functions; to print one, PostgreSQL locks the tables that it looks
    into, as does a view.
    """
    read: set[str] = set()
    for catalog in (desired, current):
        for policy in catalog["policy"].values():
            texts = (policy.using, policy.check, policy.using_sql, policy.check_sql)
            read.update(*(tables_in(text) for text in texts if text))
    named = sum(len(desired[kind]) for kind in ("role", "function", "view"))
    return BASE + len(read) + 2 * named


def tables_in(expression: str) -> frozenset[str]:
    """Return the tables that an expression reads, as it names them."""
    return frozenset(match.group(1) for match in _READ_FROM.finditer(expression))


def pack(
    steps: Sequence[Step],
    ordered: Iterable[Statement],
    fixed: int,
    room: int,
    finish: Callable[[list[Statement]], Iterable[Statement]],
) -> tuple[Batch, ...]:
    """Cut statements that stand in the order of their phases into transactions that fit.

    Args:
        steps: the steps that they belong to.
        ordered: the statements, by phase.
        fixed: locks that each transaction takes in any case.
        room: locks that one transaction may take.
        finish: adds to the statements of one transaction what it borrows, and sorts them.
    """
    batches: list[Batch] = []
    taken: list[Statement] = []
    subjects: set[Hashable] = set()
    slots = fixed
    for cluster in clusters(steps, ordered):
        more = subjects | cluster.subjects()
        if taken and len(more) + slots + cluster.slots() > room:
            batches.append(Batch(tuple(finish(taken)), len(subjects) + slots))
            taken, more, slots = [], cluster.subjects(), fixed
        subjects = more
        slots += cluster.slots()
        taken += cluster.statements
    if taken:
        batches.append(Batch(tuple(finish(taken)), len(subjects) + slots))
    return tuple(batches)


def clusters(steps: Sequence[Step], ordered: Iterable[Statement]) -> list[Cluster]:
    """Return what stays together, in an order in which each prefix is safe."""
    owners = {id(s): number for number, step in enumerate(steps) for s in step.statements}
    joined = _Joined.of(steps)
    found: dict[Hashable, Cluster] = {}
    for statement in ordered:
        stage = _STAGE.get(statement.phase, statement.phase)
        stage = Phase.UNMAP if stage < Phase.TIGHTEN else stage
        key: Hashable = stage
        if stage not in _WHOLE:
            own = ("step", owners.get(id(statement)))
            key = (stage, own if statement.about is None else joined.root(statement.about))
        found.setdefault(key, Cluster()).statements.append(statement)
    return sorted(found.values(), key=lambda one: _stage(one.statements[0]))


def _stage(statement: Statement) -> Phase:
    return _STAGE.get(statement.phase, statement.phase)


@dataclass(slots=True)
class _Joined:
    """Tables whose policies look into each other and change in a way that cannot be told.

    A half of such a change would show rows that neither the old policies nor the new ones show.
    """

    parents: dict[Hashable, Hashable] = field(default_factory=dict)

    @classmethod
    def of(cls, steps: Sequence[Step]) -> _Joined:
        joined = cls()
        changed = {s.about for step in steps for s in step.statements if s.lock is not None}
        by_name = {getattr(table, "sql", ""): table for table in changed}
        unclear = {
            s.about for step in steps if step.effect is Effect.UNKNOWN for s in step.statements
        }
        for step in steps:
            for statement in step.statements:
                if statement.lock is None:
                    continue
                for table in _looked_into(step):
                    other = by_name.get(table)
                    if other is not None and {other, statement.about} & unclear:
                        joined.parents[joined.root(other)] = joined.root(statement.about)
        return joined

    def root(self, about: Hashable) -> Hashable:
        while (parent := self.parents.get(about, about)) != about:
            about = parent
        return about


def _looked_into(step: Step) -> Iterator[str]:
    for side in (step.change.before, step.change.after):
        for name in ("using", "check"):
            yield from tables_in(getattr(side, name, None) or "")
