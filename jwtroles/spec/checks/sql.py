"""The SQL of a file as a whole: what the predicates, view columns and queries are to each other.

Each of them by itself is parsed by :mod:`jwtroles.spec.predicates`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Collector
from jwtroles.spec import sqltree
from jwtroles.spec.allowed import CLAIMS, Parsed
from jwtroles.spec.checks import asked
from jwtroles.spec.checks.circles import circles
from jwtroles.spec.lookups import uses
from jwtroles.spec.missing import MissingClaim
from jwtroles.spec.model import Word
from jwtroles.spec.predicates import (
    all_predicates,
    check_claim,
    claim_uses,
    conditions,
    named_predicate,
    other_texts,
    parse_expression,
    parse_predicate,
    parse_query,
)
from jwtroles.spec.wording import listed, tick

if TYPE_CHECKING:
    from jwtroles.errors import Place
    from jwtroles.spec.model import Spec

MOST_CONDITIONS = 1000
"""How many conditions a predicate may have once its named predicates are written out."""

MOST_COMPARISONS = 1_000_000
"""How many pairs of a bare word and a named predicate are compared, in search of slips."""

SMALLEST_LIKENESS = 0.8
"""How alike a bare word and a named predicate are (difflib's ratio) for the word to be a slip."""

NameInSql = tuple[str, ...]
"""A claim or a lookup as SQL names it: `claims.NAME`, or a bare name."""

Named = Mapping[Word, Parsed]
"""The named predicates that could be parsed."""


def check_file(spec: Spec, problems: Collector) -> None:
    """Note every problem of the file's SQL that can be told without the database."""
    before = len(problems.problems)
    params = (name for query in spec.queries.values() for name in query.params)
    for name in (*spec.rows, *spec.lookups, *params):
        if name == CLAIMS:
            message, remedy = "nothing else can be called `claims`", "choose another name"
            problems.add(codes.NAME_CLAIMS, message, name.place, remedy=remedy)
    predicates = [parse_predicate(word, problems) for word in all_predicates(spec)]
    others = list(other_texts(spec, problems))
    named = {name: one for name, one in zip(spec.rows, predicates, strict=False) if one is not None}
    parsed = [one for one in predicates if one is not None]
    for one in (*parsed, *others):
        for node in claim_uses(one.tree):
            check_claim(one, node, spec, problems)
    asked.used(spec, parsed, named, others, problems)
    _check_words(parsed, spec, problems)
    _check_cycles(named, spec, problems)
    if len(problems.problems) == before:
        _check_sizes(parsed, named, spec, problems)
    if len(problems.problems) == before:
        _check_missing(parsed, others, named, spec, problems)
        _check_tokenless(named, spec, problems)


def _check_sizes(
    predicates: Iterable[Parsed], named: Named, spec: Spec, problems: Collector
) -> None:
    """Note predicates that are too large once the named ones in them are written out."""
    uses = {name: [use for use, _ in _uses(one, spec)] for name, one in named.items()}
    sizes: dict[str, tuple[int, int]] = {}

    def measured(node: Any) -> tuple[int, int]:
        name = named_predicate(node, spec)
        if name is not None:
            return sizes[name][0], sizes[name][1] + 1
        if sqltree.boolean(node) is None:
            return 1, 1
        parts = [measured(arg) for arg in node.args]
        return sum(size for size, _ in parts), max(depth for _, depth in parts) + 1

    for name in TopologicalSorter(uses).static_order():
        sizes[name] = measured(named[name].tree)
    for one in predicates:
        size, depth = measured(one.tree)
        if size > MOST_CONDITIONS or depth > sqltree.MAX_DEPTH:
            problems.add(
                codes.SQL_NOT_ALLOWED,
                f"this is too large: {_counted(size, 'condition')}, {_counted(depth, 'level')} "
                "deep, named predicates written out",
                one.text.at(0, len(one.text.split("\n", 1)[0])),
                remedy=f"at most {MOST_CONDITIONS} conditions, {sqltree.MAX_DEPTH} levels deep",
            )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _check_missing(
    predicates: Iterable[Parsed],
    others: Iterable[Parsed],
    named: Named,
    spec: Spec,
    problems: Collector,
) -> None:
    """Note the conditions that let rows pass when a claim or lookup they use is missing."""
    written_out = _writer(named, spec)
    missing = cache(lambda claim: MissingClaim(claim, written_out))
    without_names = cache(lambda claim: MissingClaim(claim, _no_names))
    places = [(parsed.tree, parsed, missing) for parsed in predicates]
    for parsed in others:
        if parsed.decides:
            asked.empty_without(parsed, partial(_note_missing, problems))
            continue
        wheres = _wheres(parsed.tree) if parsed.query else []
        places.extend((tree, parsed, without_names) for tree in wheres)
    for tree, parsed, judge in places:
        for claim in _claims_below(tree, written_out, spec):
            for leaf in judge(claim).unsafe(tree):
                _note_missing(problems, parsed, leaf, claim)


def _writer(named: Named, spec: Spec) -> Callable[[Any], Any]:
    """Return what gives the tree of a named predicate for a use of it, and None for all else."""

    def written_out(node: Any) -> Any:
        name = named_predicate(node, spec)
        return None if name is None else named[name].tree

    return written_out


def _check_tokenless(named: Named, spec: Spec, problems: Collector) -> None:
    """Note claims in what a role without a token is given: it has none, and would get nothing."""
    written_out = _writer(named, spec)
    for role in spec.roles.values():
        for access in () if role.token else (a for t in role.tables.values() for a in t):
            for text in filter(None, (access.rows, access.check)):
                parsed = parse_predicate(text, problems)
                below = _claims_below(parsed.tree, written_out, spec) if parsed else ()
                place = text.at(0, len(text.split("\n", 1)[0]))
                claims = _of_tokens(below, spec)
                _note_tokenless(claims, role.name, "its rows look at", place, problems)
    for view in spec.views.values():
        texts = [*view.columns.values(), *filter(None, (view.rows,))]
        trees = [one.tree for one in map(_as_expression, texts) if one is not None]
        below = (claim for tree in trees for claim in _claims_below(tree, written_out, spec))
        claims = _of_tokens(below, spec)
        for name in _tokenless(view.grant, spec):
            _note_tokenless(claims, name, "the view looks at", name.place, problems)
    for query in spec.queries.values():
        parsed = parse_query(query.sql, problems)
        claims = _of_tokens(_claims_below(parsed.tree, _no_names, spec) if parsed else (), spec)
        for name in _tokenless(query.grant, spec):
            _note_tokenless(claims, name, "the query looks at", name.place, problems)


def _of_tokens(found: Iterable[NameInSql], spec: Spec) -> tuple[str, ...]:
    """Return the claims that are used, those in the SQL of lookups too."""
    claims: list[str] = []
    for name in found:
        lookup = spec.lookups.get(Word(name[0])) if len(name) == 1 else None
        parsed = parse_query(lookup.sql, Collector(), decides=True) if lookup else None
        uses_there = claim_uses(parsed.tree) if parsed else ()
        claims += [sqltree.name_parts(use.fields)[1] for use in uses_there] or name[1:]
    return tuple(claims)


def _tokenless(names: Iterable[Word], spec: Spec) -> list[Word]:
    return [name for name in names if (role := spec.roles.get(name)) and not role.token]


def _as_expression(text: Word) -> Parsed | None:
    """Parse a text that has been checked."""
    return parse_expression(text, Collector())


def _note_tokenless(
    claims: Iterable[str], role: Word, why: str, place: Place | None, problems: Collector
) -> None:
    for claim in dict.fromkeys(claims):
        problems.add(
            codes.CLAIM_WITHOUT_TOKEN,
            f"{tick(role)} is a role without a token, and {why} the claim {tick(claim)}",
            place,
            label="without a token every claim is missing, and nothing would be let through",
            remedy="write a condition without claims, or let tokens become the role",
        )


def _claims_below(tree: Any, written_out: Callable[[Any], Any], spec: Spec) -> Iterable[NameInSql]:
    """Return the claims and lookups that `tree` uses, by itself or by its named predicates."""
    claims: dict[NameInSql, None] = {}
    todo, seen = [tree], set[int]()
    for one in todo:
        used = [*claim_uses(one), *(name for _, name in uses(one))]
        names = (sqltree.name_parts(use.fields) for use in used)
        claims |= dict.fromkeys(n for n in names if len(n) > 1 or Word(n[0]) in spec.lookups)
        inside = (named for named in map(written_out, conditions(one)) if named is not None)
        for named in inside:
            if id(named) not in seen:
                seen.add(id(named))
                todo.append(named)
    return claims


def _note_missing(problems: Collector, parsed: Parsed, leaf: Any, claim: NameInSql) -> None:
    named = (node for node in sqltree.walk(leaf) if sqltree.is_column(node))
    place = parsed.place(next((n for n in named if sqltree.name_parts(n.fields) == claim), leaf))
    if len(claim) == 1:
        message = f"this can be true for a token for which `{claim[0]}` finds nothing"
        label, remedy = "NULL then", f"keep `… in {claim[0]}` a condition by itself"
    else:
        message = f"this can be true for a token that has no claim `{claim[1]}`"
        label, remedy = (
            "NULL when it is missing",
            f"let it deny:  {'.'.join(claim)} is not null and …",
        )
    if parsed.decides:
        message = f"this lookup can find something for a token that has no claim `{claim[1]}`"
        remedy = "join and filter by WHERE alone:  select … where … = claims.NAME and …"
    problems.add(codes.TRUE_WITHOUT_CLAIM, message, place, label=label, remedy=remedy)


def _wheres(tree: Any) -> list[Any]:
    """Return each WHERE, HAVING and ON that decides which rows a query returns."""
    found: list[Any] = []
    todo = [tree]
    while todo:
        node = todo.pop()
        below = [getattr(node, name, None) for name in ("whereClause", "havingClause", "quals")]
        found.extend(filter(None, below))
        skip = {id(part) for part in (*below, *(getattr(node, "targetList", None) or ()))}
        todo.extend(part for part in sqltree.children(node) if id(part) not in skip)
    return found


def _no_names(_: Any) -> None:
    """Take no word for a named predicate: they stand in predicates only."""


def _check_words(predicates: Iterable[Parsed], spec: Spec, problems: Collector) -> None:
    """Note bare words that are nearly named predicates; others may be boolean columns."""
    near = _Near(spec.rows)
    for parsed in predicates:
        for node in conditions(parsed.tree):
            parts = sqltree.name_parts(node.fields) if sqltree.is_column(node) else ()
            meant = near(parts[0]) if len(parts) == 1 else None
            if meant is not None:
                problems.add(
                    codes.UNKNOWN_PREDICATE,
                    f"unknown named predicate `{parts[0]}`",
                    parsed.place(node),
                    label=f"did you mean `{meant}`?",
                    remedy=f"named predicates: {listed(spec.rows)}",
                )


class _Near:
    """Finds the named predicate that a bare word nearly is."""

    def __init__(self, names: Iterable[str]) -> None:
        self.by_length: dict[int, list[str]] = {}
        for name in map(str, names):
            self.by_length.setdefault(len(name), []).append(name)
        self.known = set(map(str, names))
        self.found: dict[str, str | None] = {}
        self.left = MOST_COMPARISONS

    def __call__(self, word: str) -> str | None:
        """Return the name that `word` was probably meant to be; None if it is one, or is far."""
        if word not in self.found:
            self.found[word] = None if word in self.known else self._nearest(word)
        return self.found[word]

    def _nearest(self, word: str) -> str | None:
        lengths = (len(word), len(word) - 1, len(word) + 1)
        similar = [name for length in lengths for name in self.by_length.get(length, ())]
        self.left -= len(similar)
        if self.left < 0:
            return None
        turned = (name for name in similar if sorted(name) == sorted(word))
        close = difflib.get_close_matches(word, similar, n=1, cutoff=SMALLEST_LIKENESS)
        return next(turned, next(iter(close), None))


def _check_cycles(named: Named, spec: Spec, problems: Collector) -> None:
    uses = {name: dict(reversed(_uses(one, spec))) for name, one in sorted(named.items())}
    for path in circles({str(name): set(map(str, used)) for name, used in uses.items()}):
        start, following = Word(path[0]), Word(path[1])
        message = f"named predicate `{start}` uses itself: {' → '.join(path)}"
        place = named[start].place(uses[start][following])
        problems.add(codes.PREDICATE_CYCLE, message, place, remedy="take one of these steps out")


def _uses(parsed: Parsed, spec: Spec) -> list[tuple[Word, Any]]:
    """Return the named predicates that a predicate uses, and where."""
    found = ((named_predicate(node, spec), node) for node in conditions(parsed.tree))
    return [(name, node) for name, node in found if name is not None]
