"""Expressions as PostgreSQL prints them, so that comparing texts compares meaning.

PostgreSQL rewrites what it stores: casts, parentheses, `IN` to `= ANY`, qualified names. Rules of
our own would be unsound, so the server itself prints the compiled side too, in a transaction that
is
rolled back. Measured: every expression prints exactly as the real table stores it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Collector, CompileError
from jwtroles.kinds.function import Function, create_sql
from jwtroles.kinds.own_schema import NAME
from jwtroles.names import QName
from jwtroles.reader import LOCK_TIMEOUT, query_text

if TYPE_CHECKING:
    from jwtroles.catalog import Catalog, Structure
    from jwtroles.kinds.policy import Policy
    from jwtroles.reader.connection import Connection


@contextmanager
def rolled_back(connection: Connection, *, inside: bool) -> Iterator[None]:
    """Run a block that leaves nothing: in a transaction of its own, or behind a savepoint."""
    if inside:
        connection.execute("SAVEPOINT canonical")
        yield
        connection.execute("ROLLBACK TO canonical")
        return
    connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    try:
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        yield
    finally:
        connection.rollback()


def canonical(
    connection: Connection,
    desired: Catalog,
    trial: Catalog,
    structure: Structure,
    *,
    inside: bool = False,
) -> Catalog:
    """Return `desired` with every expression as the server prints it.

    An expression that calls an accessor which is not there yet cannot be stored anywhere either: it
    is new, keeps its own text, and is tried out in its `trial` form.

    Args:
        connection: a connection that may make temporary tables.
        desired: the compiled catalog.
        trial: the same, compiled with typed NULLs in the place of accessors.
        structure: the tables that policies stand on.
        inside: whether a transaction is open already.

    Raises:
        CompileError: JR340 for every expression that the server refuses, with its place.
    """
    batch = _Batch.of(desired, trial, structure)
    with rolled_back(connection, inside=inside):
        answer = _ask(connection, batch.payload(structure))
    problems = Collector()
    for label, (item, _) in batch.items.items():
        if "error" in answer.get(label, {}):
            what = getattr(item, "table", None) or item.name
            problems.add(
                codes.SERVER_REFUSES,
                f"PostgreSQL refuses an expression on {what}: {answer[label]['error']}",
                item.origin.place,
                remedy="mend the expression; casts belong on the claim, never on the column",
            )
    problems.raise_if_any(CompileError)
    return batch.printed(desired, answer)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What goes to the server in one round trip: label → (desired object, object to send)."""

    items: dict[str, tuple[Any, Any]]

    @classmethod
    def of(cls, desired: Catalog, trial: Catalog, structure: Structure) -> _Batch:
        existing = {(r.name, r.arguments): r.returns for r in structure.routines.values()}
        missing = [
            f"{function.name.sql}("
            for key, function in desired["function"].items()
            if function.name.schema == NAME and existing.get(key) != function.returns  # type: ignore[call-overload]
        ]
        items: dict[str, tuple[Any, Any]] = {}
        for kind, letter in (("policy", "p"), ("view", "v"), ("function", "f")):
            for number, (key, item) in enumerate(desired[kind].items()):
                if kind == "function" and not item.atomic:
                    continue
                text = " ".join(filter(None, (_text(item))))
                fresh = any(call in text for call in missing)
                items[f"{letter}{number}"] = (item, trial[kind][key] if fresh else item)
        return cls(items)

    def payload(self, structure: Structure) -> dict[str, Any]:
        sent = {label: item for label, (_, item) in self.items.items()}
        policies = {label: item for label, item in sent.items() if label[0] == "p"}
        return {
            "tables": list(_tables(policies, structure)),
            "views": [
                {"id": label, "name": view.name.name, "sql": view.sql}
                for label, view in sent.items()
                if label[0] == "v"
            ],
            "functions": [
                {"id": label, "name": function.name.name, "create": _temporary(function)}
                for label, function in sent.items()
                if label[0] == "f"
            ],
        }

    def printed(self, desired: Catalog, answer: dict[str, Any]) -> Catalog:
        done: dict[str, list[Any]] = {"policy": [], "view": [], "function": []}
        names = {"p": "policy", "v": "view", "f": "function"}
        for label, (item, sent) in self.items.items():
            said = dict(answer[label]) if item is sent else {}
            if "columns" in said:
                said["columns"] = tuple((name, kind) for name, kind in said["columns"])
            done[names[label[0]]].append(replace(item, **said))
        done["function"] += [f for f in desired["function"].values() if not f.atomic]
        for kind, items in done.items():
            desired = desired.with_kind(kind, items)
        return desired


def _text(item: Any) -> tuple[str | None, ...]:
    names = ("using_sql", "check_sql", "sql", "body_sql")
    return tuple(getattr(item, name, None) for name in names)


def _ask(connection: Connection, payload: dict[str, Any]) -> dict[str, Any]:
    connection.execute("SET LOCAL client_min_messages = 'warning'")
    text = json.dumps(payload)
    connection.execute("SELECT set_config('jwtroles.canonical_input', %s, true)", [text])
    connection.execute(query_text("jwtroles.reader", "canonical"))
    row = connection.execute(
        "SELECT current_setting('jwtroles.canonical_output')::jsonb AS answer"
    ).fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    answer: dict[str, Any] = row["answer"]
    return answer


def _tables(policies: Mapping[str, Policy], structure: Structure) -> Iterator[dict[str, Any]]:
    """Group policies by table; one temporary table at a time, so equal names do not meet."""
    grouped: dict[QName, list[dict[str, Any]]] = {}
    for label, policy in policies.items():
        expressions = {"using": policy.using_sql, "check": policy.check_sql}
        grouped.setdefault(policy.table, []).append({"id": label, **expressions})
    for table, listed in sorted(grouped.items()):
        relation = structure.relations[table]
        columns = [[column.name, column.type] for column in relation.columns]
        yield {"name": table.name, "columns": columns, "policies": listed}


def _temporary(function: Function) -> str:
    """Return the function as one of pg_temp: it prints its parameters by its own name."""
    local = QName("pg_temp", function.name.name)
    return create_sql(replace(function, settings=(), definer=False), local)
