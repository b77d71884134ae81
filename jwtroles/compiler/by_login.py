"""Policies of a role for which a floor is lifted, where one that inherits it stands on that floor.

A policy applies to whoever has the rights of its role. A statement that was planned as a lifted
role meets the policies of that role alone, whoever logs in while it runs: each login must find its
own floors in them (decisions 19 and 40).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.compiler.one_call import Call, Condition, array, conjunction, own_named
from jwtroles.frozen import frozen
from jwtroles.names import literal
from jwtroles.spec import sqltree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jwtroles.spec.model import Word
    from jwtroles.spec.token_model import Claim


@frozen
class Part:
    """What holds for some of the logins that a policy serves.

    Attributes:
        logins: the roles of these logins.
        conditions: what must hold for them.
        found: those of them by which rows are to be found.
    """

    logins: tuple[str, ...]
    conditions: tuple[Condition, ...]
    found: tuple[Condition, ...] = ()


def by_floors(
    role: str, served: Sequence[str], lifted: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, ...]]:
    """Yield the logins that the policies of a role serve by the floors under them, its own last.

    Args:
        role: the role.
        served: the logins.
        lifted: role → the floors that are lifted for it.
    """
    none: frozenset[str] = frozenset()
    if role not in served:  # it owns a view, a query or a lookup: no login is of it
        yield tuple(served)
        return
    found: dict[frozenset[str], list[str]] = {}
    for login in served:
        found.setdefault(lifted.get(login, none), []).append(login)
    own = found.pop(lifted.get(role, none))
    yield from map(tuple, found.values())
    yield tuple(own)


def together(parts: Iterable[Part], claims: Mapping[Word, Claim], *, gate: bool) -> str:
    """Return what must hold for all logins, true by one login.

    The role that is set chooses, and a client sets it as it likes. That is why each choice asks for
    a login of its own roles, and for the floors under them, in one call.
    """
    *others, own = parts
    logins = sorted({login for one in (*others, own) for login in one.logins})
    call = Call.of(logins, claims)
    if all(one.conditions == own.conditions for one in others):
        return call.together(own.conditions, own.found, gate=gate)
    # Before a parallel scan PostgreSQL evaluates every subquery in it, those of the other branches
    # too, which refuse. `pg_backend_pid` is parallel restricted, so that there is none.
    choices = [
        f"WHEN (SELECT pg_catalog.current_setting('role')) = ANY "
        f"(CASE WHEN pg_catalog.pg_backend_pid() > 0 THEN {_listed(one.logins)} END) "
        f"THEN {_judged(one, claims)}"
        for one in others
    ]
    judged = sqltree.expression(f"CASE {' '.join(choices)} ELSE {_judged(own, claims)} END")
    of_all = {one.sql for one in own.found}.intersection(
        *({o.sql for o in p.found} for p in others)
    )
    shared = [one for one in own.found if one.sql in of_all]
    # PostgreSQL evaluates what costs less first: without a login, a `CASE` would let a client ask
    # for values of rows before anything asks for its login.
    first = [sqltree.expression(call.authorized())] if gate else []
    return own_named(conjunction([*first, *call.indexed(shared), judged]))


def _listed(logins: Iterable[str]) -> str:
    return f"CAST({literal(array(logins))} AS text[])"


def _judged(part: Part, claims: Mapping[Word, Claim]) -> str:
    return Call.of(part.logins, claims).together(part.conditions, part.found, gate=True)
