"""FROM and WITH: which relations a query level has, and under which names."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles import codes
from jwtroles.compiler.bind.faults import Faults
from jwtroles.compiler.bind.scope import Frame, Relation, table_relation
from jwtroles.names import QName
from jwtroles.spec import sqltree

if TYPE_CHECKING:
    from jwtroles.compiler.bind.scope import Frames, Names
    from jwtroles.compiler.bind.setting import Setting
    from jwtroles.spec.allowed import Parsed


class FromItems(Faults, ABC):
    """Binds the items of FROM and WITH; what stands in them is bound by whoever completes it."""

    def __init__(self, parsed: Parsed, setting: Setting) -> None:
        super().__init__(parsed, setting)
        self.ctes: dict[str, Relation] = {}

    @abstractmethod
    def expression(self, node: Any, frames: Frames) -> Any:
        """Bind an expression."""

    @abstractmethod
    def select(self, node: Any, outer: Frames) -> Names:
        """Bind one SELECT and return the names of its columns."""

    def read(self, relation: Relation, *names: str) -> None:
        """Note that columns of `relation` are read."""
        if relation.table is not None:
            columns = self.setting.found.reads.setdefault(relation.table, set())
            columns.update(relation.columns[name] for name in names)

    def frame(self, items: Any, outer: Frames) -> Frame:
        """Bind the items of one FROM and return what they bring into reach."""
        frame = Frame(())
        for item in items or ():
            frame = self._both(frame, self._item(item, frame, outer), item)
        return frame

    def with_queries(self, clause: Any, outer: Frames) -> None:
        """Bind the queries of WITH, each in reach of the next and of the SELECT."""
        found = self.ctes
        for cte in clause.ctes if clause is not None else ():
            if clause.recursive:
                names = _words(cte.aliascolnames)
                columns = {name: name for name in names}
                found[cte.ctename] = Relation(cte.ctename, columns, certain=bool(names))
            outputs = self.select(cte.ctequery, outer)
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
            outputs = self.select(item.subquery, reach)
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
                    self.read(relation, name)
                if not having:
                    self.no_column(join, name, list(side.relations))
        if join.quals is not None:
            join.quals = self.expression(join.quals, (frame, *outer))
        return Frame(frame.relations, frame.merged | set(merged))

    def _table(self, item: Any, alias: str | None, renamed: list[str]) -> Relation:
        if not item.schemaname:
            cte = self.ctes.get(item.relname)
            if cte is not None:
                outputs = tuple(cte.columns)
                return _derived(alias or cte.name, outputs, renamed, certain=cte.certain)
            message = f"no WITH query `{item.relname}` is in reach here"
            self.problem(codes.UNKNOWN_RELATION, item, message)
            return Relation(alias or item.relname, {}, certain=False)
        table = QName(item.schemaname, item.relname)
        columns = self.setting.scope.columns(table.schema, table.name)
        if columns is None:
            known = [str(name) for name in self.setting.scope.tables]
            near = difflib.get_close_matches(str(table), known, n=1, cutoff=0.75)
            label = f"did you mean `{near[0]}`?" if near else ""
            message = f"no table or view {table}"
            remedy = "tables there: " + ", ".join(sorted(known)[:12]) if known else "it has none"
            self.problem(codes.UNKNOWN_RELATION, item, message, label=label, remedy=remedy)
            return Relation(alias or table.name, {}, certain=False)
        if table == self.setting.own:
            message = f"a policy of {table} cannot read {table} itself"
            remedy = "keep what decides in another table"
            self.problem(codes.READS_OWN_TABLE, item, message, remedy=remedy)
            return Relation(alias or table.name, {}, certain=False)
        relation = table_relation(table, columns, alias, renamed)
        self.read(relation)
        for param in sorted(self.setting.params.intersection(relation.columns)):
            self.param_is_column(item, param, relation)
        return relation

    def _function(self, item: Any, renamed: list[str], reach: Frames) -> Relation:
        """Bind a function in FROM, which sees what stands before it (it is LATERAL by itself)."""
        sqltree.rewrite(item, lambda child: self.expression(child, reach))
        listed = renamed + [column.colname for column in item.coldeflist or ()]
        names = sqltree.name_parts(getattr(item.functions[0][0], "funcname", None))
        name = item.alias.aliasname if item.alias else (*names, "")[-2 if names else 0]
        return Relation(name, {column: column for column in listed}, certain=False)

    def _both(self, frame: Frame, more: Frame, item: Any) -> Frame:
        for relation in more.relations:
            if relation.name and frame.named(relation.name):
                message = f"two relations are called `{relation.name}`"
                remedy = "give one of them an alias"
                self.problem(codes.AMBIGUOUS_COLUMN, item, message, remedy=remedy)
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
