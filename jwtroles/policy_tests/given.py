"""The rows that a test starts from: put in by the tables' owner, past row security."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Collector, CompileError, Problem, Refused
from jwtroles.names import QName, ident, idents, parse_qname
from jwtroles.policy_tests.bench import Bench, escaped, plain

if TYPE_CHECKING:
    from jwtroles.spec.model import Test, Word


@dataclass(frozen=True, slots=True)
class GivenTable:
    """A table that tests put rows into.

    Attributes:
        forced: FORCE ROW LEVEL SECURITY, which holds for the owner too.
        json: its columns of type json and jsonb.
    """

    name: QName
    owner: str
    forced: bool
    json: frozenset[str]


GivenTables = Mapping[str, GivenTable]


def find(bench: Bench, tests: Iterable[Test]) -> GivenTables:
    """Return the tables under `given`, by the name that the file has.

    Raises:
        CompileError: there is no such table.
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
    problems = Collector()
    tables: dict[str, GivenTable] = {}
    for word in words:
        row = found.get(str(word))
        if row is None or not row["is_table"]:
            message = f"`given` names {word}, which is no table of this database"
            problems.add(codes.TEST_GIVEN, message, word.place)
        else:
            json_columns = frozenset(row["json"])
            tables[str(word)] = GivenTable(names[word], row["owner"], row["forced"], json_columns)
    problems.raise_if_any(CompileError)
    return tables


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
                        remedy="run the tests on an empty database, such as the embedded one",
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
        message = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
        problem = f"a row of {word} cannot be put in: {message}"
        raise CompileError(Problem(codes.TEST_GIVEN, problem, place)) from None


def _from_text(column: str, value: Any, table: GivenTable) -> Any:
    """Return the value of a json column that is written as a text; every other one as it is."""
    if column in table.json and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError(f"{column} is not JSON: {value}") from None
    return value
