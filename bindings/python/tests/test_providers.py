"""Providers of one's own: declared, and programmed in Python."""

from __future__ import annotations

import asyncio
import re
import threading
from typing import Any, Dict, Iterator, List, Optional, Set

import pytest

from conftest import Connect, Serve
from loopback import Exchange, answer_ok
from recordings import REPOSITORY
from scaling_memory import (
    AsyncClient,
    CanceledError,
    Client,
    ConfigurationError,
    ReasoningEvent,
    ServerError,
    TextEvent,
    ToolCallEvent,
    TruncatedError,
    define_provider,
    list_providers,
    register_provider,
)


class Say:
    """Asks with text, and is answered with text: "+text", "?thought", "call", "end"."""

    def __init__(self) -> None:
        self.threads: Set[int] = set()
        self.states: List[Dict[str, Any]] = []

    def encode(self, operation: str, request: Dict[str, Any]) -> Dict[str, Any]:
        self.threads.add(threading.get_ident())
        if operation in ("list_models", "health_check"):
            return {"path": "/names"}
        return {"path": "/say", "headers": {"x-wire": "say"}, "body": request["messages"][-1]["content"]}

    def decode(self, operation: str, body: bytes) -> Iterator[Any]:
        if operation == "list_models":
            yield {"models": [{"id": name} for name in body.decode().split()]}
            return
        yield TextEvent(body.decode())
        yield {"id": "r", "finish_reason": "stop", "usage": {"input_tokens": 1, "output_tokens": 2}}

    def decode_event(self, state: Dict[str, Any], name: str, data: str) -> Iterator[Any]:
        self.threads.add(threading.get_ident())
        state["events"] = state.get("events", 0) + 1
        if data == "end":
            self.states.append(state)
            yield {"finish_reason": "stop"}
        elif data == "call":
            yield ToolCallEvent("c", "look", '{"a":1}', 0)
        elif data == "raise":
            raise KeyError("mine")
        else:
            yield (ReasoningEvent if data[0] == "?" else TextEvent)(data[1:])

    def decode_error(self, http_status: int, body: bytes) -> Optional[Dict[str, Any]]:
        return {"message": f"it said {body.decode()}", "provider_code": "oh"}


def events(*data: str) -> Any:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        for one in data:
            exchange.event(one)

    return answer


def test_a_stream_goes_through_the_adapter_on_the_callers_thread(connect: Connect, serve: Serve) -> None:
    adapter = Say()
    register_provider("say", adapter)
    server = serve(events("?why", "+one", "+ two", "call", "end"))
    with connect(server.url, "say").stream("Hello") as stream:
        assert [event.text for event in stream if isinstance(event, TextEvent)] == ["one", " two"]
    response = stream.response
    assert (response.content, response.reasoning, response.provider) == ("one two", "why", "say")
    assert response.tool_calls[0].parse_arguments() == {"a": 1}
    assert adapter.threads == {threading.get_ident()}
    assert adapter.states == [{"events": 5}]
    exchange = server.exchanges[0]
    assert (exchange.path, exchange.body, exchange.headers["x-wire"]) == ("/say", b"Hello", "say")


def test_whole_answers_lists_and_errors_go_through_it(connect: Connect, serve: Serve) -> None:
    register_provider("say", Say())

    def answer(exchange: Exchange) -> None:
        if exchange.path == "/names":
            return exchange.send(200, b"one two")
        exchange.send(200 if exchange.body == b"fine" else 500, b"quite " + exchange.body)

    client = connect(serve(answer).url, "say")
    response = client.complete("fine")
    assert (response.content, response.id, response.usage.output_tokens) == ("quite fine", "r", 2)
    assert [model.id for model in client.list_models()] == ["one", "two"]
    assert client.health_check()
    with pytest.raises(ServerError, match="it said quite bad") as caught:
        client.complete("bad")
    assert caught.value.provider_code == "oh"


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_an_adapter_raises_comes_out_of_the_call(
    connect: Connect, serve: Serve, kind: "type[BaseException]"
) -> None:
    thrown = kind("mine")

    class Broken(Say):
        def encode(self, operation: str, request: Dict[str, Any]) -> Dict[str, Any]:
            raise thrown

    register_provider("broken", Broken())
    server = serve(answer_ok)
    with pytest.raises(kind) as caught:
        connect(server.url, "broken").complete("Hello")
    assert caught.value is thrown
    assert server.exchanges == []


def test_what_is_raised_in_the_middle_of_a_stream_comes_out_and_later_failures_are_their_own(
    connect: Connect, serve: Serve
) -> None:
    register_provider("say", Say())
    client = connect(serve(events("+one", "raise", "+two", "end")).url, "say")
    with pytest.raises(KeyError, match="mine"):
        client.stream("Hello").finish()
    with pytest.raises(TruncatedError):
        connect(serve(events("+one")).url, "say").stream("Hello").finish()


def test_methods_that_are_missing_are_the_chat_wires(connect: Connect, serve: Serve) -> None:
    class OnlyEncode:
        def encode(self, operation: str, request: Dict[str, Any]) -> Dict[str, Any]:
            return {"path": "/elsewhere", "body": {**request, "stream": operation == "stream"}}

    register_provider("half", OnlyEncode())
    server = serve(answer_ok)
    client = connect(server.url, "half")
    assert client.complete("?").content == "4"
    assert client.stream("?").finish().content == "4"
    assert server.exchanges[0].path == "/elsewhere"


def test_a_stream_that_is_left_early_forgets_its_state(connect: Connect, serve: Serve) -> None:
    from scaling_memory import providers

    register_provider("say", Say())
    streams = providers._registered[-1]._streams

    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event("+one")
        exchange.stall()

    with connect(serve(answer).url, "say").stream("Hello") as stream:
        next(stream)
        assert len(streams) == 1
    assert streams == {}
    with pytest.raises(CanceledError):
        with Client("echo", script=[{"chunks": ["a"], "error": "stall"}]) as client:
            iterator = client.stream("?")
            next(iterator)
            client.close()
            iterator.finish()


def test_a_declared_provider_is_in_the_list_and_can_be_asked(connect: Connect, serve: Serve) -> None:
    server = serve(answer_ok)
    define_provider(
        {
            "name": "mine",
            "wire": "openai-chat",
            "base_url": server.url + "/v1",
            "auth": {"header": "x-key"},
            "models": ["m1"],
            "quirks": {"lacks": ["tools"]},
        }
    )
    provider = {provider.name: provider for provider in list_providers()}["mine"]
    assert (provider.wire, provider.base_url, provider.built_in) == ("openai-chat", server.url + "/v1", False)
    assert provider.api_key_env == ("MINE_API_KEY",)
    assert "tools" not in provider.capabilities and "stream" in provider.capabilities
    assert Client("mine", api_key="sk-test").complete("?").content == "4"
    assert server.exchanges[0].json["model"] == "m1"
    assert server.exchanges[0].headers["x-key"] == "sk-test"


def test_what_is_wrong_with_a_definition_is_named() -> None:
    with pytest.raises(ConfigurationError, match='wire is "telex"'):
        define_provider({"name": "mine", "wire": "telex", "base_url": "http://127.0.0.1"})
    with pytest.raises(ConfigurationError, match="name"):
        register_provider("a b", Say())


def test_echo_answers_without_a_network_and_can_be_scripted() -> None:
    with Client("echo") as client:
        assert client.complete("Is there anybody?").content == "Is there anybody?"
    with Client("echo", script=[{"status": 503}, {"text": "yes"}], retry={"initial_delay_ms": 1}) as client:
        assert client.complete("?").attempts == 2


def test_the_snippets_of_the_page_on_echo_run() -> None:
    page = (REPOSITORY / "docs" / "ECHO.md").read_text(encoding="utf-8")
    snippets = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(snippets) == 3
    exec("\n".join(snippets), {})


def test_what_an_adapter_raises_comes_out_of_calls_on_an_event_loop_too(serve: Serve) -> None:
    register_provider("say", Say())
    server = serve(events("+one", "raise"))

    async def ask() -> None:
        async with AsyncClient("say", base_url=server.url, retry={"max_retries": 0}) as client:
            async for _ in client.stream("Hello"):
                pass

    with pytest.raises(KeyError, match="mine"):
        asyncio.run(ask())
