"""What a call gives back, as Python objects."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any, Dict, List

import pytest

from conftest import Connect, Serve
from loopback import Exchange, answer_ok, chunk, completion
from scaling_memory import (
    AuthenticationError,
    Response,
    ResponseEvent,
    ServerError,
    TextEvent,
    ToolCall,
    ToolCallDeltaEvent,
    ToolCallEvent,
    Usage,
)
from scaling_memory.events import event_from

CALLED = [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"x": 1, "y": 2}'}}]


def test_a_response_has_everything_that_came(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(200, completion("2 + 2 = 4"), {"x-request-id": "req-1"})

    response = connect(serve(answer).url).complete("What is 2+2?", call_id="call-7")
    assert (response.content, response.finish_reason, response.reasoning) == ("2 + 2 = 4", "stop", None)
    assert (response.provider, response.model, response.id) == ("openai", "m", "chatcmpl-1")
    assert (response.request_id, response.call_id, response.attempts) == ("req-1", "call-7", 1)
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (7, 1, 8)
    assert response.message["role"] == "assistant" and response.message["content"] == "2 + 2 = 4"
    assert response.latency_ms is not None and response.latency_ms > 0
    assert response.tool_calls == ()
    assert response.raw["content"] == "2 + 2 = 4"


def test_a_count_that_was_not_sent_is_none(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        body = completion()
        del body["usage"]
        exchange.send(200, body)

    assert connect(serve(answer).url).complete("?").usage == Usage()


def test_a_message_can_be_sent_back_to_go_on(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        message = {"role": "assistant", "content": None, "tool_calls": CALLED}
        first = len(exchange.json["messages"]) == 1
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        exchange.send(200, {**completion(), "choices": [choice]} if first else completion("3"))

    server = serve(answer)
    client = connect(server.url)
    messages: List[Dict[str, Any]] = [{"role": "user", "content": "1 + 2?"}]
    response = client.complete(messages)
    assert response.finish_reason == "tool_calls" and response.content == ""
    assert response.tool_calls == (ToolCall("c1", "add", '{"x": 1, "y": 2}'),)
    assert response.tool_calls[0].parse_arguments() == {"x": 1, "y": 2}

    messages += [response.message, {"role": "tool", "tool_call_id": "c1", "content": "3"}]
    assert client.complete(messages).content == "3"
    sent = server.exchanges[1].json["messages"]
    assert sent[1]["tool_calls"] == CALLED and sent[2]["tool_call_id"] == "c1"


def test_a_response_does_not_change_and_travels(connect: Connect, serve: Serve) -> None:
    response = connect(serve(answer_ok).url).complete("?")
    with pytest.raises(dataclasses.FrozenInstanceError):
        response.content = "5"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(response)) == response


def test_a_stream_gives_typed_events_and_the_response_last(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("Let me ", "add.")
        function = {"name": "add", "arguments": ""}
        exchange.event(chunk({"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": function}]}))
        for piece in ('{"x": 1,', ' "y": 2}'):
            exchange.event(chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))
        exchange.finish("tool_calls")

    client = connect(serve(answer).url)
    events = list(client.stream("1 + 2?"))
    assert "".join(event.text for event in events if isinstance(event, TextEvent)) == "Let me add."
    deltas = [event for event in events if isinstance(event, ToolCallDeltaEvent)]
    assert (deltas[0].index, deltas[0].id, deltas[0].name) == (0, "c1", "add")
    assert "".join(delta.arguments for delta in deltas) == '{"x": 1, "y": 2}'
    whole = [event for event in events if isinstance(event, ToolCallEvent)]
    assert whole == [ToolCallEvent("c1", "add", '{"x": 1, "y": 2}', 0)]
    last = events[-1]
    assert isinstance(last, ResponseEvent)
    assert last.response.tool_calls == (ToolCall("c1", "add", '{"x": 1, "y": 2}'),)
    assert last.response.time_to_first_event_ms is not None
    assert [type(event) for event in events].count(ResponseEvent) == 1


def test_a_stream_reads_as_text_and_then_has_the_response(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("one", " two", " \N{FOX FACE}")
        exchange.finish()

    with connect(serve(answer).url).stream("?") as stream:
        with pytest.raises(RuntimeError, match="not read to its end"):
            stream.response
        assert "".join(stream.text) == "one two \N{FOX FACE}"
    assert stream.response.content == "one two \N{FOX FACE}"
    assert stream.response.usage.output_tokens == 3
    assert list(stream) == []
    assert repr(stream) == "<Stream finished>"


def test_what_a_newer_library_adds_is_ignored() -> None:
    assert event_from(99, b"anything") is None
    response = Response.from_json({"content": "4", "novelty": {"a": 1}, "usage": {"novel_tokens": 1}})
    assert response.content == "4" and response.message == {"role": "assistant", "content": "4"}
    assert response.raw["novelty"] == {"a": 1}


def test_models_are_listed(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        assert exchange.method == "GET" and exchange.path.startswith("/models")
        exchange.send(200, {"object": "list", "data": [{"id": "a", "object": "model", "created": 5}, {"id": "b"}]})

    models = connect(serve(answer).url).list_models(call_id="list-1")
    assert [model.id for model in models] == ["a", "b"] and len(models) == 2 and models[1].id == "b"
    assert (models[0].created, models[1].created, models[1].name) == (5, None, None)
    assert (models.provider, models.call_id) == ("openai", "list-1")


def test_a_health_check_is_a_report_even_if_the_provider_is_down(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        key = exchange.headers["authorization"]
        if key == "Bearer down":
            exchange.send(503, {"error": {"message": "out of order"}})
        elif key == "Bearer wrong":
            exchange.send(401, {"error": {"message": "no"}})
        else:
            exchange.send(200, {"object": "list", "data": []})

    client = connect(serve(answer).url)
    fine, down, wrong = client.health_check(), client.health_check(api_key="down"), client.health_check(api_key="wrong")
    assert fine and fine.healthy and fine.error is None and fine.provider == "openai"
    assert fine.latency_ms is not None and fine.latency_ms > 0
    assert not down and isinstance(down.error, ServerError) and down.error.http_status == 503
    assert not wrong and isinstance(wrong.error, AuthenticationError)
