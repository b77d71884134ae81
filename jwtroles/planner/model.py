"""A plan: what would change, what it does to access, and the statements that make it so."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cached_property
from shlex import quote as quoted
from typing import TYPE_CHECKING, Any

from jwtroles.catalog import Catalog, Server, Structure
from jwtroles.errors import Place, Problem
from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME
from jwtroles.kinds.base import Change, Context, Effect, Statement
from jwtroles.names import QName

if TYPE_CHECKING:
    from jwtroles.planner.kept import Entry


@frozen
class Step:
    """One change with its effect and its statements, and what it counts as."""

    change: Change[Any]
    effect: Effect
    unit: Hashable
    statements: tuple[Statement, ...]

    @property
    def verb(self) -> str:
        """What a reviewer sees it do: `add`, `alter` or `remove`."""
        kind = BY_NAME.get(self.change.kind)
        return kind.verb(self.change) if kind else self.change.verb


@frozen
class CutOff:
    """A role that is not of the file and would lose access.

    Attributes:
        role: who loses it; subject: on what; reason: how it has it today.
        remedy: what to write into the file to keep it.
    """

    role: str
    subject: str
    problem: Problem


@frozen
class Batch:
    """What runs in one transaction, and how many slots of the server's lock table it may need."""

    statements: tuple[Statement, ...]
    locks: int = 0


@frozen
class Likeness:
    """Two databases of which one is to have the access of the other, as people call them.

    Attributes:
        lacking: how many things the target has not, or cannot be given.
        database: whether the target is a database, which can be changed.
    """

    source: str
    target: str
    lacking: int = 0
    database: bool = True

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def called(self) -> tuple[str, str]:
        """Both as a sentence calls them: of an address its host and database, if they differ so."""
        source, target = _called(self.source), _called(self.target)
        return (source, target) if source != target else (self.source, self.target)


def _called(label: str) -> str:
    _, address, rest = label.partition("://")
    return rest.partition("?")[0].rpartition("@")[2].strip("/") or label if address else label


@frozen
class Plan:
    """The difference between a file and a database, ready to be read and applied.

    Attributes:
        project, environment: what the file and the command line say ('' without environments).
        server: the server that was read.
        digest: of the specification's text.
        fingerprint: of the catalog that was read; `apply` refuses when it has moved.
        steps: one per change, in the order of kinds.
        batches: the transactions in their order, nearly always one.
        put_back: in a plan of several transactions, steps that change nothing in the end: what
            must be away while that which is tried before it is away.
        command: the command that carries it out.
        like: the database whose access is wanted, and the one that is to have it; None where a
            file is wanted.
        desired: the catalog that must be there afterwards.
        remarks: what is worth a look; cut_off: who else is affected.
        allow: the effects that this environment accepts.
        keep: what the file leaves as it is; kept: what that came to.
        unverified: kind and key of what may only be spelled in another way, for all that is known
            without a server.
    """

    project: str
    environment: str
    server: Server
    digest: str
    fingerprint: str
    steps: tuple[Step, ...]
    batches: tuple[Batch, ...]
    desired: Catalog
    current: Catalog
    structure: Structure
    context: Context
    remarks: tuple[Problem, ...] = ()
    cut_off: tuple[CutOff, ...] = ()
    allow: tuple[str, ...] = ("tightens", "neutral", "loosens")
    allow_place: Place | None = None
    additive: bool = False
    put_back: tuple[Step, ...] = ()
    keep: tuple[Entry, ...] = ()
    kept: tuple[Problem, ...] = ()
    unverified: frozenset[tuple[str, Hashable]] = frozenset()
    command: str = "apply"
    like: Likeness | None = None

    @property
    def gone(self) -> str:
        """Why something goes, in a few words."""
        leaving = self.like is None and self.command != "apply"
        return "" if leaving else self.context.gone

    @property
    def where(self) -> str:
        """What is changed, as people call it."""
        target = self.like.target if self.like is not None else self.environment
        return target or self.server.database

    @property
    def model(self) -> str:
        """What the database is to equal: the file, another database, or what the plan says."""
        if self.like is not None:
            return self.like.called[0]
        return "the file" if self.command == "apply" else "the plan"

    @property
    def invocation(self) -> str:
        """The command line that carries it out, without `jwtroles`."""
        if self.like is not None:
            return f"sync --from {quoted(self.like.source)} --to {quoted(self.like.target)}"
        return self.command + (f" --env {self.environment}" if self.environment else "")

    @property
    def new_names(self) -> dict[str, str]:
        """Roles that get another name: old name → new name."""
        roles = [step.change for step in self.steps if step.change.kind == "role"]
        pairs = ((c.before.name, c.after.name) for c in roles if c.before and c.after)
        return {old: new for old, new in pairs if old != new}

    @property
    def empty(self) -> bool:
        """Whether the database is as the file says."""
        return not self.steps

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements in the order in which they run."""
        return tuple(statement for batch in self.batches for statement in batch.statements)

    @cached_property
    def id(self) -> str:
        """A short digest of the statements, to name the plan by."""
        import hashlib  # noqa: PLC0415

        text = "\n".join(statement.sql for statement in self.statements)
        return hashlib.sha256(f"{self.fingerprint}\n{text}".encode()).hexdigest()[:8]

    @cached_property
    def units(self) -> dict[Hashable, list[Step]]:
        """Steps by what they count as."""
        units: dict[Hashable, list[Step]] = {}
        for step in self.steps:
            units.setdefault(step.unit, []).append(step)
        return units

    def effects(self) -> dict[Effect, int]:
        """Return how many units have each effect."""
        counts: dict[Effect, int] = {}
        for steps in self.units.values():
            effect = worst_effect(steps)
            counts[effect] = counts.get(effect, 0) + 1
        return counts

    def verbs(self) -> dict[str, int]:
        """Return how many units add, alter and remove."""
        counts = {"add": 0, "alter": 0, "remove": 0}
        for steps in self.units.values():
            counts[joint_verb(steps)] += 1
        return counts

    def refused_effects(self) -> tuple[str, ...]:
        """Return the effects of this plan that its environment does not allow."""
        present = {_GATE.get(effect, effect.value) for effect in self.effects()}
        if self.cut_off:
            present.add(Effect.CUTS_OFF.value)
        return tuple(sorted(present - set(self.allow)))

    def locked_tables(self) -> tuple[QName, ...]:
        """Return the tables that are locked ACCESS EXCLUSIVE."""
        return tuple(sorted({s.lock for s in self.statements if s.lock is not None}))


def worst_effect(steps: Iterable[Step]) -> Effect:
    """Return the effect of a unit: the worst one of its steps."""
    return max((step.effect for step in steps), key=_SEVERITY.index)


def joint_verb(steps: Iterable[Step]) -> str:
    """Return the verb of a unit: that of its steps if they agree, else `alter`."""
    verbs = {step.verb for step in steps}
    return verbs.pop() if len(verbs) == 1 else "alter"


_SEVERITY = (
    Effect.NEUTRAL,
    Effect.TIGHTENS,
    Effect.LOOSENS,
    Effect.UNKNOWN,
    Effect.CUTS_OFF,
    Effect.DESTROYS,
)

_GATE = {Effect.UNKNOWN: Effect.LOOSENS.value}
"""What cannot be told counts as loosens."""


Elsewhere = Callable[[], Sequence[str]]
"""Tells what has moved, since the plan was made, of what it was made from and that is not in the
database which is changed, a line each."""


def nothing_elsewhere() -> Sequence[str]:
    """Tell nothing: the plan was made from a file and the database."""
    return ()
