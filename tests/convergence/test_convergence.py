"""Convergence as a property: whatever the database was, apply makes it what the file says.

On each server, a chain of random states is applied to one database, with random drift by hand
before each step: every step is a pair (a, b). Afterwards the catalog must equal what b gives on a
database that has never seen anything else, and the next plan must be empty. Row security is never
turned off again, so the other database has it on where the past had turned it on.

Every kind of object must have been created, altered and dropped at least ten times in all, which
coverage.py adds up. A kind that is new has no generator yet: give it forms in states.py and drifts
in drift.py.

`pytest tests/convergence --seed N` runs the states of an earlier run again.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import psycopg
import pytest
import yaml

from jwtroles.errors import CompileError, JwtrolesError, SpecError
from jwtroles.report.problems import render
from jwtroles.workflow import make_plan
from tests.convergence.drift import DRIFTS, RARE, Scene
from tests.convergence.shrink import Pair, smaller
from tests.convergence.states import APP, BOTH, State, state
from tests.servers import APPLIERS, DEPLOYER, MAJORS, Clusters
from tests.test_cases import CASES
from tests.workbench import Workbench, loaded, plan_and_apply, plan_and_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jwtroles.catalog import Catalog
    from jwtroles.spec.model import Spec
    from tests.convergence.drift import Drift

PAIRS = 30
"""Pairs on each server as each applying role: 300 in all."""
DRIFTS_EACH = 7
WITH_ONE_SCHEMA = 8
SCHEMA = Path(__file__).with_name("schema.sql").read_text("utf-8")
SECURED = """
    SELECT c.oid::regclass::text AS name FROM pg_class AS c
    WHERE c.relrowsecurity AND c.relnamespace::regnamespace::text IN ('app', '"HR data"')
    ORDER BY 1
"""
NOT_THERE = (
    "42704",
    "42701",
    "42P01",
    "42883",
    "42710",
    "3F000",
    "42703",
    "0LP01",
    "42P07",
    "2BP01",
    "42723",
    "42501",
)
"""What a drift meets where an earlier one took away, or made, what it is about.

The last one is of triggers of ours, whose owner has lost its schema.
"""


def spec_of(made: State) -> Spec:
    return loaded(text_of(made))


class Plain(yaml.CSafeDumper):
    """Writes what stands in two places twice: the language has no anchors."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def text_of(made: State) -> str:
    return yaml.dump(made, Dumper=Plain, sort_keys=False, allow_unicode=True, width=100)


class WrongError(AssertionError):
    """A pair that does not converge."""


@dataclass
class Reference:
    """What a state gives on a database without a past; one server for it alone."""

    bench: Workbench
    _known: dict[tuple[str, tuple[str, ...]], dict[str, list[str]]] = field(default_factory=dict)
    _pristine: tuple[str, ...] | None = None

    def catalog(self, spec: Spec, secured: tuple[str, ...]) -> dict[str, list[str]]:
        """Return the catalog after a file alone; raise CompileError where it does not fit."""
        key = (spec.source.text, secured)
        if key not in self._known:
            if self._pristine != secured:
                self.bench.empty()
                self.bench.run_sql(SCHEMA)
                self.bench.run_sql("ALTER TABLE app.notes DISABLE ROW LEVEL SECURITY")
                for table in secured:
                    self.bench.run_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
                self._pristine = secured
            plan_and_run(self.bench.session(), spec)  # may refuse, and change nothing
            self._pristine = None
            self._known[key] = self.bench.read(spec)
        return self._known[key]


@dataclass
class Chain:
    """One database that goes from state to state, applied by one role."""

    bench: Workbench
    reference: Reference
    applier: str
    counts: Counter[tuple[str, str]]
    made: State | None = None
    catalog: Catalog | None = None

    @property
    def role(self) -> str:
        return "postgres" if self.applier == "superuser" else DEPLOYER

    def begin(self) -> None:
        """Empty the database and load the fixed part."""
        self.bench.empty()
        self.bench.run_sql(SCHEMA)
        if self.applier != "superuser":
            self.bench.sandbox.make_deployer()
            self.bench.run_sql(f"GRANT etl, legacy TO {DEPLOYER} WITH ADMIN OPTION")
        self.made = self.catalog = None

    def lay_hands(self, drifts: Iterable[str]) -> None:
        """Run what somebody does by hand; what is not there any more cannot be changed."""
        for text in drifts:
            try:
                self.bench.run_sql(text.replace(":applier", self.role))
            except psycopg.Error as error:
                if error.sqlstate not in NOT_THERE:
                    raise

    def secured(self) -> tuple[str, ...]:
        return tuple(row["name"] for row in self.bench.session().execute(SECURED))

    def step(self, made: State, wanted: dict[str, list[str]]) -> None:
        """Apply a state, and compare."""
        spec = spec_of(made)
        connection = self.bench.session(self.role)
        try:
            plan = plan_and_apply(connection, spec)
            again = make_plan(connection, spec, None).plan
        except JwtrolesError as error:
            raise WrongError(render(error, color=False, width=100)) from None
        self.counts.update((step.change.kind, step.change.verb) for step in plan.steps)
        self.made, self.catalog = made, again.current
        if again.steps:
            left = "\n".join(repr(step.change) for step in again.steps)
            raise WrongError(f"the next plan is not empty:\n{left}")
        if (found := self.bench.read(spec)) != wanted:
            raise WrongError("\n".join(_differences(found, wanted)))


def _differences(found: dict[str, list[str]], wanted: dict[str, list[str]]) -> Iterator[str]:
    for kind, there in found.items():
        yield from (f"{kind} too much: {one}" for one in there if one not in wanted[kind])
        yield from (f"{kind} missing: {one}" for one in wanted[kind] if one not in there)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables that hold keys."""
    for name, value in json.loads((CASES / "keys.json").read_text("utf-8")).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("major", MAJORS)
def test_convergence(
    major: int,
    seed: int,
    record_case: Callable[[int, str], None],
    record_property: Callable[[str, object], None],
) -> None:
    rng = Random(seed * 100 + major)
    counts: Counter[tuple[str, str]] = Counter()
    refused: Counter[str] = Counter()
    with benches(major) as (bench, other):
        reference = Reference(other)
        for applier in APPLIERS:
            chain = Chain(bench, reference, applier, counts)
            chain.begin()
            turns = cycle(rng.sample(DRIFTS, len(DRIFTS)))
            done, drifts = 0, list[str]()
            for _ in count():
                if done == PAIRS:
                    break
                if chain.catalog and not drifts:
                    drifts = drawn(rng, chain, turns)
                    chain.lay_hands(drifts)
                # A schema that leaves the file keeps its grants, and with them the roles.
                made = state(rng, APP if done < WITH_ONE_SCHEMA else BOTH, chain.made)
                try:
                    wanted = reference.catalog(spec_of(made), chain.secured())
                except (CompileError, SpecError) as error:
                    refused.update({problem.code.id for problem in error.problems})
                    continue
                before = chain.made
                try:
                    chain.step(made, wanted)
                except WrongError as wrong:
                    pytest.fail(
                        report(seed, chain, before, drifts, made, str(wrong)), pytrace=False
                    )
                record_case(major, applier)
                done, drifts = done + 1, []
    record_property("convergence", {f"{kind} {verb}": n for (kind, verb), n in counts.items()})
    assert refused.total() < 2 * PAIRS * len(APPLIERS), (
        f"the compiler refuses too many states: {refused}"
    )


@contextmanager
def benches(major: int) -> Iterator[tuple[Workbench, Workbench]]:
    """Give two servers of a version, the second for what a state gives without a past."""
    with ExitStack() as stack:
        made = []
        for _ in range(2):
            clusters = stack.enter_context(closing(Clusters()))
            sandbox = stack.enter_context(clusters(major).fresh())
            made.append(stack.enter_context(closing(Workbench(sandbox))))
        yield made[0], made[1]


def drawn(rng: Random, chain: Chain, turns: Iterator[Drift]) -> list[str]:
    """Return what the next drifts in turn do to the state; what drops the schema goes last."""
    assert chain.made is not None
    assert chain.catalog is not None
    scene = Scene(rng, chain.made, chain.catalog, chain.bench.major)
    chosen = [next(turns) for _ in range(DRIFTS_EACH)]
    chosen += [one for one in RARE if rng.random() < 0.8]
    texts = [text for text in (one(scene) for one in chosen) if text]
    return sorted(texts, key=lambda text: text.startswith("DROP SCHEMA"))


def report(
    seed: int, chain: Chain, before: State | None, drifts: list[str], made: State, wrong: str
) -> str:
    """Return all that is needed to look into a pair, made smaller where it fails by itself."""
    pair, left = smaller(Pair(before, drifts, made), wrong, lambda pair: retried(chain, pair))
    parts = {
        f"PostgreSQL {chain.bench.major}, applied as {chain.applier}, --seed {seed}": "",
        "a": text_of(pair.before) if pair.before else "an untouched database",
        "then by hand": ";\n".join(pair.drifts),
        "b": text_of(pair.after),
        "what is wrong": left,
    }
    return "\n\n".join(f"--- {title}\n{text}".rstrip() for title, text in parts.items())


def retried(chain: Chain, pair: Pair) -> str:
    """Return what is wrong with a pair on a fresh database, or '' where nothing is."""
    fresh = Chain(chain.bench, chain.reference, chain.applier, Counter())
    fresh.begin()
    try:
        if pair.before:
            plan_and_apply(fresh.bench.session(fresh.role), spec_of(pair.before))
        fresh.lay_hands(pair.drifts)
        wanted = fresh.reference.catalog(spec_of(pair.after), fresh.secured())
    except (JwtrolesError, psycopg.Error):
        return ""  # it is no pair any more
    try:
        fresh.step(pair.after, wanted)
    except WrongError as wrong:
        return str(wrong)
    return ""
