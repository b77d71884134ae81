"""How a mode of `verify:` guards tables: who stands under which policy, and how claims read there.

Where a gateway has verified the token, a claim is what the gateway says. Where the database has
(:mod:`jwtroles.compiler.gate`), each policy makes sure of that itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from jwtroles.kinds.policy import Policy
from jwtroles.verifier import accessor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.catalog import Structure
    from jwtroles.compiler.bind import Accessor, Bound
    from jwtroles.compiler.floors import FloorOn
    from jwtroles.kinds.base import Origin
    from jwtroles.names import QName
    from jwtroles.spec.model import Word


class Guard(Protocol):
    """What the modes of `verify:` have to say about policies."""

    @property
    def parallel(self) -> Literal["s", "r"]:
        """Whether parallel workers may read claims (manual section 15.4)."""

    def accessor(self, role: str) -> Accessor:
        """Return what reads a claim in a view, query or lookup that runs as `role`."""

    def secured(self, structure: Structure) -> Iterator[tuple[QName, Origin]]:
        """Yield the tables that need row security whatever is granted on them."""

    def restrictive(self, floored: Iterable[FloorOn], structure: Structure) -> Iterator[Policy]:
        """Yield the policies that stand under everything."""

    def permissive(
        self, text: Word, bound: Bound, table: QName, role: str, floors: Iterable[FloorOn]
    ) -> str:
        """Return the condition of a policy that gives rows of `table` to `role`.

        Args:
            text: the condition, as the file has it.
            bound: the same, bound to the table.
            table: the table.
            role: whom the policy is for.
            floors: the floors that stand there.
        """


class Gateway:
    """`verify: gateway`: one floor for all roles, and claims as they are."""

    parallel: Literal["s"] = "s"

    def accessor(self, _role: str) -> Accessor:
        """Return what reads a claim."""
        return accessor

    def secured(self, _structure: Structure) -> Iterator[tuple[QName, Origin]]:
        """Yield nothing: tables without floors and conditions need no row security."""
        yield from ()

    def restrictive(self, floored: Iterable[FloorOn], _structure: Structure) -> Iterator[Policy]:
        """Yield one policy for each floor on a table, for every role under it."""
        for floor in floored:
            sql = floor.bound.sql
            yield Policy(
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

    def permissive(
        self, _text: Word, bound: Bound, _table: QName, _role: str, _floors: Iterable[FloorOn]
    ) -> str:
        """Return the condition as it was bound."""
        return bound.sql
