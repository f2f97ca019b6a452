"""The readers and the comparison notice what is wrong: otherwise the other tests here would say nothing."""
from typing import Any, Iterable, List

import pytest
from meaning.forms import Forms, drop
from official.strict import Reader
from pydantic import BaseModel
from typing_extensions import Required, TypedDict


class Part(TypedDict, total=False):
    text: Required[str]


class Message(TypedDict, total=False):
    parts: Required[Iterable[Part]]
    count: int


class Body(BaseModel):
    messages: List[Message]


@pytest.mark.parametrize("body", ({"parts": [{"text": "a"}]}, {"parts": [{"text": "a"}, {"text": "b"}], "count": 1}))
def test_a_reader_takes_what_its_type_takes(body: Any) -> None:
    assert Reader(Message).complaints(body) == [] and Reader(Body).complaints({"messages": [body]}) == []


@pytest.mark.parametrize("body", (
    {}, {"parts": [{"text": "a", "more": 1}]}, {"parts": [{}]}, {"parts": [{"text": 1}]}, {"parts": "a"},
    {"parts": [], "count": "1"}, {"parts": [], "count": None}, {"parts": [], "more": 1}))
def test_a_reader_notices_what_its_type_does_not_take(body: Any) -> None:
    assert Reader(Message).complaints(body)
    assert Reader(Body).complaints({"messages": [body]}) and Reader(Body).complaints({"messages": [], "more": 1})


@pytest.fixture
def forms() -> Forms:
    forms = Forms()

    @forms("a is 1 unless told otherwise")
    def a(body: Any) -> None:
        drop(body, ("a", 1))
    return forms


@pytest.mark.parametrize("one, other", (
    ({"a": 1}, {"a": 2}), ({"a": True}, {}), ({"b": [1, 2]}, {"b": [2, 1]}), ({"b": 1}, {"b": True}), ({"b": None}, {}),
    ({"b": [{"c": "d"}]}, {"b": [{"c": "e"}]})))
def test_a_difference_without_a_name_is_one(forms: Forms, one: Any, other: Any) -> None:
    assert len(forms.differences(one, other)) >= 1 and len(forms.differences(other, one)) >= 1


def test_a_form_is_needed_where_nothing_else_explains_the_difference(forms: Forms) -> None:
    assert forms.differences({"a": 1, "b": 2}, {"b": 2}) == []
    assert [form.says for form in forms.needed({"a": 1}, {})] == ["a is 1 unless told otherwise"]
    assert forms.needed({"b": 2}, {"b": 2}) == []
