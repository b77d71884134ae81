"""What the kinds of objects are told by: phases, effects, statements and changes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import field
from enum import IntEnum, StrEnum
from typing import Any, Generic, NoReturn, TypeVar

from jwtroles.errors import Place
from jwtroles.frozen import frozen
from jwtroles.names import QName
from jwtroles.versions import MEMBERSHIP_OPTIONS

T = TypeVar("T")

ANY = "*"
"""A key that stands for every object of a kind, in `dies_with`."""


class Phase(IntEnum):
    """The order of statements: no instant is more permissive than before and after.

    Everything runs in one transaction wherever it fits, and still in this order, so that a plan
    that is split into several transactions is safe as well. What takes access away runs before
    what gives it, except inside a definer object, which nobody can reach yet.
    """

    RENAME_ROLES = 0
    """Roles that the file calls by another name; everything else about them stays. Before them the
    owner of the schema `jwtroles`, where that is there without it: what comes first is its own."""
    BORROW = 1
    """Memberships that the applying role needs for this transaction alone, in roles that exist."""
    RENAME = 2
    """Views and queries that the file calls by another name, before anything names them."""
    UNMAP = 3
    """Mapping rows go first when they change: no token becomes a role that is about to change.
    Before them their table and its schema return to the role that owns and writes them."""
    UNMEMBER = 4
    """Memberships that are withdrawn."""
    ROLES = 5
    """Roles are created without login to others and without members."""
    BORROW_NEW = 6
    """The same, in roles that this plan creates."""
    MACHINERY = 7
    """The schema `jwtroles`: its tables and functions, which policies call."""
    LOOKUP_RIGHTS = 8
    """Grants and policies of the roles that own lookups; nobody is a member of them."""
    LOOKUPS = 9
    """Lookups, which those roles own, and who may call them: policies ask them."""
    TIGHTEN = 10
    """RESTRICTIVE policies, narrower predicates, REVOKE, and policies of tables whose row security
    comes on in this plan (enabling first would be an outage, granting first a leak)."""
    ENABLE = 11
    """ENABLE ROW LEVEL SECURITY, when the policies of the table stand."""
    CLOSE = 12
    """Rights on schemas that go, after what their grantees revoke: that takes USAGE."""
    DEFINER_RIGHTS = 13
    """Grants and policies of the roles that own views and queries; nobody is a member of them."""
    DEFINERS = 14
    """Views and queries, which those roles own."""
    LOOSEN = 15
    """PERMISSIVE policies, wider predicates, GRANT."""
    MEMBERSHIPS = 16
    """Memberships that are given."""
    MAPPING = 17
    """Mapping rows, last: from here on a token reaches the role."""
    DROP = 18
    """Objects and roles that left the file, when nothing uses them any more."""
    RETURN = 19
    """Borrowed memberships are given back."""


class Effect(StrEnum):
    """What a change does to access."""

    TIGHTENS = "tightens"
    LOOSENS = "loosens"
    NEUTRAL = "neutral"
    DESTROYS = "destroys"
    CUTS_OFF = "cuts_off"
    UNKNOWN = "unknown"


@frozen
class Origin:
    """Why the file wants an object.

    Attributes:
        place: the line that says so.
        pattern: the glob that the file wrote, where it is not the object's own name.
        said: the condition in the file's words (`own and unpaid`), for policies.
        also: further places that decide the object, such as a named predicate's.
    """

    place: Place | None = None
    pattern: str = ""
    said: str = ""
    also: tuple[Place, ...] = ()


NOWHERE = Origin()
"""The origin of what the file does not mention."""


@frozen
class Need:
    """A right that the applying role must have for a statement.

    Attributes:
        right: `owner` (act as that role), `grantor` (become it), `membership` (have its rights),
            `createrole`, `create in database`, `admin` (ADMIN OPTION on the role, PostgreSQL 16
            and later) or `superuser`.
        role: the role that it is about, if any.
        subject: the object as a person knows it (`app.invoices`).
    """

    right: str
    role: str = ""
    subject: str = ""


class Secret:
    """Rows that are sent and never shown: no text, copy or file of it can be made."""

    __slots__ = ("_rows", "types")

    def __init__(self, types: tuple[str, ...], *rows: tuple[object, ...]) -> None:
        self.types = types
        self._rows = rows

    def __repr__(self) -> str:
        return "Secret"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")

    def reveal(self) -> tuple[tuple[object, ...], ...]:
        """Return the rows, to whoever sends them."""
        return self._rows


@frozen
class Statement:
    """One SQL statement of a plan.

    Attributes:
        sql: the text without a final semicolon.
        phase: when it runs.
        lock: the table on which it takes ACCESS EXCLUSIVE, if it does.
        as_role: the role that must run it, where its owner or grantor matters.
        needs: what the applying role must have; checked before the first statement.
        origin: the line of the file behind it.
        note: a remark that `--format sql` prints beside it.
        about: what it is about (a table, the owner of a view): what is about one thing stays in one
            transaction as far as the phases allow it; None for what only its own step needs.
        slots: how many locks it takes beside the one on what it is about (measured, rounded up).
        copied: the rows that a COPY … FROM STDIN takes. They are sent in binary form, of which
            PostgreSQL shows nothing in its log, its errors or pg_stat_activity.
    """

    sql: str
    phase: Phase
    lock: QName | None = None
    as_role: str | None = None
    needs: tuple[Need, ...] = ()
    origin: Origin = NOWHERE
    note: str = ""
    about: Hashable = None
    slots: int = 2
    copied: Secret | None = None


@frozen
class Context:
    """What a kind must know of the rest of a plan to phase its statements.

    Attributes:
        server_version: as in `server_version_num` (160015).
        reader: the role that plans and must be able to read our schema when membership in its owner
            is given back; '' for a superuser, who needs no grant.
        definers: roles that own views, queries and lookups, and have no members.
        lookups: those of them that own lookups.
        enabling: tables whose row security comes on in this plan.
        carried: tables of ours that are made afresh while what they keep stands in another one.
        secured: tables that have row security on after this plan.
        owners: table → its owner.
        schema_owners: schema → its owner.
        own_role: the owner of the schema `jwtroles`.
        database: the database that is managed.
        gone: why something goes, beside the statement that takes it away.
    """

    server_version: int
    own_role: str
    reader: str = ""
    database: str = ""
    gone: str = "not in the file"
    definers: frozenset[str] = frozenset()
    lookups: frozenset[str] = frozenset()
    enabling: frozenset[QName] = frozenset()
    carried: frozenset[QName] = frozenset()
    secured: frozenset[QName] = frozenset()
    owners: Mapping[QName, str] = field(default_factory=dict)
    schema_owners: Mapping[str, str] = field(default_factory=dict)

    @property
    def membership_options(self) -> bool:
        """Whether memberships carry INHERIT and SET options (PostgreSQL 16 and later)."""
        return self.server_version >= MEMBERSHIP_OPTIONS


@frozen
class Change(Generic[T]):
    """One difference between the catalog and the file; it holds no SQL.

    Attributes:
        kind: the name of its kind.
        key: identity of the object within its kind.
        before, after: the object in the database and in the file; None where it is not there.
    """

    kind: str
    key: Hashable
    before: T | None
    after: T | None

    @property
    def verb(self) -> str:
        """`add`, `alter` or `remove`."""
        if self.before is None:
            return "add"
        return "remove" if self.after is None else "alter"

    @property
    def subject(self) -> T:
        """The object as it will be, or as it was if it goes."""
        found = self.after if self.after is not None else self.before
        assert found is not None, "a change has a before or an after"  # noqa: S101
        return found


Row = Mapping[str, Any]
"""A row of a catalog query, by column name."""
