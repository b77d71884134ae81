"""What the file declares to differ between two environments: `only` limits it to one of them.

It is no difference of access, and no sync mends it. What both environments have, and what differs
in it because of that (the roles that a floor names, the list of roles in a condition), is compared
with what the file says of the target wherever the source is as the file says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.catalog import Catalog
from jwtroles.errors import CompileError, Problem
from jwtroles.frozen import frozen
from jwtroles.kinds import KINDS
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.mirror.source import Source, of_file
from jwtroles.planner.describe import describe
from jwtroles.spec.resolve import every_only
from jwtroles.spec.wording import beginning

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from jwtroles.kinds.kind import Kind
    from jwtroles.spec.model import Spec

LISTED = 12
"""Of more things that are declared to differ, some are named."""

Translate = Callable[[Catalog], Catalog]
"""From the names of the source to those of the target."""


@frozen
class Declared:
    """What the file says of each of two environments.

    Attributes:
        roles: roles that it gives one of the two alone, by the target's names.
        there: what it says of the source, by the source's names.
        theirs: the same by the target's names.
        here: what it says of the target.
        labels: how people call the two.
    """

    roles: frozenset[str]
    there: Catalog
    theirs: Catalog
    here: Catalog
    labels: tuple[str, str]


def declared(
    spec: Spec, source: Source, target: Source, translate: Translate
) -> Declared | Problem | None:
    """Return what the file says of two environments; None where that is the same.

    What cannot be told is a problem: a database that is named by its address is no environment, and
    the file may not fit one of the two.

    Raises:
        ServerError: JR005 when a server does not answer what has to be asked.
    """
    limits = [set(map(str, only)) for only in every_only(spec) if only]
    if not limits:
        return None
    names = []
    for one in (source, target):
        if one.environment is None:
            return _unknown(f"{one.label} is named by its address, not as an environment")
        names.append(str(one.environment.name))
    if all((names[0] in only) == (names[1] in only) for only in limits):
        return None
    try:
        there, here = (of_file(spec, one, one.label).catalog for one in (source, target))
    except CompileError as error:
        return _unknown(f"the file does not fit both: {error.problems[0].message}")
    theirs = translate(there)
    roles = frozenset(map(str, theirs["role"].keys() ^ here["role"].keys()))
    return Declared(roles, there, theirs, here, (source.label, target.label))


def _unknown(why: str) -> Problem:
    message = f"{why}: what `only` limits is not told from other differences"
    remedy = "name two environments whose tables fit the file"
    return Problem(codes.ONLY_UNKNOWN, message, remedy=remedy)


def levelled(
    source: Source, target: Source, said: Declared, translate: Translate
) -> tuple[Catalog, tuple[Problem, ...]]:
    """Return what the source has by the target's names, less what is declared to differ.

    That is as the target has it. A remark names it.
    """
    ours = {ref for one in (said.theirs, said.here) for ref in _views(one)}
    places = ours | (target.side().owners.keys() & source.side().owners.keys())
    theirs = translate(source.catalog)
    faithful = _faithful(source.catalog, said.there, translate)
    found: dict[str, list[Any]] = {}
    lines: list[str] = []
    for kind in KINDS:
        name = kind.name
        sides = (theirs[name], target.catalog[name], said.theirs[name], said.here[name])
        if kind.tried_in_order:
            found[name] = _in_order(sides, said)
            lines += _rules(sides[2], sides[3], said)
            continue
        wanted: dict[Hashable, Any] = {}
        for key in dict.fromkeys(key for side in sides for key in side):
            item, there, one, other = (side.get(key) for side in sides)
            some = one if one is not None else other
            if some is not None and _stands(some, places):
                lines += _apart(kind, key, one, other, said)
                item = kind.declared(item, there, one, other, (name, key) in faithful)
            wanted[key] = item
        found[name] = [item for item in wanted.values() if item is not None]
    return Catalog.of(found), _remark(lines)


def _faithful(
    source: Catalog, there: Catalog, translate: Translate
) -> frozenset[tuple[str, Hashable]]:
    """Return kind and key, by the target's names, of what the source has as the file says."""
    same = {
        kind.name: [i for k, i in source[kind.name].items() if there[kind.name].get(k) == i]
        for kind in KINDS
    }
    known = translate(Catalog.of(same))
    return frozenset((kind.name, key) for kind in KINDS for key in known[kind.name])


def _views(catalog: Catalog) -> Iterator[ObjectRef]:
    for kind in ("view", "function"):
        for item in catalog[kind].values():
            cls = "table" if kind == "view" else "function"
            yield ObjectRef(cls, item.name, getattr(item, "arguments", ""))  # type: ignore[arg-type]


def _stands(item: Any, places: set[ObjectRef]) -> bool:
    """Tell whether both have what an object stands on, so that its absence says something."""
    table, ref = getattr(item, "table", None), getattr(item, "object", None)
    if table is not None:
        return ObjectRef("table", table) in places
    return ref is None or ref.cls in ("default", "database") or ref in places


def _listed(items: Mapping[Hashable, Any]) -> list[Any]:
    return [items[key] for key in sorted(items)]  # type: ignore[type-var]


def _bare(row: Any) -> Any:
    return replace(row, position=0)


def _missing(rows: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    """Return the rows that are not among others, wherever they stand."""
    known = set(map(_bare, others))
    return [row for row in rows if _bare(row) not in known]


def _in_order(sides: Iterable[Mapping[Hashable, Any]], said: Declared) -> list[Any]:
    """Return the rows of the source without those that are its own, among the target's own.

    The sides are what both have, and what the file says of both.
    """
    theirs, current, one, other = map(_listed, sides)
    gone, kept = set(map(_bare, _missing(one, other))), set(map(_bare, _missing(other, one)))
    rows = [row for row in theirs if _bare(row) not in gone and row.role not in said.roles]
    for index, row in enumerate(current):
        if _bare(row) in kept or row.role in said.roles:
            rows.insert(index, row)
    return [replace(row, position=number) for number, row in enumerate(rows, 1)]


def _rules(
    one: Mapping[Hashable, Any], other: Mapping[Hashable, Any], said: Declared
) -> Iterator[str]:
    pairs = ((one, other), (other, one))
    for label, (rows, others) in zip(said.labels, pairs, strict=True):
        for row in _missing(rows.values(), others.values()):
            if row.role not in said.roles:
                yield f"a mapping rule for {row.role}: only in {label}"


def _apart(kind: Kind[Any], key: Hashable, one: Any, other: Any, said: Declared) -> Iterator[str]:
    """Name what the file gives one of the two alone; a role stands for all that is about it."""
    if kind.name != "role":
        one, other = (kind.level(item, None, said.roles) for item in (one, other))
    if one == other:
        return
    for change in kind.split(kind.name, key, other, one):
        if change.before is None or change.after is None:
            label = said.labels[0] if change.before is None else said.labels[1]
            yield f"{describe(change)}: only in {label}"


def _remark(lines: list[str]) -> tuple[Problem, ...]:
    if not lines:
        return ()
    message = "declared to differ by `only`, and not compared:"
    remedy = "jwtroles plan --env NAME compares each of the two with the file"
    details = tuple(beginning(lines, LISTED))
    return (Problem(codes.DECLARED_APART, message, details=details, remedy=remedy),)
