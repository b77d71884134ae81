"""What a statement of a test is, by its syntax: which relations, which functions, what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles.errors import Collector, SpecError
from jwtroles.frozen import frozen
from jwtroles.names import QName, ident
from jwtroles.spec import sqltree
from jwtroles.spec.checks.statements import one_statement

if TYPE_CHECKING:
    from jwtroles.spec.model import Word

_WRITES = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


@frozen
class Statement:
    """One parsed statement.

    Attributes:
        sql: its text.
        relations: the relations that it names, as SQL, the one that it writes first.
        functions: the schema-qualified functions that it calls.
        setting: whether it is SET or RESET.
        hidden_write: whether it writes inside a WITH query, which its row count does not show.
    """

    sql: str
    relations: tuple[str, ...] = ()
    functions: tuple[QName, ...] = ()
    setting: bool = False
    hidden_write: bool = False


def parse(sql: Word) -> Statement:
    """Parse a statement.

    Raises:
        SpecError: it is not one statement that leaves the transaction open; a file that has such a
            statement does not load.
    """
    problems = Collector()
    tree = one_statement(sql, problems)
    problems.raise_if_any(SpecError)
    nodes = tuple(sqltree.walk(tree))
    return Statement(
        str(sql),
        tuple(dict.fromkeys(_relations(tree, nodes))),
        tuple(dict.fromkeys(_functions(nodes))),
        isinstance(tree, ast.VariableSetStmt),
        any(isinstance(node, _WRITES) and node is not tree for node in nodes),
    )


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
