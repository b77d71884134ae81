"""Conditions as people write them: what PostgreSQL prints, without what it adds.

Nothing here has to be right: the proof compares how PostgreSQL stores the shorter text, and takes
the longer one where they differ.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from pglast import ast, enums, parser

from jwtroles.decompile.claims import Claims, read_by
from jwtroles.spec import sqltree

Kind = enums.A_Expr_Kind


FORMS = 4
"""How many forms a condition has: the best one first, the last one as PostgreSQL prints it."""


def written(printed: str, form: int, claims: Claims) -> str:
    """Return a condition in one of its forms, with its claims declared.

    The first form is without the casts, brackets and names that PostgreSQL adds, the second has the
    casts of columns to text, which somebody may have written, the third is without brackets that
    nobody needs.
    """
    try:
        tree = sqltree.expression(printed)
        if form == FORMS - 1 and not any(map(read_by, sqltree.walk(tree))):
            return printed
        write = WRITE[form]
        return write(claims.put(tree, write))
    except (sqltree.SyntaxFault, sqltree.UnfaithfulPrintError, ValueError, AttributeError):
        return printed


def shortened(tree: Any) -> str:
    """Return a condition without the casts, brackets and names that PostgreSQL adds."""
    return lowered(sqltree.print_expression(_plain(tree, texts=False)))


def with_texts(tree: Any) -> str:
    """Return the same with the casts of columns to text."""
    return lowered(sqltree.print_expression(_plain(tree, texts=True)))


def longer(tree: Any) -> str:
    """Return a condition without brackets that nobody needs."""
    return lowered(sqltree.print_expression(tree))


WRITE = (shortened, with_texts, longer, longer)


def lowered(sql: str) -> str:
    """Return SQL with its keywords as people write them."""
    text = sql
    for token in parser.scan(sql):
        start, end = token.start, token.end + 1
        if token.kind != "NO_KEYWORD":
            text = text[:start] + text[start:end].lower() + text[end:]
    return text


def _plain(tree: Any, *, texts: bool) -> Any:
    sqltree.rewrite(tree, partial(_plain, texts=texts))
    if isinstance(tree, ast.A_Expr):
        return _comparison(tree, texts=texts)
    if sqltree.boolean(tree) == enums.BoolExprType.AND_EXPR:
        return _between(tree)
    if isinstance(tree, ast.FuncCall) and tree.args:
        tree.args = tuple(_constant(arg, bare=False) for arg in tree.args)
    if isinstance(tree, ast.SubLink) and tree.subLinkType == enums.SubLinkType.EXPR_SUBLINK:
        select: Any = tree.subselect
        for target in select.targetList or ():
            target.name = None  # PostgreSQL names what has no name
    return tree


def _between(tree: Any) -> Any:
    """Return `x BETWEEN a AND b` for `x >= a AND x <= b`."""
    ends: list[Any] = [
        one if isinstance(one, ast.A_Expr) and one.kind == Kind.AEXPR_OP else None
        for one in tree.args
    ]
    if len(ends) != len((">=", "<=")) or None in ends:
        return tree
    low, high = ends
    operators = sqltree.name_parts(low.name), sqltree.name_parts(high.name)
    if operators != ((">=",), ("<=",)) or not sqltree.same(low.lexpr, high.lexpr):
        return tree
    between = sqltree.expression("NULL BETWEEN NULL AND NULL")
    between.lexpr, between.rexpr = low.lexpr, (low.rexpr, high.rexpr)
    return between


_COMPARING = frozenset({"=", "<>", "<", ">", "<=", ">="})
_TEXTS = frozenset({"text", "varchar", "bpchar"})
_NUMBERS = frozenset({"int4", "int8", "numeric"})
_LIKE = {
    "~~": Kind.AEXPR_LIKE,
    "!~~": Kind.AEXPR_LIKE,
    "~~*": Kind.AEXPR_ILIKE,
    "!~~*": Kind.AEXPR_ILIKE,
}


def _comparison(tree: Any, *, texts: bool) -> Any:
    """Return `x = 'a'` for `(x)::text = 'a'::text`, and IN for the array that it became."""
    names = sqltree.name_parts(tree.name)
    operator = names[0] if len(names) == 1 else ""
    if {Kind.AEXPR_OP_ANY: "=", Kind.AEXPR_OP_ALL: "<>"}.get(tree.kind) == operator:
        return _listed(tree, texts=texts)
    if tree.kind == Kind.AEXPR_OP and tree.lexpr is not None:
        compares = operator in _COMPARING
        bare = compares and not texts
        tree.lexpr = _without_text(_constant(tree.lexpr, bare=compares), bare=bare)
        tree.rexpr = _without_text(_constant(tree.rexpr, bare=compares), bare=bare)
        tree.kind = _LIKE.get(operator, tree.kind)
    return tree


def _listed(tree: Any, *, texts: bool) -> Any:
    """Return `x IN ('a', 'b')` for what PostgreSQL makes of it.

    Of a varchar, IN casts the array, and `= ANY (ARRAY[…])` its items.
    """
    array, cast = tree.rexpr, False
    while isinstance(array, ast.TypeCast):
        array, cast = array.arg, True
    items = array.elements if isinstance(array, ast.A_ArrayExpr) else ()
    plain = tuple(_constant(item, bare=True) for item in items or ())
    if not plain or not all(isinstance(item, ast.A_Const) for item in plain):
        return tree
    column = _without_text(tree.lexpr, bare=not texts)
    if column is tree.lexpr or cast:
        tree.kind = Kind.AEXPR_IN
        tree.rexpr = plain
    else:
        array.elements = plain
        tree.rexpr = array
    tree.lexpr = column
    return tree


def _constant(node: Any, *, bare: bool) -> Any:
    """Return a constant without its casts; those that are no texts only where `bare`."""
    inner: Any = node
    while _is_cast(inner):
        if not bare and sqltree.name_parts(inner.typeName.names)[-1] not in _TEXTS:
            return node
        inner = inner.arg
    if not isinstance(inner, ast.A_Const):
        return node
    below = _below_zero(node)
    return inner if below is None else sqltree.expression(below)


def _below_zero(node: Any) -> str | None:
    """Return a number below zero for the cast text that PostgreSQL prints for it, or None."""
    inner = node
    while _is_cast(inner) and sqltree.name_parts(inner.typeName.names)[-1] in _NUMBERS:
        inner = inner.arg
    if inner is node or not isinstance(inner, ast.A_Const) or not isinstance(inner.val, ast.String):
        return None
    text = str(inner.val.sval)
    return text if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text) else None


def _without_text(node: Any, *, bare: bool) -> Any:
    """Return what is cast to text, as PostgreSQL casts a varchar that it compares."""
    if not bare or not _is_cast(node):
        return node
    text = sqltree.name_parts(node.typeName.names)[-1] in _TEXTS and not node.typeName.arrayBounds
    return node.arg if text and sqltree.is_column(node.arg) else node


def _is_cast(node: Any) -> bool:
    return isinstance(node, ast.TypeCast)
