"""Who may write a column that a floor compares: two tokens can move a row there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem
from jwtroles.spec.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.compiler import Compiled
    from jwtroles.compiler.access import Granted, Names
    from jwtroles.names import QName
    from jwtroles.spec.model import Spec


def moves(spec: Spec, names: Names, compiled: Compiled) -> Iterator[Problem]:
    """Yield a remark for each line by which a token role may UPDATE such columns.

    Where a gateway verifies tokens, a statement has the claims that the gateway gave it.
    """
    if spec.tokens.verify != "database":
        return
    compared: dict[tuple[QName, str], set[str]] = {}
    for floor in compiled.floors:
        # One that neither asks the login nor reads a table is the same for every token.
        if floor.bound.claims or floor.bound.lookups or floor.bound.reads:
            for role in floor.roles:
                compared.setdefault((floor.table, role), set()).update(floor.bound.own_columns)
    roles = frozenset(map(names, spec.token_roles))
    found: dict[tuple[str, object], list[Granted]] = {}
    for one in compiled.granted:
        if one.command == "update" and one.role in roles and _moved(one, compared):
            found.setdefault((one.role, one.access.place), []).append(one)
    for (role, _), lines in found.items():
        columns = listed(sorted({name for one in lines for name in _moved(one, compared)}))
        tables = listed(sorted(str(one.table) for one in lines))
        message = f"{role} may update {columns} of {tables}, which a floor compares"
        remedy = "leave what never changes out of `update`: two tokens could move rows by it"
        yield Problem(codes.MOVES_ROWS, message, lines[0].access.place, remedy=remedy)


def _moved(one: Granted, compared: dict[tuple[QName, str], set[str]]) -> frozenset[str]:
    """Return the columns that an access may write and a floor compares."""
    found = frozenset(compared.get((one.table, one.role), ()))
    columns = one.access.columns
    return found if columns is None else found.intersection(map(str, columns))
