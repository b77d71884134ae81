"""After the statements: did the database become what the plan says?"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import field, fields, replace
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.applier.stale import read_again
from jwtroles.errors import Problem, Refused
from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME
from jwtroles.kinds.acl import Grant
from jwtroles.planner import changes_between
from jwtroles.planner.describe import describe
from jwtroles.planner.kept import set_aside
from jwtroles.reader.canonical import canonical

if TYPE_CHECKING:
    from jwtroles.kinds.base import Change
    from jwtroles.planner.model import Plan, Step
    from jwtroles.reader import Reading
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope


@frozen
class Expected:
    """What must be left to do after one transaction of a plan.

    Attributes:
        untouched: changes of which no statement has run: they must be left as they were planned.
        begun: those that a later transaction ends: whatever is left of them may be.
        aside: what PostgreSQL calls a function that stands aside meanwhile → its own name.
    """

    untouched: dict[tuple[str, Hashable], Change[Any]]
    begun: frozenset[tuple[str, Hashable]]
    aside: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def after(cls, plan: Plan, number: int) -> Expected:
        """Return what is left after the transaction of this number, counted from 0."""
        run, coming = (
            {id(s) for batch in batches for s in batch.statements}
            for batches in (plan.batches[: number + 1], plan.batches[number + 1 :])
        )
        untouched, begun = {}, set[tuple[str, Hashable]]()
        aside: dict[str, str] = {}
        for step in (*plan.steps, *plan.put_back):
            ids = {id(statement) for statement in step.statements}
            key = (step.change.kind, step.change.key)
            if ids & coming and ids & run:
                standing = [*BY_NAME[step.change.kind].meanwhile(step.change)]
                begun |= {key, *standing}
                aside |= dict(_called(step.change.key, standing))
            elif ids & coming:
                untouched[key] = step.change
            elif not ids and number + 1 < len(plan.batches):
                begun.add(key)  # goes with another one, by CASCADE
        return cls(untouched, frozenset(begun), aside)

    def wrong(self, left: tuple[Change[Any], ...]) -> list[Change[Any]]:
        """Return what is left and should be done, and what should be left and is not."""
        found = {(change.kind, change.key): change for change in left}
        unexpected = [
            change
            for key, change in found.items()
            if key not in self.begun and not self._same(change, self.untouched.get(key))
        ]
        changing = (c for c in self.untouched.items() if c[1].before != c[1].after)
        return unexpected + [change for key, change in changing if key not in found]

    def _same(self, left: Change[Any], planned: Change[Any] | None) -> bool:
        """Tell whether the object is still as it was; what it will be is printed anew each time."""
        if planned is None or left.before is None or left.before == planned.before:
            return planned is not None and left.before == planned.before
        # What calls a function goes on calling it under the name that it has aside.
        values = {f.name: getattr(left.before, f.name) for f in fields(left.before)}
        texts = {name: text for name, text in values.items() if isinstance(text, str)}
        for now, before in self.aside.items():
            texts = {name: text.replace(now, before) for name, text in texts.items()}
        return bool(replace(left.before, **texts) == planned.before)


def _called(key: Any, standing: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield how calls of a function read while it stands aside, and how they read before."""
    for _, other in standing:
        if isinstance(key, tuple) and isinstance(other, tuple):
            yield f"{other[0].sql}(", f"{key[0].sql}("


def prove(connection: Connection, plan: Plan, scope: Scope, number: int) -> Reading:
    """Read the catalog again inside the transaction, and refuse anything but what was planned.

    After the last transaction that is the desired catalog; after another one, what is left must be
    exactly what the later ones change. PostgreSQL only warns about a REVOKE by the wrong grantor,
    and an event trigger may undo anything.

    Returns:
        What was read, which the next transaction must find.

    Raises:
        Refused: JR620 naming every statement that had no effect.
    """
    reading = read_again(connection, scope)
    desired = canonical(connection, plan.desired, reading.structure, inside=True)
    found = changes_between(reading.catalog, desired, additive=plan.additive)
    left, _ = set_aside(found, plan.keep)
    wrong = Expected.after(plan, number).wrong(left)
    if not wrong:
        return reading
    steps = {(step.change.kind, step.change.key): step for step in plan.steps}
    details: list[str] = []
    remedies: list[str] = []
    places = []
    for change in wrong:
        step = steps.get((change.kind, change.key))
        details += _told(change, step, plan.model)
        for grantor in _strangers(change):
            details.append(
                f"  this {change.subject.privilege} was granted by `{grantor}`; "
                f"only {grantor} (or a member of it) can revoke it"
            )
            remedies.append(f"run as {grantor}, or grant {grantor} to {plan.server.applier}")
        origin = change.subject.origin
        places += [origin.place] if origin.place else []
    raise Refused(
        Problem(
            codes.PROOF_FAILED,
            "the database did not become what the plan says; rolled back",
            places[0] if places else None,
            details=tuple(details),
            remedy="\n".join(dict.fromkeys(remedies))
            or "look for an event trigger that undoes it, and plan again",
        )
    )


def _told(change: Change[Any], step: Step | None, model: str) -> Iterator[str]:
    if step is None or not step.statements:
        yield f"{describe(change)}\tnot as in {model}"
        return
    for statement in step.statements:
        yield f"{statement.sql.split(chr(10))[0]}\thad no effect"


def _strangers(change: Change[Any]) -> list[str]:
    """Return who granted what is left of a grant that should be gone, other than the owner."""
    before = change.before
    if not isinstance(before, Grant):
        return []
    return sorted(before.right.grantors - {before.owner})
