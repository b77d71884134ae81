"""Plans every target; one that cannot be planned keeps no other from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from jwtroles.applier import check_rights
from jwtroles.errors import JwtrolesError, Refused
from jwtroles.frozen import frozen
from jwtroles.reader.identity import identify
from jwtroles.saved_plans import save
from jwtroles.spec.resolve import resolve
from jwtroles.targets.alike import Likeness, likeness
from jwtroles.targets.compiling import OneFile
from jwtroles.targets.crew import Board, Crew
from jwtroles.targets.located import located, repeated
from jwtroles.targets.model import Fleet, Outcome, State
from jwtroles.verifier.key_sources import read_keys
from jwtroles.workflow import look, plan_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.reader.identity import Located
    from jwtroles.saved_plans import SavedPlan
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.targets.model import Target
    from jwtroles.verifier.key_sources import Keys
    from jwtroles.workflow import Planned

Told = Callable[[Outcome, int, int], None]
"""Told of each target that is done: what came of it, how many are done, of how many."""


class Plans(Protocol):
    """What makes the plan of each target: a `Job`, or plans that were saved."""

    @property
    def spec(self) -> Spec:
        """What of the file holds in the environment."""

    @property
    def environment(self) -> Environment:
        """The environment, which has many databases."""

    def plan(
        self, connection: Connection, target: Target, where: Located, stay: frozenset[str]
    ) -> Planned | None:
        """Return the plan of a database, None where there is none to be made.

        Args:
            connection: to the database.
            target: what it is called.
            where: which one it is.
            stay: roles that left the file, and are not dropped.
        """


@frozen
class Job:
    """What all targets have in common.

    Attributes:
        spec: what of the file holds in the environment.
        keys: the keys that verify tokens there, read once.
        compiled: compiles the file, once for databases that are alike.
        save: is given each plan that changes something, as what its file holds.
    """

    spec: Spec
    environment: Environment
    keys: Keys
    compiled: OneFile = field(default_factory=OneFile, compare=False)
    save: Callable[[Target, SavedPlan], None] | None = None

    def plan(
        self, connection: Connection, target: Target, where: Located, stay: frozenset[str]
    ) -> Planned:
        """Plan a database, and give its plan away where that is asked for."""
        del where
        given = (self.spec, self.environment, self.keys)
        basis = look(connection, *given, stay=stay, compile_file=self.compiled)
        planned = plan_from(basis)
        if self.save is not None and not planned.plan.empty:
            self.save(target, save(basis, planned.plan, identify(connection)))
        return planned

    @classmethod
    def of(cls, spec: Spec, environment: Environment) -> Job:
        """Return what a file says for an environment.

        Raises:
            SpecError: what is wrong with the keys that it names.
        """
        resolved = resolve(spec, environment)
        return cls(resolved, environment, read_keys(resolved, environment))


@frozen
class Surveyed:
    """A target that was planned, or why it was not.

    Attributes:
        where: its server and database; None when it was not reached.
        alike: what its plan shares with others; None without a plan.
        stay: roles that left the file, and of which its plan says that they stay.
        lacking: the rights that the connected role lacks for its plan: whose tables are whose is
            another matter in each database, also where plans are alike.
    """

    target: Target
    where: Located | None = None
    alike: Likeness | None = None
    error: JwtrolesError | None = None
    stay: frozenset[str] = frozenset()
    lacking: Refused | None = None


@frozen
class Survey:
    """All targets as they were planned.

    Attributes:
        found: one for each target, in their order.
        plans: one plan for each group that is alike, that of the first target in it.
    """

    job: Plans
    found: tuple[Surveyed, ...]
    plans: dict[str, Planned]

    def fleet(self, shard: str = "", saved: str = "") -> Fleet:
        """Return what is known of the targets before anything is applied."""
        return Fleet(
            str(self.job.spec.project),
            str(self.job.environment.name),
            tuple(map(self._outcome, self.found)),
            {digest: planned.plan for digest, planned in self.plans.items()},
            shard,
            saved,
        )

    def _outcome(self, one: Surveyed) -> Outcome:
        if one.alike is None:
            return Outcome(one.target, State.FAILED, error=one.error)
        empty = self.plans[one.alike.digest].plan.empty
        state = State.IN_SYNC if empty else State.DIFFERENT
        return Outcome(one.target, state, one.alike.digest)


def plan_all(job: Plans, targets: Sequence[Target], crew: Crew, told: Told) -> Survey:
    """Plan every target; nothing is changed anywhere.

    Plans that are alike are kept once: a thousand of them would fill the memory. A target without
    a plan to be made is not in the result.
    """
    kept: dict[str, tuple[str, Planned]] = {}
    board = Board[Outcome](len(targets), told)

    def work(target: Target) -> Surveyed | None:
        if crew.halted:
            return Surveyed(target, error=crew.excuse(JwtrolesError()))
        where = None
        try:
            with crew.opened(target) as connection:
                where = located(connection, target)
                planned = job.plan(connection, target, where, frozenset())
        except JwtrolesError as error:
            reason = crew.excuse(error)
            board.tell(Outcome(target, State.FAILED, error=reason))
            return Surveyed(target, where, error=reason)
        if planned is None:
            board.tell(Outcome(target, State.IN_SYNC))
            return None
        alike = likeness(planned.plan)
        state = State.IN_SYNC if planned.plan.empty else State.DIFFERENT
        board.tell(Outcome(target, state, alike.digest))
        with crew.lock:
            first = kept.get(alike.digest)
            if first is None or target.name < first[0]:
                kept[alike.digest] = (target.name, planned)
        stay = frozenset(planned.plan.structure.elsewhere)
        return Surveyed(target, where, alike, stay=stay, lacking=_lacking(planned.plan))

    found = [one for one in crew.each(work, targets) if one is not None]
    twins = repeated((one.target, one.where) for one in found)
    return Survey(
        job,
        tuple(
            Surveyed(one.target, error=twins[one.target]) if one.target in twins else one
            for one in found
        ),
        {digest: planned for digest, (_, planned) in kept.items()},
    )


def _lacking(plan: Plan) -> Refused | None:
    try:
        check_rights(plan)
    except Refused as error:
        return error
    return None
