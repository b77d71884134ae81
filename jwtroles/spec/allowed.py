"""Which SQL may stand in a predicate, a view's column, a join condition or a query.

A list of what is allowed, node by node: what PostgreSQL's grammar gains later is refused until
someone has thought about it. What needs the rest of the file (which claims exist) or the database
(which columns exist) is checked elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pglast import ast, enums

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.spec import builtins, sqltree

if TYPE_CHECKING:
    from jwtroles.errors import Collector, Place
    from jwtroles.spec.model import Word

MOST_PROBLEMS = 200
"""A text with more of them is not looked at any further."""

CLAIMS = "claims"
"""The name that stands for the token's claims."""

_NODES = """
    A_ArrayExpr A_Const A_Expr A_Indices A_Indirection A_Star Alias BitString BoolExpr Boolean
    BooleanTest CaseExpr CaseWhen CoalesceExpr CollateClause ColumnDef ColumnRef Float FuncCall
    Integer JoinExpr MinMaxExpr NamedArgExpr NullTest RangeFunction RangeSubselect RangeVar
    ResTarget RowExpr SQLValueFunction SelectStmt SortBy String SubLink TypeCast TypeName WindowDef
    """
_ALLOWED = frozenset(_NODES.split())
_ALLOWED_IN_QUERY = _ALLOWED | {"WithClause", "CommonTableExpr", "GroupingSet", "GroupingFunc"}

_SPOKEN = {
    "DeleteStmt": "DELETE",
    "InsertStmt": "INSERT",
    "IntoClause": "SELECT INTO",
    "LockingClause": "FOR UPDATE or FOR SHARE",
    "MergeStmt": "MERGE",
    "RangeTableSample": "TABLESAMPLE",
    "SetToDefault": "DEFAULT",
    "UpdateStmt": "UPDATE",
    "WithClause": "WITH",
}


@frozen
class Parsed:
    """A text of the file and its syntax tree.

    Attributes:
        text: what the file says.
        tree: the tree; for an expression without the SELECT that was put before it.
        start: how many characters were put before the text to parse it.
        query: whether it is a whole SELECT.
        decides: whether a SELECT decides which rows somebody sees: a lookup.
        listed: the names behind an `in` without brackets, which only a lookup may be.
    """

    text: Word
    tree: Any
    start: int = 0
    query: bool = False
    decides: bool = False
    listed: tuple[Any, ...] = ()

    def place(self, node: Any) -> Place | None:
        """Return the place of `node`: of the name that it begins with, where it has one."""
        offset = self.offset(node)
        return self.text.at(offset, sqltree.span(self.text, offset))

    def offset(self, node: Any) -> int:
        """Return where in the text `node` begins, or the first node below it that knows."""
        found = (getattr(part, "location", None) for part in sqltree.walk(node))
        known = (where for where in found if where is not None and where >= self.start)
        return max(next(known, self.start) - self.start, 0)

    def written(self, node: Any) -> str:
        """Return the name at `node` as the file writes it."""
        offset = self.offset(node)
        return self.text[offset : offset + sqltree.span(self.text, offset)]


def check_constructs(parsed: Parsed, problems: Collector) -> None:
    """Note everything in `parsed` that the language does not allow, whatever the database."""
    _Constructs(parsed, problems).check()


def calls(tree: Any) -> list[Any]:
    """Return the function calls of `tree`, outermost first."""
    return [node for node in sqltree.walk(tree) if isinstance(node, ast.FuncCall)]


def calls_in_from(tree: Any) -> set[int]:
    """Return the ids of the calls that stand in FROM by themselves, where a set may stand."""
    found = (node for node in sqltree.walk(tree) if isinstance(node, ast.RangeFunction))
    return {id(call) for node in found for call in sqltree.children(node)}


class _Constructs:
    """One pass over one tree."""

    def __init__(self, parsed: Parsed, problems: Collector) -> None:
        self.parsed = parsed
        self.problems = problems
        self.allowed = _ALLOWED_IN_QUERY if parsed.query else _ALLOWED
        self.ctes = {
            node.ctename
            for node in sqltree.walk(parsed.tree)
            if isinstance(node, ast.CommonTableExpr)
        }
        self.stars: set[int] = set()
        self.in_from = calls_in_from(parsed.tree)

    def check(self) -> None:
        visits = {
            ast.SelectStmt: self.select,
            ast.JoinExpr: self.join,
            ast.RangeVar: self.relation,
            ast.RangeFunction: self.alias,
            ast.RangeSubselect: self.alias,
            ast.CommonTableExpr: self.cte,
            ast.ColumnRef: self.column,
            ast.FuncCall: self.call,
            ast.TypeName: self.type_name,
            ast.A_Expr: self.operator,
            ast.A_Indirection: self.indirection,
        }
        for node in sqltree.walk(self.parsed.tree, into=self._is_allowed):
            if len(self.problems.problems) >= MOST_PROBLEMS:
                return
            if not self._is_allowed(node):
                self.refuse_node(node)
            elif visit := visits.get(type(node)):
                visit(node)
        if not self.parsed.query:
            self.aggregates()

    def _is_allowed(self, node: Any) -> bool:
        return type(node).__name__ in self.allowed

    def refuse(self, node: Any, what: str, remedy: str = "write it without") -> None:
        place = self.parsed.place(node)
        self.problems.add(
            codes.SQL_NOT_ALLOWED, f"{what} is not allowed here", place, remedy=remedy
        )

    def refuse_node(self, node: Any) -> None:
        if isinstance(node, ast.ParamRef):
            place = self.parsed.place(node)
            message = f"${node.number} stands for nothing here"
            remedy = "write a claim as claims.NAME, and a parameter of a query by its name"
            self.problems.add(codes.NUMBERED_PARAMETER, message, place, remedy=remedy)
            return
        name = type(node).__name__
        self.refuse(node, _SPOKEN.get(name, f"this form of SQL ({name})"))

    def select(self, node: Any) -> None:
        if self.parsed.query and node is self.parsed.tree and node.valuesLists:
            self.refuse(node, "a bare VALUES", "a query is a SELECT")
        for target in node.targetList or ():
            if sqltree.is_column(target.val):
                self.stars.add(id(target.val))

    def join(self, node: Any) -> None:
        if node.isNatural:
            remedy = "name the columns:  JOIN … ON a.x = b.x (a column added later would join too)"
            self.refuse(node, "a NATURAL JOIN", remedy)
        if node.alias or node.join_using_alias:
            self.refuse(node, "an alias of a join", "give each table its own alias")

    def relation(self, node: Any) -> None:
        if node.catalogname:
            self.refuse(node, "the name of a database")
        if node.schemaname:
            self.schema(node, node.schemaname)
        elif node.relname not in self.ctes and node.relname != CLAIMS:
            self.problems.add(
                codes.UNQUALIFIED_RELATION,
                f"the relation `{node.relname}` has no schema",
                self.parsed.place(node),
                remedy=f"write schema.{node.relname}",
            )
        self.alias(node)
        if node.relname == CLAIMS and not node.alias:
            self.claims_name(node, "a table", "give it an alias:  from app.claims c")

    def alias(self, node: Any) -> None:
        if node.alias and node.alias.aliasname == CLAIMS:
            self.claims_name(node, "an alias", "choose another alias")
        elif isinstance(node, ast.RangeFunction) and not node.alias:
            called = (call for call in sqltree.children(node) if isinstance(call, ast.FuncCall))
            if any(sqltree.name_parts(call.funcname)[-1] == CLAIMS for call in called):
                self.claims_name(node, "a function in FROM", "give it an alias")

    def cte(self, node: Any) -> None:
        if node.ctename == CLAIMS:
            self.claims_name(node, "a WITH query", "choose another name")

    def claims_name(self, node: Any, what: str, remedy: str) -> None:
        place = self.parsed.place(node)
        message = f"{what} cannot be called `claims` here"
        self.problems.add(codes.NAME_CLAIMS, message, place, remedy=remedy)

    def schema(self, node: Any, name: str) -> None:
        if name.startswith("pg_temp"):
            self.refuse(node, f"the schema {name}", "any session can put its own objects there")

    def column(self, node: Any) -> None:
        parts = sqltree.name_parts(node.fields)
        if parts[0] == CLAIMS:
            if len(parts) != 2 or parts[1] == "*":
                remedy = "name one claim:  claims.NAME"
                self.note(codes.NAME_CLAIMS, node, "`claims` by itself is not a value", remedy)
        elif len(parts) > 2:
            remedy = f"write {parts[-2]}.{parts[-1]}, or give the table an alias"
            self.note(codes.WHOLE_ROW, node, f"{'.'.join(parts)} names a schema too", remedy)
        elif parts[-1] == "*" and id(node) not in self.stars:
            message = f"{'.'.join(parts)} is a whole row"
            self.note(codes.WHOLE_ROW, node, message, "name the columns")

    def note(self, code: codes.Code, node: Any, message: str, remedy: str) -> None:
        self.problems.add(code, message, self.parsed.place(node), remedy=remedy)

    def call(self, node: Any) -> None:
        parts = sqltree.name_parts(node.funcname)
        if len(parts) > 2:
            self.refuse(node, "the name of a database")
        if len(parts) > 1:
            self.schema(node, parts[0])
        if len(parts) > 1 and parts[0] == CLAIMS:
            self.claims_name(node, "a schema", "claims.NAME is a claim, not a function")
        name = builtins.builtin(parts)
        if name in builtins.VOLATILE:
            remedy = "compare columns, claims and what is stable, such as now()"
            self.unstable(node, f"{name}() is volatile", remedy)
        elif name in builtins.CLIENT_SETTINGS and (not self.parsed.query or self.parsed.decides):
            place = self.parsed.place(node)
            message = f"{name}() reads what the client can set"
            remedy = "declare what you need under tokens.claims and use claims.NAME"
            self.problems.add(codes.CLIENT_SETTING, message, place, remedy=remedy)
        elif name in builtins.SET_RETURNING and not self.may_return_set(node):
            remedy = "put it into FROM:  exists (select from {name}(…) as x(value) where …)"
            self.unstable(node, f"{name}() returns a set", remedy.format(name=name))

    def may_return_set(self, node: Any) -> bool:
        return self.parsed.query or id(node) in self.in_from

    def unstable(self, node: Any, message: str, remedy: str) -> None:
        place = self.parsed.place(node)
        self.problems.add(codes.UNSTABLE_BUILTIN, message, place, remedy=remedy)

    def type_name(self, node: Any) -> None:
        parts = sqltree.name_parts(node.names)
        if node.setof or node.pct_type:
            self.refuse(node, "SETOF or %TYPE")
        if len(parts) > 1:
            self.schema(node, parts[0])

    def indirection(self, node: Any) -> None:
        if any(isinstance(part, ast.A_Star) for part in node.indirection):
            place = self.parsed.place(node)
            message = "(…).* is a whole row"
            self.problems.add(codes.WHOLE_ROW, message, place, remedy="name the columns")

    def operator(self, node: Any) -> None:
        parts = sqltree.name_parts(node.name)
        if len(parts) > 1:
            self.schema(node, parts[0])

    def aggregates(self) -> None:
        for node in sqltree.outside_subqueries(self.parsed.tree):
            if isinstance(node, ast.FuncCall) and is_aggregate(node):
                name = sqltree.name_parts(node.funcname)[-1]
                message = f"{name}() needs other rows than the one that is judged"
                remedy = f"put it into a subquery:  (select {name}(…) from …)"
                place = self.parsed.place(node)
                self.problems.add(codes.AGGREGATE, message, place, remedy=remedy)


def is_aggregate(call: Any) -> bool:
    """Tell whether a call is an aggregate or a window function, by its form or its name."""
    by_form = (call.agg_star, call.agg_distinct, call.agg_order, call.agg_filter, call.over)
    name = builtins.builtin(sqltree.name_parts(call.funcname))
    return any(by_form) or bool(call.agg_within_group) or name in builtins.AGGREGATES


def only_target(statement: Any) -> Any:
    """Return the expression of a SELECT that is nothing but that expression, or None."""
    targets = statement.targetList or () if type(statement) is ast.SelectStmt else ()
    if len(targets) != 1:
        return None
    nothing = {"targetList", "limitOption", "op", "all", "groupDistinct"}
    plain = statement.op == enums.SetOperation.SETOP_NONE and not statement.groupDistinct
    if not plain or any(getattr(statement, name) for name in statement if name not in nothing):
        return None
    target: Any = targets[0]
    return None if target.name or target.indirection else target.val
