"""What a statement of a test is, by its syntax: one statement, which relations, what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pglast import ast

from jwtroles.names import QName, ident
from jwtroles.spec import sqltree

_WRITES = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


@dataclass(frozen=True, slots=True)
class Statement:
    """One parsed statement.

    Attributes:
        sql: its text.
        relations: the relations that it names, as SQL, the one that it writes first.
        functions: the schema-qualified functions that it calls.
        setting: whether it is SET or RESET.
        hidden_write: whether it writes inside a WITH query, which its row count does not show.
        forbidden: why a test may not run it; '' if it may.
    """

    sql: str
    relations: tuple[str, ...] = ()
    functions: tuple[QName, ...] = ()
    setting: bool = False
    hidden_write: bool = False
    forbidden: str = ""


def parse(sql: str) -> Statement:
    """Parse a statement; what the grammar does not accept is forbidden, since it is not known."""
    sql = str(sql)  # the parser takes no subclass
    try:
        trees = sqltree.parse(sql)
    except sqltree.SyntaxFault as fault:
        return Statement(sql, forbidden=f"it cannot be parsed: {fault.message}")
    if len(trees) != 1:
        found = "no statement" if not trees else f"{len(trees)} statements"
        return Statement(sql, forbidden=f"it is {found}, not one")
    (tree,) = trees
    nodes = tuple(sqltree.walk(tree))
    return Statement(
        sql,
        tuple(dict.fromkeys(_relations(tree, nodes))),
        tuple(dict.fromkeys(_functions(nodes))),
        isinstance(tree, ast.VariableSetStmt),
        any(isinstance(node, _WRITES) and node is not tree for node in nodes),
        _forbidden(tree, nodes),
    )


def _forbidden(tree: Any, nodes: tuple[Any, ...]) -> str:
    if isinstance(tree, ast.TransactionStmt):
        return "it would end the transaction of the test"
    if any(isinstance(node, ast.CopyStmt) and node.filename is None for node in nodes):
        return "COPY from or to the client cannot be tested"
    return ""


def _relations(tree: Any, nodes: tuple[Any, ...]) -> list[str]:
    ctes = {node.ctename for node in nodes if isinstance(node, ast.CommonTableExpr)}
    target = getattr(tree, "relation", None)
    first = [target] if isinstance(target, ast.RangeVar) else []
    found = [*first, *(node for node in nodes if isinstance(node, ast.RangeVar))]
    return [
        ".".join(ident(part) for part in (node.schemaname, node.relname) if part)
        for node in found
        if node.schemaname or node.relname not in ctes
    ]


def _functions(nodes: tuple[Any, ...]) -> list[QName]:
    called = [sqltree.name_parts(node.funcname) for node in nodes if isinstance(node, ast.FuncCall)]
    return [QName(*parts) for parts in called if len(parts) == 2]
