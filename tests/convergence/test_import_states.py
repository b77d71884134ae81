"""`jwtroles import` of random states: the file that comes of each one changes nothing.

The states are those of the convergence test, applied one after the other to one database. Each
file is made of what is there alone, and its plan is empty, or `import` would refuse (JR813). Then
somebody lays hands on it: whatever comes of that, no hole is told to be in order.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from jwtroles.decompile import import_database
from jwtroles.errors import CompileError, Refused, SpecError
from jwtroles.kinds.base import Effect
from jwtroles.kinds.own_schema import is_lookup
from jwtroles.names import PUBLIC
from jwtroles.planner.describe import describe
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan, read_database
from tests.convergence.drift import DRIFTS, Scene
from tests.convergence.states import APP, BOTH, state
from tests.convergence.test_convergence import Chain, Reference, benches, keys, text_of
from tests.servers import MAJORS
from tests.workbench import loaded, plan_and_apply

if TYPE_CHECKING:
    from jwtroles.planner.model import Step
    from jwtroles.spec.model import Spec
    from tests.workbench import Workbench

__all__ = ["keys"]

STATES = 3
"""On each server."""
DRIFTS_EACH = 3


@pytest.mark.parametrize("major", MAJORS)
def test_random_states_are_imported(major: int, seed: int) -> None:
    """Nothing of what jwtroles makes is left to `keep`, and the roles are those of the state."""
    rng = Random(seed * 100 + major)
    with benches(major) as (bench, other):
        chain = Chain(bench, Reference(other), "superuser", Counter())
        chain.begin()
        done = 0
        while done < STATES:
            made = state(rng, APP if done < STATES // 2 else BOTH, chain.made)
            try:
                spec = loaded(text_of(made))
                plan_and_apply(bench.session(), spec)
            except (CompileError, SpecError):
                continue
            chain.made, done = made, done + 1
            found = load_text(import_database(bench.session(), "acme").text)
            assert found.keep == ()
            assert found.roles.keys() - {PUBLIC} == spec.roles.keys() - {PUBLIC}
            chain.catalog = read_database(bench.session(), spec, None).catalog
            scene = Scene(rng, made, chain.catalog, major)
            drifts = [text for one in rng.sample(DRIFTS, DRIFTS_EACH) if (text := one(scene))]
            chain.lay_hands(drifts)
            assert blessed(bench, spec) == [], drifts
            plan_and_apply(bench.session(), spec)


def blessed(bench: Workbench, spec: Spec) -> list[str]:
    """Return the holes in a database that its file closes and an imported one does not."""
    try:
        made = import_database(bench.session(), "acme")
    except (Refused, CompileError, SpecError):
        return []
    told = {one.message.partition(": ")[0] for one in made.restored}
    steps = make_plan(bench.session(), spec, None).plan.steps
    holes = [f"{one.verb} {describe(one.change)}" for one in steps if is_hole(one)]
    lost = {one.message.partition(" ")[0] for one in made.notes if one.code.id == "JR816"}
    return [one for one in holes if one not in told and not any(table in one for table in lost)]


def is_hole(step: Step) -> bool:
    """Tell whether a step puts back what jwtroles makes by itself."""
    change = step.change
    match change.kind:
        case "policy":
            return change.after is not None and not change.after.permissive
        case "acl":
            name = change.subject.object.name
            return change.before is not None and "jwtroles" in (name.schema, name.name)
        case "role":
            return step.effect is Effect.TIGHTENS
        case "function":
            name = change.subject.name  # a lookup is said in the file, as a view is
            return name.schema == "jwtroles" and not is_lookup(name)
    return change.kind in ("table_security", "own_schema", "own_table")
