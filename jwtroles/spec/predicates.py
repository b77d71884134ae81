"""The SQL of a specification: parsed, and checked as far as the file alone tells.

After `jwtroles.spec.checks.sql` every predicate, view column and query of the file parses, uses
only what the language allows, names only claims that are declared and trusted, and no condition
that uses a claim is true for a token without it. Columns, tables and functions are checked
against the database in :mod:`jwtroles.compiler.bind`.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles import codes
from jwtroles.errors import Collector
from jwtroles.spec import lookups, sqltree
from jwtroles.spec.allowed import CLAIMS, Parsed, calls, check_constructs, only_target
from jwtroles.spec.model import Word
from jwtroles.spec.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.spec.model import Spec
    from jwtroles.spec.token_model import Claim

Predicate = Parsed
"""One boolean expression."""


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


def parse_query(text: Word, problems: Collector, *, decides: bool = False) -> Parsed | None:
    """Parse the SELECT of a query, or of a lookup, which decides; None if there is a problem."""
    if _is_sound_query(str(text), decides):
        found = lookups.parse(str(text))
        return Parsed(text, found.statements[0], query=True, decides=decides, listed=found.names)
    return _judged_query(text, problems, decides=decides)


def named_predicate(node: Any, spec: Spec) -> Word | None:
    """Return the name of the named predicate that `node` is a use of, or None."""
    if not sqltree.is_column(node):
        return None
    parts = sqltree.name_parts(node.fields)
    return Word(parts[0]) if len(parts) == 1 and parts[0] in spec.rows else None


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
    claim = spec.tokens.claims.get(Word(name))
    if claim is None:
        known = listed(spec.tokens.claims) or "none"
        near = nearest(name, spec.tokens.claims)
        problems.add(
            codes.UNKNOWN_CLAIM,
            f"unknown claim `{name}`",
            parsed.place(node),
            label=f"did you mean `claims.{near}`?" if near else "",
            remedy=f"declared claims: {known}",
        )
        return None
    if not claim.trusted:
        where = f" on line {claim.place.line}" if claim.place else ""
        problems.add(
            codes.UNTRUSTED_CLAIM,
            f"claim `{name}` is not trusted: users can edit it",
            parsed.place(node),
            label=f"declared `trusted: false`{where}",
        )
        return None
    return claim


def nearest(word: str, known: Any) -> str | None:
    """Return the name of `known` that `word` most likely was meant to be, or None."""
    return next(iter(difflib.get_close_matches(word, list(map(str, known)), n=1)), None)


def other_texts(spec: Spec, problems: Collector) -> Iterator[Parsed]:
    """Parse every join condition, view column and query, and yield those that parse."""
    for floor in spec.tenancy:
        for through in floor.through:
            yield from filter(None, [parse_join(through.on, problems)])
    for view in spec.views.values():
        for column in view.columns.values():
            yield from filter(None, [parse_expression(column, problems)])
    for query in spec.queries.values():
        yield from filter(None, [parse_query(query.sql, problems)])
    yield from lookup_texts(spec, problems)


def lookup_texts(spec: Spec, problems: Collector) -> Iterator[Parsed]:
    """Parse the SELECT of every lookup, and yield those that parse."""
    for lookup in spec.lookups.values():
        yield from filter(None, [parse_query(lookup.sql, problems, decides=True)])


def all_predicates(spec: Spec) -> Iterator[Word]:
    """Yield the predicates in which named predicates may be used, named ones first."""
    yield from spec.rows.values()
    for floor in spec.tenancy:
        yield floor.rows
    for role in spec.roles.values():
        for entries in role.tables.values():
            for access in entries:
                yield from (word for word in (access.rows, access.check) if word is not None)
    for policy in spec.policies:
        yield from (word for word in (policy.using, policy.check) if word is not None)
    for view in spec.views.values():
        yield from (word for word in (view.rows,) if word is not None)


def function_names(spec: Spec) -> frozenset[str]:
    """Return the names, without their schemas, of the functions that the file's SQL calls."""
    expressions = [*all_predicates(spec)]
    expressions += (through.on for floor in spec.tenancy for through in floor.through)
    expressions += (column for view in spec.views.values() for column in view.columns.values())
    sql = [sqltree.PREFIX + text for text in expressions]
    sql += (str(query.sql) for query in spec.queries.values())
    sql += (str(lookup.sql) for lookup in spec.lookups.values())
    return frozenset().union(*map(_called, sql))


@lru_cache(maxsize=4096)
def _called(sql: str) -> frozenset[str]:
    """Return the functions that a text calls; what does not parse calls nothing."""
    try:
        trees = lookups.parse(sql).statements
    except sqltree.SyntaxFault:
        return frozenset()
    return frozenset(sqltree.name_parts(call.funcname)[-1] for t in trees for call in calls(t))


def take(found: Collector, problems: Collector) -> bool:
    """Add what was `found` to `problems`; tell whether nothing was."""
    for one in found.problems:
        problems.add(
            one.code,
            one.message,
            one.place,
            label=one.label,
            details=one.details,
            remedy=one.remedy,
        )
    return not found.problems


# The same text stands on many tables, and what is allowed in it is the same on all of them.
@lru_cache(maxsize=4096)
def _is_sound_expression(text: str) -> bool:
    return _judged_expression(Word(text), Collector(), "") is not None


@lru_cache(maxsize=4096)
def _is_sound_query(text: str, decides: bool) -> bool:  # noqa: FBT001 - of a cache
    return _judged_query(Word(text), Collector(), decides=decides) is not None


def _parse_expression(text: Word, problems: Collector, what: str) -> Parsed | None:
    if _is_sound_expression(str(text)):
        found = lookups.parse(sqltree.PREFIX + text)
        tree = only_target(found.statements[0])
        return Parsed(text, tree, len(sqltree.PREFIX), listed=found.names)
    return _judged_expression(text, problems, what)


def _judged_expression(text: Word, problems: Collector, what: str) -> Parsed | None:
    found = _parse(text, len(sqltree.PREFIX), problems)
    if found is None:
        return None
    statements = found.statements
    tree = only_target(statements[0]) if len(statements) == 1 else None
    if tree is None or not _survives_brackets(text, tree):
        place = text.at(0, len(text.split("\n", 1)[0]))
        message, remedy = f"{what}, and nothing beside it", "take out what stands beside it"
        problems.add(codes.NOT_ONE_EXPRESSION, message, place, remedy=remedy)
        return None
    return _checked(Parsed(text, tree, len(sqltree.PREFIX), listed=found.names), problems)


def _judged_query(text: Word, problems: Collector, *, decides: bool = False) -> Parsed | None:
    found = _parse(text, 0, problems)
    if found is None:
        return None
    statements = found.statements
    if len(statements) != 1 or not isinstance(statements[0], ast.SelectStmt):
        count = "nothing" if not statements else f"{len(statements)} statements"
        other = "another statement" if len(statements) == 1 else count
        noun = "lookup" if decides else "query"
        message = f"a {noun} is exactly one SELECT, and this is {other}"
        place = text.at(0, len(text.split("\n", 1)[0]))
        remedy = "write one SELECT; what it needs first stands in its WITH"
        problems.add(codes.NOT_ONE_SELECT, message, place, remedy=remedy)
        return None
    parsed = Parsed(text, statements[0], query=True, decides=decides, listed=found.names)
    return _checked(parsed, problems)


def _parse(text: Word, start: int, problems: Collector) -> lookups.Lookups | None:
    try:
        return lookups.parse(sqltree.PREFIX[:start] + text)
    except sqltree.SyntaxFault as fault:
        offset = min(max(fault.offset - start, 0), len(text))
        place = text.at(offset, sqltree.span(text, offset))
        remedy = "mend it: this is SQL, read by PostgreSQL's own grammar"
        problems.add(codes.PREDICATE_SYNTAX, fault.message, place, remedy=remedy)
        return None


def _survives_brackets(text: str, tree: Any) -> bool:
    """Tell whether `text` is an expression by itself: `all x` parses after SELECT, too."""
    try:
        (statement,) = lookups.parse(f"{sqltree.PREFIX}(\n{text}\n)").statements
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
