"""What a condition is when a claim is missing: it must not be true.

The accessor of a claim that the token does not have returns NULL. The rule is: **no condition
that uses a claim is true while that claim is NULL**, where conditions are what AND, OR and NOT
combine. So `a = claims.x or b = claims.y` still lets rows pass by its second half, as it says,
and the half that uses the missing claim adds nothing.

Why most SQL denies by itself. In PostgreSQL all operators but `||` are strict, and so are the
functions of pg_catalog but those listed in `builtins.NOT_STRICT`: NULL in, NULL out. A comparison
with a missing claim is therefore NULL, NOT of NULL is NULL, AND with NULL is never true, and row
security takes NULL for false. What may turn NULL into true: IS [NOT] NULL, IS [NOT] DISTINCT FROM,
IS [NOT] TRUE / FALSE / UNKNOWN, COALESCE, CASE, NULLIF, GREATEST and LEAST, `<> ALL` and NOT IN
over no rows, NOT EXISTS, arrays and rows that merely hold the claim, and functions that are not
known to be strict. A lookup that finds nothing is NULL in the same way, and is judged like a
claim. These are not forbidden by name but worked out: each expression is evaluated
over the sets of truth values that it may have while the claim is NULL, everything unknown being
all three. What may then be true is refused; `claims.x is not null and …` before it, which cannot
be true, makes it safe again. An empty list passes for missing: its accessor returns NULL as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pglast import ast, enums

from jwtroles.spec import sqltree
from jwtroles.spec.nullness import (
    TRUE,
    Kind,
    Truth,
    WhileNull,
    array_items,
    combine,
    negation,
    row_conditions,
)

Named = Callable[[Any], Any]
"""Maps the use of a named predicate to the predicate's tree, and every other node to None."""


class MissingClaim:
    """Conditions and expressions while one claim, or one lookup, is NULL."""

    def __init__(self, claim: tuple[str, ...], named: Named) -> None:
        self.claim = claim
        self.named = named
        self.values = WhileNull(claim)
        self._known: dict[tuple[str, int, bool], Any] = {}

    def _once(self, what: Callable[..., Any], named: Any, *, negated: bool = False) -> Any:
        """Return what is known of a named predicate, however often it is used."""
        key = what.__name__, id(named), negated
        if key not in self._known:
            self._known[key] = what(named, negated=negated) if negated else what(named)
        return self._known[key]

    def _lets_pass(self, named: Any, *, negated: bool = False) -> bool:
        return next(self.unsafe(named, negated=negated), None) is not None

    def unsafe(self, tree: Any, *, negated: bool = False) -> Iterator[Any]:
        """Yield the conditions below `tree` that use the claim and may be true without it."""
        named = self.named(tree)
        if named is not None:
            if self._once(self._lets_pass, named, negated=negated):
                yield tree
        elif not self.uses(tree):
            return
        elif sqltree.boolean(tree) is None:
            if not self._leaf_is_safe(tree, negated=negated):
                yield tree
        elif tree.boolop == enums.BoolExprType.NOT_EXPR:
            yield from self.unsafe(tree.args[0], negated=not negated)
        else:
            all_must_hold = (tree.boolop == enums.BoolExprType.AND_EXPR) != negated
            if all_must_hold and any(self._never(arg, negated=negated) for arg in tree.args):
                return
            for arg in tree.args:
                yield from self.unsafe(arg, negated=negated)

    def uses(self, tree: Any) -> bool:
        """Tell whether the claim stands anywhere in the condition `tree`."""
        named = self.named(tree)
        if named is not None:
            return bool(self._once(self.uses, named))
        if sqltree.boolean(tree) is not None:
            return any(map(self.uses, tree.args))
        return self.values.mentions(tree)

    def _never(self, tree: Any, *, negated: bool) -> bool:
        truth = self.condition(tree)
        return not (negation(truth) if negated else truth) & TRUE

    def _leaf_is_safe(self, leaf: Any, *, negated: bool) -> bool:
        if self._never(leaf, negated=negated):
            return True
        if negated:
            return False
        if isinstance(leaf, ast.SubLink):
            return self._subquery_is_safe(leaf)
        alternatives = self._alternatives(leaf)
        if not alternatives or self.values.mentions(leaf.lexpr):
            return False
        using = filter(self.values.mentions, alternatives)
        return not any(self.values.compare(leaf.name, leaf.lexpr, item) & TRUE for item in using)

    def _alternatives(self, leaf: Any) -> tuple[Any, ...]:
        """Return the items of `x IN (…)` and `x = ANY (ARRAY[…])`, each a condition by itself."""
        if type(leaf) is not ast.A_Expr or sqltree.name_parts(leaf.name) != ("=",):
            return ()
        items: Any = leaf.rexpr
        if leaf.kind == Kind.AEXPR_OP_ANY:
            return array_items(items)
        return tuple(items) if leaf.kind == Kind.AEXPR_IN else ()

    def _subquery_is_safe(self, leaf: Any) -> bool:
        """Tell whether EXISTS or IN finds rows only by conditions that do without the claim."""
        inner = leaf.subselect
        if leaf.subLinkType not in (
            enums.SubLinkType.EXISTS_SUBLINK,
            enums.SubLinkType.ANY_SUBLINK,
        ):
            return False
        quals = row_conditions(inner)
        if quals is None or (leaf.testexpr is not None and self.values.mentions(leaf.testexpr)):
            return False
        inside = {id(node) for qual in quals for node in sqltree.walk(qual)}
        elsewhere = (node for node in sqltree.walk(inner) if id(node) not in inside)
        if any(map(self.values.is_claim, elsewhere)):
            return False
        plain = MissingClaim(self.claim, lambda _: None)
        return all(next(plain.unsafe(qual), None) is None for qual in quals)

    def condition(self, tree: Any) -> Truth:
        """Return the values that a condition may have, named predicates written out."""
        named = self.named(tree)
        if named is not None:
            return int(self._once(self.condition, named))
        if sqltree.boolean(tree) is None:
            return self.values.truth(tree)
        return combine(tree.boolop, list(map(self.condition, tree.args)))
