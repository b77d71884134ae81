"""The proof of an import: the file that was written is loaded and planned, and must change nothing.

What the language turns out not to be able to say becomes an entry of `keep`, and is proved again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.decompile.draft import Choices, FloorDraft, Kept, Key
from jwtroles.decompile.policies import conditions_of, key_of
from jwtroles.decompile.predicates import FORMS
from jwtroles.decompile.rights import ON_TABLES
from jwtroles.errors import CompileError, JwtrolesError, Problem, SpecError
from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME
from jwtroles.kinds.login_setting import IDENTITY
from jwtroles.names import GLOB
from jwtroles.planner.describe import describe
from jwtroles.spec.grammar.keep import OPTION, PRIVILEGES
from jwtroles.spec.load import load_text
from jwtroles.verifier.key_sources import read_keys
from jwtroles.versions import MAINTAIN
from jwtroles.workflow import look, plan_from, with_unread

if TYPE_CHECKING:
    from jwtroles.catalog import Structure
    from jwtroles.decompile.writing import Written
    from jwtroles.kinds.base import Change
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.verifier.key_sources import Document


NO_WORDS = "the language has no words for it"


@frozen
class Proof:
    """What came of loading and planning a file.

    Attributes:
        choices: what to say in another way; as before where nothing is left to be tried.
        plan: the plan, if the file could be planned.
        problems: why it could not.
    """

    choices: Choices
    plan: Plan | None = None
    problems: tuple[Problem, ...] = ()


def prove(
    connection: Connection,
    written: Written,
    choices: Choices,
    name: str,
    documents: Mapping[str, Document],
    differing: Callable[[Plan, Choices], Choices] | None = None,
) -> Proof:
    """Load a file, plan it, and say what has to be said in another way.

    Args:
        connection: to the database that the file is of.
        written: the file.
        choices: what is known so far.
        name: what errors call the file.
        documents: the keys of its issuers.
        differing: what is to be said in another way where a plan is not empty; by itself for a
            database that is not managed.
    """
    try:
        spec = load_text(written.text, name)
        keys = read_keys(spec, None, documents=documents, offline=True)
        seen = look(connection, spec, None, keys)
        # Secrets are in variables of whoever applies: they are as the database has them.
        seen = replace(seen, desired=with_unread(seen.desired, seen.reading.catalog, keys))
        plan = plan_from(seen).plan
    except (SpecError, CompileError) as error:
        return Proof(_refused(error, written, choices), problems=error.problems)
    return Proof((differing or _differing)(plan, choices), plan)


def _refused(error: JwtrolesError, written: Written, choices: Choices) -> Choices:
    """Keep what the language refuses, with what it says about it."""
    kept, forms = dict(choices.kept_policies), dict(choices.forms)
    stated = set(choices.stated)
    for problem in error.problems:
        about = written.about.get(problem.place.line) if problem.place else None
        if about is None:
            continue
        next_forms = [longer(key, conditions_of(key), choices) for key in about.keys]
        if problem.code is codes.SERVER_REFUSES and all(next_forms):
            for one in next_forms:
                forms |= one
        elif isinstance(about, FloorDraft):
            stated |= set(about.keys)
        else:
            why = f"{problem.message} ({problem.code.id})"
            kept.update((key, why) for key in about.keys if key not in kept)
    return replace(choices, kept_policies=kept, forms=forms, stated=frozenset(stated))


def _differing(plan: Plan, choices: Choices) -> Choices:
    """Keep what is there and would change; write as printed what would be stored otherwise."""
    kept_policies = dict(choices.kept_policies)
    forms = dict(choices.forms)
    kept = list(choices.kept)
    for step in plan.steps:
        change = step.change
        if change.kind == "policy" and change.before is not None:
            key = key_of(change.before)
            if forms_left := longer(key, stored_otherwise(change), choices):
                forms |= forms_left
            else:
                kept_policies.setdefault(key, "what PostgreSQL prints is stored as another text")
        elif change.before is not None:
            kept += (one for one in entries(change) if one not in kept)
    return replace(choices, kept_policies=kept_policies, forms=forms, kept=tuple(kept))


def stored_otherwise(change: Change[Any]) -> Iterator[str]:
    """Yield the conditions of a policy that PostgreSQL would store as another text."""
    before: Any = change.before
    after = change.after
    if after is not None:
        for text, stored in ((before.using, after.using), (before.check, after.check)):
            if text not in (None, stored):
                yield text


def longer(key: Key, conditions: Iterable[str], choices: Choices) -> dict[tuple[Key, str], int]:
    """Return the next form of each condition of a policy that has one."""
    found = {(key, text): choices.forms.get((key, text), 0) + 1 for text in conditions}
    return {one: form for one, form in found.items() if form < FORMS}


def entries(change: Change[Any]) -> Iterator[Kept]:
    """Yield the entries of `keep` that leave what is there as it is."""
    kind = BY_NAME[change.kind]
    called = kind.called(change.subject)
    reason = _reason(change)
    attributes = [
        name
        for name in kind.attributes
        if change.after is not None and getattr(change.before, name) != getattr(change.after, name)
    ]
    words = {key: word for key, word in called.items() if key != "role"}
    left: Change[Any] | None = change
    for attribute in attributes:
        left = kind.sparing(left, attribute) if left is not None else None
    if words and (left is not None or not attributes):
        yield Kept(tuple(words.items()), reason)
        return
    for attribute in attributes:
        value = getattr(change.before, attribute)
        yield Kept(
            (*(words or called).items(), ("attribute", attribute)), _attribute(attribute, value)
        )


def _attribute(name: str, value: object) -> str:
    if name == OPTION:
        return "WITH GRANT OPTION"
    if isinstance(value, bool):
        return ("" if value else "NO") + name.upper()
    return f"{name.replace('_', ' ').upper()} {value}"


def _reason(change: Change[Any]) -> str:
    """Say why the file does not say it."""
    before: Any = change.before
    if change.kind == "acl" and before.object.cls == "default":
        return f"default privileges of {before.object.arguments}"
    if change.kind == "login_setting":
        if before.everywhere:
            return "stored for every database"
        if IDENTITY.match(before.name):
            return "it says who somebody is, which only a token may"
        return "nobody logs in as the role"
    if change.kind == "membership":
        return "a login of connect_as has memberships of the file alone"
    what = describe(replace(change, after=None))
    return f"{NO_WORDS}: {what}"


def together(kept: Iterable[Kept], version: int) -> tuple[Kept, ...]:
    """Return entries with one for all privileges of an object that are kept for the same reason.

    Where each privilege of a table is kept, the entry names none.
    """
    held: dict[tuple[tuple[str, str], ...], set[str]] = {}
    for one in kept:
        held.setdefault(_without(one), set()).add(dict(one.words).get("privilege", ""))
    every = {command for command in ON_TABLES if command != "maintain" or version >= MAINTAIN}
    found = (
        replace(one, words=_without(one)) if every <= held[_without(one)] else one for one in kept
    )
    return tuple(_listed(dict.fromkeys(found)))


def _listed(kept: Iterable[Kept]) -> Iterator[Kept]:
    """Yield one entry for those that differ in nothing but the privilege."""
    alike: dict[Kept, list[Kept]] = {}
    for one in kept:
        alike.setdefault(replace(one, words=_without(one)), []).append(one)
    for same in alike.values():
        privileges = {dict(one.words).get("privilege", "") for one in same}
        listed = tuple(one for one in PRIVILEGES if one in privileges)
        yield same[0] if len(same) == 1 else replace(same[0], privileges=listed)


def _without(one: Kept) -> tuple[tuple[str, str], ...]:
    return tuple((key, word) for key, word in one.words if key != "privilege")


def not_proved(proof: Proof) -> tuple[Problem, ...]:
    """Return what would still change, or why the file cannot be planned."""
    if proof.plan is None:
        return proof.problems
    remedy = _renamed(proof.plan.structure) or "leave its schema out with --schemas, and report it"
    return tuple(
        Problem(codes.NOT_PROVED, f"{step.verb} {describe(step.change)}", remedy=remedy)
        for step in proof.plan.steps
    )


def _renamed(structure: Structure) -> str:
    """Return what helps where a name has a `*`, which a file reads as a glob; '' if none has."""
    for name in sorted(structure.relations, key=str):
        if GLOB in name.name:
            return f"{name} has a `*` in its name, which a file reads as a glob: rename it"
    return ""


def said_of(kept: Mapping[str, Any]) -> str:
    """Return how an entry calls something, on one line."""
    words = {k: word if isinstance(word, str) else ", ".join(word) for k, word in kept.items()}
    return " ".join(f"{key} {word}" for key, word in words.items())
