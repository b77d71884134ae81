"""From a file, and what a database said, to an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import __version__, codes
from jwtroles.compiler.access import Names, table_named
from jwtroles.compiler.rights import Inheritance
from jwtroles.errors import Collector, CompileError, Exit, Problem, UsageError
from jwtroles.explanation.database import Asked, database_entry
from jwtroles.explanation.model import FORMAT, Explanation, RoleEntry, RowsEntry
from jwtroles.explanation.objects import at, lookups_of, objects_of, settings_of
from jwtroles.explanation.tables import Tables
from jwtroles.explanation.token import requestable, token_entry
from jwtroles.explanation.values import Values
from jwtroles.frozen import frozen
from jwtroles.names import QName, parse_qname
from jwtroles.spec.model import Word
from jwtroles.spec.wording import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jwtroles.explanation.model import ObjectEntry, TableEntry, TokenEntry
    from jwtroles.spec.model import Environment, Role, Spec
    from jwtroles.tokens.inspection import Inspection

NOBODY = Asked()
"""Where neither a database nor a snapshot was asked."""


@frozen
class Question:
    """What is to be explained: a file in an environment, and the one table that is meant, if any.

    Attributes:
        spec: what holds in the environment.
        asked: what the database said.
    """

    spec: Spec
    environment: Environment | None
    table: str | None = None
    asked: Asked = NOBODY


def explain_token(question: Question, found: Inspection, now: float) -> Explanation:
    """Say why a token becomes a role, or none, and what it may do.

    Raises:
        UsageError: JR010 for a table that is no name of one.
        CompileError: JR302 for a table that the database does not have.
    """
    spec, claims = question.spec, found.parts.claims
    token = token_entry(spec, found, now)
    role = _roles(spec)[found.role] if found.good and found.role is not None else None
    others = requestable(spec, claims, now) if role is not None else ()
    others = tuple(name for name in others if role is not None and name != role.name)
    return _explained(question, role, token, others, claims)


def explain_role(question: Question, word: str) -> Explanation:
    """Say what a role may do, whoever becomes it.

    Raises:
        UsageError: JR010 for a role that the file does not have, and as `explain_token`.
        CompileError: as `explain_token`.
    """
    names = Names.of(question.environment)
    roles = _roles(question.spec)
    role = roles.get(word) or next((one for one in roles.values() if names(one.name) == word), None)
    if role is None:
        near = did_you_mean(word, [*roles, *(code.id for code in codes.all_codes())])
        message = f"no role {word} in the file" + (f": {near}" if near else "")
        remedy = f"roles there: {listed(roles)}; a code is JR and three digits"
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy))
    return _explained(question, role, None, (), None)


def _explained(
    question: Question,
    role: Role | None,
    token: TokenEntry | None,
    may_request: tuple[str, ...],
    claims: Mapping[str, Any] | None,
) -> Explanation:
    spec, asked = question.spec, question.asked
    names = Names.of(question.environment)
    table = _table(question)
    line = _line(spec, role)
    values = Values(spec, claims)
    asked_of = Tables(spec, names, line, values, asked.structure)
    tables = tuple(_tables(asked_of, table))
    objects = tuple(objects_of(spec, line, values, table)) if role else ()
    entry = _role(spec, names, role) if role else None
    database = database_entry(asked_of, asked, entry, tables, objects, table)
    refused = token is not None and not token.accepted
    if database is not None and any(one.asked for one in database.answers):
        refused |= not any(one.role for one in database.answers)
    differs = database is not None and not database.agrees
    exit_code = Exit.REFUSED if refused else Exit.DIFFERENT if differs else Exit.DONE
    return Explanation(
        format=FORMAT,
        jwtroles=__version__,
        project=str(spec.project),
        environment=str(question.environment.name) if question.environment else None,
        verify=str(spec.tokens.verify),
        token=token,
        role=entry,
        may_request=may_request,
        tables=tables,
        objects=objects,
        lookups=tuple(lookups_of(spec, _lookups(tables, objects), values)),
        settings=tuple(settings_of(role)) if role and table is None else (),
        database=database,
        exit_code=int(exit_code),
    )


def _roles(spec: Spec) -> dict[str, Role]:
    return {str(name): role for name, role in spec.roles.items()}


def _line(spec: Spec, role: Role | None) -> tuple[Role, ...]:
    """Return a role and those that it inherits, itself first."""
    if role is None:
        return ()
    roles = _roles(spec)
    inheritance = Inheritance.of(spec, Names({}))
    line = list(inheritance.above(str(role.name)))
    for name in line:  # what `member_of` adds is looked at in its turn
        held = roles[name].member_of.items() if name in roles else ()
        for parent in (str(word) for word, options in held if "inherit" in options):
            line += (one for one in inheritance.above(parent) if one not in line)
    return tuple(roles[name] for name in line if name in roles)


def _role(spec: Spec, names: Names, role: Role) -> RoleEntry:
    logins = (
        names(one.name)
        for one in spec.database.connect_as
        if role.name in spec.token_roles and (one.roles is None or role.name in one.roles)
    )
    return RoleEntry(
        name=str(role.name),
        in_database=names(role.name),
        comment=str(role.comment or ""),
        token=role.name in spec.token_roles,
        inherits=tuple(map(str, role.inherits)),
        logins=tuple(logins),
        place=at(role.place),
    )


def _table(question: Question) -> QName | None:
    if question.table is None:
        return None
    name = parse_qname(question.table)
    if name is None:
        remedy = "name its schema as well:  --table app.invoices"
        raise UsageError(Problem(codes.USAGE, f"no table: {question.table}", remedy=remedy))
    declared = any(parse_qname(view) == name for view in question.spec.views)
    if question.asked.structure is not None and not declared:
        problems = Collector()
        table_named(Word(question.table), question.asked.structure, problems)
        problems.raise_if_any(CompileError)
    return name


def _tables(tables: Tables, table: QName | None) -> Iterator[TableEntry]:
    if table is None:
        yield from tables.every()
    elif tables.line and not any(parse_qname(view) == table for view in tables.spec.views):
        yield tables.entry(table)


def _lookups(tables: tuple[TableEntry, ...], objects: tuple[ObjectEntry, ...]) -> Iterator[str]:
    """Yield the lookups that any of the conditions asks, each once."""

    def conditions() -> Iterator[RowsEntry | None]:
        for table in tables:
            yield from (floor.rows for floor in table.floors)
            yield from (rows for one in table.policies for rows in (one.using, one.check))
            for command in table.commands:
                yield from (command.rows, command.check)
        yield from (one.rows for one in objects)

    asked = (name for one in conditions() if one is not None for name in one.lookups)
    yield from dict.fromkeys(asked)
