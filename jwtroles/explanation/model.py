"""The explanation: every key of `explain --format json`, in its order."""

from __future__ import annotations

from typing import Any, Literal

from jwtroles.codec import DRAFT, Codec
from jwtroles.errors import Position
from jwtroles.frozen import frozen
from jwtroles.names import QName

FORMAT = 1
"""The version of the contract."""

CODEC = Codec(as_text=frozenset({QName}))
ID = f"urn:jwtroles:explanation:{FORMAT}"

Outcome = Literal["decides", "refuses", "does not match", "not tried"]
Standing = Literal["stands", "through", "lifted", "except", "no column", "unknown"]


@frozen
class ClaimEntry:
    """A claim that the file names, and what the token says of it; null where it says nothing.

    A claim that users can edit themselves (`trusted: false`) decides nothing and has no value here.
    """

    name: str
    value: Any
    trusted: bool


@frozen
class CheckEntry:
    """One thing that must hold of a token; `holds` is null where it could not be judged."""

    name: str
    holds: bool | None
    said: str


@frozen
class ConditionEntry:
    """One test of a rule; `found` is what the token has where the test looks."""

    claim: str
    test: str
    value: Any
    found: Any
    holds: bool


@frozen
class RuleEntry:
    """One rule of the mapping, and what came of it."""

    position: int
    role: str
    outcome: Outcome
    conditions: tuple[ConditionEntry, ...]
    place: Position | None


@frozen
class TokenEntry:
    """A token, judged by the file; the token itself is nowhere."""

    accepted: bool
    claims: tuple[ClaimEntry, ...]
    checks: tuple[CheckEntry, ...]
    rules: tuple[RuleEntry, ...]


@frozen
class RowsEntry:
    """A condition: in the file's words, then with named predicates and claims written out.

    `named` are the named predicates in it; `missing` are the claims that the token does not have:
    they are NULL.
    """

    said: str
    means: str
    named: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lookups: tuple[str, ...] = ()


@frozen
class PolicyEntry:
    """A policy that somebody made, for the role or for everybody; with `unmarked: true` alone.

    `unknown`: it is on some of the tables of a glob.
    """

    name: str
    standing: Literal["stands", "unknown"]
    restrictive: bool
    command: str
    using: RowsEntry | None
    check: RowsEntry | None
    place: Position | None


@frozen
class FloorEntry:
    """A floor on a table; `parent` is the table that it is taken from.

    `unknown`: the table's columns, or all tables of a glob, decide, and nobody was asked.
    `gives`: it is a permissive policy of somebody else's, which gives the rows as well.
    """

    name: str
    standing: Standing
    rows: RowsEntry
    parent: str
    place: Position | None
    gives: bool = False


@frozen
class CommandEntry:
    """What one command may do to a table, from one role.

    `columns` is null for all of them; `except_for` are those, and groups, that are left out where
    nobody could be asked which columns there are. `check` is null where it is `rows`.
    """

    command: str
    role: str
    columns: tuple[str, ...] | None
    except_for: tuple[str, ...]
    rows: RowsEntry | None
    check: RowsEntry | None
    governed: bool
    future: bool
    pattern: str
    place: Position | None


@frozen
class TableEntry:
    """A table, or a glob where nobody could be asked which tables there are.

    `gate` are the policies that check the login on each statement; `policies_only`: the grants
    are somebody else's, and what stands here limits them. `policies` are those of a file with
    `unmarked: true`; where row security is on (`secured`), they and the floors decide the rows.
    """

    name: str
    gate: tuple[str, ...]
    floors: tuple[FloorEntry, ...]
    commands: tuple[CommandEntry, ...]
    policies_only: bool = False
    policies: tuple[PolicyEntry, ...] = ()
    secured: bool = False


@frozen
class ObjectEntry:
    """A view, query, function, sequence or other object, from one role.

    `runs_as` is the role whose rights a view or query of the file has; `shows` is what it returns.
    """

    kind: str
    name: str
    privileges: tuple[str, ...]
    role: str
    runs_as: str
    shows: str
    rows: RowsEntry | None
    place: Position | None


@frozen
class NamedEntry:
    """A lookup that a condition asks, or a setting of the role: its name and its text."""

    name: str
    text: str
    place: Position | None


@frozen
class RoleEntry:
    """The role, as the file says it; `logins` are those that may become it."""

    name: str
    in_database: str
    comment: str
    token: bool
    inherits: tuple[str, ...]
    logins: tuple[str, ...]
    place: Position | None


@frozen
class AnswerEntry:
    """What a login of `connect_as` gets in the database for the token, and what the file expects.

    `asked` is false where the connected role may not act as the login.
    """

    login: str
    asked: bool
    role: str | None
    expected: str | None
    reason: str


@frozen
class DifferenceEntry:
    """What the database has otherwise than the file says, about this role."""

    said: str
    place: Position | None


@frozen
class DatabaseEntry:
    """What the database itself says; `agrees` is whether all of it is as the file says."""

    name: str
    version: str
    agrees: bool
    answers: tuple[AnswerEntry, ...]
    differences: tuple[DifferenceEntry, ...]


@frozen
class Explanation:
    """Why a token becomes a role, and what that role may do; `role` is null for a refused one."""

    format: int
    jwtroles: str
    project: str
    environment: str | None
    verify: str
    token: TokenEntry | None
    role: RoleEntry | None
    may_request: tuple[str, ...]
    tables: tuple[TableEntry, ...]
    objects: tuple[ObjectEntry, ...]
    lookups: tuple[NamedEntry, ...]
    settings: tuple[NamedEntry, ...]
    database: DatabaseEntry | None
    exit_code: int


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an explanation; no key that is not listed."""
    form = CODEC.schema(Explanation)
    definitions = CODEC.definitions()
    definitions[Explanation.__name__]["properties"]["format"] = {"const": FORMAT}
    return {
        "$schema": DRAFT,
        "$id": ID,
        "title": "jwtroles explain --format json",
        **form,
        "$defs": definitions,
    }
