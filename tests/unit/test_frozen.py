"""`frozen` makes what the standard library makes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from jwtroles.frozen import frozen


class Body:
    """A table."""

    name: str
    columns: tuple[str, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    line: int = field(default=0, compare=False)
    secret: str = field(default="", repr=False)


def made(decorate: Any) -> Any:
    """Return a class of its own that is decorated."""
    return decorate(type("Table", (), dict(vars(Body), __qualname__="Table")))


STANDARD = made(dataclass(frozen=True, slots=True))
OURS = made(frozen)
GOOD = [
    ((), {"name": "a"}),
    (("a", ("b",), {"c": "d"}, 4, "e"), {}),
    (("a",), {"line": 3, "columns": ("x", "y")}),
]
WRONG = [
    ((), {}),
    ((), {"no": 1}),
    (("a",), {"name": "b"}),
    (("a",), {"no": 1}),
    (tuple("abcdef"), {}),
]


@pytest.mark.parametrize(("given", "named"), GOOD)
def test_the_same_object(given, named):
    one, other = OURS(*given, **named), STANDARD(*given, **named)
    assert repr(one) == repr(other)
    assert [getattr(one, f.name) for f in fields(one)] == [
        getattr(other, f.name) for f in fields(other)
    ]


@pytest.mark.parametrize(("given", "named"), WRONG)
def test_the_same_refusals(given, named):
    with pytest.raises(TypeError):
        STANDARD(*given, **named)
    with pytest.raises(TypeError, match=r"^Table: "):
        OURS(*given, **named)


def test_equality_and_hash_are_of_the_compared_fields():
    for cls in (OURS, STANDARD):
        assert cls("a", line=1) == cls("a", line=2)
        assert cls("a") != cls("b")
        assert cls("a", secret="x") != cls("a", secret="y")
        assert hash(cls("a", owners=(), line=1)) == hash(cls("a", owners=(), line=2))
        with pytest.raises(TypeError, match="unhashable"):
            hash(cls("a"))
    assert OURS("a") != STANDARD("a")


def test_each_object_has_a_mapping_of_its_own():
    assert OURS("a").owners is not OURS("a").owners


def test_nothing_of_it_changes():
    one = OURS("a")
    with pytest.raises(FrozenInstanceError):
        one.name = "b"
    with pytest.raises(FrozenInstanceError):
        del one.name
    with pytest.raises((AttributeError, TypeError)):
        one.other = 1
    assert not hasattr(one, "__dict__")
    assert one.name == "a"


def test_the_tools_of_the_standard_library_work():
    one = replace(OURS("a", line=4), columns=("x",))
    assert (one.name, one.columns, one.line) == ("a", ("x",), 4)
    assert is_dataclass(OURS)
    assert OURS.__match_args__ == STANDARD.__match_args__
    assert list(inspect.signature(OURS).parameters) == list(inspect.signature(STANDARD).parameters)
    match one:
        case OURS("a", (column,)):
            assert column == "x"
        case _:
            pytest.fail("not matched")


def test_own_methods_stay_and_a_subclass_adds_fields():
    @frozen
    class Base:
        """Something with a name."""

        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

        @cached_property
        def long(self) -> list[str]:
            return [self.name * 3]

    @frozen
    class More(Base):
        """And a number."""

        number: int = 0

        def twice(self) -> str:
            return super().__repr__() * 2

    one = More("a", 2)
    assert repr(Base("a")) == "<a>"
    assert repr(one).endswith("More(name='a', number=2)")
    assert one.twice() == "<a><a>"
    assert one.long is one.long
    with pytest.raises(FrozenInstanceError):
        one.number = 3


def test_work_at_birth_is_refused():
    class Odd:
        """Something else."""

        def __post_init__(self) -> None:
            """Never called."""

    with pytest.raises(TypeError, match="Odd"):
        frozen(Odd)


def test_what_a_class_shares_is_no_field():
    @frozen
    class Shared:
        one: int
        of_all: ClassVar[int] = 2

    assert [(one.name, one.type) for one in fields(Shared)] == [("one", "int")]
    assert Shared(1).of_all == 2
