"""What an operator does to keys and tokens in many databases: looked at in all, then done in each.

Nothing here is the cluster's, so that no database waits for another one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jwtroles import codes, operations
from jwtroles.errors import ApplyError, JwtrolesError, Problem, SpecError
from jwtroles.frozen import frozen
from jwtroles.keyring import states_of
from jwtroles.spec.wording import did_you_mean, listed, tick
from jwtroles.targets.crew import Board, Crew
from jwtroles.targets.located import located, repeated
from jwtroles.targets.model import Outcome, State
from jwtroles.verifier.key_sources import Keys, read_keys
from jwtroles.workflow import read_database

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jwtroles.keyring import KeyState
    from jwtroles.reader import Reading
    from jwtroles.reader.connection import Connection
    from jwtroles.reader.identity import Located
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.targets.model import Target
    from jwtroles.targets.planning import Job, Told

Work = Callable[["Connection", "Reading"], bool]
"""Does what is asked in one database, and tells whether anything of it was left to do."""

_FOOTER = "Nothing was changed."


@frozen
class Looked:
    """The keys of a target beside those of the file, or why they are not known."""

    target: Target
    where: Located | None = None
    keys: tuple[KeyState, ...] = ()
    error: JwtrolesError | None = None


def keys_at_hand(spec: Spec, environment: Environment) -> Keys:
    """Return the keys of the file as far as they can be read: who retires one need have none."""
    try:
        return read_keys(spec, environment, offline=True)
    except SpecError:
        return Keys(unread=frozenset(map(str, spec.tokens.issuers)))


def look_all(job: Job, targets: Sequence[Target], crew: Crew, told: Told) -> tuple[Looked, ...]:
    """Look at the keys of every target; nothing is changed anywhere."""
    board = Board[Outcome](len(targets), told)

    def work(target: Target) -> Looked:
        if crew.halted:
            return Looked(target, error=crew.excuse(JwtrolesError()))
        try:
            with crew.opened(target) as connection:
                where = located(connection, target)
                reading = read_database(connection, job.spec, job.environment)
            operations.check_verifies(job.spec, reading)
        except JwtrolesError as error:
            reason = crew.excuse(error)
            board.tell(Outcome(target, State.FAILED, error=reason))
            return Looked(target, error=reason)
        board.tell(Outcome(target, State.IN_SYNC))
        return Looked(target, where, states_of(job.keys, reading.catalog))

    found = crew.each(work, targets)
    twins = repeated((one.target, one.where) for one in found)
    return tuple(
        Looked(one.target, error=twins[one.target]) if one.target in twins else one for one in found
    )


def of_key(
    job: Job, found: Sequence[Looked], kid: str, issuer: str | None
) -> tuple[str, tuple[Outcome, ...]]:
    """Return whose key is meant, and for each target whether it is still to be retired there.

    DIFFERENT is a target where it is live; in sync is one that has it no more, or retired.

    Raises:
        ApplyError: JR630 when neither a database nor the file has it, JR631 when several issuers
            have one.
    """
    keys = [one for looked in found for one in looked.keys]
    meant = {one.issuer for one in keys if one.kid == kid and issuer in (None, one.issuer)}
    if len(meant) > 1:
        message = f"several issuers have a key {tick(kid)}: {listed(sorted(meant))}"
        remedy = "say whose it is with --issuer"
        raise ApplyError(Problem(codes.WHICH_ISSUER, message, remedy=remedy), footer=_FOOTER)
    if not meant and all(looked.error is None for looked in found):
        known = sorted({one.kid for one in keys if issuer in (None, one.issuer)})
        message = f"no database has a key {tick(kid)}" + (f" of {issuer}" if issuer else "")
        problem = Problem(
            codes.NO_SUCH_KEY,
            message,
            label=did_you_mean(kid, known),
            remedy=f"their keys: {listed(known)}" if known else "they have none",
        )
        raise ApplyError(problem, footer=_FOOTER)
    whose = next(iter(meant), issuer or "")
    return whose, tuple(_standing(job, one, kid, whose) for one in found)


def _standing(job: Job, looked: Looked, kid: str, issuer: str) -> Outcome:
    if looked.error is not None:
        return Outcome(looked.target, State.FAILED, error=looked.error)
    states = [one for one in looked.keys if (one.kid, one.issuer) == (kid, issuer)]
    if any(one.applied and not one.retired for one in states):
        return Outcome(looked.target, State.DIFFERENT)
    if any(one.applied for one in states) or not (states or _may_come(job, kid, issuer)):
        return Outcome(looked.target, State.IN_SYNC)
    message = f"{looked.target.name} does not have the key {tick(kid)}, and the file does: "
    message += "an apply would add it, live"
    remedy = "take it out of the file before the next apply, then run this again"
    problem = Problem(codes.KEY_TO_COME, message, remedy=remedy)
    return Outcome(looked.target, State.FAILED, error=ApplyError(problem, footer=_FOOTER))


def _may_come(job: Job, kid: str, issuer: str) -> bool:
    """Tell whether keys that nobody could read may hold this one."""
    known = {str(name): one for name, one in job.spec.tokens.issuers.items()}
    if issuer not in job.keys.unread or issuer not in known:
        return False
    document = known[issuer].keys is not None and issuer not in job.keys.documents
    return document or kid in map(str, known[issuer].secrets)


def operate_all(
    job: Job, standing: Iterable[Outcome], crew: Crew, work: Work, told: Told
) -> tuple[Outcome, ...]:
    """Do what is asked in each target where it is left to do; return what came of every target.

    APPLIED is where it was done, in sync where nothing was left of it.
    """
    everyone = tuple(standing)
    todo = [one for one in everyone if one.state is State.DIFFERENT]
    board = Board[Outcome](len(todo), told)

    def operate(one: Outcome) -> Outcome:
        if crew.halted:
            return Outcome(one.target, State.NOT_BEGUN)
        try:
            with crew.opened(one.target) as connection:
                reading = read_database(connection, job.spec, job.environment)
                operations.check_verifies(job.spec, reading)
                state = State.APPLIED if work(connection, reading) else State.IN_SYNC
            outcome = Outcome(one.target, state)
        except JwtrolesError as error:
            crew.failed()
            outcome = Outcome(one.target, State.FAILED, error=crew.excuse(error))
        board.tell(outcome)
        return outcome

    done = {one.target: one for one in crew.each(operate, todo)}
    return tuple(done.get(one.target, one) for one in everyone)
