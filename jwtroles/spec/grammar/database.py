"""`database:` and `environments:`."""

from __future__ import annotations

from jwtroles.spec.grammar.terms import ROLE, ROLES, SCHEMA
from jwtroles.spec.model import ConnectAs, Database, Environment
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ByForm, ListOf, Made, MapOf
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
    ),
)

ENVIRONMENT: Record[Environment] = Record(
    "an environment",
    Environment,
    (
        Field("database", Text("a URL, a service name, `embedded` or ${VARIABLE}")),
        Field("allow", ListOf(Choice("an effect", EFFECTS), "a list of effects", nonempty=False)),
        Field("confirm", Bool()),
        Field("names", MapOf(ROLE, ROLE, "a map of role names to the names used here")),
        Field("load", ListOf(Text("the path of an SQL file"), "a list of SQL files")),
    ),
    name="name",
)
