"""What the syntax of a test's statement tells, without a server."""

from __future__ import annotations

import pytest

from jwtroles import codes
from jwtroles.errors import SpecError
from jwtroles.names import QName
from jwtroles.policy_tests.statement import Statement
from jwtroles.policy_tests.statement import parse as parse_word
from jwtroles.spec.model import Word


def parse(sql: str) -> Statement:
    return parse_word(Word(sql))


ENDS = "this would end the transaction of the test"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("commit", ENDS),
        ("  -- x\n ROLLBACK", ENDS),
        ("abort", ENDS),
        ("end and chain", ENDS),
        ("savepoint x", ENDS),
        ("prepare transaction 'x'", ENDS),
        ("select 1; rollback", "a test runs one statement, and this is 2 statements"),
        ("-- nothing", "a test runs one statement, and this is no statement"),
        ("copy app.t from stdin", "COPY from or to the client cannot be tested"),
        ("comit", 'a test cannot run this: syntax error at or near "comit"'),
    ],
)
def test_what_may_not_run_is_told(sql: str, why: str) -> None:
    with pytest.raises(SpecError) as raised:
        parse(sql)
    (problem,) = raised.value.problems
    assert (problem.code, problem.message) == (codes.TEST_STATEMENT, why)


@pytest.mark.parametrize("sql", ["select 1", "select 'commit'", "copy app.t to '/tmp/x'"])
def test_other_statements_may_run(sql: str) -> None:
    assert parse(sql).sql == sql


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
