"""What is told while a plan is applied: a bar on a terminal, plain lines where nobody watches.

All of it goes to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from jwtroles.cli.terminal import color, tell

if TYPE_CHECKING:
    from jwtroles.applier import Progress
    from jwtroles.targets.model import Outcome
    from jwtroles.targets.planning import Told

_SAID = {
    "locked": "locked (nobody else is applying)",
    "unchanged": "catalog unchanged since the plan",
    "proved": "read back: the catalog equals {}",
    "committed": "committed",
}
_PART = "read back: what is left is what the next transactions do"
"""What is proved before the last of several transactions."""


@contextmanager
def progress(model: str = "the file", *, quiet: bool = False) -> Iterator[Progress]:
    """Give what tells each stage; with `quiet` it tells nothing. `model` is what is mirrored."""
    if quiet:
        yield lambda _stage, _done, _of: None
    elif sys.stderr.isatty():
        with _bar(model) as told:
            yield told
    else:
        yield partial(plain, model)


def plain(model: str, stage: str, done: int, of: int) -> None:
    """Print a line for each stage, and one for all statements."""
    if stage == "statement":
        if done == of:
            tell(f" ✓ {of} statements")
        return
    tell(f" ✓ {said(stage, done, of, model)}")


def said(stage: str, done: int, of: int, model: str = "the file") -> str:
    """Return a stage as a person reads it, with its transaction where there are several."""
    words = _PART if stage == "proved" and done < of else _SAID[stage].format(model)
    return words if of == 1 else f"transaction {done} of {of}: {words}"


@contextmanager
def _bar(model: str) -> Iterator[Progress]:
    from rich.console import Console  # noqa: PLC0415 - only where a bar is shown
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    console = Console(stderr=True, no_color=not color(sys.stderr), highlight=False)
    columns = (TextColumn("   {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("statements", total=None, visible=False)

        def told(stage: str, done: int, of: int) -> None:
            if stage == "statement":
                bar.update(task, completed=done, total=of, visible=True)
                if done == of:
                    bar.console.print(f" ✓ {of} statements", markup=False)
                return
            bar.console.print(f" ✓ {said(stage, done, of, model)}", markup=False)

        yield told


@contextmanager
def counting(verb: str, total: int, *, quiet: bool = False) -> Iterator[Told]:
    """Give what counts databases: a bar on a terminal, else a line for each that is changed.

    Looking at databases changes nothing: of that, each tenth part has a line.
    """
    if quiet or total == 0:
        yield lambda _outcome, _done, _of: None
    elif sys.stderr.isatty():
        with _count(verb, total) as told:
            yield told
    else:
        yield _Lines(verb)


CHANGING = frozenset({"applied", "done"})
"""What is told of each database, also where nobody watches."""


class _Lines:
    """Plain lines for a log."""

    def __init__(self, verb: str) -> None:
        from jwtroles.report.text.fleet import name  # noqa: PLC0415 - only with many

        self._verb, self._name = verb, name

    def __call__(self, outcome: Outcome, done: int, of: int) -> None:
        """Print what came of a database."""
        if outcome.error is not None or self._verb in CHANGING:
            tell(f" {'✗' if outcome.error else '✓'} {done}/{of} {self._name(outcome)}")
        elif done == of or done * 10 // of > (done - 1) * 10 // of:
            tell(f" ✓ {done}/{of} databases {self._verb}")


@contextmanager
def _count(verb: str, total: int) -> Iterator[Told]:
    from rich.console import Console  # noqa: PLC0415 - only where a bar is shown
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    from jwtroles.report.text.fleet import name  # noqa: PLC0415

    console = Console(stderr=True, no_color=not color(sys.stderr), highlight=False)
    columns = (TextColumn("   {task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"databases {verb}", total=total)

        def told(outcome: Outcome, done: int, _of: int) -> None:
            bar.update(task, completed=done)
            if outcome.error is not None:
                bar.console.print(f" ✗ {name(outcome)}", markup=False)

        yield told
