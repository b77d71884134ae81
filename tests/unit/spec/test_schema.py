"""The JSON Schema of the language: it takes what loads, and refuses what the form refuses."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from jwtroles.cli import run
from jwtroles.errors import Collector, Source, SpecError
from jwtroles.spec.grammar.schema import schema
from jwtroles.spec.load import load_text
from jwtroles.spec.nodes import ListNode, MapNode, Node, ScalarNode, UnreadNode
from jwtroles.spec.syntax import read
from tests.test_docs import BASE as MANUAL
from tests.test_docs import FRAGMENTS, SECTION, Block
from tests.unit.spec.test_errors import BASE, CASES

ROOT = Path(__file__).parents[3]
FILES = sorted(
    [
        *ROOT.glob("examples/**/jwtroles.yaml"),
        *ROOT.glob("tests/cases/*/*/*.yaml"),
        *ROOT.glob("jwtroles/**/jwtroles.yaml"),
    ]
)

FORM = {
    "JR113", "JR114", "JR115", "JR116", "JR120", "JR121", "JR123", "JR124", "JR126",
    "JR127", "JR128", "JR130", "JR138",
}  # fmt: skip
"""Codes of what is wrong with a file by its form alone."""

BEYOND = {
    "role with an escape",
    "missing key",
    "skew of ten minutes",
    "day that is none",
    "younger than no time",
    "nothing for a role",
}
"""What JSON Schema does not see: invisible characters, the value of a duration or a day, whether a
file without `project` is a part of another one, and that an empty list is for PUBLIC."""


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(schema())


def plain(node: Node) -> Any:
    """Return a document as JSON knows it, by the core schema of YAML 1.2."""
    if isinstance(node, MapNode):
        return {str(key.word): plain(child) for key, child in node.entries}
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    assert isinstance(node, ScalarNode)
    return node.value


def problems(text: str) -> list[str]:
    collector = Collector()
    document = read(Source("x.yaml", text), collector)
    assert not isinstance(document, UnreadNode)
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator().iter_errors(plain(document))
    ]


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(schema())
    assert (schema()["$schema"], schema()["title"][-1]) == (
        "http://json-schema.org/draft-07/schema#",
        "1",
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_loads_is_valid(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    try:
        load_text(text)
    except SpecError as error:
        if any(problem.code.id in FORM for problem in error.problems):
            pytest.skip("a case of a file that does not load")
    assert problems(text) == []


@pytest.mark.parametrize("block", [b for b in FRAGMENTS if b.info == "yaml"], ids=str)
def test_every_yaml_of_the_manual_is_valid(block: Block) -> None:
    assert problems(block.text) == [], "as a file that another one includes"
    sections = {match[1]: match[0] for match in SECTION.finditer(MANUAL)}
    sections |= {match[1]: match[0] for match in SECTION.finditer(block.text)}
    assert problems("".join(sections.values())) == []


def test_parts_of_an_example_are_valid_files() -> None:
    parts = sorted((ROOT / "examples" / "warehouse" / "access").glob("*.yaml"))
    assert len(parts) == 3
    assert [problems(part.read_text(encoding="utf-8")) for part in parts] == [[], [], []]


WRONG = {name: case for name, case in CASES.items() if case.code in FORM}


def test_there_are_many_wrong_files() -> None:
    assert len(WRONG.keys() - BEYOND) >= 35
    assert WRONG.keys() >= BEYOND


@pytest.mark.parametrize("name", sorted(WRONG.keys() - BEYOND))
def test_what_the_form_refuses_is_refused(name: str) -> None:
    text = WRONG[name].text.replace("«", "").replace("»", "")
    assert problems(text) != []


def test_a_whole_file_needs_its_keys_and_a_part_of_one_does_not() -> None:
    assert problems("roles: {a: {}}") == []
    assert problems("jwtroles: 1\nproject: acme") == [
        ": 'database' is a required property",
        ": 'tokens' is a required property",
    ]
    assert problems(BASE) == []


def test_the_command_line_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
