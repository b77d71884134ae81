"""The SQL of a specification: parsed, and checked as far as the file alone tells.

After `check_file` every predicate, view column and query of the file parses, uses only what the
language allows, names only claims that are declared and trusted, and no condition that uses a
claim is true for a token without it. Columns, tables and functions are checked against the
database in :mod:`jwtroles.compiler.bind`.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles import codes
from jwtroles.errors import Collector
from jwtroles.spec import sqltree
from jwtroles.spec.allowed import CLAIMS, Parsed, calls, check_constructs, only_target
from jwtroles.spec.missing import MissingClaim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.spec.model import Claim, Spec, Word

Predicate = Parsed
"""One boolean expression."""

SMALLEST_LIKENESS = 0.8
"""How alike a bare word and a named predicate are (difflib's ratio) for the word to be a slip."""


def parse_predicate(text: Word, problems: Collector) -> Predicate | None:
    """Parse one boolean expression, and nothing beside it; None if there is a problem."""
    return _parse_expression(text, problems, "a predicate is one boolean expression")


def parse_join(text: Word, problems: Collector) -> Predicate | None:
    """Parse the condition between a table and its parent; None if there is a problem."""
    parsed = _parse_expression(text, problems, "a join condition is one boolean expression")
    if parsed is None:
        return None
    uses = claim_uses(parsed.tree)
    for node in uses:
        message = "a claim is not allowed in a join condition"
        remedy = "compare it in the floor or the policy of the parent"
        problems.add(codes.SQL_NOT_ALLOWED, message, parsed.place(node), remedy=remedy)
    return None if uses else parsed


def parse_expression(text: Word, problems: Collector) -> Parsed | None:
    """Parse the expression of a view's column; None if there is a problem."""
    return _parse_expression(text, problems, "a view's column is one expression")


def parse_query(text: Word, problems: Collector) -> Parsed | None:
    """Parse the SELECT of a query; None if there is a problem."""
    statements = _parse(text, 0, problems)
    if statements is None:
        return None
    if len(statements) != 1 or not isinstance(statements[0], ast.SelectStmt):
        count = "nothing" if not statements else f"{len(statements)} statements"
        found = "another statement" if len(statements) == 1 else count
        message = f"a query is exactly one SELECT, and this is {found}"
        problems.add(codes.NOT_ONE_SELECT, message, text.at(0, len(text.split("\n", 1)[0])))
        return None
    return _checked(Parsed(text, statements[0], query=True), problems)


def named_predicate(node: Any, spec: Spec) -> Word | None:
    """Return the key of the named predicate that `node` is a use of, or None."""
    if not sqltree.is_column(node):
        return None
    parts = sqltree.name_parts(node.fields)
    return next((name for name in spec.rows if (name,) == parts), None)


def conditions(tree: Any) -> Iterator[Any]:
    """Yield where whole conditions stand: `tree`, or what it combines with AND, OR and NOT."""
    if sqltree.boolean(tree) is None:
        yield tree
        return
    for arg in tree.args:
        yield from conditions(arg)


def claim_uses(tree: Any) -> list[Any]:
    """Return the references `claims.NAME` of `tree`."""
    return [
        node
        for node in sqltree.walk(tree)
        if sqltree.is_column(node)
        and len(node.fields) == 2
        and sqltree.name_parts(node.fields)[0] == CLAIMS
    ]


def check_claim(parsed: Parsed, node: Any, spec: Spec, problems: Collector) -> Claim | None:
    """Return the claim that `node` uses, or note that it is not declared or not trusted."""
    name = sqltree.name_parts(node.fields)[1]
    place = parsed.place(node)
    claim = next((claim for key, claim in spec.tokens.claims.items() if key == name), None)
    if claim is None:
        known = ", ".join(spec.tokens.claims) or "none"
        near = nearest(name, spec.tokens.claims)
        problems.add(
            codes.UNKNOWN_CLAIM,
            f"unknown claim `{name}`",
            place,
            label=f"did you mean `claims.{near}`?" if near else "",
            remedy=f"declared claims: {known}",
        )
        return None
    if not claim.trusted:
        where = f" on line {claim.place.line}" if claim.place else ""
        problems.add(
            codes.UNTRUSTED_CLAIM,
            f"claim `{name}` is not trusted: users can edit it",
            place,
            label=f"declared `trusted: false`{where}",
        )
        return None
    return claim


def nearest(word: str, known: Any) -> str | None:
    """Return the name of `known` that `word` most likely was meant to be, or None."""
    return next(iter(difflib.get_close_matches(word, list(map(str, known)), n=1)), None)


def texts(spec: Spec, problems: Collector) -> Iterator[Parsed]:
    """Parse every predicate, view column and query of the file, and yield those that parse."""
    for predicate in all_predicates(spec):
        yield from filter(None, [parse_predicate(predicate, problems)])
    for floor in spec.tenancy:
        for through in floor.through:
            yield from filter(None, [parse_join(through.on, problems)])
    for view in spec.views.values():
        for column in view.columns.values():
            yield from filter(None, [parse_expression(column, problems)])
    for query in spec.queries.values():
        yield from filter(None, [parse_query(query.sql, problems)])


def all_predicates(spec: Spec) -> Iterator[Word]:
    """Yield the predicates in which named predicates may be used, named ones first."""
    yield from spec.rows.values()
    for floor in spec.tenancy:
        yield floor.rows
    for role in spec.roles.values():
        for entries in role.tables.values():
            for access in entries:
                yield from (word for word in (access.rows, access.check) if word is not None)
    for view in spec.views.values():
        yield from (word for word in (view.rows,) if word is not None)


def function_names(spec: Spec) -> frozenset[str]:
    """Return the names, without their schemas, of the functions that the file's SQL calls."""
    found = texts(spec, Collector())  # what does not parse calls nothing
    return frozenset(
        sqltree.name_parts(call.funcname)[-1] for parsed in found for call in calls(parsed.tree)
    )


def check_file(spec: Spec, problems: Collector) -> None:
    """Note every problem of the file's SQL that can be told without the database."""
    found = Collector()
    _check_texts(spec, found)
    _check_cycles(spec, found)
    if not found.problems:
        _check_missing(spec, found)
    take(found, problems)


def take(found: Collector, problems: Collector) -> bool:
    """Add what was `found` to `problems`; tell whether nothing was."""
    problems.problems.extend(one for one in found.problems if one not in problems.problems)
    return not found.problems


def _check_texts(spec: Spec, problems: Collector) -> None:
    taken = [name for name in spec.rows if name == CLAIMS]
    taken += [name for query in spec.queries.values() for name in query.params if name == CLAIMS]
    for name in taken:
        problems.add(codes.NAME_CLAIMS, "nothing else can be called `claims`", name.place)
    for parsed in texts(spec, problems):
        for node in claim_uses(parsed.tree):
            check_claim(parsed, node, spec, problems)
    for word in all_predicates(spec):
        parsed_word = parse_predicate(word, problems)
        for node in conditions(parsed_word.tree) if parsed_word else ():
            _check_word(parsed_word, node, spec, problems)


def _check_missing(spec: Spec, problems: Collector) -> None:
    """Note the conditions that let rows pass when a claim they use is missing."""
    named = {name: _tree(text) for name, text in spec.rows.items()}

    def written_out(node: Any) -> Any:
        name = named_predicate(node, spec)
        return None if name is None else named[name]

    places: list[tuple[Any, Parsed, Any]]
    places = [(parsed.tree, parsed, written_out) for parsed in map(_parsed, all_predicates(spec))]
    for parsed in texts(spec, Collector()):
        if parsed.query:
            places += [(tree, parsed, _no_names) for tree in _wheres(parsed.tree)]
    for tree, parsed, names in places:
        for claim in spec.tokens.claims:
            for leaf in MissingClaim(claim, names).unsafe(tree):
                _note_missing(parsed, leaf, claim, problems)


def _note_missing(parsed: Parsed, leaf: Any, claim: Word, problems: Collector) -> None:
    uses = (node for node in claim_uses(leaf) if sqltree.name_parts(node.fields)[1] == claim)
    problems.add(
        codes.TRUE_WITHOUT_CLAIM,
        f"this can be true for a token that has no claim `{claim}`",
        parsed.place(next(uses, leaf)),
        label="NULL when it is missing",
        remedy=f"let it deny:  claims.{claim} is not null and …",
    )


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


def _parsed(text: Word) -> Any:
    return parse_predicate(text, Collector())


def _tree(text: Word) -> Any:
    return _parsed(text).tree


def _check_word(parsed: Any, node: Any, spec: Spec, problems: Collector) -> None:
    """Note a bare word that is nearly a named predicate; others may be boolean columns."""
    parts = sqltree.name_parts(node.fields) if sqltree.is_column(node) else ()
    if len(parts) != 1 or parts[0] in spec.rows:
        return
    (word,) = parts
    similar = [name for name in map(str, spec.rows) if abs(len(name) - len(word)) < 2]
    near = [name for name in similar if sorted(name) == sorted(word)]
    near = near or difflib.get_close_matches(word, similar, n=1, cutoff=SMALLEST_LIKENESS)
    if near:
        problems.add(
            codes.UNKNOWN_PREDICATE,
            f"unknown named predicate `{word}`",
            parsed.place(node),
            label=f"did you mean `{near[0]}`?",
            remedy=f"named predicates: {', '.join(spec.rows)}",
        )


def _check_cycles(spec: Spec, problems: Collector) -> None:
    uses = {name: _uses(text, spec) for name, text in spec.rows.items()}
    for start, used in uses.items():
        path = _path_back(start, uses)
        if path and min(path) == start:
            _, node, parsed = next(use for use in used if use[0] == path[1])
            message = f"named predicate `{start}` uses itself: {' → '.join(path)}"
            problems.add(codes.PREDICATE_CYCLE, message, parsed.place(node))


def _uses(text: Word, spec: Spec) -> list[tuple[Word, Any, Parsed]]:
    parsed = parse_predicate(text, Collector())  # its own problems are known already
    if parsed is None:
        return []
    found = ((named_predicate(node, spec), node) for node in conditions(parsed.tree))
    return [(name, node, parsed) for name, node in found if name is not None]


def _path_back(start: Word, uses: dict[Word, list[tuple[Word, Any, Parsed]]]) -> tuple[Word, ...]:
    """Return the shortest way from `start` back to itself, both ends included, or nothing."""
    paths: list[tuple[Word, ...]] = [(start,)]
    seen: set[Word] = set()
    for path in paths:
        for name, _, _ in uses[path[-1]]:
            if name == start:
                return (*path, name)
            if name not in seen:
                seen.add(name)
                paths.append((*path, name))
    return ()


def _parse_expression(text: Word, problems: Collector, what: str) -> Parsed | None:
    statements = _parse(text, len(sqltree.PREFIX), problems)
    if statements is None:
        return None
    tree = only_target(statements[0]) if len(statements) == 1 else None
    if tree is None or not _survives_brackets(text, tree):
        place = text.at(0, len(text.split("\n", 1)[0]))
        problems.add(codes.NOT_ONE_EXPRESSION, f"{what}, and nothing beside it", place)
        return None
    return _checked(Parsed(text, tree, len(sqltree.PREFIX)), problems)


def _parse(text: Word, start: int, problems: Collector) -> tuple[Any, ...] | None:
    try:
        return sqltree.parse(sqltree.PREFIX[:start] + text)
    except sqltree.SyntaxFault as fault:
        offset = min(max(fault.offset - start, 0), len(text))
        place = text.at(offset, sqltree.span(text, offset))
        problems.add(codes.PREDICATE_SYNTAX, fault.message, place)
        return None


def _survives_brackets(text: str, tree: Any) -> bool:
    """Tell whether `text` is an expression by itself: `all x` parses after SELECT, too."""
    try:
        (statement,) = sqltree.parse(f"{sqltree.PREFIX}(\n{text}\n)")
    except (sqltree.SyntaxFault, ValueError):
        return False
    return isinstance(statement, ast.SelectStmt) and sqltree.same(only_target(statement), tree)


def _checked(parsed: Parsed, problems: Collector) -> Parsed | None:
    found = Collector()
    check_constructs(parsed, found)
    if not found.problems:
        _check_print(parsed, found)
    return parsed if take(found, problems) else None


def _check_print(parsed: Parsed, problems: Collector) -> None:
    printer = sqltree.print_statement if parsed.query else sqltree.print_expression
    try:
        printer(parsed.tree)
    except sqltree.UnfaithfulPrintError:
        message = "this SQL cannot be written back faithfully"
        remedy = "write it in another way, and please report it"
        problems.add(codes.UNPRINTABLE_SQL, message, parsed.text.place, remedy=remedy)
