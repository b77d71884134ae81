"""Compares rows in PostgreSQL, since only its types know what is equal (`70` and `70.00`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jwtroles.policy_tests.bench import Bench, Done, escaped, plain

if TYPE_CHECKING:
    from jwtroles.spec.model import Expectation

JSON_TYPES = frozenset({"json", "jsonb"})


def same_rows(bench: Bench, done: Done, expectation: Expectation) -> bool:
    """Tell whether a statement returned the rows expected, in their order."""
    expected, came = expectation.rows or (), done.rows or ()
    if len(expected) != len(came) or any(len(row) != len(done.types) for row in expected):
        return False
    columns = zip(zip(*expected, strict=True), zip(*came, strict=True), done.types, strict=False)
    return all(_same_column(bench, type_[0], want, got) for want, got, type_ in columns)


def _same_column(
    bench: Bench, oid: int, expected: tuple[Any, ...], came: tuple[str | None, ...]
) -> bool:
    import psycopg  # noqa: PLC0415 - loads slowly

    # Without the type modifier: a cast to varchar(3) would cut what is too long.
    (row,) = bench.rows("SELECT format_type(%(oid)s, -1) AS name", oid=oid)
    name = "jsonb" if row["name"] == "json" else str(row["name"])
    type_sql = escaped(name)
    try:
        document = [{"v": _value(value, name)} for value in expected]
        with bench.undone():
            (row,) = bench.rows(
                f"SELECT bool_and(v IS NOT DISTINCT FROM a::{type_sql}) AS same "
                f"FROM ROWS FROM (jsonb_to_recordset(%(expected)s::jsonb) AS (v {type_sql}), "
                "unnest(%(came)s::text[])) AS x (v, a)",
                expected=json.dumps(document),
                came=list(came),
            )
        return bool(row["same"])
    except (psycopg.errors.DataError, ValueError):
        return False  # not even a value of the type
    except psycopg.Error:
        # A type without a cast from text or without equality: compare what is printed.
        return [None if value is None else text(value) for value in expected] == list(came)


def _value(value: Any, type_name: str) -> Any:
    if type_name in JSON_TYPES and isinstance(value, str):
        return json.loads(value)
    return plain(value)


def text(value: Any) -> str:
    """Return a value of the file as a person reads it."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return str(value)
    return json.dumps(plain(value), ensure_ascii=False)


def rows_text(rows: tuple[tuple[Any, ...], ...]) -> str:
    """Return rows for a message: `(1, Ann), (2, null)`, or `no row`."""
    shown = ["(" + ", ".join(map(text, row)) + ")" for row in rows[:10]]
    more = [f"and {len(rows) - 10} more"] if len(rows) > 10 else []
    return ", ".join(shown + more) or "no row"
