"""PostgreSQL syntax trees: parsing, walking, rewriting and printing them.

Predicates are only ever changed as trees and printed from the tree. A print is handed out after it
was parsed again and gave the same tree, so that a flaw of the printer becomes an error and never
another condition than the one that was checked.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from pglast import ast, enums, parser
from pglast.stream import RawStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PREFIX = "SELECT "
"""What stands before an expression when it is parsed: PostgreSQL parses statements only."""

MAX_DEPTH = 90
"""Nesting of a tree that walking and printing stand without exhausting Python's stack."""

KEPT = 1024
"""Texts whose trees are kept, and trees whose prints are: a plan needs those of its file often, and
so do the plans of many databases of one file.
"""

_NAME = re.compile(
    r'(?:"(?:[^"]|"")*"|[^\W\d][\w$]*)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[^\W\d][\w$]*|\*))*'
)
_SPELLING = "funcformat"
"""What tells `EXTRACT(year FROM x)` from the same call in the form of every other."""
_STANDARD = enums.CoercionForm.COERCE_SQL_SYNTAX
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "''", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class SyntaxFault(Exception):  # noqa: N818 - a fault of the text, turned into a Problem
    """PostgreSQL's grammar does not accept a text: its message, and the offset in characters."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class UnfaithfulPrintError(Exception):
    """The printed SQL does not parse to the tree that it was printed from."""


class _OneLine(RawStream):
    """The printer: one line, and literals that mean the same whatever the server's settings."""

    def write_quoted_string(self, s: str) -> None:
        """Write `s` as a literal; an E'' literal where standard_conforming_strings could matter."""
        escaped = any(character in s for character in "\\\n\r\t")
        self.write(f"E'{s.translate(_ESCAPES)}'" if escaped else "'" + s.replace("'", "''") + "'")


class _AsWritten(_OneLine):
    """The same, with calls in the form of the standard (`at AT TIME ZONE 'UTC'`) where they had it.

    PostgreSQL stores which form a call had, and prints it so.
    """

    def get_printer_for_function(self, name: str, node: Any = None) -> Any:
        """Return the printer of the standard's form, for a call that was written in it."""
        self.special_functions = getattr(node, _SPELLING, None) == _STANDARD
        return super().get_printer_for_function(name, node)


def parse(sql: str) -> tuple[Any, ...]:
    """Return the statements of `sql`, trees of the caller's own.

    A plan reads the same text again and again: to copy a tree takes a fifth of what parsing takes.

    Raises:
        SyntaxFault: where PostgreSQL's grammar refuses the text.
    """
    return _copied(_parsed(sql))  # type: ignore[no-any-return]


@lru_cache(KEPT)
def _parsed(sql: str) -> tuple[Any, ...]:
    """Return trees that nobody may change."""
    if "\0" in sql:
        raise SyntaxFault("a NUL character", sql.index("\0"))
    try:
        statements = tuple(raw.stmt for raw in parser.parse_sql(sql))
    except parser.ParseError as error:
        message, offset = (*error.args, None)[:2]
        at_end = "end of input" in str(message) or not isinstance(offset, int)
        raise SyntaxFault(str(message), len(sql) if at_end else offset) from None
    except RecursionError:
        raise SyntaxFault("nested too deeply", 0) from None
    if any(_depth(statement) > MAX_DEPTH for statement in statements):
        raise SyntaxFault("nested too deeply", 0)
    return statements


def expression(sql: str) -> Any:
    """Return the tree of one expression that jwtroles itself has written."""
    (statement,) = parse(PREFIX + sql)
    (target,) = statement.targetList
    return target.val


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    """Return the names of what a node of a kind holds."""
    return tuple(kind.__slots__)


@cache
def _spelled(kind: Any) -> tuple[str, ...]:
    """Return the names of what of a node of a kind shows in its text."""
    return tuple(name for name in _fields(kind) if not _is_position(name))


@cache
def _meant(kind: Any) -> tuple[str, ...]:
    """Return the names of what a node of a kind means."""
    return tuple(name for name in _spelled(kind) if name != _SPELLING)


def _copied(value: Any) -> Any:
    """Return a copy of a node or a tuple of them; what nodes hold beside nodes does not change."""
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    if not isinstance(value, ast.Node):
        return value
    kind: Any = type(value)
    made = kind.__new__(kind)
    for name in _fields(kind):
        # The class's own way checks each value against its type: it is the value of a node.
        object.__setattr__(made, name, _copied(getattr(value, name)))
    return made


def children(node: Any) -> Iterator[Any]:
    """Yield the nodes directly below `node`, in the order of its fields."""
    kind: Any = type(node)
    for name in _fields(kind):
        value = getattr(node, name)
        if isinstance(value, ast.Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes(value)


def walk(node: Any, *, into: Callable[[Any], bool] = lambda _: True) -> Iterator[Any]:
    """Yield `node` and all below it, parents first; below those that `into` refuses, nothing."""
    todo = [node]
    while todo:
        current = todo.pop()
        yield current
        if into(current):
            todo.extend(reversed(list(children(current))))


def outside_subqueries(node: Any) -> Iterator[Any]:
    """Yield `node` and all below it, but nothing inside a subquery."""
    return walk(node, into=lambda current: not isinstance(current, ast.SelectStmt))


def rewrite(node: Any, change: Callable[[Any], Any]) -> None:
    """Replace every node directly below `node` by what `change` makes of it."""
    for name in node:
        value = getattr(node, name)
        if isinstance(value, ast.Node):
            setattr(node, name, change(value))
        elif isinstance(value, tuple):
            setattr(node, name, _rewrite_tuple(value, change))


def same(left: Any, right: Any) -> bool:
    """Tell whether two trees are the same, positions and choice of spelling aside."""
    return bool(shape(left) == shape(right))


def shape(value: Any) -> Any:
    """Return a hashable value that is equal for equal trees, positions and spelling aside."""
    return _told(value, _meant)


def _told(value: Any, names: Callable[[Any], tuple[str, ...]]) -> Any:
    """Return a hashable value that is equal where trees hold the same under these names."""
    if isinstance(value, ast.Node):
        kind: Any = type(value)
        return (
            kind.__name__,
            *(
                (name, _told(held, names))
                for name in names(kind)
                if (held := getattr(value, name)) is not None
            ),
        )
    if isinstance(value, tuple):
        return tuple(_told(item, names) for item in value)
    return (type(value).__name__, value.value) if isinstance(value, Enum) else value


_printed: dict[Any, str] = {}
"""What trees were printed as, by all of them but their positions."""


def print_statement(statement: Any) -> str:
    """Print one statement on one line; raise UnfaithfulPrintError if the print means another."""
    written = _told(statement, _spelled)
    printed = _printed.get(written)
    if printed is None:
        if len(_printed) >= KEPT:
            _printed.clear()
        printed = _printed[written] = _print(statement)
    return printed


def _print(statement: Any) -> str:
    try:
        return _printed_by(_AsWritten, statement)
    except UnfaithfulPrintError:
        return _printed_by(_OneLine, statement)


def _printed_by(printer: type[_OneLine], statement: Any) -> str:
    try:
        printed = str(printer()(statement))
        (again,) = _parsed(printed)
    except (SyntaxFault, ValueError, NotImplementedError, AttributeError) as error:
        raise UnfaithfulPrintError(str(error)) from error
    if not same(again, statement):
        raise UnfaithfulPrintError(printed)
    return printed


def print_expression(tree: Any) -> str:
    """Print one expression on one line; raise UnfaithfulPrintError if the print means another."""
    (statement,) = parse(PREFIX + "NULL")
    statement.targetList[0].val = tree
    return print_statement(statement).removeprefix(PREFIX)


def name_parts(names: tuple[Any, ...] | None) -> tuple[str, ...]:
    """Return the parts of a dotted name; a star is `*`."""
    return tuple("*" if isinstance(part, ast.A_Star) else part.sval for part in names or ())


def is_node(value: Any) -> bool:
    """Tell whether `value` is a node of a tree (a plain DISTINCT holds None in place of one)."""
    return isinstance(value, ast.Node)


def is_column(node: Any) -> bool:
    """Tell whether `node` is a reference by name: a column, a claim, a row or a named predicate."""
    return isinstance(node, ast.ColumnRef)


def span(text: str, offset: int) -> int:
    """Return the length of the dotted name that stands at `offset` of `text` (1 if none does)."""
    match = _NAME.match(text, offset)
    return len(match.group()) if match else 1


def boolean(node: Any) -> Any:
    """Return AND_EXPR, OR_EXPR or NOT_EXPR if `node` combines conditions, else None."""
    return node.boolop if isinstance(node, ast.BoolExpr) else None


def flatten(node: Any) -> Any:
    """Return `node` with AND inside AND, and OR inside OR, made one list."""
    if boolean(node) is None or node.boolop == enums.BoolExprType.NOT_EXPR:
        return node
    args: list[Any] = []
    for arg in node.args:
        args.extend(arg.args if boolean(arg) == node.boolop else (arg,))
    node.args = tuple(args)
    return node


def _nodes(value: Any) -> Iterator[Any]:
    if isinstance(value, ast.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def _rewrite_tuple(items: tuple[Any, ...], change: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple(
        change(item)
        if isinstance(item, ast.Node)
        else (_rewrite_tuple(item, change) if isinstance(item, tuple) else item)
        for item in items
    )


def _is_position(name: str) -> bool:
    return name.endswith(("location", "_start", "_end", "stmt_len"))


def _depth(node: Any) -> int:
    deepest, todo = 0, [(node, 1)]
    while todo:
        current, depth = todo.pop()
        deepest = max(deepest, depth)
        todo.extend((child, depth + 1) for child in children(current))
    return deepest
