"""Expressions as PostgreSQL prints them, so that comparing texts compares meaning.

PostgreSQL rewrites what it stores: casts, parentheses, `IN` to `= ANY`, qualified names. Rules of
our own would be unsound, so the server itself prints the compiled side too, in a transaction that
is
rolled back. Measured: every expression prints exactly as the real table stores it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from jwtroles import codes
from jwtroles.errors import Collector, CompileError
from jwtroles.frozen import frozen
from jwtroles.kinds import BY_NAME
from jwtroles.kinds.function import Function, create_sql
from jwtroles.names import OWN_SCHEMA, QName, ident
from jwtroles.reader import LOCK_TIMEOUT
from jwtroles.reader.queries import query_text

if TYPE_CHECKING:
    from jwtroles.catalog import Catalog, Structure
    from jwtroles.kinds.policy import Policy
    from jwtroles.reader.connection import Connection

T = TypeVar("T")


@contextmanager
def rolled_back(connection: Connection, *, inside: bool) -> Iterator[None]:
    """Run a block that leaves nothing: in a transaction of its own, or behind a savepoint."""
    if inside:
        connection.execute("SAVEPOINT canonical")
        yield
        connection.execute("ROLLBACK TO canonical")
        return
    begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    connection.execute(f"{begin}; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        yield
    finally:
        connection.rollback()


def canonical(
    connection: Connection,
    desired: Catalog,
    structure: Structure,
    *,
    inside: bool = False,
) -> Catalog:
    """Return `desired` with every expression as the server prints it.

    An expression that calls an accessor which is not there yet cannot be stored anywhere either: it
    is new, keeps its own text, and is tried out with a typed NULL in the accessor's place.

    Args:
        connection: a connection that may make temporary tables.
        desired: the compiled catalog.
        structure: the tables that policies stand on.
        inside: whether a transaction is open already.

    Raises:
        CompileError: JR340 for every expression that the server refuses, with its place.
    """
    printed, refused = tried(connection, desired, structure, inside=inside)
    problems = Collector()
    for one in refused:
        problems.add(
            codes.SERVER_REFUSES,
            f"PostgreSQL refuses an expression on {one.what}: {one.said}",
            one.item.origin.place,
            remedy="mend the expression; casts belong on the claim, never on the column",
        )
    problems.raise_if_any(CompileError)
    return printed


@frozen
class Refusal:
    """An object with an expression that the server refuses, and what the server says."""

    kind: str
    item: Any
    said: str

    @property
    def what(self) -> str:
        """The table of a policy, or the view or function itself."""
        return str(getattr(self.item, "table", None) or self.item.name)


def tried(
    connection: Connection, desired: Catalog, structure: Structure, *, inside: bool = False
) -> tuple[Catalog, tuple[Refusal, ...]]:
    """Return what `canonical` does, and what the server refuses apart from it."""
    batch = _Batch.of(desired, structure)
    with rolled_back(connection, inside=inside):
        answer = batch.answers(_ask(connection, batch.payload(structure)))
    refused = tuple(
        Refusal(_KINDS[label[0]], item, answer[label]["error"])
        for label, (item, _) in batch.items.items()
        if "error" in answer[label]
    )
    return batch.printed(desired, answer), refused


def printable(desired: Catalog, structure: Structure) -> Iterator[tuple[str, Hashable, Any]]:
    """Give kind, key and object of everything that a server can print as it is."""
    batch = _Batch.of(desired, structure)
    for label, (item, sent) in batch.items.items():
        if item is sent:
            kind = _KINDS[label[0]]
            yield kind, BY_NAME[kind].key(item), item


_KINDS = {"p": "policy", "v": "view", "f": "function"}
"""First letter of a label → kind of the object."""


@frozen
class _Batch:
    """What goes to the server in one round trip.

    Attributes:
        items: label → (desired object, object to send).
        alike: label → the label of the first that prints the same.
    """

    items: dict[str, tuple[Any, Any]]
    alike: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, desired: Catalog, structure: Structure) -> _Batch:
        existing = {(r.name, r.arguments): r.returns for r in structure.routines.values()}
        missing = [
            _stand_in(function)
            for key, function in desired["function"].items()
            if function.name.schema == OWN_SCHEMA and existing.get(key) != function.returns  # type: ignore[call-overload]
        ]
        items: dict[str, tuple[Any, Any]] = {}
        for letter, kind in _KINDS.items():
            for number, item in enumerate(desired[kind].values()):
                if not any(getattr(item, name, None) for name in _TEXTS):
                    continue  # it was read, and so was printed already
                if kind == "function" and not item.atomic:
                    continue
                items[f"{letter}{number}"] = (item, _tried(item, missing))
        return cls(items)

    def answers(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer for every label, of which those that are alike share one."""
        return {label: said.get(self.alike.get(label, label), {}) for label in self.items}

    def payload(self, structure: Structure) -> dict[str, Any]:
        sent = {label: item for label, (_, item) in self.items.items()}
        policies = {label: item for label, item in sent.items() if label[0] == "p"}
        return {
            "tables": _tables(policies, structure, self.alike),
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
        printed = {id(item) for item, _ in self.items.values()}
        done: dict[str, list[Any]] = {
            kind: [item for item in desired[kind].values() if id(item) not in printed]
            for kind in _KINDS.values()
        }
        for label, (item, sent) in self.items.items():
            if "error" in answer[label]:
                continue
            said = dict(answer[label]) if item is sent else {}
            if "columns" in said:
                said["columns"] = tuple((name, kind) for name, kind in said["columns"])
            done[_KINDS[label[0]]].append(replace(item, **said))
        for kind, items in done.items():
            desired = desired.with_kind(kind, items)
        return desired


_TEXTS = ("using_sql", "check_sql", "sql", "body_sql")
"""Where the SQL of a policy, a view or a function is."""


_Missing = tuple[re.Pattern[str], str]
"""A call that is not there yet, and what has the same type."""


def _stand_in(function: Function) -> _Missing:
    """Return how a function of ours is called in policies, and a typed NULL in its place."""
    call = re.escape(function.name.sql) + r"\((?:CAST\(E?'(?:[^']|'')*' AS text\[\]\))?\)"
    row = function.returns.removeprefix("TABLE")
    if row == function.returns:
        return re.compile(call), f"NULL::{row}"
    alias = ident(function.name.name)
    return re.compile(call), f"(SELECT * FROM jsonb_to_record(NULL::jsonb) AS {alias} {row})"


def _tried(item: T, missing: Iterable[_Missing]) -> T:
    """Return `item` with a typed NULL for each call that is not there yet, or `item` itself."""
    found: dict[str, str] = {}
    for name in _TEXTS:
        before: str = getattr(item, name, None) or ""
        text = before
        for call, null in missing if f"{OWN_SCHEMA}." in before else ():
            text = call.sub(null.replace("\\", r"\\"), text)
        if text != before:
            found[name] = text
    return replace(item, **found) if found else item  # type: ignore[type-var]


def _ask(connection: Connection, payload: dict[str, Any]) -> dict[str, Any]:
    # Every table is a type as well, and temporary ones are found first unless they are listed: a
    # stand-in called `uuid` must not hide the type (manual section 20.11.1, search_path).
    connection.execute(
        "SET LOCAL client_min_messages = 'warning'; SET LOCAL search_path = pg_catalog, pg_temp"
    )
    text = json.dumps(payload)
    connection.execute("SELECT set_config('jwtroles.canonical_input', %s, true)", [text])
    cursor = connection.execute(
        query_text("jwtroles.reader", "canonical")
        + "; SELECT current_setting('jwtroles.canonical_output')::jsonb AS answer"
    )
    cursor.nextset()
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    answer: dict[str, Any] = row["answer"]
    return answer


def _tables(
    policies: Mapping[str, Policy], structure: Structure, alike: dict[str, str]
) -> list[dict[str, Any]]:
    """Return stand-ins of tables with the policies to print on each.

    What a policy prints as depends on its text and on what the names in it are. So one that stands
    on many tables is printed once, on a table that has the columns of which the text holds the
    name; the name of the table counts where the text holds it.
    """
    grouped: dict[_StandIn, dict[_Expressions, str]] = {}
    first: dict[_StandIn, str] = {}
    for label, policy in sorted(policies.items(), key=lambda pair: pair[1].table):
        expressions = (policy.using_sql, policy.check_sql)
        text = "\n".join(filter(None, expressions))
        relation = structure.relations[policy.table]
        columns = tuple((c.name, c.type) for c in relation.columns if _inside(c.name) in text)
        name = policy.table.name if _inside(policy.table.name) in text else ""
        first.setdefault((name, columns), policy.table.name)
        alike[label] = grouped.setdefault((name, columns), {}).setdefault(expressions, label)
    return [
        {
            "name": first[stand_in],
            "columns": stand_in[1],
            "policies": [
                {"id": label, "using": using, "check": check}
                for (using, check), label in listed.items()
            ],
        }
        for stand_in, listed in grouped.items()
    ]


_StandIn = tuple[str, tuple[tuple[str, str], ...]]
_Expressions = tuple[str | None, str | None]


def _inside(name: str) -> str:
    """Return a name as it stands in SQL, inside of quotes or without them."""
    return name.replace('"', '""')


def _temporary(function: Function) -> str:
    """Return the function as one of pg_temp: it prints its parameters by its own name."""
    local = QName("pg_temp", function.name.name)
    return create_sql(replace(function, settings=(), definer=False), local)
