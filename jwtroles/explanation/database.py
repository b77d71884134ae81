"""What the database says of the same: its answer to the token, and where it is not as the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles.explanation.model import AnswerEntry, DatabaseEntry, DifferenceEntry
from jwtroles.explanation.objects import at
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.names import OWN_SCHEMA, PUBLIC, QName
from jwtroles.planner.describe import describe, object_of, roles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jwtroles.catalog import Structure
    from jwtroles.explanation.model import ObjectEntry, RoleEntry, TableEntry
    from jwtroles.explanation.tables import Tables
    from jwtroles.kinds.base import Change
    from jwtroles.planner.model import Plan
    from jwtroles.tokens.ask import Answer, Held


@frozen
class Asked:
    """What was asked of a database, or of a snapshot in its place.

    Attributes:
        structure: the tables that there are.
        plan: what has to change there for it to be as the file says.
        answers: what each login got for the token.
        held: a role as the database calls it → what it may do there, table by table.
    """

    structure: Structure | None = None
    plan: Plan | None = None
    answers: tuple[Answer, ...] = ()
    held: Callable[[str], Mapping[QName, Mapping[str, Held]]] | None = None


def database_entry(
    tables: Tables,
    asked: Asked,
    role: RoleEntry | None,
    entries: tuple[TableEntry, ...],
    objects: tuple[ObjectEntry, ...],
    table: QName | None,
) -> DatabaseEntry | None:
    """Return what the database says; None where it was not asked.

    Args:
        tables: says what the file allows.
        asked: what was asked.
        role: the role that is explained, if the file gives any.
        entries: the tables that it may do something to.
        objects: what it has besides tables.
        table: the one table that is meant, if any.
    """
    if asked.plan is None:
        return None
    answers = tuple(
        AnswerEntry(
            login=one.login,
            asked=one.asked,
            role=one.role,
            expected=role.in_database if role and one.login in role.logins else None,
            reason=one.reason,
        )
        for one in asked.answers
    )
    concerned = {PUBLIC, *(tables.names(one.name) for one in tables.line)}
    concerned |= {one.runs_as for one in objects if one.runs_as}
    if role is not None:
        concerned |= set(role.logins)
    subjects = {entry.name for entry in entries}
    changes = [
        step.change
        for step in asked.plan.steps
        if _concerns(step.change, frozenset(concerned), frozenset(subjects), table)
    ]
    found = [*map(_difference, changes)]
    if role is not None and asked.held is not None:
        told = frozenset(map(object_of, changes))
        found += _held(tables, asked.held(role.in_database), told, table)
    agree = all(one.role == one.expected for one in answers if one.asked)
    return DatabaseEntry(
        name=asked.plan.server.database,
        version=asked.plan.server.label,
        agrees=agree and not found,
        answers=answers,
        differences=tuple(found),
    )


def _concerns(
    change: Change[Any], roles: frozenset[str], subjects: frozenset[str], table: QName | None
) -> bool:
    """Tell whether a change is about these roles, or about what every login goes through."""
    about, subject = set(roles_of(change)), object_of(change)
    if subject in ("", OWN_SCHEMA) or subject.startswith(f"{OWN_SCHEMA}."):
        return not about or bool(about & roles)
    if table is not None and subject != str(table):
        return False
    if about:
        return bool(about & roles)
    return subject in subjects or getattr(change.subject, "owner", "") in roles


_SAID = {"add": "lacks", "remove": "has, and the file does not:", "alter": "differs in"}


def _difference(change: Change[Any]) -> DifferenceEntry:
    origin = getattr(change.after, "origin", None) or Origin()
    return DifferenceEntry(f"{_SAID[change.verb]} {describe(change)}", at(origin.place))


def _held(
    tables: Tables,
    held: Mapping[QName, Mapping[str, Held]],
    told: frozenset[str],
    table: QName | None,
) -> Iterator[DifferenceEntry]:
    """Yield what the role may do there and not by the file, or the other way round.

    Most of it is a change of the plan as well, and told by that. The rest is what a file in
    additive mode, or with `keep:`, leaves to others.
    """
    relations = tables.structure.relations if tables.structure else {}
    for name, privileges in sorted(held.items()):
        relation = relations.get(name)
        ours = relation is None or relation.partition or relation.project or relation.policies_only
        if ours or str(name) in told or table not in (None, name):
            continue
        columns = frozenset(one.name for one in relation.columns) if relation else frozenset()
        entry = tables.entry(name)
        for privilege, there in privileges.items():
            given = [one for one in entry.commands if one.command == privilege]
            if not there.by_column:
                if there.whole != bool(given):
                    yield _unlike(f"{privilege} on {name}", more=there.whole)
                continue
            wanted = frozenset[str]().union(
                *(columns if one.columns is None else one.columns for one in given)
            )
            for some, more in ((there.columns - wanted, True), (wanted - there.columns, False)):
                if some:
                    yield _unlike(f"{privilege} ({', '.join(sorted(some))}) on {name}", more=more)


def _unlike(what: str, *, more: bool) -> DifferenceEntry:
    said = "allows, and the file does not:" if more else "does not allow, and the file does:"
    return DifferenceEntry(f"{said} {what}", None)
