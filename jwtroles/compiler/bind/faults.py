"""What is wrong with a name, in words: the problems that binding notes."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from jwtroles import codes

if TYPE_CHECKING:
    from jwtroles.compiler.bind.scope import Frames, Relation
    from jwtroles.compiler.bind.setting import Setting
    from jwtroles.errors import Collector, Place
    from jwtroles.spec.allowed import Parsed


_ROOT_CAUSES = (codes.UNKNOWN_RELATION, codes.READS_OWN_TABLE)
"""Problems after which the columns of a relation are unknown for no reason of their own."""


class Faults:
    """Notes the problems of one parsed text."""

    def __init__(self, parsed: Parsed, setting: Setting) -> None:
        self.parsed = parsed
        self.setting = setting

    @property
    def problems(self) -> Collector:
        """Where problems are noted."""
        return self.setting.problems

    def problem(self, code: codes.Code, node: Any, message: str, **more: Any) -> None:
        """Note a problem at the place of `node`."""
        self.problems.add(code, message, self.place(node), **more)

    def place(self, node: Any) -> Place | None:
        """Return the place of `node`."""
        return self.parsed.place(node)

    def param_is_column(self, node: Any, name: str, relation: Relation) -> None:
        """Note a parameter that has the name of a column in reach."""
        message = f"parameter `{name}` is a column of {relation.table or relation.name} too"
        remedy = "rename the parameter"
        self.problem(codes.PARAMETER_IS_COLUMN, node, message, remedy=remedy)

    def lookup_is_column(self, node: Any, name: str, relation: Relation) -> None:
        """Note a lookup that has the name of a column in reach."""
        message = f"`{name}` is a lookup and a column of {relation.table or relation.name}"
        remedy = f"rename the lookup; the column is {relation.name}.{name}"
        self.problem(codes.COLUMN_AND_LOOKUP, node, message, remedy=remedy)

    def bare_lookup(self, node: Any, name: str, frames: Frames) -> None:
        """Note the bare name of a lookup that is not asked by `in`."""
        having = [relation for frame in frames for relation in frame.having(name)]
        if having:
            self.lookup_is_column(node, name, having[0])
        else:
            remedy = f"ask whether a value is in it:  … in {name}"
            self.problem(codes.LOOKUP_PLACE, node, f"`{name}` is a lookup", remedy=remedy)

    def unknown_column(self, node: Any, name: str, frames: Frames) -> None:
        """Note a bare name that nothing in reach has."""
        relations = [relation for frame in frames for relation in frame.relations]
        if any(relation.name == name for relation in relations):
            remedy = f"name its columns:  {name}.…"
            self.problem(codes.WHOLE_ROW, node, f"`{name}` is a whole row", remedy=remedy)
        elif not all(frame.certain for frame in frames):
            self.uncertain(node, name, frames, next(each for each in relations if not each.certain))
        elif len(frames) > 1 and name in self.setting.spec.rows:
            message = f"the named predicate `{name}` cannot stand in a subquery"
            remedy = "it is about the policy's own table: combine it outside with and, or, not"
            self.problem(codes.UNKNOWN_COLUMN, node, message, remedy=remedy)
        else:
            self.no_column(node, name, relations)

    def no_column(self, node: Any, name: str, relations: list[Relation]) -> None:
        """Note a column that none of `relations` has."""
        columns = list(dict.fromkeys(column for each in relations for column in each.columns))
        tables = list(dict.fromkeys(str(each.table or each.name) for each in relations))
        known = columns + [str(one) for one in self.setting.spec.rows if self.setting.own]
        near = difflib.get_close_matches(name, known, n=1)
        subject = " and ".join(tables) or "a query without FROM"
        verb = "have" if len(tables) > 1 else "has"
        self.problem(
            codes.UNKNOWN_COLUMN,
            node,
            f"{subject} {verb} no column `{name}`",
            label=f"did you mean `{near[0]}`?" if near else "",
            remedy=f"columns: {', '.join(columns)}" if columns else "",
        )

    def unknown_table(self, node: Any, name: str, names: list[str]) -> None:
        """Note a table or alias that is not in reach."""
        near = difflib.get_close_matches(name, names, n=1)
        self.problem(
            codes.UNKNOWN_RELATION,
            node,
            f"no table or alias `{name}` is in reach here",
            label=f"did you mean `{near[0]}`?" if near else "",
            remedy=f"in reach: {', '.join(names)}" if names else "",
        )

    def ambiguous(self, node: Any, name: str, relations: list[Relation]) -> None:
        """Note a bare name that two relations have."""
        first, second = relations[:2]
        both = f"{first.table or first.name} and {second.table or second.name}"
        remedy = f"write {first.name}.{name} or {second.name}.{name}"
        if first.name == second.name:
            remedy = f"give {first.table or first.name} an alias a and write a.{name}"
        message = f"`{name}` is a column of both {both}"
        self.problem(codes.AMBIGUOUS_COLUMN, node, message, remedy=remedy)

    def hidden(self, node: Any, relation: Relation, name: str) -> None:
        """Note an outer table that an inner one of its name hides."""
        table = relation.table or relation.name
        message = f"`{name}` of {table} is out of reach: the subquery has its own `{relation.name}`"
        remedy = f"give the one in the subquery an alias:  from … as inner_{relation.name}"
        self.problem(codes.HIDDEN_TABLE, node, message, remedy=remedy)

    def uncertain(self, node: Any, name: str, frames: Frames, relation: Relation) -> None:
        """Note a name that an item of FROM may have, whose columns are not known."""
        unsure = [each for frame in frames for each in frame.relations if not each.certain]
        if any(one.code in _ROOT_CAUSES for one in self.problems.problems):
            return
        item = relation if not relation.certain else unsure[0]
        message = f"whether `{name}` is a column of `{item.name}` is not certain"
        remedy = f"give its columns names, and use them:  … as {item.name}(x) … {item.name}.x"
        having = [each.name for frame in frames for each in frame.having(name)]
        if having:
            remedy = f"if it is not, write {having[0]}.{name}"
        self.problem(codes.COLUMNS_NOT_KNOWN, node, message, remedy=remedy)
