"""Views and queries: each runs as a NOLOGIN role of its own that holds just the columns it needs.

That role stands under row security itself, so the floor holds through them; they are never owned by
the owner of the tables, whom row security does not bind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import Granted, reading
from jwtroles.compiler.bind import Bound, Scope, Shown, bind_query, bind_view
from jwtroles.compiler.floors import FloorOn, Floors, by_table
from jwtroles.compiler.guard import Guard, Inside
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.kinds.function import SAFE_PATH, Function
from jwtroles.kinds.view import View
from jwtroles.names import QName, ident, parse_qname
from jwtroles.spec.model import Query, Spec, Word
from jwtroles.spec.model import View as ViewSpec


@frozen
class Definers:
    """Views and queries as catalog objects, and what their roles must be able to read.

    `asked` is view → the lookups that its rows ask.
    """

    views: tuple[View, ...] = ()
    functions: tuple[Function, ...] = ()
    reads: Mapping[str, Mapping[QName, frozenset[str]]] | None = None
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        """The roles that own them."""
        return frozenset(self.reads or ())

    def accesses(
        self, floored: Iterable[FloorOn], guard: Guard, structure: Structure
    ) -> tuple[Granted, ...]:
        """Return SELECT on the columns they read, and on those that the floors there look at.

        Of a table whose rows are merely counted it is a column that its floor judges by.
        """
        floors = by_table(floored)
        found = []
        for role, tables in (self.reads or {}).items():
            for table, columns in _with_floors(tables, role, floors, guard).items():
                judged = (name for one in floors.get(table, ()) for name in one.bound.own_columns)
                found.append(reading(role, table, columns, structure, judged))
        return tuple(found)


def _with_floors(
    reads: Mapping[QName, frozenset[str]], role: str, floors: Floors, guard: Guard
) -> dict[QName, frozenset[str]]:
    """Add what floors read in other tables, until nothing is added."""
    needed = dict(reads)
    queue = list(reads)
    while queue:
        table = queue.pop()
        for floor in guard.standing(table, role, floors):
            for other, columns in floor.reads.items():
                have = needed.get(other)
                if have is None or not columns <= have:
                    needed[other] = (have or frozenset()) | columns
                    queue.append(other)
    return needed


@frozen
class _InView:
    """What a mode of `verify:` makes of claims in one view."""

    guard: Guard
    table: QName
    role: str
    floors: Floors

    def rows(self, bound: Bound, inside: Inside) -> Bound:
        """Return the condition on its rows."""
        return self.guard.given(bound, inside, self.table, self.role, self.floors)

    def shown(self, bound: Bound, inside: Inside, shown: Shown) -> Bound:
        """Return a value that it shows."""
        return self.guard.shown(bound, inside, shown, self.table, self.role, self.floors)


def owners_of(spec: Spec) -> frozenset[str]:
    """Return the roles that own views and queries."""
    return frozenset((*map(spec.view_role, spec.views), *map(spec.query_role, spec.queries)))


def compile_definers(
    spec: Spec,
    scope: Scope,
    guard: Guard,
    floored: Iterable[FloorOn],
    structure: Structure,
    problems: Collector,
) -> Definers:
    """Compile `views:` and `queries:`."""
    floors = by_table(floored)
    reads: dict[str, Mapping[QName, frozenset[str]]] = {}
    asked: dict[str, frozenset[str]] = {}
    views, functions = [], []
    for view in spec.views.values():
        role = spec.view_role(view.name)
        judge = _InView(guard, parse_qname(view.from_) or QName("", ""), role, floors)
        bound = bind_view(view, spec, scope, guard.in_views, judge, problems)
        if bound and _free(view.name, structure, spec, problems):
            reads[role] = bound.reads
            asked[str(view.name)] = bound.lookups
            views.append(_view(view, role, bound.sql, spec))
    for query in spec.queries.values():
        role = spec.query_role(query.name)
        bound = bind_query(query, spec, scope, guard.accessor(role), problems)
        if bound:
            reads[role] = bound.reads
            types = tuple(structure.types.get(kind, kind) for kind in query.returns.values())
            sql = guard.query(bound, types)
            function = _function(query, role, sql, spec, structure, problems)
            functions += [function] if function else []
    return Definers(tuple(views), tuple(functions), reads, asked)


def _free(name: Word, structure: Structure, spec: Spec, problems: Collector) -> bool:
    qname = parse_qname(name)
    relation = structure.relations.get(qname) if qname else None
    if relation is None or relation.owner == spec.view_role(name):
        return True
    if relation.project == spec.project:  # its owner was changed by hand
        return True
    problems.add(
        codes.NOT_OURS,
        f"{name} exists and was not made by jwtroles",
        name.place,
        remedy="give the view another name, or drop what is there",
    )
    return False


def _view(view: ViewSpec, role: str, sql: str, spec: Spec) -> View:
    name = parse_qname(view.name)
    assert name is not None  # noqa: S101 - the file was checked
    return View(
        name,
        role,
        definition=sql,
        comment=str(view.comment or ""),
        project=str(spec.project),
        sql=sql,
        origin=Origin(view.name.place, said=str(view.rows or "")),
    )


def _function(
    query: Query, role: str, sql: str, spec: Spec, structure: Structure, problems: Collector
) -> Function | None:
    name = parse_qname(query.name)
    assert name is not None  # noqa: S101 - the file was checked
    types = {
        key: structure.types.get(kind)
        for key, kind in (*query.params.items(), *query.returns.items())
    }
    if None in types.values():
        return None
    taken = structure.routines.get((name, tuple(str(types[key]) for key in query.params)))
    if taken and taken.owner != role and taken.project != spec.project:
        problems.add(
            codes.NOT_OURS,
            f"{query.name} exists and was not made by jwtroles",
            query.name.place,
            remedy="give the query another name, or drop what is there",
        )
    columns = ", ".join(f"{ident(key)} {types[key]}" for key in query.returns)
    return Function(
        name,
        arguments(query.params, structure),
        f"TABLE({columns})",
        "sql",
        "s",
        "u",
        definer=True,
        settings=SAFE_PATH,
        body=sql,
        owner=role,
        atomic=True,
        comment=str(query.comment or ""),
        project=str(spec.project),
        body_sql=sql,
        origin=Origin(query.name.place),
    )


def arguments(params: Mapping[Word, Word], structure: Structure) -> str:
    """Return the parameters of a query as PostgreSQL identifies a function by them."""
    return ", ".join(f"{ident(key)} {structure.types.get(kind)}" for key, kind in params.items())
