"""Two commands side by side: run in turn, each as a process of its own, and compared by medians."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RUNS = 15
NOTHING = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]


@dataclass(frozen=True)
class Sides:
    """What two commands took: seconds of wall time and of processor time, by run."""

    name: str
    limit: float
    ours: tuple[tuple[float, float], ...]
    theirs: tuple[tuple[float, float], ...]

    @property
    def ratio(self) -> float:
        """The ratio of the medians of wall time."""
        return median(wall for wall, _ in self.ours) / median(wall for wall, _ in self.theirs)

    @property
    def processor_ratio(self) -> float:
        """The same of processor time, which another load on the machine hardly moves."""
        return median(cpu for _, cpu in self.ours) / median(cpu for _, cpu in self.theirs)

    def row(self) -> str:
        ours, theirs = (
            median(wall for wall, _ in side) * 1000 for side in (self.ours, self.theirs)
        )
        return (
            f"{self.name:<28}{ours:>8.0f} ms{theirs:>8.0f} ms{self.ratio:>8.2f}"
            f"{self.processor_ratio:>10.2f}{self.limit:>8.2f}"
        )


HEAD = f"{'':<28}{'jwtroles':>11}{'baseline':>11}{'ratio':>8}{'processor':>10}{'limit':>8}"


def side_by_side(
    name: str,
    limit: float,
    ours: Sequence[str],
    theirs: Sequence[str],
    environment: Mapping[str, str],
) -> Sides:
    """Run both in turn, the first run of each not counted."""
    took: tuple[list[tuple[float, float]], ...] = ([], [])
    for number in range(RUNS + 1):
        for side, command in zip(took, (ours, theirs), strict=True):
            one = _timed(command, environment)
            if number:
                side.append(one)
    return Sides(name, limit, tuple(took[0]), tuple(took[1]))


def _timed(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    started = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment, file_actions=NOTHING)
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"exit {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    return wall, used.ru_utime + used.ru_stime
