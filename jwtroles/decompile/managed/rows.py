"""Conditions of policies that jwtroles made, as the file that they came from says them.

`verify: database` takes all that a condition asks of the login from one call, and puts the floors
beside a role's own rows, those of tables that it reads too. Here they are taken apart again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pglast import ast, enums

from jwtroles.compiler.one_call import list_asked
from jwtroles.decompile.predicates import shortened
from jwtroles.names import OWN_SCHEMA, ident
from jwtroles.spec import sqltree
from jwtroles.verifier.claims import AUTHORIZED, CLAIMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Kind = enums.A_Expr_Kind
AND = enums.BoolExprType.AND_EXPR
ACCESSOR = "claim_"
SETTING = "current_setting"


def conditions(
    printed: str, table: str, write: Callable[[Any], str] = shortened
) -> tuple[str, ...]:
    """Return what has to hold together, each condition as the file writes it.

    Args:
        printed: a condition of a policy as PostgreSQL prints it.
        table: the name of the policy's table, by which its columns may be called in it.
        write: how a condition is written.
    """
    opened = _opened(own_bare(sqltree.expression(printed), table))
    parts = opened.args if sqltree.boolean(opened) == AND else (opened,)
    found = (_unqualified(part, table) for part in parts if not _checks_login(part))
    return tuple(dict.fromkeys(map(write, found)))


def joined(parts: Iterable[str], write: Callable[[Any], str] = shortened) -> str | None:
    """Return conditions that hold together as one; None where there is none, or only `true`."""
    listed = [part for part in parts if part != "true"]
    if len(listed) <= 1:
        return listed[0] if listed else None
    trees = tuple(map(sqltree.expression, listed))
    return write(sqltree.flatten(ast.BoolExpr(boolop=AND, args=trees)))


def opened(tree: Any, table: str = "") -> Any:
    """Return a tree with claims and lookups in the place of what reads them.

    Args:
        tree: the tree.
        table: the table whose columns stand bare outside of subqueries.
    """
    return _unqualified(_opened(own_bare(tree, table)), table)


def own_bare(tree: Any, table: str) -> Any:
    """Return a tree in which columns of a table called `claims` stand bare, as in the file.

    PostgreSQL gives the row of claims another name beside such a table.
    """
    return _renamed(tree, CLAIMS.name, "") if table == CLAIMS.name else tree


def _renamed(tree: Any, old: str, new: str) -> Any:
    for node in sqltree.walk(tree):
        if sqltree.is_column(node) and len(node.fields) > 1:
            first, *rest = sqltree.name_parts(node.fields)
            if first == old:
                node.fields = tuple(ast.String(sval=part) for part in (new, *rest) if part)
    return tree


def _opened(tree: Any) -> Any:
    if _chooses(tree):
        return _opened(tree.defresult)
    read = _of_login(tree)
    if read is not None:
        return read
    sqltree.rewrite(tree, _opened)
    if isinstance(tree, ast.TypeCast) and _is_claim(tree.arg) and _is_list(tree):
        return tree.arg  # a list claim is cast, so that ANY takes it for a value
    if isinstance(tree, ast.A_Expr) and tree.kind == Kind.AEXPR_OP_ANY:
        return _looked_up(tree)
    return sqltree.flatten(tree)


def _chooses(tree: Any) -> bool:
    """Tell whether a condition has a form for each login: the last is that of the policy's role."""
    if not isinstance(tree, ast.CaseExpr):
        return False
    (first, *_) = tree.args or ()
    side = getattr(first.expr, "lexpr", None)
    select: Any = side.subselect if isinstance(side, ast.SubLink) else None
    value = select.targetList[0].val if select and select.targetList else None
    return isinstance(value, ast.FuncCall) and sqltree.name_parts(value.funcname)[-1] == SETTING


def _of_login(tree: Any) -> Any:
    """Return what a subquery on the login stands for, or None for anything else."""
    if isinstance(tree, ast.SubLink) and not list_asked(tree):
        select: Any = tree.subselect
        if _from_claims(select):
            _renamed(select, _alias(select), CLAIMS.name)
            lists = _lists(select)
            sqltree.rewrite(select, lambda child: _asked(child, lists))
            exists = tree.subLinkType == enums.SubLinkType.EXISTS_SUBLINK
            asks = select.whereClause if exists else select.targetList[0].val
            return _opened(_without_floors(asks))
        called = _called(select)
        if tree.subLinkType == enums.SubLinkType.EXPR_SUBLINK and called.startswith(ACCESSOR):
            return sqltree.expression(f"claims.{called.removeprefix(ACCESSOR)}")
    if isinstance(tree, ast.A_Expr) and isinstance(tree.rexpr, ast.SubLink):
        select = tree.rexpr.subselect
        if isinstance(tree.lexpr, ast.RowExpr) and _from_claims(select):
            _renamed(select, _alias(select), CLAIMS.name)
            pairs = zip(tree.lexpr.args or (), select.targetList, strict=True)
            return ast.BoolExpr(boolop=AND, args=tuple(_equal(*pair) for pair in pairs))
    return None


def _equal(left: Any, target: Any) -> Any:
    equal = sqltree.expression("NULL = NULL")
    equal.lexpr, equal.rexpr = _opened(left), _opened(target.val)
    return equal


def _lists(select: Any) -> dict[str, str]:
    """Return the columns of a row of claims that are lists of lookups, with what gives each."""
    made = select.withClause.ctes[0].ctequery.targetList if select.withClause else ()
    return {
        target.name or sqltree.name_parts(target.val.funcname)[-1]: sqltree.name_parts(
            target.val.funcname
        )[-1]
        for target in made
        if isinstance(target.val, ast.FuncCall)
    }


def _asked(tree: Any, lists: Mapping[str, str]) -> Any:
    """Return a tree in which a list is asked by itself, and not a column beside claims."""
    name = sqltree.name_parts(tree.fields)[-1] if _is_claim(tree) else ""
    if name in lists:
        return sqltree.expression(f"(SELECT {OWN_SCHEMA}.{ident(lists[name])}())")
    sqltree.rewrite(tree, lambda child: _asked(child, lists))
    return tree


def _alias(select: Any) -> str:
    """Return what the row of claims is called in a SELECT from it."""
    (source,) = select.fromClause
    return str(source.alias.aliasname if source.alias else source.relname)


def _from_claims(select: Any) -> bool:
    source = (select.fromClause or (None,))[0]
    if isinstance(source, ast.RangeVar) and not source.schemaname and select.withClause:
        (made,) = (cte.ctequery for cte in select.withClause.ctes if cte.ctename == source.relname)
        return _from_claims(made)
    if not isinstance(source, ast.RangeFunction):
        return False
    functions: Any = source.functions
    called = functions[0][0]
    return sqltree.name_parts(called.funcname) == (CLAIMS.schema, CLAIMS.name)


def _without_floors(tree: Any) -> Any:
    """Return a tree that reads whole tables where it reads what their floors let pass."""
    sqltree.rewrite(tree, _without_floors)
    if not isinstance(tree, ast.RangeSubselect):
        return tree
    select: Any = tree.subquery
    sources: tuple[Any, ...] = select.fromClause or ()
    if len(sources) != 1 or not isinstance(sources[0], ast.RangeVar) or not select.whereClause:
        return tree
    table, alias = sources[0], tree.alias
    own = alias is None or (alias.aliasname == table.relname and not alias.colnames)
    table.alias = None if own else alias
    return table


def _called(select: Any) -> str:
    """Return the function of our schema that a SELECT is the mere call of, or ''."""
    if getattr(select, "fromClause", None) or len(select.targetList or ()) != 1:
        return ""
    value = select.targetList[0].val
    if not isinstance(value, ast.FuncCall):
        return ""
    names = sqltree.name_parts(value.funcname)
    return names[1] if names[:-1] == (OWN_SCHEMA,) else ""


def _checks_login(tree: Any) -> bool:
    return isinstance(tree, ast.SubLink) and _called(tree.subselect) == AUTHORIZED.name


def _is_list(cast: Any) -> bool:
    return bool(cast.typeName.arrayBounds)


def _is_claim(node: Any) -> bool:
    return sqltree.is_column(node) and sqltree.name_parts(node.fields)[0] == CLAIMS.name


def _looked_up(tree: Any) -> Any:
    """Return `x IN (NAME)` for the list of a lookup."""
    value = tree.rexpr.arg if isinstance(tree.rexpr, ast.TypeCast) else tree.rexpr
    name = list_asked(value)
    if not name:
        return tree
    found = sqltree.expression(f"NULL IN ({name})")
    found.lexpr = tree.lexpr
    return found


def _unqualified(tree: Any, table: str) -> Any:
    """Return a condition in which columns of its own table stand bare outside of subqueries."""
    if isinstance(tree, ast.SelectStmt) or table == CLAIMS.name:
        return tree
    if sqltree.is_column(tree):
        names = sqltree.name_parts(tree.fields)
        if len(names) == len((table, "column")) and names[0] == table:
            tree.fields = tree.fields[1:]
        return tree
    sqltree.rewrite(tree, lambda child: _unqualified(child, table))
    return tree
