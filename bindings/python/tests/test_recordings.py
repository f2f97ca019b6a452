"""What real providers sent is read as expected, whole and in pieces of one byte."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Union

import pytest

import recordings
from conftest import Connect
from recordings import PROVIDER_OF_WIRE, Recording
from scaling_memory import LLMError, Response, TextEvent, ToolCallEvent

QUESTION = "What is 2+2?"

try:
    RECORDED: Dict[str, List[Recording]] = {wire: recordings.load(wire) for wire in PROVIDER_OF_WIRE}
except FileNotFoundError:  # test_the_recordings_are_there says so
    RECORDED = {wire: [] for wire in PROVIDER_OF_WIRE}

EXPECTED = [recorded for wire in RECORDED.values() for recorded in wire if recorded.expect is not None]
ANSWERS = [recorded for recorded in EXPECTED if recorded.status == 200]
FAILURES = [recorded for recorded in EXPECTED if recorded.status != 200]


def test_the_recordings_are_there() -> None:
    recordings.folder()
    for wire, recorded in RECORDED.items():
        assert recorded, f"no recordings of the wire {wire}"


def expected(recorded: Recording) -> Dict[str, Any]:
    assert recorded.expect is not None
    return recorded.expect


def read(response: Response, expect: Dict[str, Any]) -> Dict[str, Any]:
    """The response in the words of a recording's "expect", as far as that says something."""
    values: Dict[str, Any] = {
        "content": response.content,
        "tool_calls": [{"name": call.name, "arguments": arguments(call.arguments)} for call in response.tool_calls],
        "finish_reason": response.finish_reason,
        "input_tokens": response.usage.input_tokens,
        "output_tokens": response.usage.output_tokens,
    }
    return {name: values[name] for name in expect}


def arguments(text: str) -> Union[Any, str]:
    try:
        return json.loads(text)
    except ValueError:  # cut off by the answer's length: recorded as it is
        return text


def ask(connect: Connect, base: str, recorded: Recording) -> Response:
    client = connect(f"{base}/{recorded.name}", provider=PROVIDER_OF_WIRE[recorded.wire])
    if not recorded.stream:
        return client.complete(QUESTION)
    text: List[str] = []
    calls: List[ToolCallEvent] = []
    with client.stream(QUESTION) as stream:
        for event in stream:
            if isinstance(event, TextEvent):
                text.append(event.text)
            elif isinstance(event, ToolCallEvent):
                calls.append(event)
    response = stream.response
    assert "".join(text) == response.content
    assert [(call.id, call.name, call.arguments) for call in calls] == [
        (call.id, call.name, call.arguments) for call in response.tool_calls
    ]
    return response


@pytest.mark.parametrize("recorded", ANSWERS, ids=lambda recorded: recorded.name)
def test_an_answer_reads_as_expected(connect: Connect, replay: str, recorded: Recording) -> None:
    expect = expected(recorded)
    assert read(ask(connect, replay, recorded), expect) == expect


@pytest.mark.parametrize("recorded", [r for r in ANSWERS if r.stream], ids=lambda recorded: recorded.name)
def test_a_stream_reads_as_expected_byte_by_byte(connect: Connect, replay_bytewise: str, recorded: Recording) -> None:
    expect = expected(recorded)
    assert read(ask(connect, replay_bytewise, recorded), expect) == expect


@pytest.mark.parametrize("recorded", FAILURES, ids=lambda recorded: recorded.name)
def test_an_error_is_raised_with_its_http_status(connect: Connect, replay: str, recorded: Recording) -> None:
    expect = expected(recorded)
    with pytest.raises(LLMError) as caught:
        ask(connect, replay, recorded)
    assert expect["error"] and caught.value.http_status == expect["status"]
    assert type(caught.value) is not LLMError
    assert caught.value.provider == PROVIDER_OF_WIRE[recorded.wire]
