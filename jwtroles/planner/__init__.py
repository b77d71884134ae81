"""Makes a plan of two catalogs: changes, effects, who else is affected, statements in order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles.catalog import Catalog, Structure, stable
from jwtroles.kinds import BY_NAME, KINDS
from jwtroles.kinds.base import Change, Context
from jwtroles.kinds.own_table import ASIDE, carries
from jwtroles.kinds.renames import NO_RENAMES, Renames
from jwtroles.names import QName
from jwtroles.planner.affected import cut_off
from jwtroles.planner.batches import standing
from jwtroles.planner.diff import diff
from jwtroles.planner.kept import Entry, entries, set_aside, without_object
from jwtroles.planner.key_remarks import key_remarks
from jwtroles.planner.model import Likeness, Plan, Step
from jwtroles.planner.order import arrange
from jwtroles.planner.past_floors import past_floors
from jwtroles.planner.remarks import remarks

if TYPE_CHECKING:
    from jwtroles.compiler import Compiled
    from jwtroles.spec.model import Environment, Spec


def fingerprint(catalog: Catalog, structure: Structure) -> str:
    """Return a digest of all that a plan was made from.

    What is managed, and the tables it is on.
    """
    relations = stable(structure.relations)
    return hashlib.sha256(f"{catalog.fingerprint()}{relations}".encode()).hexdigest()[:16]


def build_plan(
    spec: Spec,
    environment: Environment | None,
    structure: Structure,
    current: Catalog,
    desired: Catalog,
    compiled: Compiled,
) -> Plan:
    """Return the plan that makes `current` become `desired`; nothing is sent to the server."""
    keep = entries(spec, environment, structure)
    plan = plan_between(
        spec,
        environment,
        structure,
        current,
        desired,
        definers=compiled.definers,
        lookups=compiled.lookups,
        renames=compiled.renames,
        additive=spec.database.mode == "additive",
        keep=keep,
    )
    seen = (
        *without_object(keep, plan.kept),
        *remarks(spec, environment, structure, compiled),
        *past_floors(spec, environment, plan),
        *key_remarks(spec, current, desired),
    )
    return replace(plan, remarks=seen)


def plan_between(
    spec: Spec,
    environment: Environment | None,
    structure: Structure,
    current: Catalog,
    desired: Catalog,
    *,
    definers: frozenset[str],
    lookups: frozenset[str] = frozenset(),
    renames: Renames = NO_RENAMES,
    additive: bool = False,
    keep: tuple[Entry, ...] = (),
    like: Likeness | None = None,
) -> Plan:
    """Return the plan from one catalog to another, whoever says what the other one is.

    Args:
        spec: what names the project and the roles of ours.
        environment: what says which effects are allowed.
        structure: the database that was read.
        current: its catalog.
        desired: the catalog that it is to have.
        definers: roles that own views and queries.
        lookups: roles that own lookups.
        renames: what exists under an old name.
        additive: whether nothing that is there is ever taken away.
        keep: what is left as it is.
        like: the two databases of which one is to have the access of the other.
    """
    found = changes_between(current, desired, renames, additive=additive)
    changes, kept = set_aside(found, keep)
    server = structure.server.renamed(renames.roles)
    context = Context(
        server.version,
        own_role=spec.own_role,
        reader=server.applier if server.lends else "",
        database=server.database,
        gone=f"not in {like.called[0]}" if like else "not in the file",
        definers=definers,
        lookups=lookups,
        enabling=frozenset(_enabled(changes)),
        carried=frozenset(_carried(changes)),
        owners={relation.name: relation.owner for relation in structure.relations.values()},
        schema_owners=structure.schemas,
    )
    steps = tuple(_step(change, context) for change in changes)
    fixed, room = standing(desired, current), server.lock_room
    batches = arrange(steps, server, context, fixed, room)
    put_back: tuple[Step, ...] = ()
    if len(batches) > 1:
        put_back = tuple(_step(change, context) for change in _behind(changes, current, desired))
        batches = arrange((*steps, *put_back), server, context, fixed, room)
    return Plan(
        project=str(spec.project),
        environment=str(environment.name) if environment else "",
        server=server,
        digest=spec.digest,
        fingerprint=fingerprint(current, structure),
        steps=steps,
        batches=batches,
        desired=desired,
        current=current,
        structure=structure,
        context=context,
        cut_off=cut_off(steps, structure, desired),
        allow=tuple(map(str, environment.allow)) if environment else Plan.allow,
        allow_place=environment.place if environment else None,
        additive=additive,
        put_back=put_back,
        keep=keep,
        kept=kept,
        like=like,
    )


def changes_between(
    current: Catalog, desired: Catalog, renames: Renames = NO_RENAMES, *, additive: bool
) -> tuple[Change[Any], ...]:
    """Return what must change; in additive mode nothing that is there is ever taken away."""
    changes = diff(current, desired, renames)
    if not additive:
        return changes
    kept = (BY_NAME[change.kind].additive(change) for change in changes)
    return tuple(change for change in kept if change is not None)


def _behind(
    changes: Iterable[Change[Any]], current: Catalog, desired: Catalog
) -> Iterator[Change[Any]]:
    """Yield what stays as it is and stands behind the first change of what is tried in order."""
    for kind in KINDS:
        changed = {change.key for change in changes if change.kind == kind.name}
        if not kind.tried_in_order or not changed:
            continue
        keys = sorted(desired[kind.name].keys() | changed)  # type: ignore[type-var]
        for key in keys[keys.index(min(changed)) :]:  # type: ignore[type-var]
            if key not in changed:
                yield Change(kind.name, key, current[kind.name][key], desired[kind.name][key])


def _enabled(changes: Iterable[Change[Any]]) -> Iterator[QName]:
    for change in changes:
        if change.kind == "table_security" and change.after is not None and change.after.enabled:
            yield change.after.table


def _carried(changes: Iterable[Change[Any]]) -> Iterator[QName]:
    """Yield tables of ours whose old shape is set aside, now or by a plan that was cut short."""
    tables = [change for change in changes if change.kind == "own_table"]
    for change in tables:
        name = change.subject.qname
        if carries(change):
            yield name
        elif change.after is None and name.name.endswith(ASIDE):
            yield QName(name.schema, name.name.removesuffix(ASIDE))


def _step(change: Change[Any], context: Context) -> Step:
    kind = BY_NAME[change.kind]
    effect = kind.effect(change, context)
    return Step(change, effect, kind.unit(change), tuple(kind.statements(change, context)))
