"""`verify: database`: one call checks the login and returns what the rows are compared with.

Whoever has a connection and any SQL can switch role or log in again between two subqueries of one
statement, since PostgreSQL evaluates each one when it is first needed and keeps it. So a policy
that uses several claims takes them all from one call, and each call checks the whole login anew:
that it is one, on this connection, of the role that is set, and of a role that this policy serves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pglast import ast, enums

from jwtroles.compiler.bind.resolve import called
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.kinds.own_schema import NAME as OWN_SCHEMA
from jwtroles.kinds.policy import Policy, policy_name
from jwtroles.names import literal
from jwtroles.spec import sqltree
from jwtroles.spec.model import PUBLIC, Word
from jwtroles.spec.predicates import claim_uses
from jwtroles.verifier.claims import AUTHORIZED, CLAIMS, accessor_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.catalog import Structure
    from jwtroles.compiler.access import Names
    from jwtroles.compiler.bind import Accessor, Bound
    from jwtroles.compiler.floors import Binder, FloorOn
    from jwtroles.compiler.rights import Inheritance
    from jwtroles.names import QName
    from jwtroles.spec.model import Spec
    from jwtroles.spec.token_model import Claim


@frozen
class Condition:
    """A condition in which claims are still written as the file writes them.

    Attributes:
        sql: the condition, as it stands in a policy.
        inside: the same where columns of the policy's table carry its name.
    """

    sql: str
    inside: str


@frozen
class Gate:
    """The guard of `verify: database`.

    Attributes:
        served: role → the token roles whose login lets its policies pass: those that inherit it,
            itself among them, and for the owner of a view or a query those that may use it.
        gated: the roles under the gate: those that tokens become, and owners of ours.
        origin: what in the file asks for it.
    """

    served: Mapping[str, tuple[str, ...]]
    gated: tuple[str, ...]
    claims: Mapping[Word, Claim]
    binder: Binder
    origin: Origin

    parallel: Literal["r"] = "r"

    @classmethod
    def of(cls, spec: Spec, names: Names, inheritance: Inheritance, binder: Binder) -> Gate:
        """Return the gate of a specification."""
        tokens = frozenset(map(names, spec.token_roles))

        def heirs(roles: Iterable[str]) -> tuple[str, ...]:
            wanted = set(roles)
            return tuple(sorted(t for t in tokens if wanted & set(inheritance.above(t))))

        def users(granted: Iterable[Word]) -> tuple[str, ...]:
            listed = tuple(granted)
            return tuple(sorted(tokens)) if PUBLIC in listed else heirs(map(names, listed))

        served = {names(role): heirs([names(role)]) for role in spec.roles}
        owners = {spec.view_role(view.name): users(view.grant) for view in spec.views.values()}
        for query in spec.queries.values():
            owners[spec.query_role(query.name)] = users(query.grant)
        for lookup in spec.lookups.values():
            owners[spec.lookup_role(lookup.name)] = tuple(sorted(tokens))
        return cls(
            {**served, **owners},
            tuple(sorted(tokens | owners.keys())),
            spec.tokens.claims,
            binder,
            Origin(spec.tokens.verify.place),
        )

    def accessor(self, role: str) -> Accessor:
        """Return what reads a claim for the roles that `role` serves."""
        roles = self._roles(role)
        return lambda claim: f"{accessor_name(claim).sql}({roles})"

    def secured(self, structure: Structure) -> Iterator[tuple[QName, Origin]]:
        """Yield every table that is managed."""
        for name, relation in sorted(structure.relations.items()):
            if relation.kind in ("r", "p") and name.schema != OWN_SCHEMA:
                yield name, self.origin

    def restrictive(self, floored: Iterable[FloorOn], structure: Structure) -> Iterator[Policy]:
        """Yield a policy on each table for each role: its floors there, or the login alone."""
        floors: dict[QName, list[FloorOn]] = {}
        for floor in floored:
            floors.setdefault(floor.table, []).append(floor)
        known: dict[tuple[str, ...], str] = {}
        for table, _ in self.secured(structure):
            for role in self.gated:
                standing = [one for one in floors.get(table, ()) if role in one.roles]
                conditions = [self._floor(one) for one in standing]
                key = (self._roles(role), *(c.inside for c in conditions))
                sql = known.get(key)
                if sql is None:
                    sql = known[key] = self._together(conditions, role, gate=True)
                yield Policy(
                    table=table,
                    name=policy_name(role, "gate"),
                    permissive=False,
                    command="all",
                    roles=frozenset({role}),
                    using=sql,
                    check=None,
                    using_sql=sql,
                    origin=_origin(standing) or self.origin,
                )

    def permissive(
        self, text: Word, bound: Bound, table: QName, role: str, floors: Iterable[FloorOn]
    ) -> str:
        """Return the condition, and with its claims those of the floors: of one login together."""
        if not bound.claims:
            return bound.sql
        own = Condition(bound.sql, self._inside(text, table) or bound.sql)
        standing = [self._floor(one) for one in floors if role in one.roles and one.bound.claims]
        return self._together([*standing, own], role, gate=False)

    def _floor(self, floor: FloorOn) -> Condition:
        inside = floor.bound.sql
        if floor.rows is not None and floor.bound.claims:
            inside = self._inside(floor.rows, floor.table) or inside
        return Condition(floor.bound.sql, inside)

    def _inside(self, text: Word, table: QName) -> str | None:
        bound = self.binder.inside(text, table)
        return bound.sql if bound else None

    def _roles(self, role: str) -> str:
        """Return the roles that `role` serves, with the type that no overload can come before."""
        return f"CAST({literal(_array(self.served[role]))} AS text[])"

    def _together(self, conditions: list[Condition], role: str, *, gate: bool) -> str:
        """Return all conditions with their claims from one call.

        Args:
            conditions: what must hold.
            role: whom the policy is for.
            gate: whether the login is to be checked even where no claim is looked at.
        """
        trees = _distinct(tree for one in conditions for tree in _conjuncts(one.sql))
        uses = [(tree, claim_uses(tree)) for tree in trees]
        count = sum(len(found) for _, found in uses)
        authorized = [sqltree.expression(f"(SELECT {AUTHORIZED.sql}({self._roles(role)}))")]
        if count <= 1:
            checked = any(_is_compared(tree, use) for tree, found in uses for use in found)
            head = authorized if gate and not checked else []
            return _all([*head, *(self._closed(tree, role) for tree in trees)])
        sides = [_sides(tree) for tree, found in uses if found]
        source = f"{CLAIMS.sql}({self._roles(role)}) AS {CLAIMS.name}"
        if None not in sides:
            pairs = [side for side in sides if side is not None]
            left, right = (
                ", ".join(map(sqltree.print_expression, each)) for each in zip(*pairs, strict=True)
            )
            row = sqltree.expression(f"({left}) = (SELECT {right} FROM {source})")
            return _all([row, *(tree for tree, found in uses if not found)])
        inside = _distinct(tree for one in conditions for tree in _conjuncts(one.inside))
        return f"EXISTS (SELECT FROM {source} WHERE {_all(inside)})"

    def _closed(self, tree: Any, role: str) -> Any:
        """Return `tree` with its claims read by their accessors."""
        if claim_uses(tree) and sqltree.is_column(tree):
            return called(self.claims[_name(tree)], self.accessor(role))
        sqltree.rewrite(tree, lambda child: self._closed(child, role))
        return tree


def _origin(floors: list[FloorOn]) -> Origin | None:
    """Return what of the file stands behind a policy that holds several floors."""
    if len(floors) <= 1:
        return floors[0].origin if floors else None
    said = " and ".join(one.origin.said for one in floors)
    also = tuple(one.origin.place for one in floors[1:] if one.origin.place)
    return replace(floors[0].origin, said=said, also=also)


def _name(use: Any) -> Word:
    return Word(sqltree.name_parts(use.fields)[1])


def _array(items: Iterable[str]) -> str:
    """Return the text of a PostgreSQL array (manual section 8.15.2)."""
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"


def _conjuncts(sql: str) -> tuple[Any, ...]:
    """Return what has to hold together."""
    tree = sqltree.flatten(sqltree.expression(sql))
    return tuple(tree.args) if sqltree.boolean(tree) == enums.BoolExprType.AND_EXPR else (tree,)


def _distinct(trees: Iterable[Any]) -> tuple[Any, ...]:
    return tuple({sqltree.shape(tree): tree for tree in trees}.values())


def _all(trees: Iterable[Any]) -> str:
    listed = tuple(trees)
    if len(listed) == 1:
        return sqltree.print_expression(listed[0])
    return sqltree.print_expression(
        sqltree.flatten(ast.BoolExpr(boolop=enums.BoolExprType.AND_EXPR, args=listed))
    )


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
        if claim_uses(claim) and sqltree.is_column(claim) and not claim_uses(here):
            return here, there
    return None
