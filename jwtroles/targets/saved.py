"""Saved plans of many databases: a file for each, found again by what it is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from jwtroles import codes
from jwtroles.errors import Problem, Refused
from jwtroles.frozen import frozen
from jwtroles.reader.identity import Identity
from jwtroles.saved_plans import load_plan, planned_again, rebuild
from jwtroles.saved_plans.form import Binding, no_plan
from jwtroles.targets.alike import likeness
from jwtroles.targets.compiling import OneFile
from jwtroles.targets.model import Fleet, Outcome, State, Target
from jwtroles.targets.planning import Surveyed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.reader.identity import Located
    from jwtroles.saved_plans import Rebuilt
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.workflow import Planned

_FOOTER = "Nothing was changed."


@frozen
class File:
    """The file of a plan, and what the plan in it is bound to; it is read again when it is used."""

    path: Path
    bound: Binding


@frozen
class SavedPlans:
    """Plans of one environment and one specification, each for another database.

    It stands where a `Job` stands: what it plans for a database is the plan that was saved.

    Attributes:
        first: one of them.
        files: all of them, by the database that they were made for.
        saved, there: compile the specification, once for databases that are alike: what was read
            when the plans were made, and what is read now, with keys that variables hold.
    """

    first: Rebuilt
    files: Mapping[Identity, File]
    saved: OneFile = field(default_factory=OneFile, compare=False)
    there: OneFile = field(default_factory=OneFile, compare=False)

    def rebuilt(self, file: File) -> Rebuilt:
        """Make the plan of a file again.

        Raises:
            Refused: JR613 when it is not the file any more that it was.
        """
        saved, first = load_plan(file.path), self.first
        if (saved.bound, saved.specification) != (file.bound, first.saved.specification):
            message = f"{file.path} is another plan now than it was when this began"
            problem = Problem(codes.ALTERED_PLAN, message, remedy="look at it, and apply again")
            raise Refused(problem, footer=_FOOTER)
        return rebuild(saved, first, self.saved)

    @property
    def spec(self) -> Spec:
        """The specification of all of them."""
        return self.first.spec

    @property
    def environment(self) -> Environment:
        """The environment of all of them."""
        environment = self.first.environment
        assert environment is not None  # noqa: S101 - it has many databases
        return environment

    def plan(
        self, connection: Connection, target: Target, where: Located, stay: frozenset[str]
    ) -> Planned | None:
        """Return the plan that was saved for a database, as it is now; None without one.

        Raises:
            Refused: JR611 for a stale plan, JR613 for a file that has changed, JR651 when a
                variable holds another key.
        """
        del target, stay  # the saved plan says which roles stay
        file = self.files.get(where.identity)
        return planned_again(connection, self.rebuilt(file), self.there) if file else None

    def without(self, found: Iterable[Surveyed]) -> Iterator[Surveyed]:
        """Give the plans whose database is none of those that were found (JR612)."""
        met = {one.where.identity for one in found if one.where}
        for identity, file in self.files.items():
            if identity not in met:
                name = identity.name
                message = f"{file.path} was made for another database than those that are there"
                remedy = "is its database named by the environment, and reached? Else plan again"
                details = (f"database\t{name}, number {identity.oid} of {identity.system}",)
                problem = Problem(codes.OTHER_DATABASE, message, details=details, remedy=remedy)
                error = Refused(problem, footer=_FOOTER)
                yield Surveyed(Target(unquote(file.path.stem), name, ""), error=error)


def each_once(found: Iterable[Surveyed]) -> Iterator[Surveyed]:
    """Give what was found, where no two are the database of one plan (JR671).

    A physical copy has the identity of its original.
    """
    first: dict[Identity, Target] = {}
    for one in found:
        twin = first.setdefault(one.where.identity, one.target) if one.where else one.target
        if twin is one.target:
            yield one
            continue
        message = f"{one.target.name} has the identity of {twin.name}: one of them is a copy"
        remedy = "let the environment name the one that the plan was made for"
        problem = Problem(codes.SAME_DATABASE, message, one.target.place, remedy=remedy)
        yield Surveyed(one.target, one.where, error=Refused(problem, footer=_FOOTER))


def gather(path: Path) -> SavedPlans:
    """Read the plans of a folder, or one plan.

    Raises:
        UsageError: JR023 for a file that cannot be read.
        Refused: JR610 for what is no plan, JR613, JR614; JR679 for plans that do not belong
            together.
    """
    paths = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not paths:
        raise no_plan(f"{path} has no plans in it")
    first, files = None, dict[Identity, File]()
    for one in paths:
        saved = load_plan(one)
        bound = saved.bound
        if first is None:
            first = rebuild(saved)
        elif (bound.environment, saved.specification) != (
            first.saved.bound.environment,
            first.saved.specification,
        ):
            raise _apart(f"{one} and {paths[0]} are of two environments or specifications")
        if bound.database in files:
            raise _apart(f"{one} and {files[bound.database].path} are for one database")
        files[bound.database] = File(one, bound)
    assert first is not None  # noqa: S101 - there is one at least
    return SavedPlans(first, files)


def _apart(message: str) -> Refused:
    remedy = "keep in a folder what one plan --out wrote there, and plan into a new one"
    return Refused(Problem(codes.PLANS_APART, message, remedy=remedy), footer=_FOOTER)


def shown(plans: SavedPlans, path: Path) -> Fleet:
    """Return all plans as they were saved, those that are alike once; no server is asked."""
    kept: dict[str, Plan] = {}
    outcomes = []
    for file in plans.files.values():
        plan = plans.rebuilt(file).plan
        alike = likeness(plan).digest
        kept.setdefault(alike, plan)
        server = plan.server
        address = f"{server.address or 'the local socket'}/{server.database}"
        state = State.IN_SYNC if plan.empty else State.DIFFERENT
        outcomes.append(Outcome(Target(unquote(file.path.stem), address, ""), state, alike))
    project, environment = str(plans.spec.project), str(plans.environment.name)
    return Fleet(project, environment, tuple(outcomes), kept, saved=str(path))


def reachable(plans: SavedPlans, targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the targets that may be the databases of these plans, by what they are called."""
    names = {identity.name for identity in plans.files}
    return tuple(target for target in targets if target.database in ("", *names))
