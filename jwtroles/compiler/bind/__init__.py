"""The file's SQL against the database's columns: what stands in policies, views and queries.

What is returned means the same whatever the session's settings, search path and later migrations:
claims are scalar subqueries, named predicates are written out, columns of the table outside a
subquery carry its name, and every relation, function and type is looked up as PostgreSQL will do
it. What cannot be told for sure is a problem, and nothing is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from pglast import ast

from jwtroles import codes
from jwtroles.compiler.bind.resolve import A_TYPE, Resolver
from jwtroles.compiler.bind.scope import Frame, Scope, table_relation
from jwtroles.compiler.bind.setting import Found, Setting
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.names import QName, parse_qname
from jwtroles.spec import predicates, sqltree
from jwtroles.spec.allowed import CLAIMS

if TYPE_CHECKING:
    from jwtroles.spec.allowed import Parsed
    from jwtroles.spec.model import Lookup, Query, Spec, Through, View, Word
    from jwtroles.spec.token_model import Claim

__all__ = [
    "TABLE_CLAIMS",
    "Accessor",
    "Bound",
    "BoundSelect",
    "Judge",
    "Scope",
    "Shown",
    "bind_join",
    "bind_lookup",
    "bind_predicate",
    "bind_query",
    "bind_view",
]

Accessor = Callable[["Claim"], str]
"""Gives the SQL that reads a claim, such as `jwtroles.claim_sub()`."""


@frozen
class Bound:
    """A condition as it stands in a policy.

    Attributes:
        sql: the condition, on one line, without brackets around it.
        reads: the columns that subqueries read of other relations (none: their mere rows).
        own_columns: the columns of the policy's own table.
        claims: the names of the claims that it uses.
        text: the condition as the file says it.
        words: the bare names in it that are of the file, and must not be columns.
        lookups: those of them that are lookups.
        tied: whether it depends on the table by more than the names of its columns.
    """

    sql: str
    reads: Mapping[QName, frozenset[str]]
    own_columns: frozenset[str]
    claims: frozenset[str]
    text: str
    words: frozenset[str] = frozenset()
    lookups: frozenset[str] = frozenset()
    tied: bool = True

    def fits(self, columns: Iterable[str]) -> bool:
        """Tell whether the condition would be bound to the same on a table of these columns."""
        there = frozenset(columns)
        return not self.tied and self.own_columns <= there and not self.words & there


@frozen
class BoundSelect:
    """The SELECT of a view or a query.

    Attributes:
        sql: the SELECT, on one line.
        reads: the columns that it reads, by relation.
        claims: the names of the claims that it uses.
        text: what the file says.
        lookups: the names of the lookups that it asks.
    """

    sql: str
    reads: Mapping[QName, frozenset[str]]
    claims: frozenset[str]
    text: str
    lookups: frozenset[str] = frozenset()

    @classmethod
    def of(cls, sql: str, table: QName, bounds: Iterable[Bound], text: str) -> BoundSelect:
        """Return the SELECT of expressions on one table."""
        reads: dict[QName, frozenset[str]] = {table: frozenset()}
        bounds = tuple(bounds)
        for one in bounds:
            for other, columns in ((table, one.own_columns), *one.reads.items()):
                reads[other] = reads.get(other, frozenset()) | columns
        claims = frozenset[str]().union(*(one.claims for one in bounds))
        lookups = frozenset[str]().union(*(one.lookups for one in bounds))
        return cls(sql, reads, claims, text, lookups)


def bind_predicate(
    text: Word,
    table: QName,
    spec: Spec,
    scope: Scope,
    accessor: Accessor | None,
    problems: Collector,
    *,
    inside: bool = False,
    partition: QName | None = None,
) -> Bound | None:
    """Bind a predicate to the table of its policy.

    Args:
        text: the predicate, as the file has it.
        table: the table of the policy.
        spec: what declares claims, named predicates and lookups.
        scope: the tables, functions and types that there are.
        accessor: what reads a claim; None leaves `claims.NAME` as it is.
        problems: where faults go.
        inside: whether the condition is to stand in a subquery, where columns of the table carry
            its name.
        partition: the partition of the table that the policy is on, if it is on one.
    """
    found, noted = Found(), Collector()
    setting = Setting(spec, scope, accessor, noted, found, own=table)
    parsed = predicates.parse_predicate(text, noted)
    frame = _frame(table, text, scope, noted, _written(table, partition, spec))
    if parsed is not None and frame is not None:
        frames = (Frame(()), frame) if inside else (frame,)
        tree = Resolver(parsed, setting).condition(parsed.tree, frames)
        return _bound(tree, text, table, setting, problems)
    predicates.take(noted, problems)
    return None


def bind_join(
    through: Through,
    spec: Spec,
    scope: Scope,
    problems: Collector,
    partition: QName | None = None,
) -> Bound | None:
    """Bind the condition between a table and its parent to the floor it takes from there."""
    found, noted = Found(), Collector()
    parsed = predicates.parse_join(through.on, noted)
    table = _qname(through.table, noted)
    parent = _qname(through.parent, noted)
    inner = parent and _frame(parent, through.parent, scope, noted)
    written = _written(table, partition, spec) if table else ""
    outer = table and _frame(table, through.table, scope, noted, written)
    if parsed is not None and table and parent and inner and outer:
        if table == parent:
            message = f"a policy of {table} cannot read {table} itself"
            remedy = "name another table as its parent"
            problems.add(codes.READS_OWN_TABLE, message, through.parent.place, remedy=remedy)
            return None
        setting = Setting(spec, scope, _no_accessor, noted, found, own=table)
        found.reads[parent] = set()
        floor = sqltree.expression(f"EXISTS (SELECT FROM {parent.sql} WHERE NULL)")
        where = Resolver(parsed, setting).expression(parsed.tree, (inner, outer))
        _check_join(table, parent, through, setting)
        floor.subselect.whereClause = where
        return _bound(floor, through.on, table, setting, problems)
    predicates.take(noted, problems)
    return None


def _no_accessor(claim: Claim) -> str:
    message = f"a join condition has no claims, and this one uses {claim.name}"
    raise AssertionError(message)


def _check_join(table: QName, parent: QName, through: Through, setting: Setting) -> None:
    """Note a condition that joins nothing: it would let every row pass, or none."""
    place = through.on.place
    if table.name == parent.name:
        message = f"{table} and its parent {parent} have one name: `on` cannot tell them apart"
        remedy = "rename one of them, or take the table out of `through`"
        setting.problems.add(codes.HIDDEN_TABLE, message, place, remedy=remedy)
    for one in (table, parent):
        if not setting.found.reads.get(one) and not setting.problems.problems:
            message = f"the condition between {table} and {parent} uses no column of {one}"
            remedy = f"compare a column of one with a column of the other:  {table.name}.… = …"
            setting.problems.add(codes.JOINS_NOTHING, message, place, remedy=remedy)


@frozen
class Shown:
    """The rows that a view shows.

    Attributes:
        rows: the condition on them, None where it shows all.
        inside: gives the same as it would stand in a subquery.
    """

    rows: Bound | None
    inside: Callable[[], Bound | None]


class Judge(Protocol):
    """Makes of a view's condition and values what stands in it, where claims need more."""

    def rows(self, bound: Bound, inside: Callable[[], Bound | None]) -> Bound:
        """Return the condition; `inside` gives it as it would stand in a subquery."""

    def shown(self, bound: Bound, inside: Callable[[], Bound | None], shown: Shown) -> Bound:
        """Return a value that it shows; `inside` gives it as it would stand in a subquery."""


def bind_view(
    view: View,
    spec: Spec,
    scope: Scope,
    accessor: Accessor | None,
    judge: Judge,
    problems: Collector,
) -> BoundSelect | None:
    """Bind the columns and rows of a view to the table that it shows."""
    noted = Collector()
    table = _qname(view.from_, noted)
    frame = table and _frame(table, view.from_, scope, noted, _written(table, None, spec))
    if not table or not frame:
        predicates.take(noted, problems)
        return None
    plain, subquery = (frame,), (Frame(()), frame)
    (select,) = sqltree.parse(f"SELECT FROM {table.sql}")
    bounds: list[Bound] = []

    def bind(parsed: Parsed | None, *, rows: bool = False, inside: bool = False) -> Bound | None:
        if parsed is None:
            return None
        setting = Setting(spec, scope, accessor, Collector(), Found())
        resolver = Resolver(parsed, setting)
        resolve = resolver.condition if rows else resolver.expression
        tree = resolve(parsed.tree, subquery if inside else plain)
        return _bound(tree, parsed.text, table, setting, noted)

    def condition(*, inside: bool) -> Bound | None:
        text = view.rows
        parsed = None if text is None else predicates.parse_predicate(text, noted)
        return bind(parsed, rows=True, inside=inside)

    def value(text: Word, *, inside: bool) -> Bound | None:
        return bind(predicates.parse_expression(text, noted), inside=inside)

    rows = condition(inside=False)
    shown = Shown(rows, lambda: condition(inside=True))
    for name, text in view.columns.items():
        bound = value(text, inside=False)
        if bound:
            bounds.append(judge.shown(bound, partial(value, text, inside=True), shown))
            select.targetList = (*(select.targetList or ()), _target(name, bounds[-1]))
    if rows:
        bounds.append(judge.rows(rows, shown.inside))
        select.whereClause = sqltree.expression(bounds[-1].sql)
    if not predicates.take(noted, problems):
        return None
    return BoundSelect.of(sqltree.print_statement(select), table, bounds, str(view.name))


def _target(name: Word, bound: Bound) -> Any:
    value = sqltree.expression(bound.sql)
    plain = sqltree.is_column(value) and sqltree.name_parts(value.fields) == (name,)
    return ast.ResTarget(name=None if plain else str(name), val=value)


def bind_query(
    query: Query, spec: Spec, scope: Scope, accessor: Accessor, problems: Collector
) -> BoundSelect | None:
    """Bind the SELECT of a query; its parameters stay names."""
    found, noted = Found(), Collector()
    params = frozenset(map(str, query.params))
    setting = Setting(spec, scope, accessor, noted, found, params=params, careful=False)
    parsed = predicates.parse_query(query.sql, noted)
    if parsed is None:
        predicates.take(noted, problems)
        return None
    Resolver(parsed, setting).select(parsed.tree, ())
    return _bound_select(parsed.tree, str(query.sql), setting, problems)


def bind_lookup(
    lookup: Lookup, spec: Spec, scope: Scope, accessor: Accessor, problems: Collector
) -> BoundSelect | None:
    """Bind the SELECT of a lookup to one of its list: NULL, as a missing claim, where it is empty.

    NULLs are left out of it: they are no value that a row could have.
    """
    found, noted = Found(), Collector()
    setting = Setting(spec, scope, accessor, noted, found)
    parsed = predicates.parse_query(lookup.sql, noted, decides=True)
    outer = _list_of(lookup, noted)
    if parsed is None or outer is None:
        predicates.take(noted, problems)
        return None
    names = Resolver(parsed, setting).select(parsed.tree, ())
    if len(names) != 1:
        message = f"the lookup {lookup.name} has {len(names)} columns"
        remedy = "select the one column whose values are the list"
        noted.add(codes.LOOKUP_COLUMNS, message, lookup.sql.place, remedy=remedy)
    outer.fromClause[0].subquery = parsed.tree
    return _bound_select(outer, lookup.sql, setting, problems)


def _list_of(lookup: Lookup, problems: Collector) -> Any:
    """Return the SELECT around that of a lookup, or note that its type is none."""
    try:
        (outer,) = sqltree.parse(
            f"SELECT CAST(array_agg(found.value) AS {lookup.type}) FROM (SELECT NULL) "
            "AS found (value) WHERE found.value IS NOT NULL"
        )
    except sqltree.SyntaxFault:
        message = f"`{lookup.type}` is not a type"
        problems.add(codes.PREDICATE_SYNTAX, message, lookup.type.place, remedy=A_TYPE)
        return None
    return outer


def _qname(word: Word, problems: Collector) -> QName | None:
    name = parse_qname(word)
    if name is None:
        message = f"`{word}` is not schema.table"
        problems.add(codes.UNKNOWN_RELATION, message, word.place, remedy="write schema.table")
    return name


TABLE_CLAIMS = "the table claims"
"""What stands for a table called `claims` before its columns, where claims are left as they are."""


def _written(table: QName, partition: QName | None, spec: Spec) -> str:
    """Return what stands before the columns of a policy's table, where that is not its name."""
    name = (partition or table).name
    if name == CLAIMS and spec.tokens.verify == "database":
        return TABLE_CLAIMS
    return name if partition else ""


def _frame(
    table: QName, word: Word, scope: Scope, problems: Collector, written: str = ""
) -> Frame | None:
    columns = scope.columns(table.schema, table.name)
    if columns is None:
        message, remedy = f"no table or view {table}", "name one that is there, or make it first"
        problems.add(codes.UNKNOWN_RELATION, message, word.place, remedy=remedy)
        return None
    return Frame((table_relation(table, columns, written=written),))


def _bound(
    tree: Any, text: Word, table: QName, setting: Setting, problems: Collector
) -> Bound | None:
    sql = _printed(sqltree.print_expression, tree, text, setting, problems)
    reads = {name: frozenset(columns) for name, columns in setting.found.reads.items()}
    own = reads.pop(table, frozenset())
    if not sql:
        return None
    found = setting.found
    claims, words, lookups = map(frozenset, (found.claims, found.words, found.lookups))
    return Bound(sql, reads, own, claims, str(text), words, lookups, found.tied)


def _bound_select(
    tree: Any, text: str, setting: Setting, problems: Collector
) -> BoundSelect | None:
    sql = _printed(sqltree.print_statement, tree, text, setting, problems)
    reads = {name: frozenset(columns) for name, columns in setting.found.reads.items()}
    found = setting.found
    claims, lookups = frozenset(found.claims), frozenset(found.lookups)
    return (sql and BoundSelect(sql, reads, claims, text, lookups)) or None


def _printed(
    printer: Callable[[Any], str], tree: Any, text: str, setting: Setting, problems: Collector
) -> str | None:
    """Print what was bound, or hand over what was noted on the way."""
    if not predicates.take(setting.problems, problems):
        return None
    try:
        return printer(tree)
    except sqltree.UnfaithfulPrintError as error:
        place = getattr(text, "place", None)
        message = f"this SQL cannot be written back faithfully: {error}"
        remedy = "write it in another way, and please report it"
        problems.add(codes.UNPRINTABLE_SQL, message, place, remedy=remedy)
        return None
