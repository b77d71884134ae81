"""What is written is read back; what the schema allows is what can be read."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from threading import Barrier
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from jwtroles.codec import Codec, Malformed
from jwtroles.kinds import KINDS
from jwtroles.kinds.base import NOWHERE, Origin, Secret
from jwtroles.names import QName
from jwtroles.reader import saved

st.register_type_strategy(Origin, st.just(NOWHERE))
st.register_type_strategy(Secret, st.none())  # what is never written comes back as none
CODEC = Codec(left_out=saved.CODEC.left_out, terse=True)


def everything(item: Any) -> Any:
    """Return an object with all of its fields, those outside equality too."""
    if isinstance(item, Mapping):
        return {everything(key): everything(value) for key, value in item.items()}
    if is_dataclass(item):
        return (type(item).__name__, *(_hashable(getattr(item, f.name)) for f in fields(item)))
    return item


def _hashable(item: Any) -> Any:
    found = everything(item)
    return tuple(sorted(found.items(), key=repr)) if isinstance(found, dict) else found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_object_comes_back_whole(kind, data):
    item = data.draw(st.from_type(kind.object_type))
    text = json.dumps(CODEC.encode(item, kind.object_type))
    back = CODEC.decode(json.loads(text), kind.object_type)
    assert everything(back) == everything(item)
    schema = CODEC.schema(kind.object_type) | {"$defs": CODEC.definitions()}
    Draft202012Validator(schema).validate(json.loads(text))


@dataclass(frozen=True)
class Sample:
    name: QName
    words: frozenset[str] = frozenset()
    pairs: tuple[tuple[str, int], ...] = ()
    tables: Mapping[QName, int] | None = None
    mode: Literal["on", "off"] = "on"


GOOD: dict[str, Any] = {
    "name": {"schema": "app", "name": "a"},
    "words": ["b", "c"],
    "pairs": [["x", 1]],
    "tables": [[{"schema": "app", "name": "a"}, 1]],
    "mode": "off",
}


def test_sets_and_mappings_are_written_in_one_order():
    names = [QName("app", letter) for letter in "dbca"]
    enumerated = [(name, number) for number, name in enumerate(names)]
    texts = {
        json.dumps(CODEC.encode(Sample(names[0], frozenset(words), (), dict(tables)), Sample))
        for words in ("abc", "cba")
        for tables in (enumerated, enumerated[::-1])
    }
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"words": "b"}, ".words: expected array"),
        ({"words": [1]}, ".words[0]: expected string"),
        ({"pairs": [["x", True]]}, ".pairs[0][1]: expected integer"),
        ({"pairs": [["x"]]}, ".pairs[0]: expected 2 items"),
        ({"tables": [[{"schema": "app"}, 1]]}, ".tables[0][0]: name is missing"),
        ({"mode": "maybe"}, ".mode: expected one of on, off"),
        ({"more": 1}, "unknown key more"),
        ({"name": None}, ".name: expected object, found null"),
    ],
)
def test_what_is_not_of_the_form_is_told_with_its_path(wrong, path):
    assert CODEC.decode(GOOD, Sample).mode == "off"
    schema = CODEC.schema(Sample) | {"$defs": CODEC.definitions()}
    assert Draft202012Validator(schema).is_valid(GOOD)
    assert not Draft202012Validator(schema).is_valid(GOOD | wrong)
    with pytest.raises(Malformed) as caught:
        CODEC.decode(GOOD | wrong, Sample)
    assert str(caught.value).startswith(path)


def test_a_type_without_a_form_is_a_mistake():
    with pytest.raises(TypeError, match="no form for"):
        CODEC.schema(complex)


def test_threads_may_find_forms_at_once():
    hints = [kind.object_type for kind in KINDS]

    def schemas(codec: Codec, gate: Barrier, start: int) -> dict[str, Any]:
        gate.wait()
        for hint in hints[start:] + hints[:start]:
            codec.schema(hint)
        return codec.definitions()

    with ThreadPoolExecutor(8) as pool, switching_often():
        for _ in range(5):
            codec, gate = CODEC.anew(), Barrier(8)
            found = [*pool.map(partial(schemas, codec, gate), range(8))]
            assert all(one == found[0] for one in found)


@contextmanager
def switching_often() -> Iterator[None]:
    """Let threads take turns as often as Python can, so that they meet in the middle of things."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
