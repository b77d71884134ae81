"""The commands of `keys` about databases, and `revoke`, for an environment of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import typer

from jwtroles import operations
from jwtroles.cli.asking import agree
from jwtroles.cli.fleet import JOBS, Part, targets_in, tell_failures
from jwtroles.cli.progress import counting
from jwtroles.cli.terminal import show, tell, width
from jwtroles.errors import Exit
from jwtroles.frozen import frozen
from jwtroles.report.problems import visible
from jwtroles.report.text.fleet import DONE, summary
from jwtroles.report.text.sheet import counted
from jwtroles.spec.resolve import resolve
from jwtroles.targets.crew import Crew
from jwtroles.targets.model import Fleet, Outcome, State
from jwtroles.targets.operating import Looked, Work, keys_at_hand, look_all, of_key, operate_all
from jwtroles.targets.planning import Job
from jwtroles.verifier.key_sources import NO_KEYS, Keys, read_keys

if TYPE_CHECKING:
    from datetime import datetime

    from jwtroles.reader import Reading
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec


Seen = tuple[Job, Crew, tuple[Looked, ...]]


@frozen
class Scene:
    """Which databases are meant, and how they are worked on."""

    spec: Spec
    environment: Environment
    part: Part
    yes: bool = False
    keep_going: bool = False

    def look(self, keys: Callable[[Spec, Environment], Keys]) -> Seen:
        """Look at the keys of all databases beside those of the file."""
        operations.check_mode(self.spec)
        spec = resolve(self.spec, self.environment)
        job = Job(spec, self.environment, keys(spec, self.environment))
        crew = Crew(self.part.jobs or JOBS, stops=not self.keep_going)
        targets = targets_in(self.environment, self.part)
        with counting("looked at", len(targets)) as told:
            return job, crew, look_all(job, targets, crew, told)

    def fleet(self, outcomes: tuple[Outcome, ...]) -> Fleet:
        """Return what came of the databases."""
        project, environment = str(self.spec.project), str(self.environment.name)
        return Fleet(project, environment, outcomes, {}, self.part.shard or "")


def _seen(one: Looked, state: State) -> Outcome:
    return Outcome(one.target, State.FAILED if one.error else state, error=one.error)


def list_many(scene: Scene, *, as_json: bool) -> NoReturn:
    """Show the keys of all databases beside those of the file; exit by the worst failure."""
    from jwtroles.report import many_keys  # noqa: PLC0415 - only what a command needs
    from jwtroles.report.contract import keys  # noqa: PLC0415

    _, _, found = scene.look(read_keys)
    fleet = scene.fleet(tuple(_seen(one, State.IN_SYNC) for one in found))
    if as_json:
        show(keys.render_many_keys(fleet, found))
    else:
        show(many_keys.render_many_keys(fleet, found, width()))
    tell_failures(fleet.of(State.FAILED))
    raise typer.Exit(fleet.worst)


def retire_many(scene: Scene, kid: str, issuer: str | None) -> NoReturn:
    """Retire a key in every database that has it; the keys of the file need not be at hand."""
    job, crew, found = scene.look(keys_at_hand)
    whose, standing = of_key(job, found, kid, issuer)

    def work(connection: Connection, reading: Reading) -> bool:
        key = operations.key_called(reading, kid, whose)
        return not key.retired and operations.retire(connection, job.spec, reading, key)

    name = visible(f"{kid} of {whose}")
    asked = (f"Retire the key {name} in ", "? Every token that it signed is refused.")
    outcomes = _carry_out(scene, job, crew, Task(standing, asked, work))
    if any(one.state is State.APPLIED for one in outcomes):
        show(f"Retired the key {name}. Open sessions of its tokens fail at their next statement.")
        tell("Take it out of its JWKS document as well, and apply: databases keep it retired.")
    _end(scene, crew, outcomes, "Run it again: it does what is left.")


def revoke_many(scene: Scene, wanted: operations.Revocation, words: str) -> NoReturn:
    """Refuse tokens in every database; a database whose tokens are refused already is done."""
    job, crew, found = scene.look(lambda _spec, _environment: NO_KEYS)
    instants: list[str] = []

    def work(connection: Connection, reading: Reading) -> bool:
        instant = operations.revoke(connection, job.spec, reading, wanted)
        instants.extend(filter(None, [instant]))
        return instant is not None

    standing = tuple(_seen(one, State.DIFFERENT) for one in found)
    outcomes = _carry_out(scene, job, crew, Task(standing, (f"Revoke {words} in ", "?"), work))
    if any(one.state is State.APPLIED for one in outcomes):
        show(f"Revoked {words}. Open sessions of such tokens fail at their next statement.")
    again = f"Run it again with --before {min(instants)}" if instants else "Run it again"
    _end(scene, crew, outcomes, f"{again}: it does what is left.")


MADE_ANEW = (
    "Made the secret of tickets anew. Sessions that are logged in fail at their next statement."
)


def rotate_many(scene: Scene, before: datetime | None) -> NoReturn:
    """Make the secret of tickets anew in every database, where it was made before an instant."""
    job, crew, found = scene.look(lambda _spec, _environment: NO_KEYS)
    instants: list[str] = []

    def work(connection: Connection, reading: Reading) -> bool:
        made = operations.rotate_ticket_secret(connection, job.spec, reading, before)
        instants.extend(filter(None, [made]))
        return made is not None

    standing = tuple(_seen(one, State.DIFFERENT) for one in found)
    asked = ("Make the secret of tickets anew in ", "? Every login ends.")
    outcomes = _carry_out(scene, job, crew, Task(standing, asked, work))
    if any(one.state is State.APPLIED for one in outcomes):
        show(MADE_ANEW)
    since = before.isoformat() if before else min(instants, default="")
    again = f"Run it again with --before {since}" if since else "Run it again"
    _end(scene, crew, outcomes, f"{again}: it does what is left.")


@frozen
class Task:
    """What is done in each database, and what is asked before, around how many they are."""

    standing: tuple[Outcome, ...]
    question: tuple[str, str]
    work: Work


def _carry_out(scene: Scene, job: Job, crew: Crew, task: Task) -> tuple[Outcome, ...]:
    """Do what is left to do, after asking; nothing where a database cannot be looked at.

    Raises:
        Exit: nothing is left to do, or nothing is begun.
    """
    fleet = scene.fleet(task.standing)
    failed, left = fleet.of(State.FAILED), fleet.of(State.DIFFERENT)
    if failed and (crew.interrupted or not scene.keep_going or not left):
        tell_failures(failed)
        more = f" --keep-going does it in {counted(len(left), 'database')}." if left else ""
        tell(f"{summary(fleet, DONE)}. Nothing was changed.{more}")
        raise typer.Exit(fleet.worst)
    if not left:
        show(f"{summary(fleet, DONE)}. Nothing to do.")
        raise typer.Exit(Exit.DONE)
    where = f"{counted(len(left), 'database')} of {visible(str(fleet.environment))}"
    agree(where.join(task.question), scene.environment, yes=scene.yes)
    with counting("done", len(left)) as told:
        return operate_all(job, task.standing, crew, task.work, told)


def _end(scene: Scene, crew: Crew, outcomes: tuple[Outcome, ...], again: str) -> NoReturn:
    """Tell what came of the databases, and exit by the worst failure."""
    fleet = scene.fleet(outcomes)
    tell_failures(fleet.of(State.FAILED))
    if crew.interrupted:
        tell("Interrupted. What had not been committed was rolled back.")
    left = fleet.of(State.FAILED, State.NOT_BEGUN)
    tell(f"{summary(fleet, DONE)}.{f' {again}' if left else ''}")
    raise typer.Exit(fleet.worst)
