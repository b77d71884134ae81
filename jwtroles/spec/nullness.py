"""What an expression may be while one claim is NULL: sets of truth values, worked out bottom up.

Everything that is not known is assumed to have all of the values, so that an answer may be too
large and never too small.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from pglast import ast, enums

from jwtroles.spec import builtins, sqltree
from jwtroles.spec.allowed import is_aggregate

if TYPE_CHECKING:
    from collections.abc import Iterator

TRUE, FALSE, NULL = 1, 2, 4
ANY = TRUE | FALSE | NULL

Truth = int
"""The truth values that an expression may have, as a set of bits."""

Kind = enums.A_Expr_Kind
_COMPARISONS = (Kind.AEXPR_OP, Kind.AEXPR_LIKE, Kind.AEXPR_ILIKE, Kind.AEXPR_SIMILAR)
_BETWEEN = (Kind.AEXPR_BETWEEN, Kind.AEXPR_BETWEEN_SYM)
_NOT_BETWEEN = (Kind.AEXPR_NOT_BETWEEN, Kind.AEXPR_NOT_BETWEEN_SYM)
_BOOLEAN_TESTS = {
    enums.BoolTestType.IS_TRUE: TRUE,
    enums.BoolTestType.IS_NOT_TRUE: FALSE | NULL,
    enums.BoolTestType.IS_FALSE: FALSE,
    enums.BoolTestType.IS_NOT_FALSE: TRUE | NULL,
    enums.BoolTestType.IS_UNKNOWN: NULL,
    enums.BoolTestType.IS_NOT_UNKNOWN: TRUE | FALSE,
}
_PLAIN_SELECT = frozenset(
    {"targetList", "fromClause", "whereClause", "limitOption", "op", "all", "groupDistinct"}
    | {"distinctClause", "limitCount", "limitOffset"}
)


def negation(truth: Truth) -> Truth:
    """Return NOT of the values in `truth`."""
    return (truth & NULL) | (FALSE if truth & TRUE else 0) | (TRUE if truth & FALSE else 0)


def conjunction(left: Truth, right: Truth) -> Truth:
    """Return AND of any value of `left` with any value of `right`."""
    unknown = (left & NULL and right & (NULL | TRUE)) or (right & NULL and left & TRUE)
    return (left & right & TRUE) | ((left | right) & FALSE) | (NULL if unknown else 0)


def disjunction(left: Truth, right: Truth) -> Truth:
    """Return OR of any value of `left` with any value of `right`."""
    return negation(conjunction(negation(left), negation(right)))


class WhileNull:
    """Expressions while one claim, or one lookup, is NULL.

    Args:
        claim: its name in SQL: `claims.NAME`, or a lookup's bare name.
    """

    def __init__(self, claim: tuple[str, ...]) -> None:
        self.claim = claim

    def is_claim(self, node: Any) -> bool:
        """Tell whether `node` is the claim itself."""
        return sqltree.is_column(node) and sqltree.name_parts(node.fields) == self.claim

    def mentions(self, node: Any) -> bool:
        """Tell whether the claim stands anywhere in `node`."""
        return any(map(self.is_claim, sqltree.walk(node)))

    def truth(self, node: Any) -> Truth:
        """Return the values that `node`, taken as a boolean, may have."""
        visit = _TRUTH.get(type(node))
        if visit is not None:
            return int(visit(self, node))
        return NULL if self.is_null(node) else ANY

    def _truth_of_bool(self, node: Any) -> Truth:
        return combine(node.boolop, list(map(self.truth, node.args)))

    def _truth_of_const(self, node: Any) -> Truth:
        if node.isnull:
            return NULL
        if isinstance(node.val, ast.Boolean):
            return TRUE if node.val.boolval else FALSE
        return TRUE | FALSE

    def _truth_of_null_test(self, node: Any) -> Truth:
        known = self.is_null(node.arg)
        is_null = node.nulltesttype == enums.NullTestType.IS_NULL
        return (TRUE if is_null else FALSE) if known else TRUE | FALSE

    def _truth_of_boolean_test(self, node: Any) -> Truth:
        tested, wanted = self.truth(node.arg), _BOOLEAN_TESTS[node.booltesttype]
        return (TRUE if tested & wanted else 0) | (FALSE if tested & ~wanted else 0)

    def _truth_of_coalesce(self, node: Any) -> Truth:
        result = 0
        for arg in node.args:
            truth = self.truth(arg)
            result |= truth & ~NULL
            if not truth & NULL:
                return result
        return result | NULL

    def _truth_of_case(self, node: Any) -> Truth:
        return reduce(
            lambda found, result: found | (NULL if result is None else self.truth(result)),
            self._case_results(node),
            0,
        )

    def _truth_of_expression(self, node: Any) -> Truth:
        kind = node.kind
        if kind in _COMPARISONS:
            return self.compare(node.name, node.lexpr, node.rexpr)
        if kind == Kind.AEXPR_IN:
            return self._truth_of_in(node)
        if kind in (Kind.AEXPR_OP_ANY, Kind.AEXPR_OP_ALL):
            return self._truth_of_array(node)
        if kind in (Kind.AEXPR_DISTINCT, Kind.AEXPR_NOT_DISTINCT):
            return self._truth_of_distinct(node)
        if kind in _BETWEEN or kind in _NOT_BETWEEN:
            return self._truth_of_between(node)
        return NULL if self.is_null(node) else ANY

    def _truth_of_in(self, node: Any) -> Truth:
        found = [self.compare(node.name, node.lexpr, item) for item in node.rexpr]
        positive = sqltree.name_parts(node.name) == ("=",)
        return reduce(disjunction if positive else conjunction, found)

    def _truth_of_array(self, node: Any) -> Truth:
        some = node.kind == Kind.AEXPR_OP_ANY
        if self.is_null(node.rexpr):
            return NULL
        if self._is_empty_array(node.rexpr):
            return FALSE if some else TRUE
        if items := array_items(node.rexpr):
            found = [self.compare(node.name, node.lexpr, item) for item in items]
            return reduce(disjunction if some else conjunction, found)
        if _is_strict(node.name) and self.is_null(node.lexpr):
            return NULL | (FALSE if some else TRUE)
        return ANY

    def _truth_of_distinct(self, node: Any) -> Truth:
        left, right = self.is_null(node.lexpr), self.is_null(node.rexpr)
        if left and right:
            distinct = FALSE
        elif (left and _is_value(node.rexpr)) or (right and _is_value(node.lexpr)):
            distinct = TRUE
        else:
            distinct = TRUE | FALSE
        return distinct if node.kind == Kind.AEXPR_DISTINCT else negation(distinct)

    def _truth_of_between(self, node: Any) -> Truth:
        bounds = list(map(self.is_null, node.rexpr))
        if self.is_null(node.lexpr) or all(bounds):
            return NULL
        if not any(bounds):
            return ANY
        return NULL | (FALSE if node.kind in _BETWEEN else TRUE)

    def compare(self, name: tuple[Any, ...], left: Any, right: Any) -> Truth:
        """Return the values of `left name right` for an operator."""
        parts = sqltree.name_parts(name)
        if isinstance(left, ast.RowExpr) and isinstance(right, ast.RowExpr):
            pairs = zip(left.args or (), right.args or (), strict=False)
            found = [self.compare(name, one, other) for one, other in pairs]
            return reduce(conjunction, found, TRUE) if parts == ("=",) else ANY
        if _is_strict(name) and (self.is_null(left) or self.is_null(right)):
            return NULL
        if (parts == ("@>",) and self._holds_null(right)) or (
            parts == ("<@",) and self._holds_null(left)
        ):
            return FALSE | NULL
        return ANY

    def _truth_of_subquery(self, node: Any) -> Truth:
        kind, empty = node.subLinkType, self.finds_nothing(node.subselect)
        if kind == enums.SubLinkType.EXISTS_SUBLINK:
            return FALSE if empty else TRUE | FALSE
        if kind == enums.SubLinkType.ANY_SUBLINK:
            strict = not node.operName or _is_strict(node.operName)
            without_test = strict and self.is_null(node.testexpr)
            return FALSE if empty else (FALSE | NULL if without_test else ANY)
        if kind == enums.SubLinkType.ALL_SUBLINK:
            without_test = _is_strict(node.operName) and self.is_null(node.testexpr)
            return TRUE if empty else (TRUE | NULL if without_test else ANY)
        return NULL if self.is_null(node) else ANY

    # Whether an expression is surely NULL.

    def is_null(self, node: Any) -> bool:
        """Tell whether `node` is NULL, whatever the row, while the claim is."""
        if node is None:
            return False
        if self.is_claim(node):
            return True
        visit = _NULL.get(type(node))
        return bool(visit(self, node)) if visit is not None else False

    def _null_argument(self, node: Any) -> bool:
        return self.is_null(node.arg)

    def _null_const(self, node: Any) -> bool:
        return bool(node.isnull)

    def _null_truth(self, node: Any) -> bool:
        return self.truth(node) == NULL

    def _null_all(self, node: Any) -> bool:
        return all(map(self.is_null, node.args))

    def _null_case(self, node: Any) -> bool:
        return all(result is None or self.is_null(result) for result in self._case_results(node))

    def _null_call(self, node: Any) -> bool:
        name = builtins.builtin(sqltree.name_parts(node.funcname))
        strict = name is not None and name not in builtins.NOT_STRICT
        if not strict or node.func_variadic or is_aggregate(node):
            return False
        return any(map(self.is_null, node.args or ()))

    def _null_expression(self, node: Any) -> bool:
        if node.kind in _COMPARISONS:
            if _is_strict(node.name):
                return self.compare(node.name, node.lexpr, node.rexpr) == NULL
            return self.is_null(node.lexpr) and self.is_null(node.rexpr)
        if node.kind == Kind.AEXPR_NULLIF:
            return self.is_null(node.lexpr)
        return self._truth_of_expression(node) == NULL

    def _null_subquery(self, node: Any) -> bool:
        if node.subLinkType != enums.SubLinkType.EXPR_SUBLINK:
            return node.subLinkType != enums.SubLinkType.ARRAY_SUBLINK and self.truth(node) == NULL
        inner = node.subselect
        if self.finds_nothing(inner):
            return True
        if row_conditions(inner) is None or len(inner.targetList or ()) != 1:
            return False
        return self.is_null(inner.targetList[0].val)

    # Parts.

    def _case_results(self, node: Any) -> list[Any]:
        """Return the results that CASE may come to (None: no ELSE, so NULL)."""
        results = []
        for when in node.args:
            if node.arg is None:
                chosen = self.truth(when.expr)
            else:
                chosen = NULL if self.is_null(node.arg) or self.is_null(when.expr) else ANY
            if chosen & TRUE:
                results.append(when.result)
            if chosen == TRUE:
                return results
        return [*results, node.defresult]

    def finds_nothing(self, statement: Any) -> bool:
        """Tell whether a SELECT surely returns no row."""
        quals = row_conditions(statement)
        if quals is None:
            return False
        without = any(map(self._gives_nothing, _joined(statement.fromClause or ())))
        return without or any(not self.truth(qual) & TRUE for qual in quals)

    def _gives_nothing(self, item: Any) -> bool:
        """Tell whether `item` of FROM is a strict function that makes rows, called with NULL."""
        if not isinstance(item, ast.RangeFunction) or len(item.functions or ()) != 1:
            return False
        functions: Any = item.functions
        call = functions[0][0]
        parts = sqltree.name_parts(getattr(call, "funcname", None))
        name = builtins.builtin(parts) if parts else None
        return name in builtins.SET_RETURNING and self.is_null(call)

    def _is_empty_array(self, node: Any) -> bool:
        node = _without_casts(node)
        is_array = isinstance(node, ast.SubLink) and (
            node.subLinkType == enums.SubLinkType.ARRAY_SUBLINK
        )
        return is_array and self.finds_nothing(node.subselect)

    def _holds_null(self, node: Any) -> bool:
        return any(map(self.is_null, array_items(node)))


_TRUTH = {
    ast.A_Const: WhileNull._truth_of_const,
    ast.A_Expr: WhileNull._truth_of_expression,
    ast.BoolExpr: WhileNull._truth_of_bool,
    ast.BooleanTest: WhileNull._truth_of_boolean_test,
    ast.CaseExpr: WhileNull._truth_of_case,
    ast.CoalesceExpr: WhileNull._truth_of_coalesce,
    ast.NullTest: WhileNull._truth_of_null_test,
    ast.SubLink: WhileNull._truth_of_subquery,
}
_NULL = {
    ast.A_Const: WhileNull._null_const,
    ast.A_Expr: WhileNull._null_expression,
    ast.A_Indirection: WhileNull._null_argument,
    ast.BoolExpr: WhileNull._null_truth,
    ast.CaseExpr: WhileNull._null_case,
    ast.CoalesceExpr: WhileNull._null_all,
    ast.CollateClause: WhileNull._null_argument,
    ast.FuncCall: WhileNull._null_call,
    ast.MinMaxExpr: WhileNull._null_all,
    ast.SubLink: WhileNull._null_subquery,
    ast.TypeCast: WhileNull._null_argument,
}


def combine(operator: Any, found: list[Truth]) -> Truth:
    """Return AND, OR or NOT of the values of its arguments."""
    if operator == enums.BoolExprType.NOT_EXPR:
        return negation(found[0])
    return reduce(conjunction if operator == enums.BoolExprType.AND_EXPR else disjunction, found)


def _is_strict(name: tuple[Any, ...] | None) -> bool:
    """Tell whether the operators of this name are strict (all of pg_catalog's but `||` are)."""
    parts = sqltree.name_parts(name)
    return parts[-1] != "||" and builtins.builtin(parts) is not None


def _is_value(node: Any) -> bool:
    node = _without_casts(node)
    return isinstance(node, ast.A_Const) and not node.isnull


def _without_casts(node: Any) -> Any:
    while isinstance(node, ast.TypeCast):
        node = node.arg
    return node


def array_items(node: Any) -> tuple[Any, ...]:
    """Return the items of `ARRAY[…]`, if it is one of single values."""
    node = _without_casts(node)
    items = tuple(node.elements or ()) if isinstance(node, ast.A_ArrayExpr) else ()
    return () if any(isinstance(item, ast.A_ArrayExpr) for item in items) else items


def row_conditions(statement: Any) -> list[Any] | None:
    """Return what every row of a subquery has met; None if it may have rows without that.

    An aggregate makes a row of no rows, also one in ORDER BY or DISTINCT ON, and so do set
    operations and VALUES; those are not looked into, nor are outer joins and WITH.
    """
    if statement.op != enums.SetOperation.SETOP_NONE or any(
        getattr(statement, name) for name in statement if name not in _PLAIN_SELECT
    ):
        return None
    if any(sqltree.is_node(item) for item in statement.distinctClause or ()):
        return None
    targets = [target.val for target in statement.targetList or ()]
    plain = (ast.ColumnRef, ast.A_Const)
    if not all(isinstance(_without_casts(target), plain) for target in targets):
        return None
    quals = [] if statement.whereClause is None else [statement.whereClause]
    joins = (item for item in _joined(statement.fromClause or ()) if isinstance(item, ast.JoinExpr))
    return quals + [join.quals for join in joins if join.quals is not None]


def _joined(items: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the items of FROM without which there is no row, inner joins and their sides too."""
    for item in items:
        if not isinstance(item, ast.JoinExpr):
            yield item
        elif item.jointype == enums.JoinType.JOIN_INNER:
            yield item
            yield from _joined((item.larg, item.rarg))
