"""Values: what results and events are. They hold their fields, compare by them, and do not change.

A value is what a frozen dataclass is, to programs, to type checkers, and to `dataclasses` itself. It is none because of
what that costs at import: `dataclasses` loads inspect and ast, and compiles five functions for every class.
"""

from __future__ import annotations

from functools import lru_cache
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Dict, Final, FrozenSet, Tuple, Type, TypeVar

if TYPE_CHECKING:
    from dataclasses import Field

    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_):
        return lambda kind: kind


@lru_cache(maxsize=None)
def _twin(kind: type) -> Any:
    """The dataclass that has the fields of `kind`. Made when somebody asks for what only a dataclass has."""
    from dataclasses import field, make_dataclass

    types: Dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        types.update(getattr(base, "__annotations__", {}))
    fields = []
    for name in kind.__match_args__:  # type: ignore[attr-defined]
        shown = name not in kind._unshown  # type: ignore[attr-defined]
        default = {"default": getattr(kind, name)} if _has_default(kind, name) else {}
        fields.append((name, types[name], field(repr=shown, **default)))
    return make_dataclass(kind.__name__, fields, frozen=True)


def _has_default(kind: type, name: str) -> bool:
    return hasattr(kind, name) and not isinstance(getattr(kind, name), MemberDescriptorType)  # that is a slot's


class _OfTwin:
    """An attribute that is its class's twin's."""

    def __init__(self, take: Callable[[Any], Any]) -> None:
        self._take = take

    def __get__(self, instance: object, kind: type) -> Any:
        return self._take(_twin(kind))


def _signature(twin: Any) -> Any:
    from inspect import signature

    return signature(twin)


AnyValue = TypeVar("AnyValue", bound="Value")


@dataclass_transform(frozen_default=True)
class Value:
    """The fields of a subclass are its annotations, after those of its base. `unshown` names those that repr() leaves out:
    what is long, and what the others say already."""

    __slots__ = ()

    #: The fields' names, for `match` and for everything here.
    __match_args__: ClassVar[Tuple[str, ...]] = ()
    _names: ClassVar[FrozenSet[str]] = frozenset()
    _unshown: ClassVar[Tuple[str, ...]] = ()

    def __init_subclass__(cls, unshown: Tuple[str, ...] = ()) -> None:
        own = tuple(name for name in cls.__annotations__ if name not in cls.__match_args__)
        cls.__match_args__ += own  # type: ignore[misc]
        cls._names = frozenset(cls.__match_args__)
        cls._unshown += unshown

    def __init__(self, /, *values: Any, **fields: Any) -> None:
        if values:
            fields.update(self._by_name(values, fields))
        if fields.keys() != self._names:
            self._complete(fields)
        self.__dict__.update(fields)

    @classmethod
    def _by_name(cls, values: Tuple[Any, ...], fields: Dict[str, Any]) -> Dict[str, Any]:
        if len(values) > len(cls.__match_args__):
            raise TypeError(f"{cls.__name__}() takes {len(cls.__match_args__)} fields, not {len(values)}")
        named = dict(zip(cls.__match_args__, values))
        for name in named.keys() & fields.keys():
            raise TypeError(f"{cls.__name__}() has two values for {name!r}")
        return named

    @classmethod
    def _complete(cls, fields: Dict[str, Any]) -> None:
        """Adds the defaults of fields that are not there."""
        for name in fields.keys() - cls._names:
            raise TypeError(f"{cls.__name__}() has no field {name!r}")
        for name in cls.__match_args__:
            if name not in fields:
                if not _has_default(cls, name):
                    raise TypeError(f"{cls.__name__}() needs {name!r}")
                fields[name] = getattr(cls, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value) or type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__match_args__ if name not in self._unshown)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __reduce__(self) -> Tuple[type, Tuple[Any, ...]]:
        return type(self), self._values()

    def _values(self) -> Tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.__match_args__])

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[Dict[str, Field[Any]]]
    else:  # a type checker would take any attribute for one that can be set

        def __setattr__(self, name: str, value: object) -> None:
            raise _frozen(f"cannot assign to field {name!r}")

        def __delattr__(self, name: str) -> None:
            raise _frozen(f"cannot delete field {name!r}")

        def __replace__(self, /, **changes: Any) -> Value:
            return type(self)(**{**dict(zip(self.__match_args__, self._values())), **changes})

        # dataclasses.fields(), asdict() and replace(), pprint, inspect and help() look for these.
        __dataclass_fields__ = _OfTwin(lambda twin: twin.__dataclass_fields__)
        __dataclass_params__ = _OfTwin(lambda twin: twin.__dataclass_params__)
        __signature__ = _OfTwin(_signature)


_set: Final = object.__setattr__  # a value's own refuses


def value_of(kind: Type[AnyValue], fields: Dict[str, Any]) -> AnyValue:
    """The value with these fields, which must be all of its own: the class itself takes thrice the time to look at them."""
    value = kind.__new__(kind)
    _set(value, "__dict__", fields)
    return value


def _frozen(message: str) -> AttributeError:
    from dataclasses import FrozenInstanceError

    return FrozenInstanceError(message)
