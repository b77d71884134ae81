"""Whatever the file holds, loading it ends soon, with a Spec or a SpecError and nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jwtroles.errors import SpecError
from jwtroles.report.problems import render
from jwtroles.spec import load as loading
from jwtroles.spec.load import MAX_PROBLEMS, load, load_text
from jwtroles.spec.model import Spec
from jwtroles.spec.text import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = (Path(__file__).parents[3] / "examples" / "saas" / "jwtroles.yaml").read_text()


def outcome(text: str) -> Spec | SpecError:
    """Load `text`; an error must also be printable, with places inside the file."""
    try:
        return load_text(text)
    except SpecError as refused:
        error = refused
    lines = len(text.splitlines()) + 1
    assert all(problem.place is None or problem.place.line <= lines for problem in error.problems)
    assert render(error, color=False, width=80).startswith("error[JR")
    return error


def codes(text: str) -> list[str]:
    result = outcome(text)
    assert isinstance(result, SpecError)
    return [problem.code.id for problem in result.problems]


WORDS = [*"ab:-,[]{}#&*!|>'\"%@`?~<\\ \n\t01.éx", "jwtroles: 1\n", "rows: ", ": ", "- ", " #"]
YAMLISH = st.lists(st.sampled_from(WORDS), max_size=60).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), YAMLISH))
@example("%YAML " + "9" * 5000 + ".1\n---\na")
@example('"\\U99999999"')
@example("? a\n? b")
@example("{? , : }")
@example("- !!binary x")
@example("\ufeff")
@example("--- |\n\n\n")
def test_any_text(text: str) -> None:
    assert isinstance(outcome(text), SpecError), "no such text is a whole specification"


@settings(max_examples=200, deadline=None)
@given(data=st.binary())
@example(data=b"\xff\xfe")
@example(data=b"\xef\xbb\xbf")
@example(data=b"\x00")
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    with pytest.raises(SpecError):
        load(path)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(CONTRACT)),
    st.integers(0, 12),
    st.one_of(st.sampled_from(list("#,:{}[]'\"&*!|>- \n?")), st.text(max_size=5)),
)
def test_the_contract_with_a_slip(start: int, length: int, inserted: str) -> None:
    outcome(CONTRACT[:start] + inserted + CONTRACT[start + length :])


WRONG = ("{a: b}", "[a, [b]]", "{}", "[]", "no", "2026-05-01", "0o17", "!x y", "*a", "<<", "null")
"""What a value, or a key, may be by mistake."""


def nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    """Yield every value and key of a document."""
    yield node
    below = node.value if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) else ()
    for part in below:
        for one in part if isinstance(part, tuple) else (part,):
            yield from nodes(one)


def test_words_of_the_contract_that_are_something_else() -> None:
    """Each problem is told with its place, also where the rest is checked with a stand-in."""
    every = list(nodes(yaml.compose(CONTRACT, Loader=yaml.CSafeLoader)))
    for number, node in enumerate(every[::6]):
        begin, end = node.start_mark.index, node.end_mark.index
        wrong = WRONG[number % len(WRONG)]
        found = outcome(f"{CONTRACT[:begin]}{wrong}\n{CONTRACT[end:]}")
        problems = found.problems if isinstance(found, SpecError) else ()
        assert [one for one in problems if one.place is None] == [], (wrong, node.start_mark.line)


def test_aliases_that_explode() -> None:
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    started = time.monotonic()
    found = codes("\n".join(["a0: &a0 [x, x]", *lines]))
    assert set(found) == {"JR109", "JR114", "JR115"}
    assert time.monotonic() - started < 5


def test_ten_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"# x\n" * (10 * 1024 * 1024 // 4))
    with pytest.raises(SpecError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert (problem.code.id, problem.message) == ("JR101", f"{path} is larger than 1 MB")
    assert codes("# x\n" * (MAX_BYTES // 4 + 1)) == ["JR101"]


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("jwtroles: 1\r\nproject: é".encode() + b"caf\xe9\n")
    with pytest.raises(SpecError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert (problem.code.id, problem.message) == ("JR102", "byte 0xe9 is not UTF-8")
    assert problem.remedy == "save the file as UTF-8"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 14)


def test_a_byte_order_mark_shifts_no_place(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + CONTRACT.encode())
    place = load(path).project.place
    assert place is not None
    assert (place.line, place.column) == (2, 10)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a:\n"])
def test_nesting_a_hundred_thousand_levels_deep(opening: str) -> None:
    deep = opening * 100_000
    if opening == "a:\n":
        deep = "".join(" " * n + "a:\n" for n in range(1000))
    assert codes(deep) == ["JR107"]


def test_a_file_full_of_errors_stops() -> None:
    result = outcome("a: b\n" * 5_000)
    assert isinstance(result, SpecError)
    assert len(result.problems) == MAX_PROBLEMS
    assert result.footer == f"Stopped after {MAX_PROBLEMS} errors."


def test_a_circle_of_two_thousand_roles() -> None:
    roles = "".join(f"  r{n}: {{inherits: [r{(n + 1) % 2000}]}}\n" for n in range(2000))
    text = (
        "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app]}\ntokens: {verify: gateway}\n"
        "roles:\n" + roles
    )
    assert codes(text) == ["JR233"]


def test_globs_of_many_stars() -> None:
    one, other = "app." + "*a" * 25, "app." + "*b" * 25
    text = (
        "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app]}\ntokens: {verify: gateway}\n"
        f"roles: {{m: {{tables: {{'{one}': {{select: all}}, '{other}x': {{select: all}}}}}}}}\n"
    )
    assert isinstance(outcome(text), Spec), "one ends in a, the other in x"


def test_named_predicates_that_explode() -> None:
    head = (
        "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app]}\n"
        "tokens: {verify: gateway, claims: {sub: {type: uuid}}}\n"
    )
    doubled = "".join(f"  r{n}: r{n - 1} and r{n - 1}\n" for n in range(1, 60))
    found = outcome(head + "rows:\n  r0: a = claims.sub\n" + doubled)
    assert isinstance(found, SpecError)
    assert found.problems[0].message == (
        "this is too large: 1024 conditions, 21 levels deep, named predicates written out"
    )
    assert {problem.code.id for problem in found.problems} == {"JR203"}
    chain = "".join(f"  r{n}: r{n - 1}\n" for n in range(1, 2000))
    assert set(codes(head + "rows:\n  r0: a\n" + chain)) == {"JR203"}
    circle = "".join(f"  r{n}: r{(n + 1) % 2000}\n" for n in range(2000))
    assert codes(head + "rows:\n" + circle) == ["JR205"]


def test_predicates_full_of_errors_stop() -> None:
    head = "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app]}\ntokens: {verify: gateway}\n"
    wrong = "".join(f"  r{n}: a = = b\n" for n in range(1000))
    assert len(codes(f"{head}rows:\n{wrong}")) == MAX_PROBLEMS
    many = " or ".join(f"a{n}.*" for n in range(1000))
    assert len(codes(f"{head}rows:\n  a: {many}\n")) == MAX_PROBLEMS


def test_predicates_are_checked_last_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(
        "jwtroles.spec.checks.sql.check_file", lambda spec, problems: seen.append(spec.project)
    )
    assert loading.load_text(CONTRACT).project == "acme"
    assert seen == ["acme"]
