"""Classes of values, as `dataclass(frozen=True, slots=True)` makes them, at a tenth of the price.

The standard library writes the source of each method of each class and compiles it: 1 ms a class
on Python 3.11, and a plan needs 150 of them. Here the methods are closures over the fields, which
compile nothing. In return a value takes 1 µs longer to make.

The fields are the standard library's own: `field`, `fields`, `replace` and `is_dataclass` work.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from functools import cached_property
from inspect import Parameter, Signature
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from dataclasses import Field

    Fields = Sequence[Field[Any]]
    Method = Callable[..., Any]

T = TypeVar("T")

_SPECIAL = ("ClassVar", "InitVar", "KW_ONLY")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a dataclass of a class: its instances are compared by their fields and do not change.

    It has slots, unless its instances have a `__dict__` all the same: a base class brings one, and
    a cached property needs it.
    """
    own = dict(vars(cls))
    if "__post_init__" in own:
        raise TypeError(f"{cls.__name__}: nothing but its fields goes into a frozen object")
    cached = any(isinstance(member, cached_property) for member in own.values())
    slots = not cached and not any(base.__dictoffset__ for base in cls.__bases__)
    written = own.get("__annotations__", {})
    # In a text the standard library looks for these three words: a quarter of its time.
    cls.__annotations__ = {name: _shortened(text) for name, text in written.items()}
    made: Any = dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    made.__annotations__ = written
    declared = fields(made)
    for one in declared:
        one.type = written.get(one.name, one.type)
    key = _getter([one.name for one in declared if one.compare])
    methods: dict[str, Any] = {
        "__init__": _init(declared),
        "__eq__": _eq(key),
        "__hash__": _hash(key),
        "__repr__": _repr([one.name for one in declared if one.repr]),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__signature__": _Signature(),
    }
    for name in methods.keys() - own.keys():
        setattr(made, name, methods[name])
    return made  # type: ignore[no-any-return]


def _shortened(annotation: Any) -> Any:
    if not isinstance(annotation, str) or any(word in annotation for word in _SPECIAL):
        return annotation
    return object


def _init(declared: Fields) -> Method:
    names = [one.name for one in declared]
    defaults = {one.name: one.default for one in declared if one.default is not MISSING}
    makers = {
        one.name: one.default_factory for one in declared if one.default_factory is not MISSING
    }
    count, expected = len(names), set(names)
    put = object.__setattr__  # the class's own refuses

    def init(self: object, *given: Any, **named: Any) -> None:
        if not named and len(given) == count:
            for name, value in zip(names, given):  # noqa: B905 - counted above, and quicker so
                put(self, name, value)
            return
        values = dict(zip(names, given, strict=False)) | named if given else named
        fits = len(values) == len(given) + len(named)  # nothing twice, and nothing too many
        if len(values) < count:
            values = defaults | values
            for name in makers.keys() - values.keys():
                values[name] = makers[name]()
        if not fits or values.keys() != expected:
            raise _misfit(type(self), given, named)
        for name in names:
            put(self, name, values[name])

    return init


def _misfit(cls: type, given: tuple[Any, ...], named: dict[str, Any]) -> TypeError:
    """Say what is wrong with arguments, in the words of Python."""
    try:
        _signature(cls).bind(*given, **named)
    except TypeError as error:
        return TypeError(f"{cls.__name__}: {error}")
    raise AssertionError(f"{cls.__name__} takes these arguments")


def _getter(names: Sequence[str]) -> Callable[[object], Any]:
    return attrgetter(*names) if names else lambda self: ()  # noqa: ARG005


def _eq(key: Callable[[object], Any]) -> Method:
    def eq(self: object, other: object) -> Any:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    return eq


def _hash(key: Callable[[object], Any]) -> Method:
    return lambda self: hash(key(self))


def _repr(names: Sequence[str]) -> Method:
    def text(self: object) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return text


def _refuse(self: object, name: str, *_: Any) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__}.{name} does not change")


class _Signature:
    """The signature of a class, for whoever inspects it: made when it is asked for."""

    def __get__(self, instance: object, owner: type) -> Signature:
        return _signature(owner)


def _signature(cls: Any) -> Signature:
    parameters = []
    for one in fields(cls):
        made = one.default_factory is not MISSING
        default = Ellipsis if made else one.default
        parameters.append(
            Parameter(
                one.name,
                Parameter.POSITIONAL_OR_KEYWORD,
                default=Parameter.empty if default is MISSING else default,
                annotation=one.type,
            )
        )
    return Signature(parameters)
