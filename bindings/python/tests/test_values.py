"""What results and events have in common: they are values, and as good as frozen dataclasses."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import pprint
import sys
import typing
from typing import Any, Tuple, Type

import pytest

from scaling_memory import (
    CallCounts,
    Embeddings,
    Model,
    ReasoningEvent,
    Response,
    ResponseEvent,
    TextEvent,
    ToolCall,
    ToolCallDeltaEvent,
    ToolCallEvent,
    Usage,
)

CALL = ToolCall(id="c1", name="add", arguments="{}")
RESPONSE = Response.from_json({"content": "4", "usage": {"input_tokens": 7}})


every_value = pytest.mark.parametrize(
    "value",
    [Usage(1), CALL, ToolCallEvent("c1", "add", "{}", 0), TextEvent("a"), ReasoningEvent("a"), RESPONSE],
    ids=lambda value: type(value).__name__,
)

@every_value
def test_a_value_travels_and_is_copied(value: Any) -> None:
    assert pickle.loads(pickle.dumps(value)) == copy.copy(value) == copy.deepcopy(value) == value


@every_value
def test_a_value_does_not_change(value: Any) -> None:
    name = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(value, name, "b")
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(value, name)
    with pytest.raises(AttributeError):
        value.novelty = 1


@every_value
def test_a_value_is_a_dataclass_to_dataclasses(value: Any) -> None:
    assert dataclasses.is_dataclass(type(value))
    assert dataclasses.replace(value) == value
    names = [field.name for field in dataclasses.fields(value)]
    assert list(dataclasses.asdict(value)) == names == list(inspect.signature(type(value)).parameters)
    assert pprint.pformat(value, width=1000) == repr(value)


def test_values_are_equal_by_their_fields_and_their_class() -> None:
    assert Usage(1, total_tokens=3) == Usage(input_tokens=1, total_tokens=3) != Usage(1)
    assert CALL == ToolCall("c1", "add", "{}") != ToolCallEvent("c1", "add", "{}", 0)
    assert {TextEvent("a"), TextEvent("a"), ReasoningEvent("a")} == {ReasoningEvent("a"), TextEvent("a")}
    assert CALL != ("c1", "add", "{}")


def test_a_value_that_holds_what_cannot_be_hashed_cannot_either() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(RESPONSE)


def test_repr_shows_what_makes_the_value_and_leaves_out_what_is_long() -> None:
    assert repr(ToolCallEvent("c1", "add", "{}", 2)) == "ToolCallEvent(id='c1', name='add', arguments='{}', index=2)"
    assert repr(Model("m", None, 5, None, {"id": "m"})) == "Model(id='m', name=None, created=5, owned_by=None)"
    assert repr(Embeddings.from_json({"embeddings": [[0.5]]})).startswith("Embeddings(usage=Usage(input_tokens=None,")


@pytest.mark.parametrize(
    ("kind", "values", "named", "complaint"),
    [
        (CallCounts, (1, 2, 3), {}, "CallCounts() needs 'in_flight'"),
        (CallCounts, (1, 2, 3, 4, 5), {}, "CallCounts() takes 4 fields, not 5"),
        (CallCounts, (1,), {"started": 2}, "CallCounts() has two values for 'started'"),
        (Usage, (), {"inputs": 2}, "Usage() has no field 'inputs'"),
    ],
)
def test_a_value_is_made_whole_or_not_at_all(
    kind: Type[Any], values: Tuple[Any, ...], named: "dict[str, Any]", complaint: str
) -> None:
    with pytest.raises(TypeError) as caught:
        kind(*values, **named)
    assert str(caught.value) == complaint


def test_a_field_with_a_default_may_be_left_out() -> None:
    assert Usage() == Usage(None, None, None, None, None)
    assert dataclasses.replace(Usage(1), total_tokens=3) == Usage(1, None, 3)
    assert str(inspect.signature(TextEvent)) == "(text: 'str') -> None"
    assert str(inspect.signature(ToolCallDeltaEvent)).startswith("(index: 'int', id: 'Optional[str]',")


def test_the_types_of_fields_can_be_asked_for() -> None:
    hints = typing.get_type_hints(Response)
    assert (hints["usage"], hints["tool_calls"]) == (Usage, Tuple[ToolCall, ...])


@pytest.mark.skipif(sys.version_info < (3, 10), reason="match is newer")
def test_values_are_matched_by_position_and_by_name() -> None:
    names: "dict[str, Any]" = {"event": ResponseEvent(RESPONSE), "call": ToolCallEvent("c1", "add", "{}", 2)}
    exec(
        """if True:
        from scaling_memory import ResponseEvent, ToolCallEvent
        match event:
            case ResponseEvent(response): found = response.content
        match call:
            case ToolCallEvent("c1", name, index=2): found += name
        """,
        globals(),
        names,
    )
    assert names["found"] == "4add"


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is newer")
def test_copy_replaces_fields() -> None:
    assert getattr(copy, "replace")(CALL, name="sum") == ToolCall("c1", "sum", "{}")
