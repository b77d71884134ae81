"""The entries of one map: keys that are keys, each once, and none that a comma has split off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.spec import traps
from jwtroles.spec.nodes import Node, ScalarNode, UnreadNode, described
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jwtroles.errors import Collector
    from jwtroles.spec.model import Word


@frozen
class Entry:
    """A key and its value.

    Attributes:
        key: the key.
        value: its value.
        bare: whether the key stands inside `{…}` without a colon, and so without a value.
        start: index of the value's first character in the file.
        stop: index after the key.
        end: index after the value, where that is a scalar.
    """

    key: ScalarNode
    value: Node
    bare: bool
    start: int
    stop: int
    end: int


def is_usable(key: Node, problems: Collector) -> TypeGuard[ScalarNode]:
    """Tell whether `key` is a text; note one that is not, or that YAML would merge."""
    if isinstance(key, ScalarNode) and key.plain and key.word == "<<":
        problems.add(
            codes.ALIAS,
            "YAML reads `<<` as a merge key",
            key.place,
            remedy="write the keys where they apply",
        )
        return False
    if isinstance(key, ScalarNode) and key.word:
        return True
    if not isinstance(key, UnreadNode):
        empty = isinstance(key, ScalarNode)
        problems.add(
            codes.KEY_FORM,
            f"expected a text as key, found {described(key)}",
            key.place,
            remedy="give it a name" if empty else "quote a key that holds brackets or braces",
        )
    return False


def without_bare(
    entries: Sequence[Entry], parent: Word | None, written: str, start: int, problems: Collector
) -> list[Entry]:
    """Return the entries without bare keys, each of which is an error.

    Bare keys that follow a plain value are the rest of that value (JR118). The value is then not
    read at all, since half a predicate would only bring up further errors.

    Args:
        entries: all entries of the map.
        parent: the key that the map is the value of.
        written: the map as the file has it.
        start: the index of the map in the file.
        problems: where to note the errors.
    """
    kept: list[Entry] = []
    left_over: dict[int, list[Entry]] = {}
    for entry in entries:
        if entry.bare:
            left_over.setdefault(len(kept) - 1, []).append(entry)
        else:
            kept.append(entry)
    for index, orphans in left_over.items():
        before = kept[index] if index >= 0 else None
        if before is None or not isinstance(before.value, ScalarNode) or not before.value.plain:
            _without_value(orphans, problems)
            continue
        split = traps.Split(
            key=before.key.word,
            value=before.value,
            orphans=tuple(orphan.key for orphan in orphans),
            parent=parent,
            written=written,
            span=slice(before.start - start, orphans[-1].stop - start),
        )
        traps.report_split(problems, split)
        kept[index] = replace(before, value=UnreadNode(before.value.place))
    return kept


def split_at(
    error: int, entries: Sequence[Entry], parent: Word | None, text: str, start: int
) -> tuple[traps.Split, slice] | None:
    """Return the value that was meant to go on over the index `error`, where YAML cannot go on.

    With it comes where in the file it stands. A plain value is meant to be longer if it ends in
    the middle of SQL, and only if a key of the language says that it is SQL, or an open bracket.

    Args:
        error: the index of the syntax error in the file.
        entries: the entries of the map so far.
        parent: the key that the map is the value of.
        text: the file.
        start: the index of the map in the file.
    """
    for number, entry in enumerate(entries):
        value = entry.value
        if entry.bare or not isinstance(value, ScalarNode) or not value.plain or not value.word:
            continue
        sql = traps.noun_of(entry.key.word, parent) or traps.is_open(value.word)
        stop = traps.meant_end(text, entry.start) if sql else entry.start
        end = text[entry.end :].lstrip()[:1]
        if not entry.end <= error < stop or end not in traps.ENDS:
            continue
        rest = text[stop:].lstrip()[:1]
        split = traps.Split(
            key=entry.key.word,
            value=value,
            orphans=tuple(orphan.key for orphan in entries[number + 1 :]),
            parent=parent,
            written=text[start:stop] + ("}" if rest == "}" else ", …}"),
            span=slice(entry.start - start, stop - start),
            end=end,
        )
        return split, slice(entry.start, stop)
    return None


def _without_value(orphans: Sequence[Entry], problems: Collector) -> None:
    for orphan in orphans:
        problems.add(
            codes.KEY_WITHOUT_VALUE,
            f"{tick(orphan.key.word)} has no value",
            orphan.key.place,
            remedy="inside {…} write `key: value`, with a space after the colon",
        )


def unique(entries: Sequence[Entry], problems: Collector) -> tuple[tuple[ScalarNode, Node], ...]:
    """Return the first entry of each key; note every further one."""
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.key.word in first:
            line = first[entry.key.word].key.place.line
            problems.add(
                codes.DUPLICATE_KEY,
                f"the key {tick(entry.key.word)} stands here twice",
                entry.key.place,
                label=f"the first one is on line {line}",
                remedy="keep one of the two",
            )
        else:
            first[entry.key.word] = entry
    return tuple((entry.key, entry.value) for entry in first.values())
