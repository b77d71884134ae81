"""Expressions of two servers, compared as one of them prints both.

What PostgreSQL prints differs between versions, and what it prints of a printed text may differ
from the text. So two texts that are not the same are both printed again, by the target.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles.catalog import Catalog
from jwtroles.reader.canonical import Refusal, tried
from jwtroles.reader.connection import asking
from jwtroles.reader.printed import TEXTS

if TYPE_CHECKING:
    from jwtroles.catalog import Structure
    from jwtroles.reader.connection import Connection


def printed_there(
    connection: Connection, wanted: Catalog, current: Catalog, structure: Structure
) -> tuple[Catalog, tuple[Refusal, ...]]:
    """Return what is wanted as the target prints it, and what the target refuses.

    What the target has by another spelling alone is as the target has it.

    Raises:
        ServerError: JR005 when the server does not answer.
    """
    found = dict(_different(wanted, current))
    if not found:
        return wanted, ()
    ours = _catalog(found, 0)
    with asking(connection):
        # Accessors that are not there yet are tried out with what stands in for them.
        sent = Catalog({**ours.objects, "function": {**wanted["function"], **ours["function"]}})
        printed, refused = tried(connection, sent, structure)
        theirs, _ = tried(connection, _catalog(found, 1), structure)
    for kind, key in found:
        item, there = printed[kind].get(key), theirs[kind].get(key)
        if item is None:
            continue  # refused: its own text tells that it differs
        same = item is not None and there is not None and _texts(kind, item) == _texts(kind, there)
        kept = _like(kind, wanted[kind][key], current[kind][key]) if same else item
        objects = {**wanted[kind], key: kept}
        wanted = Catalog({**wanted.objects, kind: objects})
    return wanted, refused


def unprinted(wanted: Catalog, current: Catalog) -> frozenset[tuple[str, Hashable]]:
    """Return kind and key of what both have with texts that differ."""
    return frozenset(key for key, (_, there) in _different(wanted, current) if there is not None)


def _different(
    wanted: Catalog, current: Catalog
) -> Iterator[tuple[tuple[str, Hashable], tuple[Any, Any]]]:
    """Yield kind and key of what has another text, or is not there, with both objects to print."""
    for kind, texts in TEXTS.items():
        for key, item in wanted[kind].items():
            there = current[kind].get(key)
            if kind == "function" and not item.atomic:
                continue  # the text is stored as it was written
            if there is None or _texts(kind, item) != _texts(kind, there):
                yield (kind, key), (_to_print(item, texts), there and _to_print(there, texts))


def _to_print(item: Any, texts: Mapping[str, str]) -> Any:
    if any(getattr(item, sent) is not None for sent in texts.values()):
        return item  # compiled: the text of the file itself is printed
    return replace(item, **{sent: getattr(item, text) for text, sent in texts.items()})


def _catalog(found: Mapping[tuple[str, Hashable], tuple[Any, Any]], which: int) -> Catalog:
    objects: dict[str, dict[Hashable, Any]] = {kind: {} for kind in TEXTS}
    for (kind, key), pair in found.items():
        if pair[which] is not None:
            objects[kind][key] = pair[which]
    return Catalog(objects)


def _texts(kind: str, item: Any) -> tuple[Any, ...]:
    return tuple(getattr(item, text) for text in TEXTS[kind])


def _like(kind: str, item: Any, there: Any) -> Any:
    """Return an object with the texts that are there, which mean the same."""
    names = {*TEXTS[kind], *TEXTS[kind].values()}
    return replace(item, **{name: getattr(there, name) for name in names})
