"""`database:` and `environments:`."""

from __future__ import annotations

from jwtroles.hosting import NAMES
from jwtroles.spec.databases_model import (
    AskedDatabases,
    Databases,
    ListedDatabases,
    ServerDatabases,
)
from jwtroles.spec.grammar.terms import ROLE, ROLES, SCHEMA, STATEMENT
from jwtroles.spec.model import ConnectAs, Database, Environment, Word
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ByForm, ByKey, ListOf, Made, MapOf
from jwtroles.spec.words import Bool, Choice, Text

EFFECTS = ("tightens", "neutral", "loosens", "cuts_off", "destroys")

DATABASE: Record[Database] = Record(
    "`database`",
    Database,
    (
        Field("schemas", ListOf(SCHEMA, "a list of schemas"), required=True, stand_in=()),
        Field("owner", ROLE),
        Field(
            "connect_as",
            ByForm(
                "the name of a login, or a map of logins to roles",
                text=Made(ROLE, lambda _, name: (ConnectAs(name),)),
                fields=Made(
                    MapOf(ROLE, ROLES, "a map of logins to the roles that each may become"),
                    lambda _, logins: tuple(ConnectAs(*login) for login in logins.items()),
                ),
            ),
        ),
        Field("mode", Choice("a mode", ("authoritative", "additive"))),
        Field("adopt", ROLES),
        Field("exempt", ROLES),
        Field("platform", ROLES),
        Field("unmarked", Bool("true", only=True)),
        Field("hosted_by", Choice("a managed service", NAMES)),
    ),
)

_ADDRESS = Text("a URL, a service name or ${VARIABLE}")
_DATABASE_NAME = Text("the name of a database or a glob such as tenant_*")
_DATABASE_NAMES: ByForm[tuple[Word, ...]] = ByForm(
    "the name of a database or a glob such as tenant_*, or a list of them",
    text=Made(_DATABASE_NAME, lambda _, name: (name,)),
    items=ListOf(_DATABASE_NAME, "a list of names and globs of databases"),
)

DATABASES: ByForm[Databases] = ByForm(
    "a list of addresses, or a map of `on` and `like`, or of `from` and `query`",
    items=Made(ListOf(_ADDRESS, "a list of addresses"), lambda _, urls: ListedDatabases(urls)),
    fields=ByKey(
        "a map of `on` and `like`, or of `from` and `query`",
        {
            "from": Record(
                "`databases` that a query names",
                AskedDatabases,
                (
                    Field("from", _ADDRESS, "from_", required=True),
                    Field("query", STATEMENT, required=True),
                ),
            )
        },
        Record(
            "`databases` of a server",
            ServerDatabases,
            (
                Field("on", _ADDRESS, required=True),
                Field("like", _DATABASE_NAMES, required=True),
                Field("except", _DATABASE_NAMES, "except_"),
            ),
        ),
    ),
)

ENVIRONMENT: Record[Environment] = Record(
    "an environment",
    Environment,
    (
        Field("database", Text("a URL, a service name, `embedded` or ${VARIABLE}")),
        Field("databases", DATABASES),
        Field("allow", ListOf(Choice("an effect", EFFECTS), "a list of effects", nonempty=False)),
        Field("confirm", Bool()),
        Field("names", MapOf(ROLE, ROLE, "a map of role names to the names used here")),
        Field("load", ListOf(Text("the path of an SQL file"), "a list of SQL files")),
    ),
    name="name",
)
