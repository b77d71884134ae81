"""`verify: database`: one call checks the login and returns what the rows are compared with.

Each call checks the whole login anew: that it is one, on this connection, of the role that is set,
and of a role that this policy serves. A policy that asks several things of it asks them in one
call (:mod:`jwtroles.compiler.one_call`), and so do the floors of tables that it reads.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pglast import ast

from jwtroles.compiler.by_login import Part, by_floors, together
from jwtroles.compiler.floors_within import FloorsWithin
from jwtroles.compiler.one_call import Call, is_single, own_named
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.kinds.policy import Policy, policy_name
from jwtroles.names import OWN_SCHEMA, PUBLIC, QName
from jwtroles.spec import sqltree
from jwtroles.spec.model import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jwtroles.catalog import Structure
    from jwtroles.compiler.access import Names
    from jwtroles.compiler.bind import Accessor, Bound, BoundSelect, Shown
    from jwtroles.compiler.floors import Binder, FloorOn, Floors
    from jwtroles.compiler.guard import Inside
    from jwtroles.compiler.rights import Inheritance
    from jwtroles.spec.model import Spec
    from jwtroles.spec.token_model import Claim


WHOLE = "whole_query"
"""What a query that uses claims is called inside of its function."""


@frozen
class Gate:
    """The guard of `verify: database`.

    Attributes:
        served: role → the token roles whose login lets its policies pass: those that inherit it,
            itself among them, and for the owner of a view or a query those that may use it.
        gated: the roles under the gate: those that tokens become, and owners of ours.
        lifted: role → the floors that are lifted for it.
        origin: what in the file asks for it.
    """

    served: Mapping[str, tuple[str, ...]]
    gated: tuple[str, ...]
    claims: Mapping[Word, Claim]
    binder: Binder
    origin: Origin
    lifted: Mapping[str, frozenset[str]]

    parallel: Literal["r"] = "r"
    in_views: None = None

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
            _lifted(spec, names),
        )

    def accessor(self, role: str) -> Accessor:
        """Return what reads a claim for the roles that `role` serves."""
        return self._call(role).accessor

    def query(self, bound: BoundSelect, types: Sequence[str]) -> str:
        """Return a SELECT that has found every row before it gives out the first one.

        A function in a list of targets is asked row by row (manual section 38.5.9), and its caller
        could log in anew in between: what is asked of a login is asked when it is first needed.
        One table that is read once asks all of it together.
        """
        (select,) = sqltree.parse(bound.sql)
        tables = [node for node in sqltree.walk(select) if isinstance(node, ast.RangeVar)]
        if not bound.claims and len(tables) <= 1:
            return bound.sql
        _type_literals(select, types)
        whole = f"WITH {WHOLE} AS MATERIALIZED ({sqltree.print_statement(select)})"
        return f"{whole} SELECT {WHOLE}.* FROM {WHOLE} WHERE (SELECT count(*) FROM {WHOLE}) >= 0"

    def secured(self, structure: Structure) -> Iterator[tuple[QName, Origin]]:
        """Yield every table that is managed."""
        for name, relation in sorted(structure.relations.items()):
            if relation.kind in ("r", "p") and name.schema != OWN_SCHEMA:
                yield name, self.origin

    def restrictive(
        self, floors: Floors, structure: Structure
    ) -> Iterator[tuple[Policy, Bound | None]]:
        """Yield a policy on each table for each role: its floors there, or the login alone."""
        known: dict[tuple[tuple[str, ...], ...], str] = {}
        for table, _ in self.secured(structure):
            on = floors.get(table, ())
            for role in self.gated:
                apart = tuple(self._apart(role, floors))
                parts = [
                    Part(logins, conditions, conditions)
                    for logins, within in apart
                    for conditions in [tuple(map(within.floor, within.all_on(table)))]
                ]
                key = tuple((*one.logins, *(c.inside for c in one.conditions)) for one in parts)
                sql = known.get(key)
                if sql is None:
                    sql = known[key] = together(parts, self.claims, gate=True)
                standing = [one for one in on if role in one.roles]
                policy = Policy(
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
                *others, (_, own) = apart
                more = [one.bound for _, within in others for one in within.all_on(table)]
                if not more and is_single(parts[-1].conditions):
                    yield policy, None
                else:
                    yield policy, own.together([*(one.bound for one in standing), *more])

    def standing(self, table: QName, role: str, floors: Floors) -> Iterable[Bound]:
        """Return the floors on a table, as one where they are written out in one call."""
        within = FloorsWithin(self.binder, floors, role)
        standing = [one for one in floors.get(table, ()) if role in one.roles]
        bounds = [one.bound for one in standing]
        return bounds if is_single(map(within.floor, standing)) else [within.together(bounds)]

    def given(self, bound: Bound, inside: Inside, table: QName, role: str, floors: Floors) -> Bound:
        """Return the condition, and with what it asks the floors: all true by one login."""
        apart = tuple(self._apart(role, floors))
        if not any(within.asks(bound) for _, within in apart):
            return replace(bound, sql=own_named(bound.sql))
        parts, more = [], []
        for logins, within in apart:
            own = within.condition(bound, inside() or bound)
            standing = tuple(within.floor(floor) for floor in within.on(table))
            parts.append(Part(logins, (*standing, own), (own,)))
            more += [floor.bound for floor in within.on(table)]
        sql = together(parts, self.claims, gate=False)
        return replace(apart[0][1].together([bound, *more]), sql=sql)

    def shown(
        self,
        bound: Bound,
        inside: Inside,
        shown: Shown,
        table: QName,
        role: str,
        floors: Floors,
    ) -> Bound:
        """Return a value that asks the login: NULL unless the row is shown by the same login."""
        within = FloorsWithin(self.binder, floors, role)
        if not within.asks(bound):
            return replace(bound, sql=own_named(bound.sql))
        own = within.condition(bound, inside() or bound)
        standing = [within.floor(floor) for floor in within.on(table)]
        if shown.rows is not None and within.asks(shown.rows):
            standing.append(within.condition(shown.rows, shown.inside() or shown.rows))
        return within.judged(bound, table, self._call(role).shown(own.inside, standing))

    def _apart(self, role: str, floors: Floors) -> Iterator[tuple[tuple[str, ...], FloorsWithin]]:
        """Yield the logins that a role serves with the floors under them, its own last."""
        for logins in by_floors(role, self.served[role], self.lifted):
            under = role if role in logins or role not in self.served[role] else logins[0]
            yield logins, FloorsWithin(self.binder, floors, under)

    def _call(self, role: str) -> Call:
        return Call.of(self.served[role], self.claims)


def _type_literals(select: Any, types: Sequence[str]) -> None:
    """Give literals the types of the columns that they become: in WITH they would be text."""
    for target, kind in zip(select.targetList or (), types, strict=False):
        if isinstance(target.val, ast.A_Const) and (
            target.val.isnull or isinstance(target.val.val, ast.String)
        ):
            cast = sqltree.expression(f"CAST(NULL AS {kind})")
            cast.arg = target.val
            target.val = cast


def _lifted(spec: Spec, names: Names) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for floor in spec.tenancy:
        for role in map(names, floor.lifted_for):
            found[role] = found.get(role, frozenset()) | {floor.name}
    return found


def _origin(floors: list[FloorOn]) -> Origin | None:
    """Return what of the file stands behind a policy that holds several floors."""
    if len(floors) <= 1:
        return floors[0].origin if floors else None
    said = " and ".join(one.origin.said for one in floors)
    also = tuple(one.origin.place for one in floors[1:] if one.origin.place)
    return replace(floors[0].origin, said=said, also=also)
