"""Names to columns: walks one tree with what is in reach at each place, and rewrites it.

The rules are PostgreSQL's own (manual sections 4.2.1 and 7.2), narrowed: what a later migration
could turn into another meaning is written out where it can be, and refused where it cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pglast import ast, enums

from jwtroles import codes
from jwtroles.compiler.bind.calls import check_call, check_type
from jwtroles.compiler.bind.froms import FromItems
from jwtroles.kinds.own_schema import lookup_name
from jwtroles.spec import lookups, predicates, sqltree
from jwtroles.spec.allowed import CLAIMS, Parsed, calls_in_from
from jwtroles.spec.model import Word

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.compiler.bind.scope import Frames, Names, Relation
    from jwtroles.compiler.bind.setting import Setting
    from jwtroles.spec.model import Lookup
    from jwtroles.spec.token_model import Claim


A_TYPE = "write a type of PostgreSQL, such as uuid or text[]"
"""What helps where a claim or a lookup has a type that is none."""


def called(claim: Claim, accessor: Callable[[Claim], str]) -> Any:
    """Return the scalar subquery that a claim stands for, evaluated once per statement.

    One with `read` is what the database has in its place today.
    """
    if claim.read is not None:
        return sqltree.expression(claim.read)
    subquery = sqltree.expression(f"(SELECT {accessor(claim)})")
    cast = sqltree.expression(f"NULL::{claim.type}")
    if not cast.typeName.arrayBounds:
        return subquery
    # `= ANY ((SELECT …))` would be read as ANY over a subquery; a cast makes it a value.
    cast.arg = subquery
    return cast


class Resolver(FromItems):
    """Binds one parsed text; the tree is changed in place and returned."""

    def __init__(self, parsed: Parsed, setting: Setting) -> None:
        super().__init__(parsed, setting)
        self.in_from = calls_in_from(parsed.tree)

    # Conditions and expressions.

    def condition(self, node: Any, frames: Frames) -> Any:
        """Bind a condition of a predicate; named predicates are written out."""
        if sqltree.boolean(node) is not None:
            node.args = tuple(self.condition(arg, frames) for arg in node.args)
            # What somebody wrote by hand is stated as PostgreSQL has it, AND within AND too.
            return node if self.setting.spec.database.unmarked else sqltree.flatten(node)
        name = predicates.named_predicate(node, self.setting.spec)
        if name is None:
            return self.expression(node, frames)
        if any(frame.having(name) for frame in frames):
            table = frames[-1].relations[0].table
            self.problem(
                codes.COLUMN_AND_PREDICATE,
                node,
                f"`{name}` is a named predicate and a column of {table}",
                remedy=f"rename the predicate, or write {frames[-1].relations[0].name}.{name}",
            )
            return node
        self.setting.found.words.add(str(name))
        parsed = predicates.parse_predicate(self.setting.spec.rows[name], self.setting.problems)
        if parsed is None:
            return node
        return Resolver(parsed, self.setting).condition(parsed.tree, frames)

    def expression(self, node: Any, frames: Frames) -> Any:
        """Bind an expression."""
        if sqltree.is_column(node):
            return self.column(node, frames)
        lookup = self._lookup_of(node)
        if lookup is not None:
            return self.looked_up(node, lookup, frames)
        if isinstance(node, ast.SubLink):
            self.setting.found.tied = True
            if node.testexpr is not None:
                node.testexpr = self.expression(node.testexpr, frames)
            self.select(node.subselect, frames)
            return node
        if isinstance(node, ast.FuncCall):
            sets = self.parsed.query or id(node) in self.in_from
            check_call(self, node, sets=sets, aggregates=self.parsed.query or len(frames) > 1)
        if isinstance(node, ast.TypeName):
            check_type(self, node)
        sqltree.rewrite(node, lambda child: self.expression(child, frames))
        return node

    def column(self, node: Any, frames: Frames) -> Any:
        """Bind a reference by name; a claim becomes a subquery that calls its accessor."""
        parts = sqltree.name_parts(node.fields)
        if parts[0] == CLAIMS and len(parts) == 2:
            return self.claim(node)
        if len(parts) == 1:
            return self.bare(node, parts[0], frames)
        return self.qualified(node, parts, frames)

    def claim(self, node: Any) -> Any:
        """Return what a claim stands for."""
        claim = predicates.check_claim(self.parsed, node, self.setting.spec, self.problems)
        if claim is None:
            return node
        self.setting.found.claims.add(str(claim.name))
        try:
            return called(claim, self.setting.accessor) if self.setting.accessor else node
        except (sqltree.SyntaxFault, ValueError):
            message, place = f"`{claim.type}` is not a type", claim.type.place
            remedy = A_TYPE
            if claim.read is not None:
                message, place = f"`{claim.read}` is not an expression", claim.read.place
                remedy = "write one SQL expression, such as auth.uid()"
            self.problems.add(codes.PREDICATE_SYNTAX, message, place, remedy=remedy)
            return node

    def _lookup_of(self, node: Any) -> Lookup | None:
        """Return the lookup that `node` asks, if it is `x IN (NAME)` of one."""
        if not isinstance(node, ast.A_Expr) or node.kind != enums.A_Expr_Kind.AEXPR_IN:
            return None
        name = lookups.looked_up(node)
        known = self.setting.spec.lookups
        return known.get(Word(sqltree.name_parts(name.fields)[0])) if name is not None else None

    def looked_up(self, node: Any, lookup: Lookup, frames: Frames) -> Any:
        """Return `x = ANY (list)`; the list is found once per statement."""
        having = [relation for frame in frames for relation in frame.having(lookup.name)]
        if having:
            self.lookup_is_column(node.rexpr[0], str(lookup.name), having[0])
            return node
        self.setting.found.words.add(str(lookup.name))
        self.setting.found.lookups.add(str(lookup.name))
        call = f"{lookup_name(lookup.name).sql}()"
        found = sqltree.expression(f"NULL = ANY (CAST((SELECT {call}) AS {lookup.type}))")
        found.lexpr = self.expression(node.lexpr, frames)
        return found

    # Names.

    def bare(self, node: Any, name: str, frames: Frames) -> Any:
        """Bind a column without its table."""
        if name in self.setting.params:
            return self.param(node, name, frames)
        if not self.parsed.query and name in self.setting.spec.lookups:
            self.bare_lookup(node, name, frames)
            return node
        depths = [depth for depth, frame in enumerate(frames) if frame.having(name)]
        if not depths:
            self.unknown_column(node, name, frames)
            return node
        depth, having = depths[0], frames[depths[0]].having(name)
        if len(having) > 1 and name not in frames[depth].merged:
            self.ambiguous(node, name, having)
        elif not all(frame.certain for frame in frames[: depth + 1]):
            self.uncertain(node, name, frames, having[0])
        elif len(depths) > 1 and self.setting.careful:
            self.ambiguous(node, name, [having[0], frames[depths[1]].having(name)[0]])
        elif depth and any(frame.named(_before(having[0])) for frame in frames[:depth]):
            self.hidden(node, having[0], name)
        else:
            for relation in having:
                self.read(relation, name)
            if depth:
                node.fields = (ast.String(sval=_before(having[0])), *node.fields)
        return node

    def qualified(self, node: Any, parts: tuple[str, ...], frames: Frames) -> Any:
        """Bind `table.column`."""
        self.setting.found.tied = True
        table, name = parts[-2:]
        relation = next(filter(None, (frame.named(table) for frame in frames)), None)
        if relation is None:
            names = [each.name for frame in frames for each in frame.relations]
            self.unknown_table(node, table, names)
        elif name in relation.columns:
            self.read(relation, name)
            node.fields = (ast.String(sval=_before(relation)), ast.String(sval=name))
        elif not relation.certain:
            self.uncertain(node, name, frames, relation)
        elif self._is_own_hidden(relation, name, frames):
            self.hidden(node, frames[-1].relations[0], name)
        else:
            self.no_column(node, name, [relation])
        return node

    def _is_own_hidden(self, relation: Relation, name: str, frames: Frames) -> bool:
        outer = frames[-1].named(relation.name)
        return outer is not None and outer is not relation and name in outer.columns

    def param(self, node: Any, name: str, frames: Frames) -> Any:
        """Leave a parameter as it is, unless a column could take its place."""
        having = [relation for frame in frames for relation in frame.having(name)]
        unsure = [each for frame in frames for each in frame.relations if not each.certain]
        if having:
            self.param_is_column(node, name, having[0])
        elif unsure:
            self.uncertain(node, name, frames, unsure[0])
        return node

    # Queries.

    def select(self, node: Any, outer: Frames) -> Names:
        """Bind one SELECT and return the names of its columns."""
        known, self.ctes = self.ctes, dict(self.ctes)
        self.with_queries(node.withClause, outer)
        names = self._select(node, outer)
        self.ctes = known
        return names

    def _select(self, node: Any, outer: Frames) -> Names:
        for name in ("limitCount", "limitOffset"):
            if getattr(node, name) is not None:
                setattr(node, name, self.expression(getattr(node, name), outer))
        if node.op != enums.SetOperation.SETOP_NONE:
            names = self.select(node.larg, outer)
            self.select(node.rarg, outer)
            return names
        if node.valuesLists:
            sqltree.rewrite(node, lambda child: self.expression(child, outer))
            return tuple(f"column{number + 1}" for number in range(len(node.valuesLists[0])))
        frame = self.frame(node.fromClause, outer)
        frames = (frame, *outer)
        for name in ("whereClause", "havingClause"):
            if getattr(node, name) is not None:
                setattr(node, name, self.expression(getattr(node, name), frames))
        for window in node.windowClause or ():
            self.expression(window, frames)
        names = tuple(
            name for target in node.targetList or () for name in self.target(target, frames)
        )
        self.ordering(node, frames, names)
        return names

    def target(self, target: Any, frames: Frames) -> Names:
        """Bind one output of a SELECT and return the names that it gives."""
        parts = sqltree.name_parts(target.val.fields) if sqltree.is_column(target.val) else ()
        if parts and parts[-1] == "*":
            return self.star(target.val, parts, frames)
        target.val = self.expression(target.val, frames)
        return (target.name or (parts[-1] if parts else None),)

    def star(self, node: Any, parts: tuple[str, ...], frames: Frames) -> Names:
        """Bind `*` or `table.*`, which read every column."""
        if len(parts) == 1:
            relations = frames[0].relations
        else:
            named = next(filter(None, (frame.named(parts[0]) for frame in frames)), None)
            if named is None:
                names = [each.name for frame in frames for each in frame.relations]
                self.unknown_table(node, parts[0], names)
            relations = (named,) if named else ()
        for relation in relations:
            self.read(relation, *relation.columns)
        columns = [column for relation in relations for column in relation.columns]
        certain = all(relation.certain for relation in relations) and not frames[0].merged
        return (*columns, *(() if certain else (None,)))

    def ordering(self, node: Any, frames: Frames, names: Names) -> None:
        """Bind GROUP BY, DISTINCT ON and ORDER BY, which may name outputs (manual, SELECT)."""
        node.groupClause = self._items(node.groupClause, frames, names, input_first=True)
        if any(map(sqltree.is_node, node.distinctClause or ())):
            node.distinctClause = self._items(node.distinctClause, frames, names)
        for item in node.sortClause or ():
            (item.node,) = self._items((item.node,), frames, names) or (item.node,)

    def _items(
        self,
        items: tuple[Any, ...] | None,
        frames: Frames,
        names: Names,
        *,
        input_first: bool = False,
    ) -> tuple[Any, ...] | None:
        def bind(item: Any) -> Any:
            parts = sqltree.name_parts(item.fields) if sqltree.is_column(item) else ()
            is_output = len(parts) == 1 and parts[0] in names
            if is_output and not (input_first and any(frame.having(parts[0]) for frame in frames)):
                return item
            return self.expression(item, frames)

        return tuple(map(bind, items)) if items else items


def _before(relation: Relation) -> str:
    """Return what stands before the columns of a relation."""
    return relation.written or relation.name
