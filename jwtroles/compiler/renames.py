"""What exists under an old name (`was`): what is renamed, and what says so in vain."""

from __future__ import annotations

from collections.abc import Iterator

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import Names
from jwtroles.compiler.definers import arguments
from jwtroles.errors import Collector, Problem
from jwtroles.kinds.renames import Renames
from jwtroles.names import QName, parse_qname
from jwtroles.spec.model import Query, Spec, Word

Pair = tuple[str, str, Word]
"""An old name, the new one, and the word of the file that says so."""


def renames_of(spec: Spec, names: Names, structure: Structure, problems: Collector) -> Renames:
    """Return what has to be renamed; both names at once are an error (JR352)."""
    views = {_qname(old): _qname(new) for old, new, _ in _views(spec)}
    roles = {old: new for old, new, _ in (*_roles(spec, names), *_own_roles(spec))}
    routines = {name for name, _ in structure.routines}
    for what, pairs, known in (
        ("role", _roles(spec, names), structure.roles.keys()),
        ("view", _views(spec), set(map(str, structure.relations))),
        ("query", _queries(spec), set(map(str, routines))),
    ):
        for old, new, word in pairs:
            if old in known and new in known:
                problems.add(
                    codes.BOTH_NAMES,
                    f"there is a {what} {old} and a {what} {new}",
                    word.place,
                    remedy=f"take `was` out, and drop {old} if nothing needs it",
                )
    for old, _, word in _views(spec):
        relation = structure.relations.get(_qname(old))
        if relation and spec.project != relation.project and relation.owner != spec.view_role(old):
            _not_ours(old, word, problems)
    for old, _, word in _queries(spec):
        found = [r for (name, _), r in structure.routines.items() if str(name) == old]
        if found and all(spec.project != r.project for r in found):
            _not_ours(old, word, problems)
    return Renames(
        # Where the role has its new name already, objects may still be called by the old one: it
        # was renamed through another database of the cluster.
        {o: n for o, n in roles.items() if not {o, n} <= structure.roles.keys()},
        {o: n for o, n in views.items() if o in structure.relations},
        {
            (_qname(one.was), arguments(one.params, structure)): _qname(one.name)
            for one in spec.queries.values()
            if one.was is not None and _there(one, structure)
        },
    )


def _there(query: Query, structure: Structure) -> bool:
    """Tell whether the old function has the same parameters; else it goes, and a new one comes."""
    wanted = arguments(query.params, structure)
    return any(
        str(name) == query.was and routine.arguments == wanted
        for (name, _), routine in structure.routines.items()
    )


def _not_ours(old: str, word: Word, problems: Collector) -> None:
    problems.add(
        codes.NOT_OURS,
        f"{old} exists and was not made by jwtroles",
        word.place,
        remedy="take `was` out: what others made keeps its name",
    )


def in_vain(spec: Spec, names: Names, structure: Structure) -> Iterator[Problem]:
    """Name every `was` that has done its work: the new name is there, and the old one is not."""
    relations = set(map(str, structure.relations))
    routines = {str(name) for name, _ in structure.routines}
    for pairs, known in (
        (_roles(spec, names), structure.roles.keys()),
        (_views(spec), relations),
        (_queries(spec), routines),
    ):
        for old, new, word in pairs:
            if new in known and old not in known:
                message = f"{new} has its name: `was: {old}` does nothing any more"
                yield Problem(codes.WAS_IN_VAIN, message, word.place, remedy="take it out")


def _roles(spec: Spec, names: Names) -> list[Pair]:
    found = ((role.was, role.name) for role in spec.roles.values())
    return [(names(was), names(name), was) for was, name in found if was is not None]


def _views(spec: Spec) -> list[Pair]:
    return [(str(one.was), str(one.name), one.was) for one in spec.views.values() if one.was]


def _queries(spec: Spec) -> list[Pair]:
    return [(str(one.was), str(one.name), one.was) for one in spec.queries.values() if one.was]


def _own_roles(spec: Spec) -> Iterator[Pair]:
    for old, new, word in _views(spec):
        yield spec.view_role(old), spec.view_role(new), word
    for old, new, word in _queries(spec):
        yield spec.query_role(old), spec.query_role(new), word


def _qname(text: str) -> QName:
    name = parse_qname(text)
    assert name is not None, "the file was checked"  # noqa: S101
    return name
