"""Targets, what came of each, and all of them together."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from jwtroles.errors import Exit, JwtrolesError, Place
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan


@frozen
class Target:
    """One database of an environment that has many.

    Attributes:
        name: as people read it: the name of the database, with its server where several have one
            of that name.
        address: server and database without user and password; what shards are counted by.
        url: how to connect; a secret.
        origin: where the URL came from, for errors.
        place: the line of the file that it came from.
        database: the name of the database where the URL says it, else ''.
    """

    name: str
    address: str
    url: str = field(repr=False, compare=False)
    origin: str = ""
    place: Place | None = field(default=None, compare=False)
    database: str = ""

    @property
    def file(self) -> str:
        """The name of the file that its plan is saved to, in a folder."""
        return f"{_OTHER.sub(_escaped, self.name)}.json"


_OTHER = re.compile(r"\A\.|[^A-Za-z0-9_.-]")
"""What stands in no name of a file as it is."""


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{octet:02X}" for octet in match[0].encode())


class State(StrEnum):
    """What came of a target."""

    IN_SYNC = "in_sync"
    DIFFERENT = "different"
    APPLIED = "applied"
    FAILED = "failed"
    NOT_BEGUN = "not_begun"


@frozen
class Outcome:
    """What came of a target.

    Attributes:
        target: the database.
        state: how it stands now.
        alike: which plan was made for it, '' where none was.
        error: why it failed.
    """

    target: Target
    state: State
    alike: str = ""
    error: JwtrolesError | None = field(default=None, compare=False)


@frozen
class Fleet:
    """All targets of an environment, or of one shard of it.

    Attributes:
        environment: its name.
        outcomes: one for each target, in the order of the targets.
        plans: the plans, one for each group of databases whose plans are alike.
        shard: which part of how many (`3/8`), '' for all.
        saved: the folder that the plans are saved to, if they are.
    """

    project: str
    environment: str
    outcomes: tuple[Outcome, ...]
    plans: Mapping[str, Plan]
    shard: str = ""
    saved: str = ""

    @property
    def command(self) -> str:
        """The command that carries the plans out: `apply`, or one that leaves the databases."""
        return next((plan.command for plan in self.plans.values()), "apply")

    @property
    def carry_out(self) -> str:
        """The command line that carries the plans out."""
        return f"jwtroles {self.command} {self._which}"

    @property
    def see(self) -> str:
        """The command line that shows the plans."""
        if self.command != "apply":
            return f"{self.carry_out} --plan"
        return f"jwtroles {'show' if self.saved else 'plan'} {self._which}"

    @property
    def _which(self) -> str:
        if self.saved:
            return shlex.quote(self.saved)
        shard = f" --shard {self.shard}" if self.shard else ""
        return f"--env {shlex.quote(self.environment)}{shard}"

    def file_of(self, outcome: Outcome) -> str:
        """Return the file that a target's plan is saved to, '' where none is."""
        return f"{self.saved}/{outcome.target.file}" if self.saved else ""

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[Outcome, ...]], ...]:
        """The outcomes by plan, the largest group first; without those that have none."""
        found: dict[str, list[Outcome]] = {}
        for one in self.outcomes:
            if one.alike:
                found.setdefault(one.alike, []).append(one)
        order = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[1][0].target.name))
        return tuple((alike, tuple(outcomes)) for alike, outcomes in order)

    def of(self, *states: State) -> tuple[Outcome, ...]:
        """Return the outcomes in these states."""
        return tuple(one for one in self.outcomes if one.state in states)

    @property
    def worst(self) -> Exit:
        """The exit code of the worst failure, DONE where nothing failed."""
        return worst(one.error.exit_code for one in self.outcomes if one.error is not None)


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the worst of several exit codes."""
    return max(codes, key=_SEVERITY.index, default=Exit.DONE)


_SEVERITY = (
    Exit.DONE,
    Exit.DIFFERENT,
    Exit.FAILED,
    Exit.REFUSED,
    Exit.ERROR,
    Exit.INTERRUPTED,
)
"""Exit codes, the worst one last: what could not be looked at may hide anything."""
