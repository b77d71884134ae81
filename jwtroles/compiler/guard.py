"""How a mode of `verify:` guards tables: who stands under which policy, and how claims read there.

Where a gateway has verified the token, a claim is what the gateway says. Where the database has
(:mod:`jwtroles.compiler.gate`), each policy makes sure of that itself.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Literal, Protocol

from jwtroles.kinds.policy import Policy
from jwtroles.verifier import accessor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jwtroles.catalog import Structure
    from jwtroles.compiler.bind import Accessor, Bound, BoundSelect, Shown
    from jwtroles.compiler.floors import Floors
    from jwtroles.kinds.base import Origin
    from jwtroles.names import QName


Inside = Callable[[], "Bound | None"]


class Guard(Protocol):
    """What the modes of `verify:` have to say about policies."""

    @property
    def parallel(self) -> Literal["s", "r"]:
        """Whether parallel workers may read claims (manual section 15.4)."""

    def accessor(self, role: str) -> Accessor:
        """Return what reads a claim in a query or lookup that runs as `role`."""

    def query(self, bound: BoundSelect, types: Sequence[str]) -> str:
        """Return the SELECT of a query as it stands in its function, which returns `types`."""

    @property
    def in_views(self) -> Accessor | None:
        """What reads a claim in a view, or None where `given` and `shown` see to it."""

    def secured(self, structure: Structure) -> Iterator[tuple[QName, Origin]]:
        """Yield the tables that need row security whatever is granted on them."""

    def restrictive(
        self, floors: Floors, structure: Structure
    ) -> Iterator[tuple[Policy, Bound | None]]:
        """Yield the policies that stand under everything, and what reads more than its floors."""

    def given(self, bound: Bound, inside: Inside, table: QName, role: str, floors: Floors) -> Bound:
        """Return the condition on which rows of `table` are given to `role`, as it stands there.

        Args:
            bound: the condition, bound to the table.
            inside: gives the same as it would stand in a subquery.
            table: the table.
            role: whose policy or view it is.
            floors: all floors.
        """

    def shown(
        self,
        bound: Bound,
        inside: Inside,
        shown: Shown,
        table: QName,
        role: str,
        floors: Floors,
    ) -> Bound:
        """Return what a view of `role` shows of a row of `table`.

        Args:
            bound: the value.
            inside: gives the same as it would stand in a subquery.
            shown: the rows of the view.
            table: the table that it shows.
            role: its owner.
            floors: all floors.
        """

    def standing(self, table: QName, role: str, floors: Floors) -> Iterable[Bound]:
        """Return the floors on a table as they read there for `role`."""


class Gateway:
    """`verify: gateway`: one floor for all roles, and claims as they are."""

    parallel: Literal["s"] = "s"

    in_views = staticmethod(accessor)

    def accessor(self, _role: str) -> Accessor:
        """Return what reads a claim."""
        return accessor

    def query(self, bound: BoundSelect, _types: Sequence[str]) -> str:
        """Return the SELECT as it was bound."""
        return bound.sql

    def secured(self, _structure: Structure) -> Iterator[tuple[QName, Origin]]:
        """Yield nothing: tables without floors and conditions need no row security."""
        yield from ()

    def restrictive(
        self, floors: Floors, _structure: Structure
    ) -> Iterator[tuple[Policy, Bound | None]]:
        """Yield one policy for each floor on a table, for every role under it."""
        for floor in chain.from_iterable(floors.values()):
            sql = floor.bound.sql
            policy = Policy(
                table=floor.table,
                name="jr_floor" + (f"_{floor.name}" if floor.name else ""),
                permissive=False,
                command="all",
                roles=floor.roles,
                using=sql,
                check=None,
                using_sql=sql,
                origin=floor.origin,
            )
            yield policy, None

    def given(
        self, bound: Bound, _inside: Inside, _table: QName, _role: str, _floors: Floors
    ) -> Bound:
        """Return the condition as it was bound."""
        return bound

    def shown(
        self,
        bound: Bound,
        _inside: Inside,
        _shown: Shown,
        _table: QName,
        _role: str,
        _floors: Floors,
    ) -> Bound:
        """Return the expression as it was bound."""
        return bound

    def standing(self, table: QName, _role: str, floors: Floors) -> Iterable[Bound]:
        """Return the floors on a table as they were bound."""
        return (one.bound for one in floors.get(table, ()))
