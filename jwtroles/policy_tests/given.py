"""The rows that a test starts from: put in by the tables' owner, past row security."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Collector, CompileError, Problem, Refused
from jwtroles.frozen import frozen
from jwtroles.names import QName, ident, idents, parse_qname
from jwtroles.policy_tests.bench import Bench, escaped, plain
from jwtroles.spec.wording import did_you_mean, listed, tick

if TYPE_CHECKING:
    from jwtroles.errors import Place
    from jwtroles.spec.model import Test, Word


@frozen
class GivenTable:
    """A table that tests put rows into.

    Attributes:
        forced: FORCE ROW LEVEL SECURITY, which holds for the owner too.
        columns: its columns.
        json: those of type json and jsonb.
    """

    name: QName
    owner: str
    forced: bool
    columns: tuple[str, ...]
    json: frozenset[str]


GivenTables = Mapping[str, GivenTable]


def find(bench: Bench, tests: Sequence[Test]) -> GivenTables:
    """Return the tables under `given`, by the name that the file has.

    Raises:
        CompileError: there is no such table, or one has no such column.
    """
    words = {word: parse_qname(word) for test in tests for word in test.given}
    names = {word: name for word, name in words.items() if name is not None}
    with bench.undone():
        found = {
            row["given"]: row
            for row in bench.query(
                "given",
                names=[str(word) for word in names],
                schemas=[name.schema for name in names.values()],
                tables=[name.name for name in names.values()],
            )
        }
    tables = {
        str(word): GivenTable(
            name, row["owner"], row["forced"], tuple(row["columns"]), frozenset(row["json"])
        )
        for word, name in names.items()
        if (row := found.get(str(word))) is not None and row["is_table"]
    }
    problems = Collector()
    for test in tests:
        for word, rows in test.given.items():
            _check_names(word, rows, tables, problems)
    problems.raise_if_any(CompileError, "No test was run.")
    return tables


def _check_names(
    word: Word, rows: Iterable[Mapping[Word, Any]], tables: GivenTables, problems: Collector
) -> None:
    table = tables.get(str(word))
    if table is None:
        problems.add(
            codes.TEST_GIVEN,
            f"`given` names {word}, which is no table of this database",
            word.place,
            remedy="name a table as schema.name; a view holds no rows of its own",
        )
        return
    for column in (column for row in rows for column in row if column not in table.columns):
        problems.add(
            codes.TEST_GIVEN,
            f"{word} has no column {tick(column)}",
            column.place,
            label=did_you_mean(column, table.columns),
            remedy=f"columns of {word}: {listed(table.columns)}",
        )


def refuse_rows(bench: Bench, tests: Iterable[Test], tables: GivenTables) -> None:
    """Refuse tables that hold rows already.

    Raises:
        Refused: naming all of them.
    """
    places = {str(word): word.place for test in reversed(list(tests)) for word in test.given}
    problems = Collector()
    with bench.transaction():
        for name, table in tables.items():
            with bench.undone():
                bench.become(table.owner)
                _lift_force(bench, [table])
                bench.run("SET LOCAL row_security = off")
                sql = f"SELECT EXISTS (SELECT FROM {table.name.sql}) AS filled"
                if bench.rows(sql)[0]["filled"]:
                    problems.add(
                        codes.TEST_TABLE_HOLDS_ROWS,
                        f"{name} holds rows, and a test puts its own there",
                        places[name],
                        remedy="run jwtroles test without --env: it makes a private server of its "
                        "own",
                    )
    problems.raise_if_any(Refused, "No test was run.")


def put_in(bench: Bench, test: Test, tables: GivenTables) -> None:
    """Insert the rows of one test, in the order of the file.

    Raises:
        CompileError: at the first row that the table refuses.
    """
    forced = [tables[str(word)] for word in test.given if tables[str(word)].forced]
    _lift_force(bench, forced)
    for word, rows in test.given.items():
        for row in rows:
            _insert(bench, word, tables[str(word)], row)
    _check_deferred(bench, test)
    if forced:
        bench.run("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER TABLE waits for no deferred check
    for table in forced:
        bench.become(table.owner)
        bench.run(f"ALTER TABLE {table.name.sql} FORCE ROW LEVEL SECURITY")
    bench.run("RESET ROLE")


def _lift_force(bench: Bench, tables: Iterable[GivenTable]) -> None:
    for table in tables:
        if table.forced:
            bench.become(table.owner)
            bench.run(f"ALTER TABLE {table.name.sql} NO FORCE ROW LEVEL SECURITY")


def _insert(bench: Bench, word: Word, table: GivenTable, row: Mapping[Word, Any]) -> None:
    import psycopg  # noqa: PLC0415 - loads slowly

    place = next((name.place for name in row), word.place)
    values = {str(name): value for name, value in row.items()}
    try:
        document = {name: plain(_from_text(name, value, table)) for name, value in values.items()}
        bench.become(table.owner)
        sql = (
            f"INSERT INTO {table.name.sql} ({idents(list(values))}) OVERRIDING SYSTEM VALUE "
            f"SELECT {', '.join(f'given.{ident(name)}' for name in values)} "
            f"FROM jsonb_populate_record(NULL::{table.name.sql}, "
        )
        bench.run(f"{escaped(sql)}%(row)s::jsonb) AS given", row=json.dumps(document))
    except (ValueError, psycopg.Error) as error:
        raise CompileError(_refused(word, place, error)) from None


def _check_deferred(bench: Bench, test: Test) -> None:
    """Let the constraints speak that wait for a commit, which never comes."""
    import psycopg  # noqa: PLC0415 - loads slowly

    if not test.given:
        return
    try:
        with bench.undone():
            bench.run("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        names = {word: parse_qname(word) for word in test.given}
        broken = (error.diag.schema_name, error.diag.table_name)
        fitting = [
            word for word, name in names.items() if name and (name.schema, name.name) == broken
        ]
        word = next(iter([*fitting, *test.given]))
        raise CompileError(_refused(word, word.place, error)) from None


_REMEDIES = {
    "22": "write a value that the type of its column takes",
    "23502": "give every column that must not be null a value",
    "23503": "put the row that it refers to in as well, under a table further up in `given`",
    "23": "write a row that the table's constraints let in",
}
"""What to do, by the beginning of the SQLSTATE; the longer one wins."""


def _refused(word: Word, place: Place | None, error: Exception) -> Problem:
    """Return the problem of a row that the table does not take."""
    diagnosis = getattr(error, "diag", None)
    message = getattr(diagnosis, "message_primary", None) or str(error)
    detail = getattr(diagnosis, "message_detail", None)
    state = getattr(error, "sqlstate", None) or "22"
    return Problem(
        codes.TEST_GIVEN,
        f"a row of {word} cannot be put in: {message}",
        place,
        details=(detail,) if detail else (),
        remedy=_REMEDIES.get(state) or _REMEDIES.get(state[:2], "write a row that can be inserted"),
    )


def _from_text(column: str, value: Any, table: GivenTable) -> Any:
    """Return the value of a json column that is written as a text; every other one as it is."""
    if column in table.json and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError(f"{column} is not JSON: {value}") from None
    return value
