"""How a server printed the compiled texts of a file: what stands in for it where there is none.

A text that is found here is the same condition, printed by the same server on the same table. One
that is not found is new, or another spelling of what is there: only a server can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from jwtroles.catalog import Catalog
from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME
from jwtroles.kinds.function import Function
from jwtroles.kinds.policy import Policy
from jwtroles.kinds.view import View
from jwtroles.names import QName
from jwtroles.reader.canonical import printable

if TYPE_CHECKING:
    from jwtroles.catalog import Structure


TEXTS: Mapping[str, Mapping[str, str]] = {
    "policy": {"using": "using_sql", "check": "check_sql"},
    "view": {"definition": "sql"},
    "function": {"body": "body_sql"},
}
"""Kind → its printed texts, each with the field of the text to print."""


def as_written(kind: str, item: Any) -> Any:
    """Return a compiled object with the texts of the file.

    What a server prints of them depends on what else is there: an accessor that does not exist yet
    is a NULL.
    """
    pairs = ((said, getattr(item, sent)) for said, sent in TEXTS.get(kind, {}).items())
    return replace(item, **{said: text for said, text in pairs if text is not None})


@frozen
class PrintedView:
    """A view's SELECT as the server prints it, with its output columns."""

    definition: str
    columns: tuple[tuple[str, str], ...]


@frozen
class PrintedFunction:
    """A BEGIN ATOMIC function as the server prints it."""

    arguments: str
    returns: str
    body: str


@frozen
class Printed:
    """Compiled text → how it was printed: of policies by table, of views and queries by name."""

    expressions: Mapping[QName, Mapping[str, str]] = field(default_factory=dict)
    views: Mapping[QName, Mapping[str, PrintedView]] = field(default_factory=dict)
    functions: Mapping[QName, Mapping[str, PrintedFunction]] = field(default_factory=dict)

    @classmethod
    def of(cls, compiled: Catalog, printed: Catalog, structure: Structure) -> Printed:
        """Note how every text of a compiled catalog was printed, where the server printed it."""
        found = cls({}, {}, {})
        for kind, key, item in printable(compiled, structure):
            _NOTE[kind](found, item, printed[kind][key])
        return found

    def remembered(
        self, compiled: Catalog, structure: Structure
    ) -> tuple[Catalog, frozenset[tuple[str, Hashable]]]:
        """Return a compiled catalog as the server would print it, and what it never printed.

        The latter keeps its own text, and is named by kind and key.
        """
        unknown: set[tuple[str, Hashable]] = set()
        objects = {kind: dict(items) for kind, items in compiled.objects.items()}
        for kind, key, item in printable(compiled, structure):
            known = _RECALL[kind](self, item)
            if known is None:
                unknown.add((kind, key))
            else:
                del objects[kind][key]
                objects[kind][BY_NAME[kind].key(known)] = known
        return Catalog(objects), frozenset(unknown)


def _sides(policy: Policy) -> Iterator[tuple[str, str]]:
    for name, text in (("using", policy.using_sql), ("check", policy.check_sql)):
        if text is not None:
            yield name, text


def _note_policy(memory: Printed, sent: Policy, said: Policy) -> None:
    known = _of(memory.expressions, sent.table)
    for name, text in _sides(sent):
        known[text] = getattr(said, name)


def _recall_policy(memory: Printed, sent: Policy) -> Policy | None:
    known = memory.expressions.get(sent.table, {})
    found = {name: known.get(text) for name, text in _sides(sent)}
    return None if None in found.values() else replace(sent, **found)  # type: ignore[arg-type]


def _note_view(memory: Printed, sent: View, said: View) -> None:
    _of(memory.views, sent.name)[str(sent.sql)] = PrintedView(said.definition, said.columns)


def _recall_view(memory: Printed, sent: View) -> View | None:
    known = memory.views.get(sent.name, {}).get(str(sent.sql))
    if known is None:
        return None
    return replace(sent, definition=known.definition, columns=known.columns)


def _function_text(function: Function) -> str:
    return f"({function.arguments}) {function.returns} {function.body_sql}"


def _note_function(memory: Printed, sent: Function, said: Function) -> None:
    printed = PrintedFunction(said.arguments, said.returns, said.body)
    _of(memory.functions, sent.name)[_function_text(sent)] = printed


def _recall_function(memory: Printed, sent: Function) -> Function | None:
    known = memory.functions.get(sent.name, {}).get(_function_text(sent))
    if known is None:
        return None
    return replace(sent, arguments=known.arguments, returns=known.returns, body=known.body)


def _of(by_name: Mapping[QName, Mapping[str, Any]], name: QName) -> dict[str, Any]:
    """Return what is noted by a name, to be added to while it is being made."""
    made: dict[QName, dict[str, Any]] = by_name  # type: ignore[assignment]
    return made.setdefault(name, {})


_NOTE: Mapping[str, Callable[[Printed, Any, Any], None]] = {
    "policy": _note_policy,
    "view": _note_view,
    "function": _note_function,
}
_RECALL: Mapping[str, Callable[[Printed, Any], Any]] = {
    "policy": _recall_policy,
    "view": _recall_view,
    "function": _recall_function,
}
