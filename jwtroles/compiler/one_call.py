"""Conditions of one policy that take all they ask of a login from one call.

Whoever has a connection and any SQL can switch role or log in again between two subqueries of one
statement, since PostgreSQL evaluates each one when it is first needed and keeps it. What one call
returns is of one login: its claims, the lists of lookups beside them, and the floors of tables
that a condition reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pglast import ast, enums

from jwtroles.compiler.bind import TABLE_CLAIMS
from jwtroles.compiler.bind.resolve import called
from jwtroles.frozen import frozen
from jwtroles.kinds.own_schema import LOOKUP, lookup_name
from jwtroles.names import OWN_SCHEMA, ident, literal
from jwtroles.spec import sqltree
from jwtroles.spec.model import Word
from jwtroles.spec.predicates import claim_uses
from jwtroles.spec.sqltree import walk
from jwtroles.verifier.claims import AUTHORIZED, CLAIMS, accessor_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from jwtroles.spec.token_model import Claim


BESIDE_CLAIMS = "claims of the login"
"""What the row of claims is called beside a table that is itself called `claims`."""


@frozen
class Condition:
    """A condition in which claims are still written as the file writes them.

    Attributes:
        sql: the condition, as it stands in a policy.
        inside: the same where columns of the policy's table carry its name, and tables that are
            read are limited to what their floors let pass.
        foreign: how many tables it reads whose floors ask the login, each by itself in `sql`.
    """

    sql: str
    inside: str
    foreign: int = 0


@frozen
class Call:
    """What asks the login, for the roles that one policy serves.

    Attributes:
        roles: these roles as SQL, with the type that no overload can come before.
        claims: the claims of the file.
    """

    roles: str
    claims: Mapping[Word, Claim]

    @classmethod
    def of(cls, served: Iterable[str], claims: Mapping[Word, Claim]) -> Call:
        """Return the call for roles."""
        return cls(f"CAST({literal(array(served))} AS text[])", claims)

    def accessor(self, claim: Claim) -> str:
        """Return the call that reads one claim."""
        return f"{accessor_name(claim).sql}({self.roles})"

    def together(
        self, conditions: Iterable[Condition], found: Iterable[Condition], *, gate: bool
    ) -> str:
        """Return all conditions, true by one login.

        Args:
            conditions: what must hold.
            found: those of them by which rows are to be found, by an index where there is one.
            gate: whether the login is to be checked even where nothing of it is looked at.
        """
        return own_named(self._together(tuple(conditions), found, gate=gate))

    def _together(
        self, conditions: tuple[Condition, ...], found: Iterable[Condition], *, gate: bool
    ) -> str:
        asking = [(tree, asked(tree)) for tree in _conjuncts(one.sql for one in conditions)]
        foreign = any(one.foreign for one in conditions)
        if is_single(conditions):
            checked = any(_is_compared(tree, node) for tree, nodes in asking for node in nodes)
            head = [sqltree.expression(self.authorized())] if gate and not checked else []
            return conjunction([*head, *(self._closed(tree) for tree, _ in asking)])
        sides = [_sides(tree) for tree, nodes in asking if nodes]
        if not foreign and None not in sides:
            row = self._row([side for side in sides if side is not None])
            return conjunction([row, *(tree for tree, nodes in asking if not nodes)])
        judged = self._exists(_conjuncts(one.inside for one in conditions))
        lists = any(not sqltree.is_column(node) for _, nodes in asking for node in nodes)
        if not foreign and not lists:
            return judged
        return conjunction([*self.indexed(found), sqltree.expression(judged)])

    def indexed(self, found: Iterable[Condition]) -> list[Any]:
        """Return those of some conditions that can use an index, each with a call of its own."""
        wanted = _conjuncts(one.sql for one in found)
        return [
            self._closed(tree)
            for tree in wanted
            if any(_is_compared(tree, node) for node in asked(tree))
        ]

    def shown(self, sql: str, floors: Iterable[Condition]) -> str:
        """Return an expression that is NULL unless the floors hold by the login that it uses."""
        judged = _conjuncts(floor.inside for floor in floors)
        return own_named(f"({self._select([sqltree.expression(sql)], judged)})")

    def authorized(self) -> str:
        """Return the call that checks a login and reads nothing of it."""
        return f"(SELECT {AUTHORIZED.sql}({self.roles}))"

    def _row(self, pairs: Iterable[tuple[Any, Any]]) -> Any:
        left, right = (
            ", ".join(map(sqltree.print_expression, each)) for each in zip(*pairs, strict=True)
        )
        return sqltree.expression(f"({left}) = (SELECT {right} FROM {self._source()})")

    def _exists(self, trees: Iterable[Any]) -> str:
        return f"EXISTS ({self._select((), trees)})"

    def _select(self, shown: Iterable[Any], trees: Iterable[Any]) -> str:
        """Return a SELECT on one call.

        The lists of lookups stand beside the claims: a row of a materialized CTE is made as a
        whole, and once for a statement (manual section 7.8.3).
        """
        shown, trees = tuple(shown), tuple(trees)
        nodes = [node for tree in (*shown, *trees) for node in asked(tree)]
        lists = sorted({name for node in nodes if (name := list_asked(node))})
        names = sorted({_name(node) for node in nodes if sqltree.is_column(node)})
        own = any(_is_of(TABLE_CLAIMS, node) for tree in (*shown, *trees) for node in walk(tree))
        token = BESIDE_CLAIMS if own else CLAIMS.name
        columns = [f"{ident(token)}.{ident(name)}" for name in names]
        columns += [f"{lookup_name(name).sql}() AS {_column(name, names)}" for name in lists]

        def written(tree: Any) -> Any:
            return called_by(_with_lists(tree, names), {CLAIMS.name: token})

        within = [written(tree) for tree in trees]
        targets = ", ".join(sqltree.print_expression(written(one)) for one in shown)
        where = f" WHERE {conjunction(within)}" if within else ""
        head, source = "", self._source(token)
        if lists:
            row = f"SELECT {', '.join(columns)} FROM {source}"
            head, source = f"WITH {ident(token)} AS MATERIALIZED ({row}) ", ident(token)
        return f"{head}SELECT {targets + ' ' if targets else ''}FROM {source}{where}"

    def _source(self, name: str = CLAIMS.name) -> str:
        return f"{CLAIMS.sql}({self.roles}) AS {ident(name)}"

    def _closed(self, tree: Any) -> Any:
        """Return `tree` with each claim and each list read by a call of its own."""
        if sqltree.is_column(tree) and claim_uses(tree):
            return called(self.claims[_name(tree)], self.accessor)
        name = list_asked(tree)
        if name:
            # Not `authorized`: the gate on what the lookup reads calls that with another
            # search_path, and PL/pgSQL plans its statements anew whenever that changes.
            return sqltree.expression(f"(SELECT {lookup_name(name).sql}() FROM {self._source()})")
        sqltree.rewrite(tree, self._closed)
        return tree


def called_by(tree: Any, names: Mapping[str, str]) -> Any:
    """Return `tree` with other names before columns."""
    for node in walk(tree):
        if sqltree.is_column(node):
            first, *more = sqltree.name_parts(node.fields)
            if more and first in names:
                node.fields = (ast.String(sval=names[first]), *node.fields[1:])
    return tree


def own_named(sql: str) -> str:
    """Return a condition in which columns of a table called `claims` carry that name."""
    if TABLE_CLAIMS not in sql:
        return sql
    tree = called_by(sqltree.expression(sql), {TABLE_CLAIMS: CLAIMS.name})
    return sqltree.print_expression(tree)


def _is_of(name: str, node: Any) -> bool:
    return sqltree.is_column(node) and sqltree.name_parts(node.fields)[0] == name


def is_single(conditions: Iterable[Condition]) -> bool:
    """Tell whether conditions ask the login once, so that each can stand as it is."""
    conditions = tuple(conditions)
    nodes = (node for tree in _conjuncts(one.sql for one in conditions) for node in asked(tree))
    return sum(1 for _ in nodes) + sum(one.foreign for one in conditions) <= 1


def asked(tree: Any) -> list[Any]:
    """Return what a condition asks of the login: claims as columns, lists as subqueries."""
    return [*claim_uses(tree), *(node for node in walk(tree) if list_asked(node))]


def list_asked(node: Any) -> str:
    """Return the lookup whose list a scalar subquery is, or ''."""
    if not isinstance(node, ast.SubLink) or node.subLinkType != enums.SubLinkType.EXPR_SUBLINK:
        return ""
    select: Any = node.subselect
    if len(select.targetList or ()) != 1 or not isinstance(select.targetList[0].val, ast.FuncCall):
        return ""
    names = sqltree.name_parts(select.targetList[0].val.funcname)
    ours = names[:-1] == (OWN_SCHEMA,) and names[-1].startswith(LOOKUP)
    return names[-1].removeprefix(LOOKUP) if ours else ""


def conjunction(trees: Iterable[Any]) -> str:
    """Return conditions that hold together, as SQL."""
    listed = tuple(trees)
    if len(listed) == 1:
        return sqltree.print_expression(listed[0])
    return sqltree.print_expression(
        sqltree.flatten(ast.BoolExpr(boolop=enums.BoolExprType.AND_EXPR, args=listed))
    )


def _conjuncts(conditions: Iterable[str]) -> tuple[Any, ...]:
    """Return what has to hold together, each once."""
    found: dict[Any, Any] = {}
    for sql in conditions:
        tree = sqltree.flatten(sqltree.expression(sql))
        together = sqltree.boolean(tree) == enums.BoolExprType.AND_EXPR
        found |= {sqltree.shape(one): one for one in (tree.args if together else (tree,))}
    return tuple(found.values())


def _with_lists(tree: Any, claims: Collection[Word]) -> Any:
    """Return `tree` with the lists of lookups as columns of the call."""
    name = list_asked(tree)
    if name:
        return sqltree.expression(f"{CLAIMS.name}.{_column(name, claims)}")
    sqltree.rewrite(tree, lambda child: _with_lists(child, claims))
    return tree


def _column(lookup: str, claims: Collection[Word]) -> str:
    """Return what the list of a lookup is called beside claims, none of which has this name."""
    name = f"{LOOKUP}{lookup}"
    while name in claims:
        name += "_"
    return ident(name)


def _name(use: Any) -> Word:
    return Word(sqltree.name_parts(use.fields)[1])


def array(items: Iterable[str]) -> str:
    """Return the text of a PostgreSQL array (manual section 8.15.2)."""
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"


_PLAIN = (enums.A_Expr_Kind.AEXPR_OP, enums.A_Expr_Kind.AEXPR_OP_ANY)


def _is_compared(tree: Any, use: Any) -> bool:
    """Tell whether `use` is evaluated whenever a row passes `tree`: it is on a side of `=`."""
    if not isinstance(tree, ast.A_Expr) or tree.kind not in _PLAIN:
        return False
    return any(_bare(side) is use for side in (tree.lexpr, tree.rexpr))


def _bare(node: Any) -> Any:
    """Return an operand without its casts."""
    while isinstance(node, ast.TypeCast):
        node = node.arg
    return node


def _sides(tree: Any) -> tuple[Any, Any] | None:
    """Return what has no claim and what has nothing but a claim, of an equality; else None."""
    if not isinstance(tree, ast.A_Expr) or tree.kind != enums.A_Expr_Kind.AEXPR_OP:
        return None
    if sqltree.name_parts(tree.name) != ("=",):
        return None
    for here, there in ((tree.lexpr, tree.rexpr), (tree.rexpr, tree.lexpr)):
        claim = _bare(there)
        if sqltree.is_column(claim) and claim_uses(claim) and not asked(here):
            return here, there
    return None
