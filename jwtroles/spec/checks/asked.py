"""What SQL asks of lookups: where it may, never negated; each is empty without its claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pglast import enums

from jwtroles import codes
from jwtroles.spec import lookups, sqltree
from jwtroles.spec.model import Word
from jwtroles.spec.nullness import WhileNull
from jwtroles.spec.predicates import claim_uses, conditions, named_predicate
from jwtroles.spec.wording import did_you_mean, listed, tick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jwtroles.errors import Collector
    from jwtroles.spec.allowed import Parsed
    from jwtroles.spec.model import Spec


def used(
    spec: Spec,
    predicates: Iterable[Parsed],
    named: Mapping[Word, Parsed],
    others: Iterable[Parsed],
    problems: Collector,
) -> None:
    """Note lookups that are not known, negated, or asked where none can be."""
    asking = _asking(named, spec)
    for parsed in predicates:
        for name in parsed.listed:
            if _word(name) not in spec.lookups:
                _unknown(parsed, name, spec, problems)
        for name in _negated(parsed.tree, asking, spec):
            _note_negated(parsed, name, problems)
    for parsed in others:
        names = {id(name): name for _, name in _uses(parsed.tree, spec)}
        names |= {id(name): name for name in parsed.listed}
        for name in names.values():
            problems.add(
                codes.LOOKUP_PLACE,
                f"{tick(_word(name))} cannot be looked up here",
                parsed.place(name),
                remedy="a lookup reads tables alone: join what it needs"
                if parsed.decides
                else "lookups are asked in rows, check and floors",
            )


def empty_without(parsed: Parsed, note: Callable[[Parsed, Any, tuple[str, ...]], None]) -> None:
    """Note each claim without which a lookup could still find something."""
    for claim in dict.fromkeys(sqltree.name_parts(use.fields) for use in claim_uses(parsed.tree)):
        if not _finds_nothing(parsed.tree, WhileNull(claim)):
            note(parsed, parsed.tree, claim)


def _finds_nothing(select: Any, values: WhileNull) -> bool:
    """Tell whether a SELECT finds nothing without the claim, or does not use it."""
    if not values.mentions(select):
        return True
    if select.op == enums.SetOperation.SETOP_UNION and not select.withClause:
        return all(_finds_nothing(side, values) for side in (select.larg, select.rarg))
    return values.finds_nothing(select)


def _uses(tree: Any, spec: Spec) -> Iterator[tuple[Any, Any]]:
    return ((node, name) for node, name in lookups.uses(tree) if _word(name) in spec.lookups)


def _word(name: Any) -> Word:
    return Word(sqltree.name_parts(name.fields)[0])


def _unknown(parsed: Parsed, name: Any, spec: Spec, problems: Collector) -> None:
    word = _word(name)
    known = list(spec.lookups)
    problems.add(
        codes.UNKNOWN_LOOKUP,
        f"unknown lookup {tick(word)}",
        parsed.place(name),
        label=did_you_mean(word, known),
        remedy=f"lookups: {listed(known)}" if known else f"for a list of values:  in ({word})",
    )


def _note_negated(parsed: Parsed, name: Any, problems: Collector) -> None:
    problems.add(
        codes.LOOKUP_NEGATED,
        f"{tick(_word(name))} is a lookup, or asks one, and is negated",
        parsed.place(name),
        label="who has nothing in it would be denied as well",
        remedy="look up what is allowed, or write the condition as not exists (select …)",
    )


def _negated(tree: Any, asking: frozenset[Word], spec: Spec) -> list[Any]:
    """Return the lookups of NOT IN, and what is below a NOT and asks one: named predicates too."""
    found = {id(name): name for node, name in _uses(tree, spec) if lookups.is_negated(node)}
    for node in sqltree.walk(tree):
        if sqltree.boolean(node) == enums.BoolExprType.NOT_EXPR:
            found |= {id(name): name for _, name in _uses(node, spec)}
            named = (one for one in conditions(node) if named_predicate(one, spec) in asking)
            found |= {id(one): one for one in named}
    return list(found.values())


def _asking(named: Mapping[Word, Parsed], spec: Spec) -> frozenset[Word]:
    """Return the named predicates that ask a lookup, by themselves or by others."""
    found = {name for name, one in named.items() if any(_uses(one.tree, spec))}
    while more := {
        name
        for name, one in named.items()
        if name not in found
        and any(named_predicate(part, spec) in found for part in conditions(one.tree))
    }:
        found |= more
    return frozenset(found)
