"""From a plan to its file, and from the file to the plan, without a database."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.catalog import stable
from jwtroles.compiler import compile_spec
from jwtroles.compiler.wanted import scope_of
from jwtroles.errors import CompileError, Problem, Refused, SpecError, UsageError
from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME
from jwtroles.passwords import covered
from jwtroles.reader import narrowed
from jwtroles.reader.printed import Printed
from jwtroles.saved_plans.form import (
    FOOTER,
    KEY_KINDS,
    Binding,
    File,
    SavedPlan,
    Specification,
    no_plan,
)
from jwtroles.spec.checks.environments import VARIABLE
from jwtroles.spec.load import load_sources
from jwtroles.spec.resolve import resolve
from jwtroles.verifier.key_sources import read_keys
from jwtroles.workflow import Basis, plan_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from jwtroles.catalog import Catalog
    from jwtroles.errors import Source
    from jwtroles.planner.model import Plan
    from jwtroles.reader.identity import Identity
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.verifier.key_sources import Keys
    from jwtroles.workflow import Compile


@frozen
class Rebuilt:
    """A plan that was made again from its file, with the file that it was made from.

    Attributes:
        saved: what the file holds.
        plan: the plan, which no server has seen.
        spec, environment: the specification in the file.
    """

    saved: SavedPlan
    plan: Plan
    spec: Spec
    environment: Environment | None

    @property
    def of_many(self) -> bool:
        """Whether it is the plan of one of many databases."""
        return self.environment is not None and self.environment.databases is not None


def save(basis: Basis, plan: Plan, identity: Identity) -> SavedPlan:
    """Return what the file of a plan holds; no secret, and nothing that is not needed.

    Raises:
        UsageError: JR024 when the plan cannot be made again from that.
    """
    spec = basis.spec
    bound = Binding(
        identity, plan.project, plan.environment, plan.fingerprint, plan.id, digest_of(plan)
    )
    sources = tuple(replace(one, text=covered(one.text)) for one in spec.sources)
    files = tuple(File(one.name, one.text) for one in sources if _is_file(one, spec))
    digest = replace(spec, sources=sources).digest
    saved = SavedPlan(
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        bound,
        Specification(spec.source.name, digest, files, basis.keys.documents),
        basis.survey,
        Printed.of(basis.compiled.catalog, basis.desired, basis.reading.structure),
        _held(basis.desired, basis.keys),
    )
    try:
        rebuild(saved)
    except Refused:
        message = "this plan cannot be made again from what a file may hold"
        remedy = "what looks like a password in the specification is not written: let variables\n"
        remedy += "hold addresses, and call nothing else `password=…`"
        raise UsageError(Problem(codes.NOT_SAVED, message, remedy=remedy)) from None
    return saved


def _is_file(source: Source, spec: Spec) -> bool:
    """Tell a file from the folder that stands for all of them."""
    return bool(source.text) or source.name != spec.source.name


def _held(desired: Catalog, keys: Keys) -> dict[str, tuple[Any, ...]]:
    """Return what keys in variables came to, and the multiples that every key of a curve needs."""
    numbers = {key.id for key in keys.keys if VARIABLE.fullmatch(key.source)}
    return {
        "signing_key": tuple(one for one in desired["signing_key"].values() if one.id in numbers),
        "key_pad": tuple(one for one in desired["key_pad"].values() if one.id in numbers),
        "curve_multiple": tuple(
            one
            for one in desired["curve_multiple"].values()
            if numbers and (one.point in numbers or one.point < 0)
        ),
    }


def digest_of(plan: Plan) -> str:
    """Return a digest of everything that a plan changes, in its order: what is, and what will be.

    The statements follow from it. Only the memberships that the applying role borrows, and where
    transactions end, depend on who applies and on the room that the server has.
    """
    digest = hashlib.sha256()
    for step in plan.steps:
        change = step.change
        parts = (change.kind, change.key, change.before, change.after)
        digest.update(f"{stable(parts)}\0".encode())
    return digest.hexdigest()


def rebuild(
    saved: SavedPlan, alike: Rebuilt | None = None, compile_file: Compile = compile_spec
) -> Rebuilt:
    """Make the plan again from what its file holds.

    Args:
        saved: what the file holds.
        alike: a plan of the same specification and environment, which is not read again.
        compile_file: compiles it.

    Raises:
        Refused: JR613 when the file does not come to the plan that it says it is.
        CompileError: JR364 for what was to be kept until a day that is over.
    """
    given = (alike.spec, alike.environment) if alike else None
    try:
        basis = _basis(saved, *(given or specification(saved)), compile_file)
        plan = plan_from(basis).plan
    except (SpecError, CompileError) as error:
        if error.problems[0].code is codes.KEPT_TOO_LONG:
            raise
        raise _altered(error.problems[0].message) from None
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError) as error:
        raise _altered(f"{type(error).__name__}: its parts do not fit each other") from None
    bound = saved.bound
    for what, found, said in (
        ("project", plan.project, bound.project),
        ("environment", plan.environment, bound.environment),
        ("specification", basis.spec.digest, saved.specification.digest),
        ("fingerprint", plan.fingerprint, bound.fingerprint),
        ("changes", digest_of(plan), bound.changes),
        ("plan", plan.id, bound.plan),
        ("database", plan.server.database, bound.database.name),
        ("server", plan.server.version // 10000, bound.database.major),
    ):
        if found != said:
            raise _altered(f"what it holds comes to another {what} than it says")
    return Rebuilt(saved, plan, basis.spec, basis.environment)


def _altered(why: str) -> Refused:
    problem = Problem(
        codes.ALTERED_PLAN,
        "the plan was changed after it was made, or is damaged",
        details=(why,),
        remedy="plan again: what a plan does is changed in the specification",
    )
    return Refused(problem, footer=FOOTER)


def specification(saved: SavedPlan) -> tuple[Spec, Environment | None]:
    """Return the specification in a file, and the environment that the plan is for.

    Raises:
        SpecError: it is wrong, which no file is that was left alone.
    """
    texts = {one.name: one.text for one in saved.specification.files}
    spec = load_sources(texts, saved.specification.main)
    name = saved.bound.environment
    if not name:
        return resolve(spec, None), None
    found = {str(key): one for key, one in spec.environments.items()}
    if name not in found:
        raise no_plan(f"it is for the environment {name}, which its specification does not have")
    return resolve(spec, found[name]), found[name]


def _basis(
    saved: SavedPlan, spec: Spec, environment: Environment | None, compile_file: Compile
) -> Basis:
    reading = narrowed(saved.survey, scope_of(spec, environment))
    documents = saved.specification.documents
    keys = read_keys(spec, environment, offline=True, documents=documents, variables={})
    compiled = compile_file(spec, environment, reading.structure, keys)
    desired, unknown = saved.printed.remembered(compiled.catalog, reading.structure)
    if unknown:
        raise _altered("a text of its specification is one that the server never printed")
    for kind in KEY_KINDS:
        items = {**desired[kind], **_by_key(saved.held, kind)}
        desired = desired.with_kind(kind, items.values())
    return Basis(spec, environment, keys, saved.survey, reading, compiled, desired)


def _by_key(held: Mapping[str, tuple[Any, ...]], kind: str) -> dict[Any, Any]:
    return {BY_NAME[kind].key(one): one for one in held[kind]}
