"""Views, queries and lookups of a file, read off the objects that they became."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles.compiler.gate import WHOLE
from jwtroles.decompile.managed.floors import asking, own
from jwtroles.decompile.managed.rows import conditions, joined, opened
from jwtroles.decompile.predicates import lowered, shortened
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.own_schema import LOOKUP, is_lookup
from jwtroles.names import QName
from jwtroles.objects import argument_types
from jwtroles.spec import sqltree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.decompile.found import Found
    from jwtroles.decompile.managed.floors import FoundFloor
    from jwtroles.kinds.function import Function

_ATOMIC = re.compile(r"\s*BEGIN ATOMIC\s(.*);\s*END\s*\Z", re.DOTALL)
_TABLE = re.compile(r"TABLE\((.*)\)\Z", re.DOTALL)


def _grantees(ref: ObjectRef, found: Found) -> Iterator[tuple[str, str]]:
    for acl in found.acls:
        if acl.object == ref:
            yield from sorted((grantee, privilege) for grantee, privilege in acl.rights)


def views(found: Found, floors: Iterable[FoundFloor]) -> dict[str, Mapping[str, Any]]:
    """Return the views of the file, under whose owners every floor stands."""
    said: dict[str, Mapping[str, Any]] = {}
    floors = tuple(floors)
    words = asking(found, floors)
    for view in sorted(found.survey.objects["view"], key=lambda view: view.name):
        (select,) = sqltree.parse(view.definition.strip().rstrip(";"))
        source = select.fromClause[0]
        table = QName(source.schemaname, source.relname)
        entry: dict[str, Any] = {"from": str(table)}
        entry["columns"] = {
            name: _column(target, table.name)
            for (name, _), target in zip(view.columns, select.targetList, strict=True)
        }
        if select.whereClause is not None:
            parts = conditions(sqltree.print_expression(select.whereClause), table.name)
            below = {part for one in floors if table in one.tables for part in one.parts}
            entry["rows"] = joined(own(zip(parts, parts, strict=True), below, words))
        if view.comment:
            entry["comment"] = view.comment
        held = _grantees(ObjectRef("table", view.name), found)
        grant = {grantee: ("select",) for grantee, privilege in held if privilege == "SELECT"}
        if grant:
            entry["grant"] = grant
        said[str(view.name)] = entry
    return said


def _column(target: Any, table: str) -> str:
    value = target.val
    if sqltree.is_column(value) and sqltree.name_parts(value.fields)[0] == table:
        value.fields = value.fields[1:]
    return shortened(opened(value, table))


def queries(found: Found) -> dict[str, Mapping[str, Any]]:
    """Return the queries of the file."""
    said: dict[str, Mapping[str, Any]] = {}
    functions = (f for f in found.survey.objects["function"] if f.name.schema in found.schemas)
    for function in sorted(functions, key=lambda f: (f.name, f.arguments)):
        entry: dict[str, Any] = {}
        if function.arguments:
            entry["params"] = dict(_pairs(function.arguments))
        table = _TABLE.match(function.returns)
        entry["returns"] = dict(_pairs(table[1] if table else function.returns))
        entry["sql"] = _sql(function, tuple(entry.get("params", ())))
        if function.comment:
            entry["comment"] = function.comment
        ref = ObjectRef("function", function.name, function.arguments)
        grant = tuple(grantee for grantee, _ in _grantees(ref, found))
        if grant:
            entry["grant"] = grant
        said[str(function.name)] = entry
    return said


def _pairs(listed: str) -> Iterator[tuple[str, str]]:
    for one in argument_types(listed):
        name, _, kind = one.partition(" ")
        yield name.strip('"'), kind


def _sql(function: Function, params: Iterable[str]) -> str:
    match = _ATOMIC.match(function.body)
    (select,) = sqltree.parse(match[1] if match else function.body)
    ctes: tuple[Any, ...] = select.withClause.ctes if select.withClause else ()
    if [cte.ctename for cte in ctes] == [WHOLE]:
        select = ctes[0].ctequery
    _bare_params(select, function.name.name, frozenset(params))
    return lowered(sqltree.print_statement(opened(select)))


def _bare_params(tree: Any, name: str, params: frozenset[str]) -> None:
    """Take the name of the function off its parameters, which PostgreSQL prints there."""
    for node in sqltree.walk(tree):
        if sqltree.is_column(node):
            parts = sqltree.name_parts(node.fields)
            if parts[0] == name and parts[-1] in params:
                node.fields = node.fields[1:]
        elif isinstance(node, ast.ResTarget) and _says_itself(node):
            node.name = None


def _says_itself(target: Any) -> bool:
    """Tell whether a column has the name that it would have by itself."""
    value = target.val
    if sqltree.is_column(value):
        return bool(sqltree.name_parts(value.fields)[-1] == target.name)
    if isinstance(value, ast.FuncCall):
        return bool(sqltree.name_parts(value.funcname)[-1] == target.name)
    return False


def lookups(found: Found) -> dict[str, Mapping[str, Any]]:
    """Return the lookups of the file."""
    said: dict[str, Mapping[str, Any]] = {}
    for function in sorted(found.survey.objects["function"], key=lambda f: f.name):
        if not is_lookup(function.name):
            continue
        match = _ATOMIC.match(function.body)
        (outer,) = sqltree.parse(match[1] if match else function.body)
        inner = outer.fromClause[0].subquery
        _bare_params(inner, "", frozenset())
        sql = lowered(sqltree.print_statement(opened(inner)))
        name = function.name.name.removeprefix(LOOKUP)
        said[name] = {"type": function.returns, "sql": sql}
    return said
