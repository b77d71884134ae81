"""From a plan to the contract."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from jwtroles import __version__
from jwtroles.kinds import BY_NAME
from jwtroles.kinds.base import Origin
from jwtroles.names import QName
from jwtroles.passwords import covered
from jwtroles.planner.describe import describe, object_of, roles_of
from jwtroles.planner.model import joint_verb, worst_effect
from jwtroles.planner.script import preamble
from jwtroles.report.contract.model import (
    CODEC,
    FORMAT,
    ChangeEntry,
    Counts,
    Failure,
    Fault,
    Loss,
    Planned,
    ServerFacts,
    StatementEntry,
    UnitEntry,
)
from jwtroles.report.secrets import covered_problem
from jwtroles.report.sql import LOCK_TIMEOUT
from jwtroles.report.verdict import still_refused, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jwtroles.errors import Exit, JwtrolesError, Place, Problem
    from jwtroles.kinds.base import Change, Statement
    from jwtroles.planner.model import Plan, Step


def planned(plan: Plan, allowed: tuple[str, ...], exit_code: Exit) -> Planned:
    """Return a plan as the contract has it."""
    units = _units(plan)
    where = {id(statement): number for number, statement in enumerate(plan.statements)}
    unit_of = {change: number for number, unit in enumerate(units) for change in unit.changes}
    behind = {id(s): number for number, step in enumerate(plan.steps) for s in step.statements}
    server = plan.server
    return Planned(
        format=FORMAT,
        jwtroles=__version__,
        command=plan.command,
        project=plan.project,
        environment=plan.environment or None,
        source=plan.like.source if plan.like else None,
        target=plan.like.target if plan.like else None,
        mode="additive" if plan.additive else "authoritative",
        server=ServerFacts(
            server.version, server.label, server.database, server.applier, server.address
        ),
        plan=plan.id,
        fingerprint=plan.fingerprint,
        digest=plan.digest,
        verdict=verdict_of(plan, allowed),
        exit_code=int(exit_code),
        counts=Counts(
            len(units),
            plan.verbs(),  # type: ignore[arg-type]  # its keys are verbs
            plan.effects(),
            Counter(unit.kind for unit in units),
        ),
        allow=tuple(dict.fromkeys((*plan.allow, *allowed))),
        refused=still_refused(plan, allowed),
        units=units,
        changes=tuple(
            _change(
                step,
                unit_of[number],
                where,
                unverified=(step.change.kind, step.change.key) in plan.unverified,
            )
            for number, step in enumerate(plan.steps)
        ),
        transactions=len(plan.batches),
        preamble=preamble(LOCK_TIMEOUT) if plan.statements else (),
        statements=tuple(
            _statement(s, number, behind.get(id(s)))
            for number, batch in enumerate(plan.batches, 1)
            for s in batch.statements
        ),
        locks=tuple(map(str, plan.locked_tables())),
        cut_off=tuple(Loss(one.role, one.subject, fault(one.problem)) for one in plan.cut_off),
        kept=tuple(map(fault, plan.kept)),
        remarks=tuple(map(fault, plan.remarks)),
    )


def failure(error: JwtrolesError, exit_code: Exit) -> Failure:
    """Return errors, or that there are none, as the contract has them."""
    faults = tuple(map(fault, error.problems))
    return Failure(FORMAT, __version__, faults, covered(error.footer), int(exit_code))


def fault(problem: Problem) -> Fault:
    """Return a problem, with secrets covered."""
    problem = covered_problem(problem)
    return Fault(
        problem.code.id,
        problem.message,
        problem.place.position if problem.place else None,
        problem.label,
        problem.details,
        problem.remedy,
    )


def places_of(origin: Origin) -> Iterator[Place]:
    """Give the places that decide an object, the first one first, each once."""
    found = (place for place in (origin.place, *origin.also) if place is not None)
    yield from dict.fromkeys(found)


def _units(plan: Plan) -> tuple[UnitEntry, ...]:
    number = {id(step): position for position, step in enumerate(plan.steps)}
    return tuple(
        UnitEntry(
            _kind(steps),
            joint_verb(steps),  # type: ignore[arg-type]
            worst_effect(steps),
            tuple(number[id(step)] for step in steps),
        )
        for steps in plan.units.values()
    )


def _kind(steps: list[Step]) -> str:
    return steps[0].change.kind


def _change(step: Step, unit: int, where: Mapping[int, int], *, unverified: bool) -> ChangeEntry:
    change = step.change
    origin = getattr(change.after, "origin", None) or Origin()
    before, after = _objects(change)
    return ChangeEntry(
        kind=change.kind,
        key=tuple(_flat(change.key)),
        verb=step.verb,  # type: ignore[arg-type]
        effect=step.effect,
        unit=unit,
        subject=describe(change),
        object=object_of(change),
        roles=roles_of(change),
        unverified=unverified,
        rows=origin.said,
        pattern=origin.pattern,
        places=tuple(place.position for place in places_of(origin)),
        before=before,
        after=after,
        statements=tuple(where[id(statement)] for statement in step.statements),
    )


def _objects(change: Change[Any]) -> list[Any]:
    hint = BY_NAME[change.kind].change_type
    pair = (change.before, change.after)
    return [None if item is None else CODEC.encode(item, hint) for item in pair]


def _flat(key: Any) -> Iterator[str]:
    """Give the parts of a key as texts."""
    if isinstance(key, QName) or not (isinstance(key, tuple) or is_dataclass(key)):
        yield str(key)
        return
    parts = key if isinstance(key, tuple) else [getattr(key, f.name) for f in fields(key)]
    for part in parts:
        yield from _flat(part)


def _statement(statement: Statement, transaction: int, change: int | None) -> StatementEntry:
    return StatementEntry(
        sql=statement.sql,
        transaction=transaction,
        phase=statement.phase.name.lower(),
        lock=str(statement.lock) if statement.lock else None,
        as_role=statement.as_role,
        change=change,
        places=tuple(place.position for place in places_of(statement.origin)),
        note=statement.note,
    )
