"""Before the statements: is the database still the one that the plan was made from?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.applier.preflight import check_rights
from jwtroles.errors import Problem, Refused
from jwtroles.names import OWN_SCHEMA, QName
from jwtroles.planner import fingerprint
from jwtroles.planner.affected import cut_off
from jwtroles.planner.describe import describe
from jwtroles.planner.diff import diff
from jwtroles.reader import Reading, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.catalog import Catalog, Relation, Structure
    from jwtroles.kinds.base import Change
    from jwtroles.planner.model import Elsewhere, Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.scope import Scope


def still_as_planned(
    connection: Connection, plan: Plan, scope: Scope, since: Reading | None = None, after: int = 0
) -> Structure:
    """Read again under the lock, refuse a plan whose database has moved, and return what is there.

    Args:
        connection: in the transaction that will change it.
        plan: the plan.
        scope: the scope that it was made in.
        since: what the transaction of the plan before this one left, if there was one.
        after: how many of its transactions are done.

    Raises:
        Refused: JR611 naming what moved, JR605 when the connected role has lost a right.
    """
    reading = read_again(connection, scope)
    catalog, structure = (
        (since.catalog, since.structure) if since else (plan.current, plan.structure)
    )
    moved = what_moved(catalog, structure, reading)
    known = {one.problem.message for one in plan.cut_off}
    now = cut_off(plan.steps, reading.structure, plan.desired)
    moved += [one.problem.message for one in now if one.problem.message not in known]
    moved += came_in(plan, structure, reading.structure)
    if moved:
        raise _stale(plan, moved, "since this plan was made")
    check_rights(plan, reading.structure.server, after=after)
    return reading.structure


def undisturbed(plan: Plan, before: Structure, now: Structure) -> None:
    """Refuse a plan while which somebody changed tables, or let somebody into a role of it.

    Access itself is compared with what the plan wants.

    Raises:
        Refused: JR611 naming what moved.
    """
    new = plan.new_names
    was = {
        name: replace(one, owner=new.get(one.owner, one.owner))
        for name, one in beside(plan, before).items()
    }
    moved = [*_tables(was, beside(plan, now)), *came_in(plan, before, now)]
    if moved:
        raise _stale(plan, moved, "while this plan was applied")


def came_in(plan: Plan, before: Structure, now: Structure) -> list[str]:
    """Name who has become a member of a role of the plan, and is none that the plan is about."""
    ours = {*plan.current["role"], *plan.desired["role"]}
    new = plan.new_names
    known = {
        (new.get(role, role), member) for member, roles in before.reach.items() for role in roles
    }
    known |= {(one.role, one.member) for one in plan.desired["membership"].values()}
    found = {
        (role, member) for member, roles in now.reach.items() for role in roles if role in ours
    }
    return [
        f"{member}\tnow a member of {role}"
        for role, member in sorted(found - known)
        if member not in ours and member != now.server.applier
    ]


def _stale(plan: Plan, moved: Sequence[str], when: str) -> Refused:
    where = plan.environment or "the database"
    environment = f" --env {plan.environment}" if plan.environment else ""
    again = f"{plan.invocation} --plan" if plan.command != "apply" else f"plan{environment}"
    message = f"stale: {where} has changed {when}"
    remedy = f"plan again:  jwtroles {again}"
    return Refused(Problem(codes.STALE, message, details=tuple(moved), remedy=remedy))


def beside(plan: Plan, structure: Structure) -> dict[QName, Relation]:
    """Return the tables without what a plan changes about them, and without views of ours.

    Those are in the catalog, whether they carry our mark, get it or lose it.
    """
    views = {one.name for each in (plan.current, plan.desired) for one in each["view"].values()}
    return {
        name: replace(relation, secured=False, forced=False)
        for name, relation in structure.relations.items()
        if relation.project is None and name.schema != OWN_SCHEMA and name not in views
    }


def source_as_read(plan: Plan, elsewhere: Elsewhere) -> None:
    """Refuse a plan that would mirror what its source is no longer.

    Raises:
        Refused: JR611 naming what moved there.
        ServerError: JR005 when the source does not answer.
    """
    moved = tuple(elsewhere())
    if moved:
        where = plan.like.source if plan.like is not None else "the source"
        message = f"stale: {where} has changed since this plan was made"
        remedy = f"plan again:  jwtroles {plan.invocation} --plan"
        raise Refused(Problem(codes.STALE, message, details=moved, remedy=remedy))


def what_moved(catalog: Catalog, structure: Structure, now: Reading) -> list[str]:
    """Name everything that is not as it was read before, a line each; nothing where all of it is.

    Cells of a line are separated by tabs.
    """
    if fingerprint(now.catalog, now.structure) == fingerprint(catalog, structure):
        return []
    return [
        *map(_moved, diff(catalog, now.catalog)),
        *_tables(structure.relations, now.structure.relations),
    ]


def moved_beside(plan: Plan, now: Reading, own: Callable[[Change[Any]], bool]) -> list[str]:
    """Name what is not as the plan read it and is no work of its own, a line each."""
    return [
        *(_moved(change) for change in diff(plan.current, now.catalog) if not own(change)),
        *_tables(beside(plan, plan.structure), beside(plan, now.structure)),
    ]


def read_again(connection: Connection, scope: Scope) -> Reading:
    """Read behind a savepoint: the locks of printing are given back with it (manual 13.3.2)."""
    connection.execute("SAVEPOINT reading")
    reading = read(connection, scope)
    connection.execute("ROLLBACK TO reading; RELEASE reading")
    return reading


_VERBS = {"add": "added", "alter": "altered", "remove": "gone"}


def _moved(change: Change[Any]) -> str:
    said = _VERBS[change.verb]
    if change.verb == "alter":
        said = ", ".join(_differences(change.before, change.after)) or said
    return f"{describe(change)}\t{said}"


def _differences(before: object, after: object) -> Iterator[str]:
    """Yield `connection limit 20 → 5` for values that are short enough to read so."""
    if not is_dataclass(before) or not is_dataclass(after):
        return
    for one in fields(before):
        old, new = getattr(before, one.name), getattr(after, one.name)
        plain = isinstance(old, str | int) and isinstance(new, str | int)
        if one.compare and old != new and plain and len(f"{old}{new}") <= 40:
            yield f"{one.name.replace('_', ' ')} {_value(old)} → {_value(new)}"


def _value(value: str | int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "nothing"


def _tables(old: Mapping[QName, Relation], new: Mapping[QName, Relation]) -> Iterator[str]:
    """Yield what became of tables, views and sequences that the plan looked at."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before is None:
            yield f"{name}\tadded"
        elif after is None:
            yield f"{name}\tgone"
        elif before != after:
            yield from (f"{name}\t{said}" for said in _columns(before, after))


def _columns(before: Relation, after: Relation) -> Iterator[str]:
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield f"column {name} gone"
        elif name not in old:
            yield f"column {name} added"
        elif old[name] != new[name]:
            yield f"column {name} altered"
    if before.owner != after.owner:
        yield f"owner {before.owner} → {after.owner}"
    elif old == new and (before.secured, before.forced) == (after.secured, after.forced):
        yield "altered"
