"""Is this the database that the plan was made for, and would the same plan be made there now?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.applier.stale import moved_beside, what_moved
from jwtroles.catalog import stable
from jwtroles.compiler import compile_spec
from jwtroles.errors import CompileError, Problem, Refused
from jwtroles.kinds import BY_NAME
from jwtroles.passwords import covered
from jwtroles.planner.describe import describe
from jwtroles.reader import Reading
from jwtroles.reader.identity import identify
from jwtroles.reader.printed import TEXTS, as_written
from jwtroles.saved_plans.form import FOOTER
from jwtroles.spec.checks.environments import VARIABLE
from jwtroles.spec.load import load
from jwtroles.verifier.key_sources import read_keys
from jwtroles.workflow import look, plan_from, read_database

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from pathlib import Path

    from jwtroles.kinds.base import Change
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.saved_plans.rebuilt import Rebuilt
    from jwtroles.verifier.key_sources import Keys
    from jwtroles.workflow import Compile, Planned


def check_environment(rebuilt: Rebuilt, name: str | None) -> None:
    """Refuse a plan for another environment than the one that is asked for (JR612)."""
    made_for = rebuilt.saved.bound.environment
    if name is not None and name != made_for:
        told = f"this plan is for {made_for or 'a specification without environments'}, not {name}"
        raise _elsewhere(told, (), rebuilt)


def check_file(rebuilt: Rebuilt, path: Path) -> None:
    """Refuse a plan that was made from another specification or other JWKS files (JR650).

    Raises:
        SpecError: what is wrong with the specification that is there.
    """
    spec = load(path)
    keys = read_keys(spec, rebuilt.environment, offline=True, variables={})
    ours = [covered(one.text) for one in spec.sources if one.text]
    theirs = [one.text for one in rebuilt.saved.specification.files if one.text]
    documents = rebuilt.saved.specification.documents
    other = [
        f"the keys of {issuer}"
        for issuer in sorted(documents.keys() | keys.documents.keys())
        if _text(documents.get(issuer)) != _text(keys.documents.get(issuer))
    ]
    if ours != theirs:
        other.insert(0, f"{spec.source.name} ({spec.digest})")
    if other:
        problem = Problem(
            codes.OTHER_FILE,
            f"this plan was made from another specification, {rebuilt.saved.specification.digest}",
            details=tuple(f"{what}\tis not what the plan was made from" for what in other),
            remedy="plan again with it, or leave --spec out and review the plan that is there",
        )
        raise Refused(problem, footer=FOOTER)


def _text(document: Any) -> str | None:
    return document.text if document else None


def check_database(connection: Connection, rebuilt: Rebuilt) -> None:
    """Refuse to go on in another database than the one that the plan was made for.

    Raises:
        Refused: JR612 naming what is another one.
        ServerError: JR005 when the server does not say which database this is.
    """
    meant, here = rebuilt.saved.bound.database, identify(connection)
    if meant == here:
        return
    pairs = (
        ("cluster", meant.system, here.system),
        ("database", meant.name, here.name),
        ("number of the database", meant.oid, here.oid),
        ("PostgreSQL", meant.major, here.major),
    )
    lines = tuple(f"{what}\t{then} → {now}" for what, then, now in pairs if then != now)
    raise _elsewhere("this plan was made for another database", lines, rebuilt)


def _elsewhere(message: str, details: tuple[str, ...], rebuilt: Rebuilt) -> Refused:
    remedy = f"apply it where it was made for, or plan again:  {_again(rebuilt)}"
    problem = Problem(codes.OTHER_DATABASE, message, details=details, remedy=remedy)
    return Refused(problem, footer=FOOTER)


def _again(rebuilt: Rebuilt) -> str:
    name = rebuilt.saved.bound.environment
    out = "FOLDER" if rebuilt.of_many else "plan.json"
    return f"jwtroles plan{f' --env {name}' if name else ''} --out {out}"


def planned_again(
    connection: Connection, rebuilt: Rebuilt, compile_file: Compile = compile_spec
) -> Planned:
    """Plan from the specification in the file and the database as it is, and return that plan.

    It is the saved one, change by change; what is left of it, where an apply of it was cut between
    two transactions; or empty, where the database is as the plan leaves it. What the file says of
    the database is compared and never used.

    Of an environment of many databases it may lack changes that are made by now, and has no others:
    roles are the cluster's, and whoever comes first makes them.

    Raises:
        SpecError: JR014 when a variable that holds keys is not set.
        Refused: JR611 for a stale plan, naming what moved; JR651 when a variable holds another key.
    """
    documents = rebuilt.saved.specification.documents
    keys = read_keys(rebuilt.spec, rebuilt.environment, documents=documents)
    _check_keys(rebuilt, keys)
    stay = frozenset(rebuilt.plan.structure.elsewhere) if rebuilt.of_many else frozenset()
    given = (rebuilt.spec, rebuilt.environment, keys)
    try:
        planned = plan_from(look(connection, *given, stay=stay, compile_file=compile_file))
    except CompileError:
        reading = read_database(connection, rebuilt.spec, rebuilt.environment)
        _check_still(rebuilt, reading)
        raise
    if planned.plan.empty:
        return planned
    was, now, reading = rebuilt.plan, planned.plan, _reading(planned)
    lines = what_moved(was.current, was.structure, reading)
    if others := _others_work(was, reading) if lines else []:
        raise _stale(rebuilt, others)
    if lines and not (rebuilt.of_many or len(was.batches) > 1):
        # It was shown as one transaction, of which no part can be there by itself.
        raise _stale(rebuilt, [], begun=True)
    gone, new = ([], _beyond(was, now)) if lines else _other_changes(was, now)
    if other := [*gone, *new, *_newly_said(was, now)]:
        raise _stale(rebuilt, other, begun=bool(lines))
    return planned


def begun(rebuilt: Rebuilt, planned: Planned) -> str:
    """Say that a plan goes on where it was cut; '' where it has not begun."""
    was, now = rebuilt.plan, planned.plan
    if now.empty or now.fingerprint == was.fingerprint:
        return ""
    left, of = len(now.units), len(was.units)
    where = was.environment or was.server.database
    return (
        f"A part of this plan has been applied to {where} already: {left} of {of} changes are left."
    )


def _reading(planned: Planned) -> Reading:
    return Reading(planned.plan.structure, planned.plan.current, planned.scope)


def _check_still(rebuilt: Rebuilt, reading: Reading) -> None:
    lines = what_moved(rebuilt.plan.current, rebuilt.plan.structure, reading)
    if lines:
        others = _others_work(rebuilt.plan, reading)
        raise _stale(rebuilt, others or lines, begun=not others)


def _check_keys(rebuilt: Rebuilt, keys: Keys) -> None:
    """Refuse keys in variables that are not those that the plan was made with (JR651)."""
    then = {key.id: key.source for key in rebuilt.saved.held["signing_key"]}
    now = {key.id: key.source for key in keys.keys if VARIABLE.fullmatch(key.source)}
    other = sorted({source for _, source in then.items() ^ now.items()})
    if other:
        remedy = "set it to what it was when the plan was made, or plan again:  " + _again(rebuilt)
        message = f"{', '.join(other)}: not the keys that the plan was made with"
        raise Refused(Problem(codes.OTHER_KEY, message, remedy=remedy), footer=FOOTER)


def _newly_said(was: Plan, now: Plan) -> list[str]:
    """Tell what nobody has read who read the saved plan: who else is affected, what to look at."""
    known, found = _told(was), _told(now)
    return [message for message in found if message not in known]


def _told(plan: Plan) -> list[str]:
    return [one.problem.message for one in plan.cut_off] + [one.message for one in plan.remarks]


def _other_changes(was: Plan, now: Plan) -> tuple[list[str], list[str]]:
    """Name the changes that the first of two plans has alone, and those of the second."""
    then, these = ({_whole(s.change): s.change for s in plan.steps} for plan in (was, now))
    return (
        [f"{describe(then[key])}\twould not be changed now" for key in then if key not in these],
        [f"{describe(these[key])}\twould be changed now" for key in these if key not in then],
    )


def _beyond(was: Plan, now: Plan) -> list[str]:
    """Name changes of the rest that the saved plan does not come to.

    What is tried in order is away while that which is tried before it is, and comes back.
    """
    shown = {_written(step.change) for step in was.steps}
    return [
        f"{describe(change)}\twould be changed now"
        for change in (step.change for step in now.steps)
        if _written(change) not in shown and not _comes_back(was, change)
    ]


def _written(change: Change[Any]) -> str:
    after = change.after
    if after is not None and change.kind in TEXTS:
        after = as_written(change.kind, after)
    return stable((change.kind, change.key, after))


def _comes_back(was: Plan, change: Change[Any]) -> bool:
    """Tell whether a change puts an object back that the saved plan leaves as it was."""
    there = was.current[change.kind].get(change.key) if change.kind in BY_NAME else None
    return change.before is None and there is not None and change.after == there


def _whole(change: Change[Any]) -> str:
    return stable((change.kind, change.key, change.before, change.after))


def _stale(rebuilt: Rebuilt, lines: list[str], *, begun: bool = False) -> Refused:
    """Refuse a stale plan; one that has begun cannot go on as it was shown."""
    saved, plan = rebuilt.saved, rebuilt.plan
    where = plan.environment or plan.server.database
    made = f"{saved.made_at[:10]} {saved.made_at[11:16]} UTC"
    message = f"stale: {where} has changed since this plan was made ({made})"
    remedy = f"plan again:  {_again(rebuilt)}"
    if begun and not rebuilt.of_many:
        message = f"a part of this plan has been applied to {where} already"
        message += ", and the rest of it is not what was shown" if lines else ", and nothing else"
        remedy = f"plan again, for the rest:  {_again(rebuilt)}"
    problem = Problem(codes.STALE, message, details=tuple(lines), remedy=remedy)
    return Refused(problem, footer=FOOTER)


def _others_work(plan: Plan, reading: Reading) -> list[str]:
    """Name what moved and is neither as the plan wanted it nor on its way there."""
    wanted = {_said(one.change) for one in plan.steps}
    underway = set(_in_order(plan))

    def own(change: Change[Any]) -> bool:
        key = (change.kind, change.key)
        return _said(change) in wanted or (change.after is None and key in underway)

    return moved_beside(plan, reading, own)


def _in_order(plan: Plan) -> Iterator[tuple[str, Hashable]]:
    """Yield what stands at or behind the first change of what is tried in order."""
    for kind in BY_NAME.values():
        changed = [step.change.key for step in plan.steps if step.change.kind == kind.name]
        if kind.tried_in_order and changed:
            keys = {*changed, *plan.current[kind.name]}
            yield from ((kind.name, key) for key in keys if key >= min(changed))  # type: ignore[operator,type-var]


def _said(change: Change[Any]) -> str:
    return stable((change.kind, change.key, change.after))
