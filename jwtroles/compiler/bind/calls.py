"""Functions and types that a predicate names, looked up as PostgreSQL will: in pg_catalog alone.

Which of several functions of a name is meant depends on the types of its arguments. That is left
to PostgreSQL; here a call is refused as soon as one that it could mean is volatile or returns a
set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.spec import sqltree

if TYPE_CHECKING:
    from jwtroles.catalog import FunctionFacts
    from jwtroles.compiler.bind.faults import Faults

PG_CATALOG = "pg_catalog"


def check_call(faults: Faults, node: Any, *, sets: bool, aggregates: bool) -> None:
    """Note a function that does not exist or must not be called where `node` stands."""
    schema, name = _qualified(node)
    shown = name if len(node.funcname) == 1 else f"{schema}.{name}"
    known = faults.setting.scope.functions.get((schema, name), ())
    count = len(node.args or ()) + (len(node.agg_order or ()) if node.agg_within_group else 0)
    fitting = [
        facts for facts in known if node.func_variadic or facts.minimum <= count <= facts.maximum
    ]
    if not fitting:
        _unknown(faults, node, shown, count, exists=bool(known))
        return
    bad = [(facts, why) for facts in fitting if (why := _why_not(facts, sets=sets))]
    if bad:
        some = "" if len(bad) == len(fitting) else f"{len(bad)} of its {len(fitting)} forms: "
        faults.problem(
            codes.UNSTABLE_FUNCTION, node, f"{shown}() is not allowed here: {some}{bad[0][1]}"
        )
    elif not aggregates and any(facts.aggregate for facts in fitting):
        message = f"{shown}() needs other rows than the one that is judged"
        remedy = f"put it into a subquery:  (select {shown}(…) from …)"
        faults.problem(codes.AGGREGATE, node, message, remedy=remedy)


def check_type(faults: Faults, node: Any) -> None:
    """Note a type without a schema that is not one of pg_catalog."""
    parts = sqltree.name_parts(node.names)
    types = faults.setting.scope.types
    if len(parts) == 1 and types is not None and parts[0] not in types:
        message = f"no type `{parts[0]}` in pg_catalog"
        remedy = f"name its schema:  schema.{parts[0]}"
        faults.problem(codes.UNKNOWN_TYPE, node, message, remedy=remedy)


def _qualified(call: Any) -> tuple[str, str]:
    parts = sqltree.name_parts(call.funcname)
    return (parts[-2], parts[-1]) if len(parts) > 1 else (PG_CATALOG, parts[0])


def _why_not(facts: FunctionFacts, *, sets: bool) -> str:
    if facts.volatility == "v":
        return "volatile"
    return "returns a set" if facts.returns_set and not sets else ""


def _unknown(faults: Faults, node: Any, shown: str, count: int, *, exists: bool) -> None:
    where = "" if "." in shown else " in pg_catalog"
    arguments = f"{count} argument{'' if count == 1 else 's'}"
    message = f"no function {shown}(){where}"
    if exists:
        message = f"no function {shown}(){where} takes {arguments}"
    remedy = f"name its schema:  schema.{shown}(…)" if where and not exists else ""
    faults.problem(codes.UNKNOWN_FUNCTION, node, message, remedy=remedy)
