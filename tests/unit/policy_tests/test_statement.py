"""What the syntax of a test's statement tells, without a server."""

from __future__ import annotations

import pytest

from jwtroles.names import QName
from jwtroles.policy_tests.statement import parse
from jwtroles.spec.model import Word


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select 1", ""),
        ("select 'commit'", ""),
        ("commit", "it would end the transaction of the test"),
        ("  -- x\n ROLLBACK", "it would end the transaction of the test"),
        ("abort", "it would end the transaction of the test"),
        ("end and chain", "it would end the transaction of the test"),
        ("savepoint x", "it would end the transaction of the test"),
        ("prepare transaction 'x'", "it would end the transaction of the test"),
        ("select 1; rollback", "it is 2 statements, not one"),
        ("-- nothing", "it is no statement, not one"),
        ("copy app.t from stdin", "COPY from or to the client cannot be tested"),
        ("copy app.t to '/tmp/x'", ""),
    ],
)
def test_what_may_not_run_is_told(sql: str, why: str) -> None:
    assert parse(Word(sql)).forbidden == why


def test_what_cannot_be_parsed_may_not_run() -> None:
    assert parse("comit").forbidden.startswith("it cannot be parsed")


def test_relations_are_named_the_written_one_first_and_with_queries_are_none() -> None:
    sql = """
        with recent as (select * from app.events)
        delete from app."Lab Results" l using recent, plain where exists (select from app.other)
    """
    assert set(parse(sql).relations) == {'app."Lab Results"', "app.events", "plain", "app.other"}
    assert parse(sql).relations[0] == 'app."Lab Results"'


def test_functions_are_found_by_their_qualified_name() -> None:
    found = parse("select * from app.total(now()) where count(1) > 0").functions
    assert found == (QName("app", "total"),)


@pytest.mark.parametrize(
    ("sql", "hidden"),
    [
        ("delete from t", False),
        ("with d as (delete from t returning 1) select 1 from d", True),
        ("with d as (select 1) delete from t", False),
        ("explain delete from t", True),
    ],
)
def test_a_write_inside_a_statement_is_seen(sql: str, hidden: bool) -> None:
    assert parse(sql).hidden_write is hidden


def test_set_is_known() -> None:
    assert parse("set local role x").setting
    assert parse("reset role").setting
    assert not parse("select 1").setting
