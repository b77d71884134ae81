"""`jwtroles import` of random states: the file that comes of each one changes nothing.

The states are those of the convergence test, applied one after the other to one database. Each
file is made of what is there alone, and its plan is empty, or `import` would refuse (JR813).
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from jwtroles.decompile import import_database
from jwtroles.errors import CompileError, SpecError
from jwtroles.spec.load import load_text
from jwtroles.spec.model import PUBLIC
from tests.convergence.states import APP, BOTH, state
from tests.convergence.test_convergence import Chain, Reference, benches, keys, text_of
from tests.servers import MAJORS
from tests.workbench import loaded, plan_and_apply

__all__ = ["keys"]

STATES = 3
"""On each server."""


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
