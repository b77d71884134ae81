"""What every kind of object declares: its type, its query, its statements, phase, lock, effect.

A :class:`Kind` is one value. Everything that works on all kinds (read, diff, order, apply, report)
loops over :data:`jwtroles.kinds.KINDS` and never asks which kind it has before it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from jwtroles.frozen import frozen
from jwtroles.kinds.base import Change, Context, Effect, Row, Statement
from jwtroles.kinds.leaving import Leaving
from jwtroles.kinds.mirror import Abroad, Mirror, about_none, as_source, declared_whole, unchanged
from jwtroles.kinds.renames import Renames

T = TypeVar("T")


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
