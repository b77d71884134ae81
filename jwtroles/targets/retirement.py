"""A role that is to go: how it stands in every cluster, and what holds it in every database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.compiler.access import Names
from jwtroles.errors import JwtrolesError, Problem, Refused
from jwtroles.frozen import frozen
from jwtroles.kinds.tag import split_tag
from jwtroles.reader.connection import asking
from jwtroles.reader.queries import query_text
from jwtroles.targets.crew import Crew, in_order
from jwtroles.targets.located import located
from jwtroles.targets.model import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jwtroles.reader.connection import Connection
    from jwtroles.reader.identity import Located
    from jwtroles.spec.model import Environment, Spec

_HERE = "jwtroles.targets"
_FOOTER = "Nothing was changed."


@frozen
class Holding:
    """What holds a role in one database.

    Attributes:
        target: the database.
        named: whether it is one of the environment's.
        owned: what the role owns there.
        own: its default privileges and user mappings there, which nobody else can have.
        rights: what it has rights on.
        policies: the policies that name it.
        passed_on: what it has granted to others, who lose it.
    """

    target: Target
    named: bool
    owned: tuple[str, ...]
    own: tuple[str, ...]
    rights: tuple[str, ...]
    policies: tuple[str, ...]
    passed_on: tuple[str, ...]


@frozen
class Standing:
    """How a role stands in one cluster.

    Attributes:
        target: a database of the cluster, from which is done what is the cluster's.
        login: whether it may log in.
        sessions: how many it has now.
        shared: what it owns that all databases share, such as a database.
        lost: who is a member of it, or of another role by its grant; not those of the file, which
            says what they have.
        holdings: what holds it in each database that knows it.
    """

    target: Target
    login: bool
    sessions: int
    shared: tuple[str, ...]
    lost: tuple[str, ...]
    holdings: tuple[Holding, ...]

    @property
    def owns(self) -> tuple[str, ...]:
        """Everything that it owns, with its database."""
        inside = (f"{one.target.name}: {what}" for one in self.holdings for what in one.owned)
        return (*self.shared, *inside)


@frozen
class Retirement:
    """A role that is to go, wherever it is.

    Attributes:
        to: who is to own what it owns, '' where nobody was named.
        standings: one for each cluster that has it.
        clusters: how many clusters were looked at.
    """

    project: str
    environment: str
    role: str
    to: str
    standings: tuple[Standing, ...]
    clusters: int

    @property
    def effects(self) -> tuple[str, ...]:
        """What retiring it does: it destroys, and may cut off others."""
        cut = any(s.lost or any(one.passed_on for one in s.holdings) for s in self.standings)
        return ("cuts_off", "destroys") if cut else ("destroys",)


def look(
    spec: Spec, environment: Environment | None, role: str, to: str, targets: Sequence[Target]
) -> Retirement:
    """Look at a role in every database that knows it; nothing is changed.

    Args:
        spec: the file, which the role has left.
        environment: its names of roles.
        role: the role, as the database calls it.
        to: who is to own what it owns, or ''.
        targets: the databases of the environment.

    Raises:
        Refused: JR674 for a role that is not the project's to retire, JR675 when it owns something
            and nobody is named who is to own it.
        ServerError: JR001, JR002, JR005, JR670 for a database that cannot be looked at: it may hold
            the role.
    """
    _check_name(spec, environment, role)
    _check_owner(spec, environment, to)
    crew = Crew(min(8, len(targets)), stops=False)

    def reach(target: Target) -> tuple[Located, Target] | JwtrolesError:
        try:
            with crew.opened(target) as connection:
                return located(connection, target), target
        except JwtrolesError as error:
            return error

    reached = crew.each(reach, targets)
    errors = [one for one in reached if isinstance(one, JwtrolesError)]
    if errors:
        problems = (problem for error in errors for problem in error.problems)
        raise type(errors[0])(*problems, footer=_FOOTER)
    pairs = [one for one in reached if not isinstance(one, JwtrolesError)]
    clusters = [
        {where.identity.name: target for where, target in found}
        for found in in_order(pairs, lambda pair: pair[0].cluster).values()
    ]
    standings = [_standing(crew, spec, environment, role, databases) for databases in clusters]
    there = tuple(one for one in standings if one is not None)
    found = Retirement(
        str(spec.project),
        str(environment.name) if environment else "",
        role,
        to,
        there,
        len(clusters),
    )
    owned = [what for one in there for what in one.owns]
    if owned and not to:
        message = f"{role} owns {len(owned)} object{'s' * (len(owned) != 1)}"
        remedy = f"say who is to own them:  jwtroles retire {role} --to ROLE"
        problem = Problem(codes.OWNS, message, details=tuple(owned), remedy=remedy)
        raise Refused(problem, footer=_FOOTER)
    return found


def _check_name(spec: Spec, environment: Environment | None, role: str) -> None:
    names, declared = Names.of(environment), _declared(spec, environment)
    platform = {names(one) for one in spec.database.platform}
    made = tuple(f"{spec.project}_{what}_" for what in ("view", "query", "lookup"))
    if role.startswith("pg_"):
        _refuse(role, "it is PostgreSQL's own", "such roles are never dropped")
    if role in platform:
        _refuse(role, "database.platform says that it is a platform's", "leave it to the platform")
    if role in declared:
        _refuse(role, "the file declares it", "take it out of the file and apply, then retire it")
    if role == spec.own_role or role.startswith(made):
        remedy = "uninstall removes all of these; apply those whose view or query has gone"
        _refuse(role, "it owns what jwtroles makes", remedy)


def _declared(spec: Spec, environment: Environment | None) -> set[str]:
    """Return the roles and logins of the file, as the database calls them."""
    names = Names.of(environment)
    declared = {names(one) for one in spec.roles}
    return declared | {names(login.name) for login in spec.database.connect_as}


def _check_owner(spec: Spec, environment: Environment | None, to: str) -> None:
    """Refuse a new owner that a token may become: row security does not bind an owner."""
    if to in _declared(spec, environment) or to == spec.own_role:
        message = f"{to} is not to own anything: row security does not bind an owner"
        remedy = "name a role of which the file says nothing, such as the owner of the tables"
        raise Refused(Problem(codes.OWNS, message, remedy=remedy), footer=_FOOTER)


def _refuse(role: str, why: str, remedy: str) -> None:
    problem = Problem(codes.NOT_TO_RETIRE, f"{role} is not retired: {why}", remedy=remedy)
    raise Refused(problem, footer=_FOOTER)


def _standing(
    crew: Crew,
    spec: Spec,
    environment: Environment | None,
    role: str,
    databases: Mapping[str, Target],
) -> Standing | None:
    """Return how a role stands in a cluster, None where it is not there."""
    first = next(iter(databases.values()))
    with crew.opened(first) as connection, asking(connection):
        rows = _rows(connection, "standing", role)
        members = _rows(connection, "members", role)
    if not rows:
        return None
    (row,) = rows
    project = split_tag(row["comment"])[1]
    if project != spec.project:
        whose = f"it belongs to project {project}" if project else "jwtroles did not make it"
        _refuse(role, whose, "roles are retired by the project whose mark they carry")
    if row["reserved"]:
        _refuse(role, "its attributes reach around row security", "an administrator has to drop it")
    if row["me"]:
        _refuse(role, "it is the role that is connected", "connect as another one")
    holdings = []
    for name in sorted(row["databases"], key=lambda name: (name not in databases, name)):
        target = databases.get(name) or _beside(first, name)
        holdings.append(_holding(crew, role, target, named=name in databases))
    known = _declared(spec, environment)
    lost = tuple(
        f"{one['member']} is a member of {one['what']}"
        for one in members
        if one["what"] != "it" or one["member"] not in known
    )
    shared = tuple(row["shared"])
    return Standing(first, row["login"], row["sessions"], shared, lost, tuple(holdings))


def _beside(target: Target, name: str) -> Target:
    """Return another database of the same server."""
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - 160 ms

    url = make_conninfo(target.url, dbname=name)
    return Target(name, name, url, f"{target.origin}, database {name}", target.place)


def _holding(crew: Crew, role: str, target: Target, *, named: bool) -> Holding:
    with crew.opened(target) as connection, asking(connection):
        rows = _rows(connection, "holding", role)
        passed = _rows(connection, "passed_on", role)
    by_kind = in_order(rows, lambda row: _HOW.get(row["how"], "rights"))
    owned, own, rights, policies = (
        tuple(row["object"] for row in by_kind.get(kind, ()))
        for kind in ("owned", "own", "rights", "policies")
    )
    lost = tuple(f"{row['grantee']} has {row['what']} from it" for row in passed)
    return Holding(target, named, owned, own, rights, policies, lost)


_HOW = {"o": "owned", "own": "own", "r": "policies"}
"""Kinds of dependency (manual section 53.49); all others are rights."""


def _rows(connection: Connection, name: str, role: str) -> list[dict[str, Any]]:
    return connection.execute(query_text(_HERE, name), {"role": role}).fetchall()
