"""Conditions of the file with named predicates written out and the claims' values put in.

What is made here is read by people and never run. A value is put in after the condition is
printed, so that nothing in it is taken for SQL.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pglast import ast

from jwtroles.explanation.model import RowsEntry
from jwtroles.frozen import frozen
from jwtroles.names import literal
from jwtroles.spec import lookups, sqltree
from jwtroles.spec.allowed import CLAIMS
from jwtroles.spec.predicates import named_predicate
from jwtroles.tokens.mapping import at, scalar_text
from jwtroles.verifier.claims import pointer_steps, typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.spec.model import Spec, Word
    from jwtroles.spec.token_model import Claim

_LONGEST, _MOST = 80, 20
"""Characters of a value, and items of a list, that a condition shows; the claim is shown whole."""

_NUMBERS = frozenset({"bigint", "integer", "int", "smallint", "numeric", "real", "boolean"})
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?|true|false")


@frozen
class Values:
    """What stands for claims: the values of a token, or the claims themselves without one."""

    spec: Spec
    claims: Mapping[str, Any] | None = None

    def rows(self, text: Word | None) -> RowsEntry | None:
        """Return a condition, as it is said and as it is meant."""
        if text is None:
            return None
        (statement,) = lookups.parse(sqltree.PREFIX + text).statements
        shown = _Shown(self, text)
        target = statement.targetList[0]
        target.val = sqltree.flatten(shown.condition(target.val))
        return shown.entry(sqltree.print_expression(target.val))

    def select(self, text: Word) -> RowsEntry:
        """Return the SELECT of a query or a lookup, as it is said and as it is meant."""
        (statement,) = lookups.parse(str(text)).statements
        shown = _Shown(self, text)
        return shown.entry(sqltree.print_statement(shown.put(statement)))

    def of(self, claim: Claim) -> str | None:
        """Return a claim as SQL of its type would have it; None where the token lacks it."""
        value = at(self.claims, pointer_steps(claim.path))
        if value in (None, "", []):
            return None
        (typed_claim,) = typed([claim], {})
        if typed_claim.form in ("array", "split"):
            found = value.split(claim.split) if isinstance(value, str) and claim.split else value
            items = found if isinstance(found, list) else [found]
            texts = [_text(item) for item in items[:_MOST] if item != ""]
            more = ["…"] if len(items) > _MOST else []
            return f"ARRAY[{', '.join([*map(_quoted, texts), *more])}]"
        text = scalar_text(value) if typed_claim.form == "scalar" else None
        if text is not None and claim.type in _NUMBERS and _NUMBER.fullmatch(text):
            return text
        return _quoted(_text(value))


class _Shown:
    """One text, while claims are taken out of it and values put in."""

    def __init__(self, values: Values, text: Word) -> None:
        self._values = values
        self._text = text
        self._mark = "jwtroles_value"
        while self._mark in text or any(self._mark in rows for rows in values.spec.rows.values()):
            self._mark += "_"
        self._put: list[str] = []
        self._named: dict[str, None] = {}
        self._missing: dict[str, None] = {}
        self._lookups: dict[str, None] = {}

    def entry(self, printed: str) -> RowsEntry:
        """Return the printed text with the values in it."""
        means = re.sub(rf"\b{self._mark}(\d+)\b", lambda m: self._put[int(m[1])], printed)
        return RowsEntry(
            said=" ".join(self._text.split()),
            means=means,
            named=tuple(self._named),
            missing=tuple(self._missing),
            lookups=tuple(self._lookups),
        )

    def condition(self, tree: Any) -> Any:
        """Write named predicates out where whole conditions stand, and claims anywhere."""
        if sqltree.boolean(tree) is not None:
            return self._below(tree, lambda one: sqltree.flatten(self.condition(one)))
        name = named_predicate(tree, self._values.spec)
        if name is None:
            return self.put(tree)
        self._named[str(name)] = None
        text = self._values.spec.rows[name]
        (statement,) = lookups.parse(sqltree.PREFIX + text).statements
        return self.condition(statement.targetList[0].val)

    def put(self, tree: Any) -> Any:
        """Put marks for values in the place of claims."""
        if isinstance(tree, ast.ColumnRef):
            return self._claim(tree)
        for _, name in lookups.uses(tree) if isinstance(tree, ast.A_Expr) else ():
            self._note(name)
        return self._below(tree, self.put)

    def _claim(self, node: Any) -> Any:
        parts = sqltree.name_parts(node.fields)
        declared = self._values.spec.tokens.claims
        if self._values.claims is None or len(parts) != 2 or parts[0] != CLAIMS:
            return node
        claim = next((one for name, one in declared.items() if name == parts[1]), None)
        if claim is None:
            return node
        shown = self._values.of(claim)
        if shown is None:
            self._missing[str(claim.name)] = None
        self._put.append(shown or "NULL")
        return ast.ColumnRef(fields=(ast.String(sval=f"{self._mark}{len(self._put) - 1}"),))

    def _note(self, name: Any) -> None:
        (word,) = sqltree.name_parts(name.fields)
        if any(word == known for known in self._values.spec.lookups):
            self._lookups[word] = None

    @staticmethod
    def _below(tree: Any, change: Callable[[Any], Any]) -> Any:
        sqltree.rewrite(tree, change)
        return tree


def plain(value: Any) -> Any:
    """Return a JSON value without the numbers that JSON has no form for here."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        near = float(value)
        return near if math.isfinite(near) and Decimal(str(near)) == value else str(value)
    return value


def _text(value: Any) -> str:
    """Return a scalar as PostgreSQL would, and anything else as JSON."""
    text = scalar_text(value)
    return json.dumps(plain(value), ensure_ascii=False) if text is None else text


def _quoted(text: str) -> str:
    """Return a literal that is short enough to stand in a condition, whatever is in it."""
    return literal(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")
