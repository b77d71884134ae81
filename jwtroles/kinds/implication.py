"""Whether one policy expression lets through no more than another: sound, and far from complete.

`implies(a, b)` promises that wherever `a` is TRUE, `b` is TRUE (FALSE and NULL both hide a row, so
neither is told apart). It takes the texts of pg_get_expr, in which PostgreSQL has already made
types, casts and operators explicit, so that equal texts mean equal values: unless something in
them is volatile. Only what is known to give one value for one row and statement is ever compared.

Used: a conjunction implies its parts and a disjunction follows from them; NOT is moved inwards,
which three-valued logic allows; `x = ANY (fewer)` implies `x = ANY (more)` and `x <> ALL (more)`
implies `x <> ALL (fewer)`; EXISTS follows from EXISTS with a stronger WHERE. Not used, because it
is wrong for some type or collation: that two constants written differently are different.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Any

from jwtroles.frozen import frozen
from jwtroles.names import OWN_SCHEMA

_NODES = """
    A_ArrayExpr A_Const A_Expr A_Indices A_Indirection Alias BitString BoolExpr Boolean BooleanTest
    CaseExpr CaseWhen CoalesceExpr CollateClause ColumnRef Float FuncCall Integer JoinExpr
    MinMaxExpr NullTest RangeFunction RangeSubselect RangeVar ResTarget RowExpr SQLValueFunction
    SelectStmt String SubLink TypeCast TypeName
"""
_FUNCTIONS = """
    abs age array_length array_position array_to_string avg bool_and bool_or btrim cardinality ceil
    ceiling char_length concat concat_ws count current_setting date_part date_trunc every extract
    floor host jsonb_array_length jsonb_typeof left length lower ltrim make_date max min mod network
    now num_nonnulls num_nulls octet_length overlay position replace reverse right round rtrim
    split_part starts_with statement_timestamp strpos substr substring sum to_char to_date to_json
    to_jsonb to_number to_timestamp timezone transaction_timestamp trunc upper
"""
_KNOWN_NODES = frozenset(_NODES.split())
_KNOWN_FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Functions of pg_catalog that are not volatile in any of their forms, on servers 14 to 18."""

_CLAUSES = (
    *("fromClause", "whereClause", "groupClause", "havingClause", "windowClause", "withClause"),
    *("distinctClause", "sortClause", "limitCount", "limitOffset", "lockingClause", "intoClause"),
)
_NOT_IN_EXISTS = (
    *("groupClause", "havingClause", "windowClause", "withClause", "valuesLists"),
    *("distinctClause", "sortClause", "limitCount", "limitOffset", "lockingClause", "larg", "rarg"),
)


@frozen
class _All:
    """AND; of nothing: true."""

    parts: tuple[Any, ...] = ()


@frozen
class _Any:
    """OR; of nothing: never true."""

    parts: tuple[Any, ...] = ()


@frozen
class _Member:
    """`subject = ANY (items)`, or `subject <> ALL (items)` where it is excluded."""

    subject: Any
    items: frozenset[Any]
    excluded: bool


@frozen
class _Exists:
    """EXISTS over `query` (its shape without WHERE) where `condition` holds."""

    query: Any
    condition: Any


@frozen
class _Atom:
    """Anything else, by its shape."""

    shape: Any


@frozen
class _Unstable:
    """What may have another value each time: equal to nothing, itself included."""


def implies(a: str, b: str) -> bool:
    """Tell whether `b` is surely TRUE wherever `a` is; False where that is not certain."""
    weaker, stronger = _read(b), _read(a)
    if weaker is None or stronger is None:
        return False
    return _proves(stronger, weaker, {})


@lru_cache(maxsize=1024)
def _read(text: str) -> Any:
    """Return what an expression says, or None if `text` is not one and nothing else."""
    tree = _parse(text)
    return None if tree is None else _formula(tree)


def _parse(text: str) -> Any:
    """Return the tree of an expression, or None if `text` is not one and nothing else."""
    from pglast.parser import ParseError, parse_sql  # noqa: PLC0415 - slow, and not always needed

    try:
        statements: Any = parse_sql(f"SELECT {text}")
    except (ParseError, ValueError, RecursionError):
        return None
    query: Any = statements[0].stmt if len(statements) == 1 and "\0" not in text else None
    if type(query).__name__ != "SelectStmt" or len(query.targetList or ()) != 1:
        return None
    (target,) = query.targetList
    plain = query.op.value == 0 and not any(getattr(query, name) for name in _CLAUSES)
    return target.val if plain and not target.name else None


def _proves(a: Any, b: Any, known: dict[tuple[int, int], bool]) -> bool:
    key = (id(a), id(b))
    if key not in known:
        known[key] = _prove(a, b, known)
    return known[key]


def _prove(a: Any, b: Any, known: dict[tuple[int, int], bool]) -> bool:
    if isinstance(b, _All):
        return all(_proves(a, part, known) for part in b.parts)
    if isinstance(a, _Any):
        return all(_proves(part, b, known) for part in a.parts)
    if isinstance(a, _All) and any(_proves(part, b, known) for part in a.parts):
        return True
    if isinstance(b, _Any):
        return any(_proves(a, part, known) for part in b.parts)
    return _prove_single(a, b, known)


def _prove_single(a: Any, b: Any, known: dict[tuple[int, int], bool]) -> bool:
    if isinstance(a, _Member) and isinstance(b, _Member):
        fewer, more = (b, a) if a.excluded else (a, b)
        alike = a.subject == b.subject and a.excluded == b.excluded
        return bool(alike) and fewer.items <= more.items
    if isinstance(a, _Exists) and isinstance(b, _Exists):
        return bool(a.query == b.query) and _proves(a.condition, b.condition, known)
    return isinstance(a, _Atom) and a == b


def _formula(node: Any, *, negated: bool = False) -> Any:
    kind = type(node).__name__
    if kind == "BoolExpr":
        if node.boolop.name == "NOT_EXPR":
            return _formula(node.args[0], negated=not negated)
        parts = tuple(_formula(arg, negated=negated) for arg in node.args)
        return _All(parts) if (node.boolop.name == "AND_EXPR") != negated else _Any(parts)
    if _is_null(node):
        return _Any()
    if kind == "A_Const" and type(node.val).__name__ == "Boolean":
        return _All() if bool(node.val.boolval) != negated else _Any()
    if not _is_stable(node):
        return _Unstable()
    found = None if negated else _membership(node) or _exists(node)
    return found or _Atom((negated, _shape(node)))


def _membership(node: Any) -> _Member | None:
    """Read `x = c`, `x <> c`, `x = ANY (ARRAY[…])` and `x <> ALL (ARRAY[…])`."""
    if type(node).__name__ != "A_Expr" or node.lexpr is None or len(node.name) != 1:
        return None
    form, operator = node.kind.name, node.name[0].sval
    listed: list[Any] | None = None
    if form == "AEXPR_OP" and operator in ("=", "<>"):
        listed = [_constant(node.rexpr)]
    elif (form, operator) in (("AEXPR_OP_ANY", "="), ("AEXPR_OP_ALL", "<>")):
        listed = _items(node.rexpr)
    if not listed:
        return None
    return _Member(_shape(node.lexpr), frozenset(listed), excluded=operator == "<>")


def _items(node: Any) -> list[Any] | None:
    """Return what stands in ARRAY[…]; None for other arrays."""
    if type(node).__name__ == "A_ArrayExpr":
        return [_constant(item) for item in node.elements or ()]
    if type(node).__name__ == "TypeCast" and type(node.arg).__name__ == "A_ArrayExpr":
        # IN over varchar: (ARRAY['a'::character varying, …])::text[]
        items = [_constant(item) for item in node.arg.elements or ()]
        is_text = _type(node.typeName) == ("text", 1)
        return items if is_text and all(_is_text(item) for item in items) else None
    return None


def _constant(node: Any) -> Any:
    """Return the shape of an item; a text is the same constant whether cast to text or varchar."""
    if type(node).__name__ == "TypeCast" and type(node.arg).__name__ == "A_Const":
        value = node.arg.val
        if _type(node.typeName) in (("text", 0), ("varchar", 0)) and hasattr(value, "sval"):
            return ("text", value.sval)
    return _shape(node)


def _is_text(item: Any) -> bool:
    return bool(item[0] == "text" and len(item) == 2)


def _type(name: Any) -> tuple[str, int] | None:
    """Return a built-in type without modifiers, and its array dimensions."""
    parts = [part.sval for part in name.names]
    if name.typmods or name.setof or name.pct_type or parts[:-1] not in ([], ["pg_catalog"]):
        return None
    return parts[-1], len(name.arrayBounds or ())


def _exists(node: Any) -> _Exists | None:
    if type(node).__name__ != "SubLink" or node.subLinkType.name != "EXISTS_SUBLINK":
        return None
    query = node.subselect
    if any(getattr(query, name) for name in _NOT_IN_EXISTS):
        return None
    condition = _All() if query.whereClause is None else _formula(query.whereClause)
    return _Exists(_shape(query, without="whereClause"), condition)


def _is_null(node: Any) -> bool:
    node = _without_casts(node)
    return type(node).__name__ == "A_Const" and bool(node.isnull)


def _is_stable(node: Any) -> bool:
    """Tell whether `node` surely has one value for one row in one statement."""
    todo = [node]
    while todo:
        current = todo.pop()
        kind = type(current).__name__
        if kind not in _KNOWN_NODES or not _STABLE.get(kind, _always)(current):
            return False
        todo.extend(_children(current))
        array = _without_casts(getattr(current, "rexpr", None))
        if kind == "A_Expr" and _is_any_or_all(current) and type(array).__name__ == "SubLink":
            todo.remove(current.rexpr)
            todo.extend(_children(array))
    return True


def _is_any_or_all(node: Any) -> bool:
    """Tell whether `node` is a comparison with an array in which order means nothing."""
    return node.kind.name in ("AEXPR_OP_ANY", "AEXPR_OP_ALL")


def _always(_: Any) -> bool:
    return True


def _stable_call(node: Any) -> bool:
    parts = [part.sval for part in node.funcname]
    if node.over or parts[:-1] not in ([], ["pg_catalog"], [OWN_SCHEMA]):
        return False
    return parts[0] == OWN_SCHEMA or parts[-1] in _KNOWN_FUNCTIONS


def _stable_operator(node: Any) -> bool:
    """Tell it of an operator; OPERATOR(schema.op) may call any function."""
    return len(node.name) == 1


def _stable_query(node: Any) -> bool:
    """Tell it of a query; which rows LIMIT and DISTINCT ON take is left open without an order."""
    return not (node.limitCount or node.limitOffset or node.distinctClause)


def _stable_subquery(node: Any) -> bool:
    """Tell it of a subquery; the order in ARRAY(SELECT …) is left open.

    Like an operator between two values, one before ANY (SELECT …) may call any function.
    """
    return node.subLinkType.name != "ARRAY_SUBLINK" and len(node.operName or ()) <= 1


def _stable_cast(node: Any) -> bool:
    """Tell it of a cast; one to a user's own type may call any function, unless of a constant."""
    schema = [part.sval for part in node.typeName.names][:-1]
    return schema in ([], ["pg_catalog"]) or type(node.arg).__name__ == "A_Const"


_STABLE = {
    "A_Expr": _stable_operator,
    "FuncCall": _stable_call,
    "SelectStmt": _stable_query,
    "SubLink": _stable_subquery,
    "TypeCast": _stable_cast,
}


def _without_casts(node: Any) -> Any:
    while type(node).__name__ == "TypeCast":
        node = node.arg
    return node


def _children(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [
            child for item in value for child in ([item] if _is_node(item) else _children(item))
        ]
    if not _is_node(value):
        return []
    found = []
    for name in value:
        inner = getattr(value, name)
        found.extend([inner] if _is_node(inner) else _children(inner))
    return found


def _shape(value: Any, without: str = "") -> Any:
    """Return a value that is equal for equal trees, wherever they stand in their text."""
    if _is_node(value):
        names = (name for name in value if name != without and not _is_position(name))
        fields = ((name, _shape(getattr(value, name))) for name in names)
        return (type(value).__name__, *(field for field in fields if field[1] is not None))
    if isinstance(value, tuple):
        return tuple(_shape(item) for item in value)
    return (type(value).__name__, value.value) if isinstance(value, Enum) else value


def _is_node(value: Any) -> bool:
    from pglast.ast import Node  # noqa: PLC0415

    return isinstance(value, Node)


def _is_position(name: str) -> bool:
    return name == "funcformat" or name.endswith(("location", "_start", "_end", "stmt_len"))
