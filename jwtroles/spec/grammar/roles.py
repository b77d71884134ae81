"""`roles:` what each role may do to which table, columns and rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles.spec.grammar.terms import (
    COLUMN,
    COLUMNS,
    ENVIRONMENTS,
    PREDICATE,
    ROLE,
    ROLES,
    SCHEMA,
    TABLES,
    TEXT,
    privileges,
)
from jwtroles.spec.model import COMMANDS, UNGOVERNED, Access, Command, Role, Ungoverned, Word
from jwtroles.spec.naming import Qualified, Signature
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ByForm, ListOf, Made, MapOf
from jwtroles.spec.templates import VARIABLES, Templates
from jwtroles.spec.words import Bool, Choice, Int, Text

if TYPE_CHECKING:
    from collections.abc import Mapping


def _whole_table(command: Word | None, said: Word) -> Access:
    return replace(_some_columns(command, None), nothing=said == NOTHING)


def _some_columns(command: Word | None, columns: tuple[Word, ...] | None) -> Access:
    return Access(_COMMANDS[command or ""], columns, place=command.place if command else None)


def _on_the_database(
    key: Word | None, privileges: tuple[Word, ...]
) -> Mapping[Word, tuple[Word, ...]]:
    return {} if key is None else {key: privileges}


def _access(*, command: Word, **parts: Any) -> Access:
    return Access(_COMMANDS[command], **parts)


NOTHING = "none"
"""What takes a table out of the globs of a role, for one command."""

_COMMANDS: dict[str, Command | Ungoverned] = {one: one for one in (*COMMANDS, *UNGOVERNED)}
"""An access stands under a key of `TABLE_RIGHTS`, so that the look-up cannot fail."""

EXCEPT: ByForm[tuple[Word, ...]] = ByForm(
    "a group of columns, or a list of groups and columns",
    text=Made(COLUMN, lambda _, group: (group,)),
    items=ListOf(COLUMN, "a list of groups and columns"),
)

ACCESS = ByForm(
    "`all`, a list of columns, or a map of columns, rows and check",
    text=Made(Choice("`all`, `none`, a list of columns or a map", ("all", NOTHING)), _whole_table),
    items=Made(COLUMNS, _some_columns),
    fields=Record(
        "an access",
        _access,
        (
            Field("columns", COLUMNS),
            Field("except", EXCEPT, "except_"),
            Field("rows", PREDICATE),
            Field("check", PREDICATE),
        ),
        name="command",
        nonempty=True,
    ),
)

WHOLE = Made(Choice("`all` or `none`", ("all", NOTHING)), _whole_table)


def _table_rights(
    *,
    only: tuple[Word, ...] = (),
    unsafe: bool = False,
    future: bool = False,
    **rights: Access,
) -> tuple[Access, ...]:
    ordered = (rights[name] for name in _COMMANDS if name in rights)
    return tuple(
        replace(one, only=only, unsafe=unsafe and (future or not one.governed), future=future)
        for one in ordered
    )


TABLE_RIGHTS: Record[tuple[Access, ...]] = Record(
    "the rights on a table",
    _table_rights,
    (
        *(Field(command, ACCESS) for command in COMMANDS),
        *(Field(privilege, WHOLE) for privilege in UNGOVERNED),
        Field("only", ENVIRONMENTS),
        Field("unsafe", Bool()),
        Field("future", Bool()),
    ),
    place="",
    nonempty=True,
)


ROLE_ENTRY: Record[Role] = Record(
    "a role",
    Role,
    (
        Field("comment", TEXT),
        Field("inherits", ROLES),
        Field(
            "member_of",
            MapOf(
                ROLE,
                privileges("inherit", "set", "admin"),
                "a map of roles to the options of the membership",
            ),
        ),
        Field("tables", MapOf(TABLES, TABLE_RIGHTS, "a map of tables to commands")),
        Field(
            "sequences",
            MapOf(
                Qualified("the name of a sequence, schema.name"),
                privileges("usage", "select", "update"),
                "a map of sequences to privileges",
            ),
        ),
        Field(
            "functions",
            MapOf(
                Signature(),
                privileges("execute", nonempty=False),
                "a map of functions to privileges",
            ),
        ),
        Field(
            "types",
            MapOf(
                Qualified("the name of a type, schema.name"),
                privileges("usage", nonempty=False),
                "a map of types to privileges",
            ),
        ),
        Field(
            "schemas",
            MapOf(
                SCHEMA,
                privileges("usage", "create", nonempty=False),
                "a map of schemas to privileges",
            ),
        ),
        Field(
            "large_objects",
            MapOf(
                Made(
                    Int("the number of a large object", least=1, most=2**32 - 1),
                    lambda _, number: Word(str(number)),
                ),
                privileges("select", "update"),
                "a map of large objects to privileges",
            ),
        ),
        Field(
            "database",
            Made(privileges("connect", "temporary", "create", nonempty=False), _on_the_database),
        ),
        Field("settings", MapOf(Text("the name of a setting"), TEXT, "a map of settings")),
        Field("connection_limit", Int("a number of connections", least=-1)),
        Field("for", VARIABLES),
        Field("only", ENVIRONMENTS),
        Field("grant_to", ROLES),
        Field("token", Bool()),
        Field("login", Bool()),
        Field("unsafe", Bool()),
        Field("was", ROLE),
    ),
    name="name",
    places="places",
)

ROLES_BY_NAME: Templates[Role] = Templates(ROLE, ROLE_ENTRY, "a map of roles", stand_in=Role)
