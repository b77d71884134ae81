"""A draft as YAML: the same bytes for the same draft, and the line of everything in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.decompile.draft import Draft, FloorDraft, RoleDraft, StatedDraft

WIDTH = 110
"""How long a line may be before what stands on it is spread over several."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.()/-]*(?: [A-Za-z0-9_.()=<>/-]+)*\Z")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_PATTERN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\*\.[A-Za-z0-9_]*\*?|\.[A-Za-z0-9_]*\*)\Z")


@frozen
class Written:
    """A text, and what each of its lines is about (None: nothing in particular)."""

    text: str
    about: Mapping[int, Any]


def scalar(text: str) -> str:
    """Return a text as YAML: plain where nobody could read it as anything else."""
    plain = _PLAIN.match(text) and text.lower() not in _WORDS and not text.endswith(" ")
    if plain or _PATTERN.match(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in quoted)


def flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{flow(key)}: {flow(one)}" for key, one in value.items())
        return "{" + inside + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(str(value))


def block(key: Any, value: Any, indent: int) -> Iterator[str]:
    """Yield the lines of a key and its value: on one line where it fits, else spread."""
    lead = " " * indent
    line = f"{lead}{flow(key)}: {flow(value)}"
    if len(line) <= WIDTH or not isinstance(value, Mapping | tuple | list) or not value:
        yield line
        return
    yield f"{lead}{flow(key)}:"
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from block(inner, one, indent + 2)
    else:
        for one in value:
            yield f"{lead}  - {flow(one)}"


def spread(key: str, value: Mapping[str, Any], indent: int) -> Iterator[str]:
    """Yield a map with each of its keys on a line of its own."""
    yield f"{' ' * indent}{scalar(key)}:"
    for inner, one in value.items():
        yield from block(inner, one, indent + 2)


def write(draft: Draft) -> Written:
    """Return the file."""
    lines: list[str] = []
    about: dict[int, Any] = {}
    for some, what in _sections(draft):
        for line in some:
            lines.append(line)
            if what is not None:
                about[len(lines)] = what
    return Written("\n".join(lines) + "\n", about)


def _sections(draft: Draft) -> Iterator[tuple[Iterable[str], Any]]:
    """Yield the parts of the file in their order, each with what it is about."""
    yield (f"# {line}".rstrip() for line in _head(draft)), None
    yield ("jwtroles: 1", f"project: {scalar(draft.project)}", ""), None
    yield spread("database", draft.database, 0), None
    yield _apart("policies_only", draft.policies_only), None
    yield _nested("tokens", draft.tokens), None
    yield _list("mapping", draft.mapping), None
    for number, floor in enumerate(draft.floors):
        yield _floor(floor, alone=len(draft.floors) == 1, first=not number), floor
    if len(draft.tenancy) == 1 and "name" not in draft.tenancy[0]:
        yield _apart("tenancy", draft.tenancy[0]), None
    else:
        yield _list("tenancy", draft.tenancy), None
    yield _apart("rows", draft.rows), None
    yield _apart("columns", draft.columns), None
    yield _apart("lookups", draft.lookups), None
    yield ("", "policies:") if draft.policies else (), None
    yield from ((_policy(policy), policy) for policy in draft.policies)
    yield _apart("row_security", draft.row_security), None
    yield _apart("force_row_security", draft.force_row_security), None
    yield _roles(draft.roles), None
    yield _apart("views", draft.views), None
    yield _apart("queries", draft.queries), None
    kept = tuple({**one.said, "reason": one.reason} for one in draft.keep)
    yield _list("keep", kept), None


def _apart(key: str, value: Any) -> Iterator[str]:
    """Yield a section behind an empty line, if there is anything in it."""
    if value:
        yield ""
        yield from spread(key, value, 0) if isinstance(value, Mapping) else block(key, value, 0)


def _nested(key: str, value: Mapping[str, Any]) -> Iterator[str]:
    """Yield a section in which maps are spread."""
    if value:
        yield from ("", f"{key}:")
    for inner, one in value.items():
        yield from spread(inner, one, 2) if isinstance(one, Mapping) else block(inner, one, 2)


def _roles(roles: Iterable[RoleDraft]) -> Iterator[str]:
    for number, role in enumerate(roles):
        yield from ("",) if number else ("", "roles:")
        yield f"  {scalar(role.name)}:" + ("" if role.keys else " {}")
        for key, value in role.keys.items():
            yield from _section(key, value)


def _head(draft: Draft) -> Iterator[str]:
    """Yield the comment at the head of the file."""
    if draft.restored:
        yield "Who may do what, as a database had it. The plan of this file is not empty there: it"
        yield "puts back what jwtroles makes by itself and somebody changed, and does nothing else."
        yield from (f"{note.code.id}: {visible(note.message)}" for note in draft.restored)
    else:
        yield "Who may do what, as a database had it: the plan of this file is empty there."
    if draft.unmarked:
        yield "`unmarked: true`: jwtroles has nothing of its own in it yet (docs/import.md)."
    for note in draft.notes:
        if note.code is not codes.NOT_SAID:
            yield f"{note.code.id}: {visible(note.message)}"
    if draft.keep:
        yield "What the language cannot say stands under `keep`, each with the reason."


def visible(text: str) -> str:
    """Return a text on one line without characters that a reader would not see."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _list(key: str, items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a list of maps, each on a line where it fits."""
    for number, item in enumerate(items):
        if not number:
            yield from ("", f"{key}:")
        yield from _item(item)


def _item(item: Mapping[str, Any]) -> Iterator[str]:
    line = f"  - {flow(item)}"
    if len(line) <= WIDTH:
        yield line
        return
    first, *rest = (line for key, one in item.items() for line in block(key, one, 4))
    yield f"  - {first.strip()}"
    yield from rest


def _section(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and (key == "tables" or len(value) > 1):
        yield from spread(key, value, 4)
    else:
        yield from block(key, value, 4)


def _floor(floor: FloorDraft, *, alone: bool, first: bool) -> Iterator[str]:
    """Yield a floor, the only one as a map and others as items of a list."""
    if alone:
        yield from _apart("tenancy", floor.said)
        return
    yield from ("", "tenancy:") if first else ()
    yield from _item(floor.said)


def _policy(policy: StatedDraft) -> Iterator[str]:
    said: dict[str, Any] = {"name": policy.name, "tables": policy.tables}
    if policy.except_:
        said["except"] = policy.except_
    if policy.restrictive:
        said["restrictive"] = True
    if policy.command != "all":
        said["for"] = policy.command
    said["to"] = policy.to
    conditions = (("using", policy.using), ("check", policy.check))
    said |= {key: text for key, text in conditions if text is not None}
    yield from _item(said)
