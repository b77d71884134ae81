"""What every kind of object declares: its type, its query, its statements, phase, lock, effect.

A :class:`Kind` is one value. Everything that works on all kinds (read, diff, order, apply, report)
loops over :data:`jwtroles.kinds.KINDS` and never asks which kind it has before it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import field
from enum import IntEnum, StrEnum
from typing import Any, Generic, NoReturn, TypeVar, get_args, get_type_hints

from jwtroles.errors import Place
from jwtroles.frozen import frozen
from jwtroles.kinds.leaving import Leaving
from jwtroles.kinds.mirror import Abroad, Mirror, about_none, as_source, declared_whole, unchanged
from jwtroles.kinds.renames import Renames
from jwtroles.names import QName

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
    """Roles that the file calls by another name; everything else about them stays."""
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
        return self.server_version >= 160000


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


def one_change(kind: str, key: Hashable, before: T | None, after: T | None) -> Iterable[Change[T]]:
    """Split a difference the usual way: it is one change."""
    yield Change(kind, key, before, after)


def verb_of(change: Change[Any]) -> str:
    """Return what a change does to its object, the usual way: `add`, `alter` or `remove`."""
    return change.verb


def stays(item: Any, _renames: Renames) -> Any:
    """Return an object that no new name of another one reaches."""
    return item


def always(change: Change[Any]) -> Change[Any]:
    """Keep a change in additive mode: what a valid token looks like is always the file's."""
    return change


def unless_removal(change: Change[Any]) -> Change[Any] | None:
    """Keep a change in additive mode unless it removes its object."""
    return None if change.after is None else change


@frozen
class Kind(Generic[T]):
    """Everything that is special about one kind of object.

    Attributes:
        name: its name, also that of its query `kinds/sql/<name>.sql`.
        parse: a row of the query → objects of this kind (none, one or several).
        key: the identity of an object, apart from its value.
        statements: a change → the statements that make it so.
        effect: a change → what it does to access.
        lock: the table lock that its statements take, for the documentation.
        split: a difference of objects → the changes that a person reviews.
        unit: what a change counts as: changes of one unit are counted once.
        verb: what a change does in the eyes of a reviewer: `add`, `alter` or `remove`.
        store: the table in the schema `jwtroles` that the query reads, if it reads one.
        reads: the columns of that table that the query names. One of another shape, as another
            version left it, is made afresh and has no objects to compare.
        asks: the function of the schema `jwtroles` that the query calls, if it calls one.
        unread: what stands for the objects in the store while that function cannot be asked.
        dies_with: keys of other kinds that vanish when this change recreates its object.
        meanwhile: keys of what stands between the statements of a change, and is gone after them.
        additive: the part of a change that takes nothing away, or None.
        called: how an entry of `keep` calls the object of a change: key → word. An entry finds it
            if all of its words are among these.
        attributes: parts of an object that an entry of `keep` may name; then it keeps just that.
        sparing: a change and such a part → the change that leaves the part as it is, or None.
        leave: what is left of an object when jwtroles is uninstalled, or None.
        follow: an object → the same as PostgreSQL has it once others have their new names.
        named: an object that has followed → the name that it will have itself, as a key; None where
            it has none of its own.
        abroad: an object that has followed → the same as another database calls it.
        mirrored: an object of another database by the names of this one, and the one that is here
            → what is to be here for access to be the same.
        level: an object of the source, the one that is here, and some roles → the former, with what
            is about these roles as it is here.
        declared: an object of the source, the one that is here, what the file says of the one and
            of the other, and whether the source is as it says → what is wanted here.
        tried_in_order: whether the first of its objects that fits decides. While one of them is
            away, those behind it must be away as well, or they would decide what it decided.
        whole: whether what the query reads of an object is enough to make it again.
    """

    name: str
    parse: Callable[[Row], Iterable[T]]
    key: Callable[[T], Hashable]
    statements: Callable[[Change[T], Context], Iterable[Statement]]
    effect: Callable[[Change[T], Context], Effect]
    lock: str = "none"
    split: Callable[[str, Hashable, T | None, T | None], Iterable[Change[Any]]] = one_change
    unit: Callable[[Change[Any]], Hashable] = lambda change: (change.kind, change.key)
    verb: Callable[[Change[Any]], str] = verb_of
    store: str | None = None
    reads: tuple[str, ...] = ()
    asks: str | None = None
    unread: tuple[T, ...] = ()
    dies_with: Callable[[Change[T]], Iterable[tuple[str, Hashable]]] = lambda _change: ()
    meanwhile: Callable[[Change[T]], Iterable[tuple[str, Hashable]]] = lambda _change: ()
    additive: Callable[[Change[Any]], Change[Any] | None] = unless_removal
    called: Callable[[Any], Mapping[str, str]] = lambda _subject: {}
    attributes: tuple[str, ...] = ()
    sparing: Callable[[Change[T], str], Change[T] | None] = lambda change, _attribute: change
    leave: Callable[[T, Leaving], T | None] = lambda item, _leaving: item
    follow: Callable[[T, Renames], T] = stays
    named: Callable[[T, Renames], Hashable] | None = None
    abroad: Callable[[T, Abroad], T] = unchanged
    mirrored: Callable[[T | None, T | None, Mirror], T | None] = as_source
    level: Callable[[T | None, T | None, frozenset[str]], T | None] = about_none
    declared: Callable[[T | None, T | None, T | None, T | None, bool], T | None] = declared_whole
    tried_in_order: bool = False
    whole: bool = True

    @property
    def object_type(self) -> type[T]:
        """The type of its objects, as `parse` declares it."""
        found: type[T] = get_args(get_type_hints(self.parse)["return"])[0]
        return found

    @property
    def change_type(self) -> type[Any]:
        """The type of `before` and `after` in its changes, as `split` declares it."""
        (found,) = get_args(get_args(get_type_hints(self.split)["return"])[0])
        return self.object_type if isinstance(found, TypeVar) else found
