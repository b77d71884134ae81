"""FROM and WITH: which relations a query level has, and under which names."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles import codes
from jwtroles.compiler.bind.scope import Frame, Relation, table_relation
from jwtroles.names import QName
from jwtroles.spec import sqltree

if TYPE_CHECKING:
    from jwtroles.compiler.bind.resolve import Frames, Resolver


class FromItems:
    """Binds the items of FROM and WITH for one resolver."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def frame(self, items: Any, outer: Frames) -> Frame:
        """Bind the items of one FROM and return what they bring into reach."""
        frame = Frame(())
        for item in items or ():
            frame = self._both(frame, self._item(item, frame, outer), item)
        return frame

    def ctes(self, clause: Any, outer: Frames) -> None:
        """Bind the queries of WITH, each in reach of the next and of the SELECT."""
        found = self.resolver.ctes
        for cte in clause.ctes if clause is not None else ():
            if clause.recursive:
                names = _words(cte.aliascolnames)
                columns = {name: name for name in names}
                found[cte.ctename] = Relation(cte.ctename, columns, certain=bool(names))
            outputs = self.resolver.select(cte.ctequery, outer)
            found[cte.ctename] = _derived(cte.ctename, outputs, _words(cte.aliascolnames))

    def _item(self, item: Any, before: Frame, outer: Frames) -> Frame:
        if isinstance(item, ast.JoinExpr):
            return self._join(item, before, outer)
        alias: Any = item.alias
        renamed = _words(alias.colnames) if alias else []
        if isinstance(item, ast.RangeVar):
            return Frame((self._table(item, alias.aliasname if alias else None, renamed),))
        if isinstance(item, ast.RangeSubselect):
            reach = (before, *outer) if item.lateral else outer
            outputs = self.resolver.select(item.subquery, reach)
            return Frame((_derived(alias.aliasname if alias else "", outputs, renamed),))
        return Frame((self._function(item, renamed, (before, *outer)),))

    def _join(self, join: Any, before: Frame, outer: Frames) -> Frame:
        left = self._item(join.larg, before, outer)
        right = self._item(join.rarg, Frame(before.relations + left.relations), outer)
        frame = self._both(left, right, join.rarg)
        merged = _words(join.usingClause)
        for side in (left, right):
            for name in merged:
                having = side.having(name)
                for relation in having:
                    self.resolver.read(relation, name)
                if not having:
                    self.resolver.no_column(join, name, list(side.relations))
        if join.quals is not None:
            join.quals = self.resolver.expression(join.quals, (frame, *outer))
        return Frame(frame.relations, frame.merged | set(merged))

    def _table(self, item: Any, alias: str | None, renamed: list[str]) -> Relation:
        if not item.schemaname:
            cte = self.resolver.ctes.get(item.relname)
            if cte is not None:
                outputs = tuple(cte.columns)
                return _derived(alias or cte.name, outputs, renamed, certain=cte.certain)
            message = f"no WITH query `{item.relname}` is in reach here"
            self.resolver.problem(codes.UNKNOWN_RELATION, item, message)
            return Relation(alias or item.relname, {}, certain=False)
        setting = self.resolver.setting
        table = QName(item.schemaname, item.relname)
        columns = setting.scope.columns(table.schema, table.name)
        if columns is None:
            known = [str(name) for name in setting.scope.tables]
            near = difflib.get_close_matches(str(table), known, n=1, cutoff=0.75)
            label = f"did you mean `{near[0]}`?" if near else ""
            message = f"no table or view {table}"
            remedy = "tables there: " + ", ".join(sorted(known)[:12]) if known else "it has none"
            self.resolver.problem(codes.UNKNOWN_RELATION, item, message, label=label, remedy=remedy)
            return Relation(alias or table.name, {}, certain=False)
        if table == setting.own:
            message = f"a policy of {table} cannot read {table} itself"
            remedy = "keep what decides in another table"
            self.resolver.problem(codes.READS_OWN_TABLE, item, message, remedy=remedy)
            return Relation(alias or table.name, {}, certain=False)
        relation = table_relation(table, columns, alias, renamed)
        self.resolver.read(relation)
        for param in sorted(setting.params.intersection(relation.columns)):
            self.resolver.param_is_column(item, param, relation)
        return relation

    def _function(self, item: Any, renamed: list[str], reach: Frames) -> Relation:
        """Bind a function in FROM, which sees what stands before it (it is LATERAL by itself)."""
        sqltree.rewrite(item, lambda child: self.resolver.expression(child, reach))
        listed = renamed + [column.colname for column in item.coldeflist or ()]
        names = sqltree.name_parts(getattr(item.functions[0][0], "funcname", None))
        name = item.alias.aliasname if item.alias else (*names, "")[-2 if names else 0]
        return Relation(name, {column: column for column in listed}, certain=False)

    def _both(self, frame: Frame, more: Frame, item: Any) -> Frame:
        for relation in more.relations:
            if relation.name and frame.named(relation.name):
                message = f"two relations are called `{relation.name}`"
                remedy = "give one of them an alias"
                self.resolver.problem(codes.AMBIGUOUS_COLUMN, item, message, remedy=remedy)
        return Frame(frame.relations + more.relations, frame.merged | more.merged)


def _words(names: Any) -> list[str]:
    return [part.sval for part in names or ()]


def _derived(
    name: str, outputs: tuple[str | None, ...], renamed: list[str], *, certain: bool = True
) -> Relation:
    """Return the relation that a subquery is; its outputs without a known name are uncertain."""
    names = [*renamed, *outputs[len(renamed) :]]
    known = {column: column for column in names if column is not None}
    return Relation(name, known, certain=certain and None not in names)
