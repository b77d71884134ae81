"""Leaving a database: `release` keeps all access and forgets it, `uninstall` takes all of it away.

Both are plans from the catalog that was read to one that is made of it, so they are shown, locked,
proved and committed as every other plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.catalog import Catalog
from jwtroles.compiler.access import Names
from jwtroles.errors import Problem, Refused
from jwtroles.kinds import KINDS
from jwtroles.kinds.leaving import Leaving
from jwtroles.planner import plan_between
from jwtroles.planner.affected import left_without_rows
from jwtroles.planner.remarks import used_in
from jwtroles.reader.connection import asking
from jwtroles.reader.queries import query_text
from jwtroles.workflow import Planned, read_database

if TYPE_CHECKING:
    from jwtroles.names import QName
    from jwtroles.reader import Reading
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec


def make_release(
    connection: Connection, spec: Spec, environment: Environment | None, *, alone: bool = True
) -> Planned:
    """Plan to take the project's marks from everything, and to change nothing else.

    Args:
        connection: a connection to the database.
        spec: whose project it is.
        environment: the names of its roles there.
        alone: no other database is released with it, so that roles keep their marks which another
            one uses: its plans would refuse them. Else the plan says which others use them.

    Raises:
        Refused: JR609 when the schema `jwtroles` is another project's, JR607 when it is another
            role's.
    """
    reading = _read(connection, spec, environment)
    project = str(spec.project)
    used = _used_elsewhere(connection, reading, project)
    stay = frozenset(used) if alone else frozenset()
    desired = Catalog.of(
        {
            kind.name: [
                _unmarked(one, project, stay) for one in reading.catalog[kind.name].values()
            ]
            for kind in KINDS
        }
    )
    planned = _planned(spec, environment, reading, desired, "release")
    if planned.plan.empty:
        return planned
    released = {s.change.key for s in planned.plan.steps if s.change.kind == "role"}
    told = [_still_marked(role, used[role]) for role in sorted(stay)]
    told += [_unmarked_for(role, used[role]) for role in sorted(used) if role in released]
    return replace(planned, plan=replace(planned.plan, remarks=tuple(told)))


def make_uninstall(
    connection: Connection,
    spec: Spec,
    environment: Environment | None,
    *,
    disable_row_security: bool = False,
    stay: frozenset[str] = frozenset(),
) -> Planned:
    """Plan to remove everything that jwtroles made for the project.

    Args:
        connection: a connection to the database.
        spec: whose project it is.
        environment: the names of its roles there.
        disable_row_security: turn row security off where no policy is left.
        stay: roles that are not dropped, whether another database uses them or not.

    Raises:
        Refused: JR608 when a role that goes owns something, or has rights on what all databases
            share; JR609 when the schema `jwtroles` is another project's, JR607 when it is another
            role's.
    """
    reading = _read(connection, spec, environment)
    used = dict.fromkeys(stay, ()) | _used_elsewhere(connection, reading, str(spec.project))
    reading = replace(reading, structure=replace(reading.structure, elsewhere=used))
    leaving = replace(_leaving(spec, environment, reading), staying=frozenset(used))
    desired = _without(reading.catalog, leaving)
    bare = tuple(_bare(reading, desired))
    if disable_row_security:
        desired = _without(reading.catalog, replace(leaving, unsecured=frozenset(bare)))
    _check_holdings(connection, leaving, reading)
    planned = _planned(spec, environment, reading, desired, "uninstall")
    plan = planned.plan
    losing = left_without_rows(plan.steps, reading.structure, desired)
    told = [] if disable_row_security or plan.empty else [*_stays(bare)]
    told += [] if plan.empty else [_kept_for(role, used[role]) for role in sorted(used)]
    cut = (*plan.cut_off, *losing)
    return replace(planned, plan=replace(plan, cut_off=cut, remarks=tuple(told)))


def _used_elsewhere(
    connection: Connection, reading: Reading, project: str
) -> dict[str, tuple[str, ...]]:
    """Return which other databases of the cluster use roles with the project's mark."""
    roles = sorted(one.name for one in reading.catalog["role"].values() if one.project == project)
    query = query_text("jwtroles.reader", "elsewhere")
    with asking(connection):
        rows = connection.execute(query, {"roles": roles}).fetchall()
    return {row["role"]: tuple(sorted(row["databases"])) for row in rows}


def _kept_for(role: str, databases: tuple[str, ...]) -> Problem:
    message = f"role {role} stays with its mark while other databases use it"
    remedy = "uninstall there as well: then the next uninstall drops it"
    return Problem(codes.USED_ELSEWHERE, message, details=used_in(databases), remedy=remedy)


def _still_marked(role: str, databases: tuple[str, ...]) -> Problem:
    message = f"role {role} keeps its mark while other databases use it"
    remedy = "release an environment whose `databases` names all of them: that takes it"
    return Problem(codes.USED_ELSEWHERE, message, details=used_in(databases), remedy=remedy)


def _unmarked_for(role: str, databases: tuple[str, ...]) -> Problem:
    message = f"role {role} is released for the other databases that use it, too"
    remedy = "release those as well, or let `database.adopt` name it there: else plan refuses it"
    return Problem(codes.USED_ELSEWHERE, message, details=used_in(databases), remedy=remedy)


def _read(connection: Connection, spec: Spec, environment: Environment | None) -> Reading:
    with asking(connection):
        reading = read_database(connection, spec, environment)
    for schema in reading.catalog["own_schema"].values():
        if schema.project not in (None, str(spec.project)):
            message = f"schema jwtroles belongs to project {schema.project}, not to {spec.project}"
            remedy = "use that project's file"
            problem = Problem(codes.NOT_INSTALLED, message, spec.project.place, remedy=remedy)
            raise Refused(problem, footer="Nothing was changed.")
        if schema.project is not None and schema.owner != spec.own_role:
            message = f"schema jwtroles belongs to {schema.owner}, not to {spec.own_role}"
            remedy = "set that right first:  jwtroles apply"
            problem = Problem(codes.NOT_ITS_OWNER, message, spec.project.place, remedy=remedy)
            raise Refused(problem, footer="Nothing was changed.")
    return reading


def _planned(
    spec: Spec,
    environment: Environment | None,
    reading: Reading,
    desired: Catalog,
    command: str,
) -> Planned:
    definers = frozenset(
        name
        for name in reading.catalog["role"]
        if isinstance(name, str) and reading.scope.makes(name) and name != spec.own_role
    )
    plan = plan_between(
        spec,
        environment,
        reading.structure,
        reading.catalog,
        desired,
        definers=definers,
        lookups=frozenset(name for name in definers if name.startswith(spec.lookup_role(""))),
    )
    return Planned(replace(plan, command=command), reading.scope)


def _unmarked(item: Any, project: str, stay: frozenset[str]) -> Any:
    """Return an object without the project's mark; roles of `stay` keep it."""
    marked = any(one.name == "project" for one in fields(item)) and item.project == project
    kept = getattr(item, "name", None) in stay
    return replace(item, project=None) if marked and not kept else item


def _leaving(spec: Spec, environment: Environment | None, reading: Reading) -> Leaving:
    project = str(spec.project)
    names = Names.of(environment)
    adopted = {names(role) for role in spec.database.adopt}
    roles = reading.catalog["role"].values()
    ours = (*reading.catalog["view"].values(), *reading.catalog["function"].values())
    return Leaving(
        project,
        frozenset(r.name for r in roles if r.project == project and r.name not in adopted),
        any(one.project == project for one in reading.catalog["own_schema"].values()),
        frozenset(
            (item.name, getattr(item, "arguments", "")) for item in ours if item.project == project
        ),
    )


def _without(current: Catalog, leaving: Leaving) -> Catalog:
    left: dict[str, list[Any]] = {}
    for kind in KINDS:
        items = (kind.leave(item, leaving) for item in current[kind.name].values())
        left[kind.name] = [item for item in items if item is not None]
    return Catalog.of(left)


def _bare(reading: Reading, desired: Catalog) -> Iterator[QName]:
    """Yield the tables that lose their last policy and have row security on."""
    policies = [*desired["policy"].values(), *reading.structure.other_policies]
    kept = {policy.table for policy in policies}
    shared = [p for p in reading.catalog["policy"].values() if p.left_to]
    kept |= {policy.table for policy in shared}
    had = {policy.table for policy in reading.catalog["policy"].values()}
    for table, security in sorted(desired["table_security"].items(), key=lambda pair: str(pair[0])):
        if security.enabled and table in had - kept:
            yield security.table


def _stays(tables: tuple[QName, ...]) -> Iterator[Problem]:
    if not tables:
        return
    listed = ", ".join(map(str, tables[:3])) + (f" and {len(tables) - 3} more" * (len(tables) > 3))
    message = f"row security stays on for {listed}, without a policy: only owners see rows there"
    remedy = (
        "--disable-row-security turns it off where no policy is left: every grant sees all rows"
    )
    yield Problem(codes.STAYS_SECURED, message, remedy=remedy)


def _check_holdings(connection: Connection, leaving: Leaving, reading: Reading) -> None:
    """Refuse to drop roles that are used beside what goes.

    Raises:
        Refused: JR608 with each of them.
    """
    query = query_text("jwtroles.reader", "holding")
    with asking(connection):
        rows = connection.execute(query, {"roles": sorted(leaving.roles)}).fetchall()
    details = [_holding(row) for row in rows if not _goes(row, reading)]
    if details:
        raise Refused(
            Problem(
                codes.ROLE_IN_USE,
                "roles that would be dropped are used elsewhere",
                details=tuple(details),
                remedy="REASSIGN OWNED, or DROP OWNED, then uninstall",
            ),
            footer="Nothing was changed.",
        )


def _goes(row: dict[str, Any], reading: Reading) -> bool:
    """Tell whether what a role owns is a view or a query that goes with it."""
    object_class = row["object"].partition(" ")[0]
    return reading.scope.makes(row["role"]) and object_class in ("view", "function")


def _holding(row: dict[str, Any]) -> str:
    return f"{row['role']}\t{'owns' if row['owns'] else 'has rights on'} {row['object']}"
