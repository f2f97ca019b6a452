"""When two bodies mean the same: each way in which they may differ has a name and is written down here."""
import copy
from typing import Any, Callable, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

Body = Any
Apply = Callable[[Body], None]


class Form(NamedTuple):
    """Writes a body in one of several ways that mean the same."""

    says: str
    apply: Apply


class Forms:
    """The ways in which bodies of a wire may differ and mean the same."""

    def __init__(self) -> None:
        self._forms: List[Form] = []

    def __call__(self, says: str) -> Callable[[Apply], Apply]:
        """Adds the decorated function, which changes a body in place."""
        def add(apply: Apply) -> Apply:
            self._forms.append(Form(says, apply))
            return apply
        return add

    def __iter__(self) -> Iterator[Form]:
        return iter(self._forms)

    def differences(self, one: Body, other: Body) -> List[str]:
        """Where the two do not mean the same."""
        return list(_differences(_written(self._forms, one), _written(self._forms, other)))

    def needed(self, one: Body, other: Body) -> List[Form]:
        """Those without which the two, which mean the same, would not be found to."""
        if one == other:
            return []
        return [form for form in self._forms
                if any(_differences(*(_written([each for each in self._forms if each is not form], body)
                                      for body in (one, other))))]


def _written(forms: Iterable[Form], body: Body) -> Body:
    body = copy.deepcopy(body)
    for form in forms:
        form.apply(body)
    return body


def _differences(one: Body, other: Body, path: str = "") -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            place = f"{path}.{key}"
            if key not in one or key not in other:
                yield f"{place}: only {'recorded' if key in one else 'sent'}: {_shown(one.get(key, other.get(key)))}"
            else:
                yield from _differences(one[key], other[key], place)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other)):
            yield from _differences(left, right, f"{path}[{number}]")
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        yield f"{path}: recorded {_shown(one)}, sent {_shown(other)}"


def _shown(value: Body) -> str:
    text = repr(value)
    return text if len(text) < 120 else text[:120] + "…"


def drop(value: Any, *gone: Tuple[str, Any]) -> None:
    """Takes these members out of an object, where they have these values."""
    for key, meaning in gone:
        if key in value and value[key] == meaning and type(value[key]) is type(meaning):
            del value[key]


def drop_nulls(value: Any, below: Sequence[str] = ()) -> None:
    """Takes out the members that are null, of an object and of the objects in its members of these names."""
    for key in [key for key, member in value.items() if member is None]:
        del value[key]
    for key in below:
        members = value.get(key)
        for member in members if isinstance(members, list) else [members]:
            if isinstance(member, dict):
                drop_nulls(member, below)
