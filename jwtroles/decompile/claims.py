"""What a database knows of a caller, as claims: settings of a gateway, `auth.uid()` and its like.

A claim is declared with the SQL that reads it today (`read`), so that each policy stays the text
that it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pglast import ast, enums

from jwtroles.spec import sqltree
from jwtroles.spec.grammar.tokens import LIST_CLAIM_TYPES, SCALAR_CLAIM_TYPES

Kind = enums.A_Expr_Kind
_TYPES = frozenset({*SCALAR_CLAIM_TYPES, *LIST_CLAIM_TYPES})
_CALLED = {
    ("auth", "uid"): ("uuid", ("sub",)),
    ("auth", "role"): ("text", ("role",)),
    ("auth", "email"): ("text", ("email",)),
    ("auth", "jwt"): ("jsonb", ()),
}
"""Functions by which Supabase's policies read the token: type, and the steps into it."""

_TYPE_NAMES = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "varchar": "text",
}
_STEPS = {"->": "jsonb", "->>": "text", "#>": "jsonb", "#>>": "text"}
_SETTING = re.compile(r"request\.jwt\.claim\.(.+)\Z")
WHOLE = "request.jwt.claims"
"""The setting in which PostgREST and Supabase pass the payload on."""


@dataclass(slots=True)
class Declared:
    """A claim that is to be declared."""

    name: str
    type: str
    path: tuple[str, ...]
    read: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What an expression reads of the caller."""

    type: str
    path: tuple[str, ...]


@dataclass(slots=True)
class Claims:
    """The claims of a database, each named when it is first met."""

    by_text: dict[tuple[str, str], Declared] = field(default_factory=dict)

    def put(self, tree: Any, write: Callable[[Any], str]) -> Any:
        """Return a condition with claims in the place of what reads them.

        Args:
            tree: the condition.
            write: how the SQL of a claim is written.
        """
        read = read_by(tree)
        if read is not None and read.path and read.type in _TYPES:
            return _reference(self._named(tree, read, write))
        sqltree.rewrite(tree, lambda child: self.put(child, write))
        return tree

    def declared(self) -> Iterator[Declared]:
        """Yield the claims, by name."""
        yield from sorted(self.by_text.values(), key=lambda one: one.name)

    def _named(self, tree: Any, read: _Read, write: Callable[[Any], str]) -> str:
        said = write(tree)
        key = said, read.type
        if key not in self.by_text:
            plain = re.sub(r"[^a-z0-9_]+", "_", read.path[-1].lower()).strip("_")
            name = plain if plain and not plain[0].isdigit() else f"claim_{plain}"
            taken = {one.name for one in self.by_text.values()}
            names = (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3)))
            free = next(one for one in names if one not in taken)
            self.by_text[key] = Declared(free, read.type, read.path, said)
        return self.by_text[key].name


def _reference(name: str) -> Any:
    return sqltree.expression(f"claims.{name}")


def read_by(node: Any) -> _Read | None:
    """Return what an expression reads of the caller and nothing else, or None."""
    if isinstance(node, ast.FuncCall):
        return _called(node)
    if isinstance(node, ast.TypeCast):
        read = read_by(node.arg)
        return read and _Read(_type(node.typeName), read.path)
    if isinstance(node, ast.A_Expr):
        return _stepped(node)
    if isinstance(node, ast.CoalesceExpr):
        reads = [read_by(arg) for arg in node.args or ()]
        return reads[0] if all(reads) else None
    if isinstance(node, ast.SubLink) and node.subLinkType == enums.SubLinkType.EXPR_SUBLINK:
        select: Any = node.subselect
        bare = all(
            getattr(select, part, None) is None
            for part in ("fromClause", "whereClause", "withClause", "valuesLists", "larg")
        )
        if bare and len(select.targetList or ()) == 1:
            return read_by(select.targetList[0].val)
    return None


def _called(node: Any) -> _Read | None:
    names = sqltree.name_parts(node.funcname)
    args: tuple[Any, ...] = node.args or ()
    if names[-1] == "current_setting" and names[:-1] in ((), ("pg_catalog",)):
        setting = _text(args[0])
        if setting is None or setting == WHOLE:
            return _Read("text", ()) if setting else None
        old = _SETTING.match(setting)
        return _Read("text", (old[1] if old else setting.rpartition(".")[2],))
    if names in _CALLED and not args:
        return _Read(*_CALLED[names])
    if names[-1] == "string_to_array" and args:
        read = read_by(args[0])
        return read and _Read("text[]", read.path)
    return None


def _stepped(node: Any) -> _Read | None:
    if node.kind == Kind.AEXPR_NULLIF:
        return read_by(node.lexpr) if _text(node.rexpr) is not None else None
    names = sqltree.name_parts(node.name)
    if node.kind != Kind.AEXPR_OP or node.lexpr is None or names[-1] not in _STEPS:
        return None
    read, step = read_by(node.lexpr), _text(node.rexpr)
    if read is None or step is None:
        return None
    steps = step.strip("{}").split(",") if names[-1].startswith("#") else [step]
    return _Read(_STEPS[names[-1]], (*read.path, *(one.strip(' "') for one in steps)))


def _text(node: Any) -> str | None:
    while isinstance(node, ast.TypeCast):
        node = node.arg
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.String):
        return str(node.val.sval)
    return None


def _type(name: Any) -> str:
    """Return a type as the file names those of claims."""
    last = sqltree.name_parts(name.names)[-1]
    return _TYPE_NAMES.get(last, last) + ("[]" if name.arrayBounds else "")
