"""Nothing is changed without a yes, and not by a slip where `confirm: true` stands."""

from __future__ import annotations

import io

import pytest

from jwtroles.cli.asking import agree
from jwtroles.errors import UsageError
from jwtroles.spec.model import Environment, Word


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def environment(*, confirm: bool) -> Environment:
    return Environment(Word("production"), confirm=confirm)


def asked(
    monkeypatch: pytest.MonkeyPatch, answer: str, *, confirm: bool = False, yes: bool = False
) -> str:
    """Return what is said to an answer at a terminal, or '' where it is a yes."""
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
    try:
        agree("Retire it?", environment(confirm=confirm), yes=yes)
    except UsageError as error:
        (problem,) = error.problems
        assert problem.code.id == "JR624"
        return problem.message
    return ""


@pytest.mark.parametrize(
    ("answer", "said"), [("y", ""), ("n", "not confirmed"), ("", "not confirmed")]
)
def test_a_yes_is_enough_where_nothing_more_is_asked(
    monkeypatch: pytest.MonkeyPatch, answer: str, said: str
) -> None:
    assert asked(monkeypatch, answer) == said


@pytest.mark.parametrize(
    ("answer", "said"),
    [("production", ""), ("y", "not confirmed"), ("Production", "not confirmed")],
)
def test_the_name_has_to_be_typed_where_confirm_stands(
    monkeypatch: pytest.MonkeyPatch, answer: str, said: str
) -> None:
    assert asked(monkeypatch, answer, confirm=True) == said


def test_a_yes_that_was_given_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, "n", confirm=True, yes=True) == ""


def test_without_a_terminal_there_is_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError) as error:
        agree("Retire it?", environment(confirm=False), yes=False)
    (problem,) = error.value.problems
    assert problem.message == "there is no terminal to ask on: Retire it?"
    assert error.value.footer == "Nothing was changed."
