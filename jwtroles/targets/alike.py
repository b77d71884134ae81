"""Which plans are alike: the same changes, whatever the databases are called."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from jwtroles.catalog import stable
from jwtroles.errors import Problem
from jwtroles.frozen import frozen
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.names import QName, ident
from jwtroles.planner.model import CutOff

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.planner.model import Plan, Step


@frozen
class Likeness:
    """What two plans have to share to be shown as one.

    Attributes:
        digest: of all that a reader of the plan sees.
        parts: a digest of each change and of each role that is cut off.
    """

    digest: str
    parts: frozenset[str]


def part_of(plan: Plan) -> Callable[[Step | CutOff | Problem], str]:
    """Return what makes a digest of a part of a plan, without the name of the database."""
    database = plan.server.database
    named = stable(ObjectRef("database", QName("", database)))
    word = word_of(database)

    def part(one: Step | CutOff | Problem) -> str:
        text = "\0".join(_texts(one))
        if isinstance(one, CutOff | Problem):
            text = word.sub("its database", text)
        else:
            text = text.replace(named, "its database")
            text = text.replace(f"DATABASE {ident(database)}", "its database")
        return hashlib.sha256(text.encode()).hexdigest()

    return part


def word_of(name: str) -> re.Pattern[str]:
    """Return what finds a name in a text for people, where it is no part of another word."""
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def _texts(one: Step | CutOff | Problem) -> tuple[str, ...]:
    """Return what a reader is told by a part of a plan."""
    if isinstance(one, Problem):
        return ("told", one.code.id, one.message)
    if isinstance(one, CutOff):
        return ("cut off", one.problem.message)
    change = one.change
    values = stable((change.key, change.before, change.after))
    return (change.kind, values, one.effect, *(statement.sql for statement in one.statements))


def likeness(plan: Plan) -> Likeness:
    """Return what a plan has to share with another one: all of it but the name of the database."""
    part = part_of(plan)
    steps = [*map(part, plan.steps)]
    lost = sorted(map(part, plan.cut_off))
    noted = sorted(map(part, (*plan.remarks, *plan.kept)))
    sizes = [str(len(batch.statements)) for batch in plan.batches]
    whole = "\n".join((*steps, "", *lost, "", *noted, "", *sizes))
    return Likeness(hashlib.sha256(whole.encode()).hexdigest(), frozenset((*steps, *lost)))
