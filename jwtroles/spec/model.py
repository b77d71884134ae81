"""The types of a specification: what the file says, with the place of every word.

Nothing here knows YAML or PostgreSQL. A field is spelled like its key in the file (with a trailing
underscore where Python reserves the word); `docs/language.md` describes each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Literal

from jwtroles.errors import Place, Source
from jwtroles.frozen import frozen
from jwtroles.names import PUBLIC, parse_qname
from jwtroles.spec.databases_model import Databases
from jwtroles.spec.stated_model import Keep, StandingPolicy, StatedPolicy
from jwtroles.spec.token_model import MappingRule, Tokens, empty
from jwtroles.spec.word import Word as Word  # noqa: PLC0414 - one of these types, told elsewhere

Command = Literal["select", "insert", "update", "delete"]
"""The commands that row security governs, in the order in which they are printed."""

COMMANDS: tuple[Command, ...] = ("select", "insert", "update", "delete")

Ungoverned = Literal["truncate", "references", "trigger", "maintain"]
"""Privileges on a table that no policy limits (manual section 5.9)."""

UNGOVERNED: tuple[Ungoverned, ...] = ("truncate", "references", "trigger", "maintain")

OBJECT_SECTIONS = ("sequences", "functions", "types", "schemas", "large_objects", "database")
"""The keys of a role that list objects other than tables."""


@frozen
class ConnectAs:
    """A login that services connect as, and the roles it may become (None: every token role)."""

    name: Word
    roles: tuple[Word, ...] | None = None


@frozen
class Database:
    """`database:` which part of which database this file manages.

    Attributes:
        schemas: the managed schemas; everything outside them is left alone.
        owner: the role that owns the tables; read from the catalog where it is None.
        connect_as: the logins that become token roles.
        mode: `authoritative` revokes what the file does not say, `additive` never removes.
        adopt: roles that exist untagged and are taken over.
        exempt: other roles that keep full row access to what they hold grants on.
        platform: roles that a hosting platform owns: they stay what they are. Once loaded, with
            the roles of the service that the file gives rights to.
        unmarked: whether jwtroles leaves nothing of its own in the database: no mark in a comment,
            no schema `jwtroles`.
        hosted_by: the managed service that it is on, whose roles and schemas stay what they are.
    """

    schemas: tuple[Word, ...]
    owner: Word | None = None
    connect_as: tuple[ConnectAs, ...] = ()
    mode: Literal["authoritative", "additive"] = "authoritative"
    adopt: tuple[Word, ...] = ()
    exempt: tuple[Word, ...] = ()
    platform: tuple[Word, ...] = ()
    unmarked: bool = False
    hosted_by: Word | None = None
    place: Place | None = field(default=None, compare=False)


@frozen
class Environment:
    """One entry of `environments:`.

    Attributes:
        database: a libpq URL, a service name, `embedded` or `${VARIABLE}`; not expanded yet, so
            that no secret is in the model.
        databases: many of them, in the place of one.
        allow: effects that `apply` accepts without a word.
        confirm: whether `apply` asks for the environment's name.
        names: role names of the file → names in this environment.
        load: SQL files that make the tables of an embedded database, in their order.
    """

    name: Word
    database: Word | None = None
    databases: Databases | None = None
    allow: tuple[Word, ...] = (Word("tightens"), Word("neutral"), Word("loosens"))
    confirm: bool = False
    names: Mapping[Word, Word] = field(default_factory=empty)
    load: tuple[Word, ...] = ()
    place: Place | None = field(default=None, compare=False)


@frozen
class Lookup:
    """One entry of `lookups:` a list that the database has for a token, such as its memberships.

    Attributes:
        type: PostgreSQL's type of the whole list (`bigint[]`).
        sql: a SELECT of one column, whose values are the list.
    """

    name: Word
    type: Word
    sql: Word
    place: Place | None = field(default=None, compare=False)


@frozen
class Through:
    """A floor that a table takes from another one: rows whose `parent` row is visible."""

    table: Word
    parent: Word
    on: Word


@frozen
class Floor:
    """One tenancy floor: a condition that stands under every role on these tables.

    Attributes:
        name: '' for the single floor of a plain `tenancy:` map.
        tables: globs or names; except_ and through are taken out of it.
        where_column: the column that a table of a glob must have for the floor to stand on it.
        lifted_for: the roles under which it does not stand.
        policy: in a file with `unmarked: true`, the policy that it is there.
    """

    name: str
    rows: Word
    tables: tuple[Word, ...]
    except_: tuple[Word, ...] = ()
    through: tuple[Through, ...] = ()
    where_column: Word | None = None
    lifted_for: tuple[Word, ...] = ()
    policy: StandingPolicy | None = None
    place: Place | None = field(default=None, compare=False)


@frozen
class Access:
    """What a role may do to a table with one command.

    Attributes:
        columns: the columns, or None for all of them.
        except_: in the place of `columns`, groups and columns that are left out of all of them.
        rows: USING (and WITH CHECK) condition, or None for every row above the floor.
        check: WITH CHECK where it differs from `rows`.
        only: the environments in which the rights on this table hold; () for all.
        unsafe: whether the file says `unsafe: true` beside it.
        future: whether it holds on tables that are made later, too.
        nothing: whether it only takes a table out of the role's globs (`none`).
    """

    command: Command | Ungoverned
    columns: tuple[Word, ...] | None = None
    rows: Word | None = None
    check: Word | None = None
    only: tuple[Word, ...] = ()
    except_: tuple[Word, ...] = ()
    unsafe: bool = False
    future: bool = False
    nothing: bool = False
    place: Place | None = field(default=None, compare=False)

    @property
    def governed(self) -> bool:
        """Whether row security limits it."""
        return self.command in COMMANDS


@frozen
class Role:
    """One entry of `roles:`.

    Attributes:
        inherits: roles whose rights it has (membership with INHERIT, without SET).
        member_of: other memberships: role → `inherit`, `set` and `admin`, those that it has.
        grant_to: roles that have its rights: once loaded, they say so in their `inherits`.
        only: the environments in which it is there; () for all.
        tables: name or glob → command → access.
        sequences, functions, types, schemas, large_objects: name, signature or number →
            privileges.
        database: the key itself → privileges on the database that the file is applied to.
        settings: run-time settings that `pre_request` and `login` apply to the transaction; those
            of a role that logs in are stored with it.
        token: whether a token may become it; a job or a BI tool has none.
        login: whether it logs in itself, which only a role without a token may.
        unsafe: whether it may have privileges that no policy limits.
        was: the name that the database may still have it under.
    """

    name: Word
    comment: Word | None = None
    inherits: tuple[Word, ...] = ()
    member_of: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    grant_to: tuple[Word, ...] = ()
    only: tuple[Word, ...] = ()
    tables: Mapping[Word, tuple[Access, ...]] = field(default_factory=empty)
    sequences: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    functions: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    types: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    schemas: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    large_objects: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    database: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    settings: Mapping[Word, Word] = field(default_factory=empty)
    connection_limit: int | None = None
    token: bool = True
    login: bool = False
    unsafe: bool = False
    was: Word | None = None
    place: Place | None = field(default=None, compare=False)
    places: Mapping[str, Place] = field(default_factory=empty, compare=False)
    """Places of single keys, such as `connection_limit`, for remarks about them."""

    def objects(self) -> Iterator[tuple[str, Word, tuple[Word, ...]]]:
        """Give what it holds on objects other than tables: section, object, privileges."""
        for section in OBJECT_SECTIONS:
            for word, privileges in getattr(self, section).items():
                yield section, word, privileges


@frozen
class View:
    """One entry of `views:`: columns and rows of one table, read with the rights of its own role.

    `columns` maps each output column to the expression it shows; `only` holds the environments in
    which it is there, () for all.
    """

    name: Word
    from_: Word
    columns: Mapping[Word, Word]
    rows: Word | None = None
    comment: Word | None = None
    was: Word | None = None
    grant: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    only: tuple[Word, ...] = ()
    place: Place | None = field(default=None, compare=False)


@frozen
class Query:
    """One entry of `queries:`: a parameterised SELECT that roles may run and nothing else.

    `params` and `returns` map names to PostgreSQL types, in order; `only` holds the environments
    in which it is there, () for all.
    """

    name: Word
    returns: Mapping[Word, Word]
    sql: Word
    params: Mapping[Word, Word] = field(default_factory=empty)
    comment: Word | None = None
    was: Word | None = None
    grant: tuple[Word, ...] = ()
    only: tuple[Word, ...] = ()
    place: Place | None = field(default=None, compare=False)


@frozen
class Expectation:
    """One statement of a test and what must come of it; exactly one of the three is set.

    Attributes:
        query: the statement; `then`, if given, runs after it and is the one judged.
        rows: the rows it returns, each a tuple of YAML scalars, compared in PostgreSQL.
        affects: how many rows it inserts, updates or deletes.
        denied: it must fail for lack of access, or do nothing where the owner would do something.
        verify: the only mode (`gateway`, `database`) in which the expectation is made.
    """

    query: Word
    then: Word | None = None
    rows: tuple[tuple[Any, ...], ...] | None = None
    affects: int | None = None
    denied: bool = False
    verify: Word | None = None
    place: Place | None = field(default=None, compare=False)

    @property
    def judged(self) -> Word:
        """The statement that the expectation is about."""
        return self.then or self.query


@frozen
class Test:
    """One entry of `tests:`: rows given, claims in, role out, then expectations.

    Attributes:
        given: table → rows, each a mapping of column to YAML value.
        as_: the payload of the token, as JSON values.
        ago: claims that are times (NumericDate), in seconds before the test is run.
        becomes: the role that the claims must map to; None: no role, the token is refused.
        only: the environments whose access it tests; () for all.
    """

    name: Word
    as_: Mapping[str, Any] = field(default_factory=empty)
    ago: Mapping[Word, int] = field(default_factory=empty)
    becomes: Word | None = None
    given: Mapping[Word, tuple[Mapping[Word, Any], ...]] = field(default_factory=empty)
    expect: tuple[Expectation, ...] = ()
    only: tuple[Word, ...] = ()
    place: Place | None = field(default=None, compare=False)


@frozen
class Spec:
    """A whole specification.

    Attributes:
        policies_only: tables and globs of somebody else's, of which only policies are ours.
        policies: in a file with `unmarked: true`, every policy, as the database has it.
        row_security: tables on which row security is on and which no policy names.
        force_row_security: tables whose owner it binds too.
    """

    source: Source
    project: Word
    database: Database
    tokens: Tokens
    environments: Mapping[Word, Environment] = field(default_factory=empty)
    policies_only: tuple[Word, ...] = ()
    keep: tuple[Keep, ...] = ()
    policies: tuple[StatedPolicy, ...] = ()
    row_security: tuple[Word, ...] = ()
    force_row_security: tuple[Word, ...] = ()
    mapping: tuple[MappingRule, ...] = ()
    tenancy: tuple[Floor, ...] = ()
    rows: Mapping[Word, Word] = field(default_factory=empty)
    columns: Mapping[Word, tuple[Word, ...]] = field(default_factory=empty)
    """Groups of columns: name → patterns such as `*.*.ssn`."""
    lookups: Mapping[Word, Lookup] = field(default_factory=empty)
    roles: Mapping[Word, Role] = field(default_factory=empty)
    views: Mapping[Word, View] = field(default_factory=empty)
    queries: Mapping[Word, Query] = field(default_factory=empty)
    tests: tuple[Test, ...] = ()
    sources: tuple[Source, ...] = ()
    """Every file that it was read from, the main one first."""

    @property
    def digest(self) -> str:
        """A short digest of all its files."""
        texts = [one.text for one in self.sources or (self.source,)]
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:8]

    @property
    def token_roles(self) -> tuple[Word, ...]:
        """The roles that a token may become, if the mapping says so."""
        return tuple(name for name, role in self.roles.items() if role.token and name != PUBLIC)

    @property
    def own_role(self) -> str:
        """The NOLOGIN role that owns jwtroles' schema.

        Roles belong to the cluster, so by project.
        """
        return f"{self.project}_jwtroles"

    def view_role(self, name: str) -> str:
        """The NOLOGIN role that owns the view `name` and holds just the columns it needs."""
        return f"{self.project}_view_{_last_part(name)}"

    def query_role(self, name: str) -> str:
        """The NOLOGIN role that owns the query `name` and holds just the columns it needs."""
        return f"{self.project}_query_{_last_part(name)}"

    def lookup_role(self, name: str) -> str:
        """The NOLOGIN role that owns the lookup `name` and holds just the columns it reads."""
        return f"{self.project}_lookup_{name}"


def _last_part(name: str) -> str:
    """Return the name of an object without its schema (`v1.2` of `app."v1.2"`)."""
    qname = parse_qname(name)
    return qname.name if qname else name
