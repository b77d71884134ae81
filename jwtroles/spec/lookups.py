"""Lookups in SQL: `org_id in my_orgs`, which PostgreSQL's grammar does not have.

There, IN is followed by a bracket. So that places stay those of the file, an `in` before a bare
name is read as an operator of the same length, and the tree is mended afterwards: what is printed
and looked at is `org_id IN (my_orgs)`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pglast import ast, enums, parser

from jwtroles.frozen import frozen
from jwtroles.spec import sqltree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CANDIDATE = re.compile(r"\bin\b(?!\s*\()", re.IGNORECASE)
_COMMENTS = frozenset({"C_COMMENT", "SQL_COMMENT"})
_MARK = "#@"
"""Stands for `in`. It binds like IN against all that may stand beside it, and is no operator."""


@frozen
class Lookups:
    """A text that was parsed, and where it looks something up.

    Attributes:
        statements: its statements.
        names: the names that stand behind an `in` without brackets.
    """

    statements: tuple[Any, ...]
    names: tuple[Any, ...] = ()


def parse(sql: str) -> Lookups:
    """Parse `sql`, in which `in NAME` may stand; raise SyntaxFault where it is not SQL."""
    marked, offsets = _marked(sql)
    statements = sqltree.parse(marked)
    if not offsets:
        return Lookups(statements)
    nodes = (node for statement in statements for node in sqltree.walk(statement))
    return Lookups(
        statements, tuple(_mended(node, offsets) for node in list(nodes) if _is_marked(node))
    )


def uses(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each `x IN (NAME)` and `x NOT IN (NAME)` of one bare name, with the name."""
    for node in sqltree.walk(tree):
        if isinstance(node, ast.A_Expr) and node.kind == enums.A_Expr_Kind.AEXPR_IN:
            name = looked_up(node)
            if name is not None:
                yield node, name


def looked_up(node: Any) -> Any:
    """Return the bare name that `x IN (NAME)` looks into; None for any other list."""
    items: Any = node.rexpr
    single = len(items) == 1 and sqltree.is_column(items[0]) and len(items[0].fields) == 1
    return items[0] if single else None


def is_negated(node: Any) -> bool:
    """Tell whether `node` is NOT IN rather than IN."""
    return sqltree.name_parts(node.name) != ("=",)


def _is_marked(node: Any) -> bool:
    return isinstance(node, ast.A_Expr) and sqltree.name_parts(node.name) == (_MARK,)


def _mended(node: Any, offsets: Mapping[int, bool]) -> Any:
    if node.location not in offsets:
        raise sqltree.SyntaxFault(f"no operator {_MARK}", node.location)
    if not sqltree.is_column(node.rexpr) or len(node.rexpr.fields) != 1:
        message = "`in` is followed by a list in brackets or by the name of a lookup"
        raise sqltree.SyntaxFault(message, node.location)
    node.kind = enums.A_Expr_Kind.AEXPR_IN
    node.name = (ast.String(sval="<>" if offsets[node.location] else "="),)
    node.rexpr = (node.rexpr,)
    return node.rexpr[0]


def _marked(sql: str) -> tuple[str, Mapping[int, bool]]:
    """Return `sql` with the mark for each `in` before a bare name; where, and whether NOT IN."""
    if not _CANDIDATE.search(sql):
        return sql, {}
    try:
        tokens = [token for token in parser.scan(sql) if token.name not in _COMMENTS]
    except parser.ParseError:
        return sql, {}  # parsing tells what is wrong
    offsets: dict[int, bool] = {}
    text = list(sql)
    for number, token in enumerate(tokens):
        if token.name != "IN_P" or not _is_name(tokens, number + 1) or _in_position(tokens, number):
            continue
        before = tokens[number - 1]
        offsets[token.start] = before.name == "NOT"
        text[token.start : token.end + 1] = _MARK
        if before.name == "NOT":
            text[before.start : before.end + 1] = " " * len("not")
    return "".join(text), offsets


def _is_name(tokens: Any, number: int) -> bool:
    following = tokens[number] if number < len(tokens) else None
    return following is not None and (
        following.name == "IDENT" or following.kind == "UNRESERVED_KEYWORD"
    )


def _in_position(tokens: Any, number: int) -> bool:
    """Tell whether the innermost bracket around a token is that of `position(… in …)`."""
    depth = 0
    for index in range(number - 1, 0, -1):
        depth += {"ASCII_41": 1, "ASCII_40": -1}.get(tokens[index].name, 0)
        if depth < 0:
            return bool(tokens[index - 1].name == "POSITION")
    return False
