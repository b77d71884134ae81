"""Small pieces of the language that have a definition elsewhere to be held against."""

from __future__ import annotations

import re
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtroles.names import QName, glob_matches, is_glob
from jwtroles.spec.checks.circles import circles
from jwtroles.spec.checks.globs import overlaps
from jwtroles.spec.model import Word
from jwtroles.spec.nodes import core_value
from jwtroles.spec.traps import quoted
from jwtroles.spec.wording import listed, nearest, tick


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # YAML 1.2.2, section 10.3.2
        ("", None),
        ("~", None),
        ("Null", None),
        ("TRUE", True),
        ("false", False),
        ("0", 0),
        ("+12", 12),
        ("-19", -19),
        ("0o7", 7),
        ("0x3A", 58),
        ("0.", 0.0),
        (".5", 0.5),
        ("-2E+05", -200000.0),
        ("-.Inf", float("-inf")),
        # text there, something else in YAML 1.1 or to Python
        *(
            (text, text)
            for text in ("NO", "on", "y", "10:30", "2026-05-01", "1_000", "0b1", "-0x1")
        ),
        *((text, text) for text in ("017x", "nULL", "\u0663", "1e", ".", "infinity", "nan", "1 ")),
        ("017", 17),
        ("9" * 5000, "9" * 5000),
        ("1e999", "1e999"),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    found = core_value(text)
    assert (found, type(found)) == (value, type(value))


PATTERN = st.text("ab*", min_size=1, max_size=4)
TEXTS = ["".join(letters) for size in range(7) for letters in product("ab", repeat=size)]


def matching(pattern: str) -> set[str]:
    return {text for text in TEXTS if glob_matches(f"app.{pattern}", QName("app", text))}


@given(PATTERN)
def test_a_star_is_any_text_and_nothing_else_is_special(pattern: str) -> None:
    compiled = re.compile(pattern.replace("*", ".*"))
    assert matching(pattern) == {text for text in TEXTS if compiled.fullmatch(text)}
    assert is_glob(f"app.{pattern}") == ("*" in pattern)


@pytest.mark.parametrize(
    ("pattern", "matched", "passed_over"),
    [
        ("app.*", QName("app", "a.b\nc"), QName("ap", "x")),
        ("app.in*", QName("app", "in"), QName("app", "min")),
        ("app.*a*a", QName("app", "aa"), QName("app", "a")),
        ("app.a*ba*b", QName("app", "abab"), QName("app", "abaa")),
        ('app."v1.*"', QName("app", "v1.2"), QName("app", "v1_2")),
        ('"a.b".*', QName("a.b", "x"), QName("a", "b.x")),
        ("Lab Work.R*", QName("Lab Work", "Results"), QName("lab work", "Results")),
        ("app.a?", QName("app", "a?"), QName("app", "ab")),
        ("app.a[bc]", QName("app", "a[bc]"), QName("app", "ab")),
        ("a*.b", QName("app", "b"), QName("bpp", "b")),
        ("*.b", QName("a.a", "b"), QName("a", "b.b")),
        ("mart_*.*", QName("mart_", "x"), QName("mart", "_.x")),
        ("app.*a*a*a*a*a*a*a*a*b", QName("app", "a" * 62 + "b"), QName("app", "a" * 63)),
    ],
)
def test_globs_and_names(pattern: str, matched: QName, passed_over: QName) -> None:
    assert glob_matches(pattern, matched)
    assert not glob_matches(pattern, passed_over)


def test_what_is_a_glob() -> None:
    assert [name for name in ("app.a?", "app.[a]", "app", "*", "a.b.*") if is_glob(name)] == []
    assert all(map(is_glob, ('app."v1.*"', "a*.b", "*.*")))


def overlap(*names: str) -> list[tuple[str, str]]:
    return sorted(overlaps(Word(name) for name in names))


GLOB = PATTERN.filter(lambda pattern: "*" in pattern)


@given(st.lists(GLOB, min_size=2, max_size=5, unique=True))
def test_globs_overlap_where_some_table_matches_both(globs: list[str]) -> None:
    # The shortest common text of two such globs has no more letters than both together: 6 here.
    expected = [
        (f"app.{one}", f"app.{other}")
        for one, other in combinations(globs, 2)
        if matching(one) & matching(other)
    ]
    assert overlap(*(f"app.{glob}" for glob in globs)) == sorted(expected)


def test_globs_of_different_schemas_never_overlap() -> None:
    assert overlap("app.*", "app.b*", "app.b") == [("app.*", "app.b*")]
    assert overlap("app.*", "ap.*") == []
    assert overlap('"a.b".*', '"a.b".c*') == [('"a.b".*', '"a.b".c*')]


NAMES = [QName(schema, name) for schema in TEXTS[:31] for name in TEXTS[:31]]
WHOLE = st.tuples(st.text("ab*", min_size=1, max_size=3), st.text("ab*", min_size=1, max_size=3))


@given(st.lists(WHOLE.map(".".join).filter(lambda one: "*" in one), min_size=2, max_size=3))
def test_globs_of_schemas_overlap_where_some_table_matches_both(globs: list[str]) -> None:
    # A text that matches two patterns of three letters, one of them a star, needs four at most.
    expected = [
        (one, other)
        for one, other in combinations(dict.fromkeys(globs), 2)
        if any(glob_matches(one, name) and glob_matches(other, name) for name in NAMES)
    ]
    assert overlap(*dict.fromkeys(globs)) == sorted(expected)


GRAPH = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdef")))


@given(GRAPH)
def test_circles_are_paths_of_the_graph_and_leave_none_behind(
    graph: dict[str, frozenset[str]],
) -> None:
    left = {node: set(targets) for node, targets in graph.items()}
    for circle in circles(graph):
        assert circle[0] == circle[-1]
        assert all(target in left[node] for node, target in pairwise(circle))
        left[circle[-2]].remove(circle[-1])
    reachable = {node: set(targets) for node, targets in left.items()}
    for _ in range(6):
        for targets in reachable.values():
            targets.update(*(reachable.get(target, set()) for target in list(targets)))
    assert not [node for node, targets in reachable.items() if node in targets]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a or b", '"a or b"'),
        ("a = 'b'", "\"a = 'b'\""),
        ("\"A\" = 'b'", "'\"A\" = ''b'''"),
        ("a ~ '\\d'", "'a ~ ''\\d'''"),
    ],
)
def test_quoted_yaml_reads_back_as_it_was(text: str, expected: str) -> None:
    assert quoted(text) == expected


def test_wording() -> None:
    assert nearest("INVOCES", ["invoices", "customers"]) == "invoices"
    assert nearest("zzz", ["invoices"]) is None
    assert tick("a\n  b") == "`a b`"
    assert tick("x" * 80) == f"`{'x' * 59}…`"
    assert listed(f"n{n}" for n in range(14)) == (
        "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11 and 2 more"
    )
