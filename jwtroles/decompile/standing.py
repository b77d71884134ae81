"""Floors that others made: one condition on most tables, by a policy that nothing reaches past."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pglast import ast, enums

from jwtroles.decompile.claims import read_by
from jwtroles.decompile.draft import Choices, FloorDraft
from jwtroles.decompile.patterns import FEWEST, glob_of, patterns
from jwtroles.decompile.policies import key_of
from jwtroles.frozen import frozen
from jwtroles.kinds.policy import PUBLIC_ROLES, Policy, gives_beside
from jwtroles.spec import sqltree
from jwtroles.spec.stated_model import TABLE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jwtroles.decompile.draft import Key
    from jwtroles.decompile.found import Found
    from jwtroles.names import QName

HALF = 2
"""A floor stands at least on one of so many tables of its schemas, or of those with its columns."""


@frozen
class FloorOfOthers:
    """Policies that are one floor.

    Attributes:
        name: how most of them are called; `{table}` stands for the table's name.
        policies: one on each of its tables, partitions among them.
    """

    name: str
    policies: tuple[Policy, ...]

    @property
    def tables(self) -> frozenset[QName]:
        """Where it stands."""
        return frozenset(policy.table for policy in self.policies)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table that its condition is about."""
        tree = _parsed(self.policies[0].using or "")
        found = (sqltree.name_parts(one.fields) for one in _columns(tree))
        return tuple(dict.fromkeys(parts[0] for parts in found if len(parts) == 1))


def standing(found: Found, choices: Choices) -> tuple[FloorOfOthers, ...]:
    """Return the floors of a database that is not managed, by their names."""
    shapes: dict[Any, list[Policy]] = {}
    for policy in found.policies:
        if _may_be_floor(policy, found, choices):
            checked = policy.check is not None
            shape = (policy.permissive, policy.roles, policy.using, checked)
            shapes.setdefault(shape, []).append(policy)
    floors = map(_named, shapes.values())
    kept = (floor for floor in floors if _words(floor, found) is not None)
    return tuple(sorted(kept, key=lambda one: (one.policies[0].permissive, one.name)))


def _may_be_floor(policy: Policy, found: Found, choices: Choices) -> bool:
    """Tell whether a policy limits everything on its table, for reading and for writing."""
    key = key_of(policy)
    using = policy.using
    whole = policy.command == "all" and policy.check in (None, using)
    lent = policy.table in found.lent
    if using is None or not whole or lent or policy.table not in found.secured:
        return False
    if key in choices.kept_policies or key in choices.stated or TABLE_NAME in policy.name:
        return False
    tree = _parsed(using)
    if tree is None or not policy.permissive:
        return tree is not None
    beside = (one for one in found.policies_on(policy.table) if one != policy)
    return _asks_caller(tree) and not any(gives_beside(policy, one) for one in beside)


@lru_cache(maxsize=256)
def _parsed(printed: str) -> Any:
    """Return the tree of a condition; None where a newer server has printed what is not known."""
    try:
        return sqltree.expression(printed)
    except (sqltree.SyntaxFault, ValueError, AttributeError):
        return None


def _asks_caller(tree: Any) -> bool:
    """Tell whether a condition depends on who asks: a claim, the user, or a function of theirs."""
    nodes = sqltree.walk(tree)
    return any(
        (isinstance(node, ast.SQLValueFunction) and node.op in _USERS)
        or (isinstance(node, ast.FuncCall) and (read_by(node) is not None or _theirs(node)))
        for node in nodes
    )


_USERS = frozenset(
    getattr(enums.SQLValueFunctionOp, f"SVFOP_{name}")
    for name in ("CURRENT_ROLE", "CURRENT_USER", "USER", "SESSION_USER")
)


def _theirs(call: Any) -> bool:
    return len(call.funcname) > 1 and not any(map(sqltree.is_column, sqltree.walk(call)))


def _columns(tree: Any) -> Iterator[Any]:
    return (node for node in sqltree.outside_subqueries(tree) if sqltree.is_column(node))


def _named(policies: list[Policy]) -> FloorOfOthers:
    """Return the policies of one shape, one for each table, by the name that most of them have."""
    counts = Counter(name for policy in policies for name in _names(policy))
    best = max(counts, key=lambda name: (counts[name], TABLE_NAME not in name, name))
    by_name = sorted(policies, key=lambda one: best in _names(one))
    return FloorOfOthers(best, tuple({one.table: one for one in by_name}.values()))


def _names(policy: Policy) -> tuple[str, ...]:
    """Return the ways in which a floor could call the policy."""
    table = policy.table.name
    return policy.name, *((policy.name.replace(table, TABLE_NAME),) * (table in policy.name))


def said_of_floors(
    floors: Iterable[FloorOfOthers], found: Found, said: Callable[[tuple[Key, ...], str], str]
) -> tuple[FloorDraft, ...]:
    """Return floors as the file says them.

    Args:
        floors: what stands.
        found: the database.
        said: a condition as PostgreSQL prints it → as the file writes it.
    """
    listed = tuple(floors)
    drafts = []
    names: list[str] = []
    for floor in listed:
        keys = tuple(dict.fromkeys(map(key_of, floor.policies)))
        entry: dict[str, Any] = {}
        if len(listed) > 1:
            names.append(_plain(floor.name, names))
            entry["name"] = names[-1]
        entry["rows"] = said(keys, floor.policies[0].using or "")
        drafts.append(FloorDraft(keys, {**entry, **(_words(floor, found) or {})}))
    return tuple(drafts)


def _plain(name: str, taken: list[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.replace(TABLE_NAME, "").lower()).strip("_")
    first = plain if plain and not plain[0].isdigit() else f"floor_{plain}".rstrip("_")
    names = (first, *(f"{first}_{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def _words(floor: FloorOfOthers, found: Found) -> dict[str, Any] | None:
    """Return where a floor stands and as which policy; None where it is on too few tables."""
    relations = found.structure.relations
    here = sorted(name for name in floor.tables if not relations[name].partition)
    schemas = sorted({name.schema for name in here})
    every = [name for schema in schemas for name in found.tables(schema)]
    if len(here) < FEWEST or any("*" in schema for schema in schemas):
        return None
    below = {name for table in here for name in found.structure.partitions(table)}
    alone = floor.tables - {*here} - below
    words: dict[str, Any]
    column = _column(floor, every, found)
    if len(here) * HALF >= len(every):
        tables, out = patterns((*here, *alone), found, HALF)
        words = {"tables": tables}
        lacking = [*out]
    elif column is not None:
        words = {"tables": (*map(glob_of, schemas), *map(str, sorted(alone)))}
        words["where_column"] = column
        lacking = [str(name) for name in every if _has(name, column, found) and name not in here]
    else:
        return None
    without = below - floor.tables
    if without != below:
        lacking += map(str, without)
    if lacking:
        words["except"] = tuple(sorted(lacking))
    words["policy"] = _policy(floor, partitions=not without or without != below)
    return words


def _policy(floor: FloorOfOthers, *, partitions: bool) -> Any:
    one = floor.policies[0]
    said: dict[str, Any] = {"name": floor.name}
    said |= {"permissive": True} if one.permissive else {}
    said |= {"check": True} if one.check is not None else {}
    said |= {} if partitions else {"partitions": False}
    said |= {} if one.roles == PUBLIC_ROLES else {"to": tuple(sorted(one.roles))}
    apart = {str(p.table): p.name for p in floor.policies if floor.name not in _names(p)}
    said |= {"names": dict(sorted(apart.items()))} if apart else {}
    return said if len(said) > 1 else floor.name


def _has(table: QName, column: str, found: Found) -> bool:
    return found.structure.relations[table].column(column) is not None


def _column(floor: FloorOfOthers, every: Iterable[QName], found: Found) -> str | None:
    """Return a column that those tables have of which most are under the floor."""
    for column in floor.columns:
        having = {name for name in every if _has(name, column, found)}
        if len(having & floor.tables) * HALF >= len(having) and having & floor.tables:
            return column
    return None
