"""One database's access made the same as another's: what differs, and the plan that mends it.

source ──names──► wanted Catalog ─┐
                                  ├─plan_between──► Plan ──apply──► proof ──commit
target ──read───► current Catalog ─┘

Only access is compared. Keys, secrets, tickets, passwords and addresses are each database's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from jwtroles import codes
from jwtroles.catalog import Catalog
from jwtroles.compiler.access import Names
from jwtroles.errors import CompileError, Problem
from jwtroles.frozen import frozen
from jwtroles.kinds import KINDS
from jwtroles.kinds.mirror import Abroad, Mirror
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.mirror.declared import declared, levelled
from jwtroles.mirror.expressions import printed_there, unprinted
from jwtroles.mirror.source import Source, abroad
from jwtroles.names import OWN_SCHEMA, QName
from jwtroles.offline import with_unverified
from jwtroles.planner import plan_between
from jwtroles.planner.kept import entries
from jwtroles.planner.model import Likeness, Plan
from jwtroles.workflow import Planned

if TYPE_CHECKING:
    from jwtroles.kinds.kind import Kind
    from jwtroles.spec.model import Spec

Command = Literal["diff", "sync"]


@frozen
class Compared:
    """What differs between two sources.

    Attributes:
        planned: the plan that makes the target's access the source's.
        problems: what keeps it from being done.
    """

    planned: Planned
    problems: tuple[Problem, ...]

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.planned.plan

    @property
    def same(self) -> bool:
        """Whether access is the same in both."""
        return self.plan.empty and not self.problems


def compare(spec: Spec, source: Source, target: Source) -> Compared:
    """Return what differs in access, as the plan that makes the target the source's mirror.

    Args:
        spec: the file, whose project and environments both are of.
        source: whose access it is.
        target: what is to have the same.

    Raises:
        CompileError: JR663 when the source has nothing of the project; JR364 for what the file
            kept until a day that is over.
        ServerError: JR005 when the target does not answer.
    """
    _check_applied(source, target)
    return _compared(spec, source, target, "diff")


def make_sync(spec: Spec, source: Source, target: Source) -> Planned:
    """Return the plan that makes the target's access mirror the source's; nothing is changed.

    Raises:
        CompileError: as `compare` does, and everything that keeps it from being done, at once.
    """
    _check_applied(source, target)
    compared = _compared(spec, source, target, "sync")
    if compared.problems:
        raise CompileError(*compared.problems, footer="Nothing was planned.")
    return compared.planned


def _compared(spec: Spec, source: Source, target: Source, command: Command) -> Compared:
    words = abroad(spec, source, target)
    translate = partial(_translated, words=words)
    said = declared(spec, source, target, translate)
    apart: frozenset[str] = frozenset()
    theirs = translate(source.catalog)
    told: tuple[Problem, ...] = ()
    if isinstance(said, Problem):
        told = (said,)
    elif said is not None:
        apart = said.roles
        theirs, told = levelled(source, target, said, translate)
    mirror = _mirror(spec, source, target, words, theirs)
    wanted = _mirrored(theirs, target.catalog, mirror, apart)
    unverified: frozenset[Any] = frozenset()
    if target.connection is not None:
        structure = target.structure
        wanted, refused = printed_there(target.connection, wanted, target.catalog, structure)
        for one in refused:
            message = f"{target.label} refuses the {one.kind} {one.what} of {source.label}"
            remedy = "run the migrations there first"
            mirror.fault(codes.UNPRINTABLE_THERE, f"{message}: {one.said}", remedy)
    elif source.connection is None or source.structure is not target.structure:
        unverified = unprinted(wanted, target.catalog)  # else one server printed both
    problems = mirror.problems()
    plan = _plan(spec, source, target, wanted, command)
    if isinstance(said, Problem) and command == "sync" and plan.steps:
        problems = (*problems, said)
    plan = replace(
        plan,
        remarks=(*mirror.remarks(), *told, *(problems if command == "diff" else ())),
        like=Likeness(
            source.label, target.label, len(problems), database=target.connection is not None
        ),
    )
    planned = Planned(with_unverified(plan, unverified), target.scope, source.moved)
    return Compared(planned, problems)


def _check_applied(source: Source, target: Source) -> None:
    """Refuse a source without anything of the project, whose mirror would be empty."""
    if source.catalog["own_schema"] or not target.catalog["own_schema"]:
        return
    message = f"{source.label} has nothing of the project {source.scope.project}"
    remedy = f"apply the file to {source.label} first, or name the other one as the source"
    raise CompileError(Problem(codes.NOTHING_TO_MIRROR, message, remedy=remedy))


def _translated(catalog: Catalog, *, words: Abroad) -> Catalog:
    return Catalog.of(
        {
            kind.name: [
                words.marked(kind.abroad(kind.follow(item, words.roles), words))
                for item in catalog[kind.name].values()
            ]
            for kind in KINDS
        }
    )


def _mirror(spec: Spec, source: Source, target: Source, words: Abroad, theirs: Catalog) -> Mirror:
    names = Names.of(target.environment)
    one, other = Likeness(source.label, target.label).called
    return Mirror(
        replace(_by_other_names(source, words), label=one),
        replace(target.side(), label=other),
        target.scope.project,
        adopted=frozenset(names(role) for role in spec.database.adopt),
        coming_roles={role.name: role for role in theirs["role"].values()},
        coming=dict(_ours(theirs)),
        going=frozenset(ref for ref, _ in _ours(target.catalog)),
    )


def _by_other_names(source: Source, words: Abroad) -> Any:
    side = source.side()
    old, new = words.database
    return replace(
        side,
        roles={words.roles.role(name): role for name, role in side.roles.items()},
        owners={
            replace(ref, name=replace(ref.name, name=new))
            if ref.cls == "database" and ref.name.name == old
            else ref: owner
            for ref, owner in side.owners.items()
        },
    )


def _ours(catalog: Catalog) -> Iterable[tuple[ObjectRef, str]]:
    """Yield what a catalog makes itself, with its owner."""
    for schema in catalog["own_schema"].values():
        yield ObjectRef("schema", QName(OWN_SCHEMA, OWN_SCHEMA)), schema.owner
    for kind in ("view", "own_table"):
        for item in catalog[kind].values():
            yield ObjectRef("table", item.qname if kind == "own_table" else item.name), item.owner
    for item in catalog["function"].values():
        yield ObjectRef("function", item.name, item.arguments), item.owner


def _mirrored(theirs: Catalog, current: Catalog, mirror: Mirror, apart: frozenset[str]) -> Catalog:
    """Return what is wanted; what is about roles that are declared to differ is as it is here."""
    wanted: dict[str, list[Any]] = {}
    for kind in KINDS:
        keys = {**theirs[kind.name], **current[kind.name]}
        pairs = ((theirs[kind.name].get(key), current[kind.name].get(key)) for key in keys)
        items = (_wanted(kind, one, other, mirror, apart) for one, other in pairs)
        wanted[kind.name] = [item for item in items if item is not None]
    return Catalog.of(wanted)


def _wanted(
    kind: Kind[Any], source: Any, target: Any, mirror: Mirror, apart: frozenset[str]
) -> Any:
    if not apart or kind.tried_in_order:
        return kind.mirrored(source, target, mirror)
    one, other = (kind.level(item, None, apart) for item in (source, target))
    found = None if one is None and other is None else kind.mirrored(one, other, mirror)
    return kind.level(found, target, apart)


def _plan(spec: Spec, source: Source, target: Source, wanted: Catalog, command: Command) -> Plan:
    environment = target.environment
    roles = {str(name) for name in (*wanted["role"], *target.catalog["role"])}
    definers = frozenset(filter(target.scope.makes, roles)) - {spec.own_role}
    plan = plan_between(
        spec,
        environment,
        target.structure,
        target.catalog,
        wanted,
        definers=definers,
        lookups=frozenset(name for name in definers if name.startswith(spec.lookup_role(""))),
        additive=command == "sync" and spec.database.mode == "additive",
        keep=entries(spec, environment, target.structure),
        like=Likeness(source.label, target.label),
    )
    return replace(plan, command=command)
