"""Statements of tests, which leave the transaction of their test open, and of `databases`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles import codes
from jwtroles.spec import sqltree
from jwtroles.spec.databases_model import AskedDatabases

if TYPE_CHECKING:
    from jwtroles.errors import Collector
    from jwtroles.spec.model import Spec, Word


def check(spec: Spec, problems: Collector) -> None:
    """Note every statement of a test that a test cannot run, and what asks for no databases."""
    for environment in spec.environments.values():
        if isinstance(environment.databases, AskedDatabases):
            _one_select(environment.databases.query, problems)
    for test in spec.tests:
        for expectation in test.expect:
            for word in (expectation.query, expectation.then):
                if word is not None:
                    one_statement(word, problems)


def _one_select(query: Word, problems: Collector) -> None:
    """Note a query that is something else than one SELECT."""
    try:
        trees = sqltree.parse(str(query))  # the parser takes no subclass
        why = "" if len(trees) == 1 and isinstance(trees[0], ast.SelectStmt) else "it is not"
    except sqltree.SyntaxFault as fault:
        why = fault.message
    if why:
        problems.add(
            codes.NOT_A_QUERY,
            f"the query of `databases` is one SELECT: {why}",
            query.place,
            remedy="query: select url from registry.tenants",
        )


def one_statement(word: Word, problems: Collector) -> Any:
    """Return the tree of the statement that `word` is, or note why a test cannot run it: None.

    What the grammar does not accept is refused as well: nobody knows what it would end.
    """
    trees: tuple[Any, ...] = ()
    offset, length = 0, len(word.split("\n", 1)[0])
    try:
        trees = sqltree.parse(str(word))  # the parser takes no subclass
        why = _refusal(trees)
    except sqltree.SyntaxFault as fault:
        why = f"a test cannot run this: {fault.message}"
        offset = min(max(fault.offset, 0), len(word))
        length = sqltree.span(word, offset)
    if why:
        place = word.at(offset, length)
        remedy = "write one statement, other than BEGIN, COMMIT and COPY to the client"
        problems.add(codes.TEST_STATEMENT, why, place, remedy=remedy)
        return None
    return trees[0]


def _refusal(trees: tuple[Any, ...]) -> str:
    if len(trees) != 1:
        found = f"{len(trees)} statements" if trees else "no statement"
        return f"a test runs one statement, and this is {found}"
    if isinstance(trees[0], ast.TransactionStmt):
        return "this would end the transaction of the test"
    copies = (node for node in sqltree.walk(trees[0]) if isinstance(node, ast.CopyStmt))
    if any(node.filename is None for node in copies):
        return "COPY from or to the client cannot be tested"
    return ""
