"""Words and lists that many parts of the language share."""

from __future__ import annotations

from jwtroles.spec.model import Word
from jwtroles.spec.naming import Name, Qualified
from jwtroles.spec.shapes import ListOf
from jwtroles.spec.words import Choice, Sql, Text

TEXT = Text()
ROLE = Name("the name of a role")
COLUMN = Name("the name of a column")
SCHEMA = Name("the name of a schema")
TABLE = Qualified("the name of a table, schema.name")
TABLES = Qualified("the name of a table or a glob such as app.*", glob=True)
PREDICATE = Sql("a predicate in SQL", "predicate", "rule")
STATEMENT = Sql("a statement in SQL", "statement", "statement")
EXPRESSION = Sql("an expression in SQL", "expression", "expression")
MODE = Choice("`gateway` or `database`", ("gateway", "database"))
ROLES = ListOf(ROLE, "a list of roles")
ENVIRONMENTS = ListOf(Name("the name of an environment"), "a list of environments")
COLUMNS = ListOf(COLUMN, "a list of columns")


def privileges(*names: str, nonempty: bool = True) -> ListOf[Word]:
    """Return the shape of a list of these privileges."""
    expected = f"a list of {', '.join(names)}"
    return ListOf(Choice("a privilege", names), expected, nonempty=nonempty)


TRUE = Word("true")
"""Stands in for a predicate that could not be read: right everywhere, and about nothing."""
