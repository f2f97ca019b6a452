"""Calls that are awaited, in asyncio's own loop. What is the same as in `Client` is tested there."""

from __future__ import annotations

import asyncio
import threading
from typing import List

import pytest

from conftest import ConnectAsync, Serve
from event_loops import open_queues
from loopback import DEADLINE, Exchange, answer_echo, answer_ok, completion, failure
from scaling_memory import AsyncStream, Event, InvalidArgumentError, ResponseEvent, ServerError, TextEvent, TruncatedError


def test_an_answer_is_awaited(connect_async: ConnectAsync, serve: Serve) -> None:
    async def main() -> None:
        async with connect_async(serve(answer_ok).url) as client:
            response = await client.complete("What is 2+2?", temperature=0.5)
            assert (response.content, response.usage.total_tokens) == ("4", 8)
            assert (await client.analyze("a text", "Summarize")).content == "4"

    asyncio.run(main())
    assert open_queues() == 0


def test_the_other_calls_are_awaited(connect_async: ConnectAsync, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        if exchange.path.endswith("/embeddings"):
            vectors = [{"index": n, "embedding": [n, 0.5]} for n in range(len(exchange.json["input"]))]
            return exchange.send(200, {"data": vectors, "model": "m", "usage": {"prompt_tokens": 2, "total_tokens": 2}})
        exchange.send(200, {"object": "list", "data": [{"id": "m", "object": "model"}]})

    async def main() -> None:
        async with connect_async(serve(answer).url) as client:
            assert [model.id for model in await client.list_models()] == ["m"]
            assert await client.health_check()
            found = await client.embed(["one", "two"], dimensions=2)
            assert found.embeddings == [[0, 0.5], [1, 0.5]] and found.usage.input_tokens == 2
            assert client.stats().calls.succeeded == 3

    asyncio.run(main())


def test_a_streams_events_come_as_they_are_sent(connect_async: ConnectAsync, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("one")
        assert had_first.wait(DEADLINE)
        exchange.text(" two", " drei ü \u0000 🦆")
        exchange.finish()

    had_first = threading.Event()

    async def main() -> None:
        client = connect_async(serve(answer).url)
        events: List[Event] = []
        async with client.stream("?") as stream:
            assert repr(stream) == "<AsyncStream open>"
            async for event in stream:
                events.append(event)
                had_first.set()
        assert events[0] == TextEvent("one")
        texts = [event.text for event in events if isinstance(event, TextEvent)]
        assert "".join(texts) == "one two drei ü \u0000 🦆" == stream.response.content
        assert events[-1] == ResponseEvent(stream.response)
        assert repr(stream) == "<AsyncStream finished>"
        with pytest.raises(StopAsyncIteration):
            await stream.__anext__()

    asyncio.run(main())


def test_text_finish_and_a_callback(connect_async: ConnectAsync, serve: Serve) -> None:
    async def main() -> None:
        client = connect_async(serve(answer_echo).url)
        assert [text async for text in client.stream("a b c").text] == ["a ", "b ", "c "]
        assert (await client.stream("a b c").finish()).content == "a b c "
        events: List[Event] = []
        response = await client.stream("a b", on_event=events.append)
        assert events == [TextEvent("a "), TextEvent("b "), ResponseEvent(response)]
        with pytest.raises(ZeroDivisionError):
            await client.stream("a b", on_event=lambda event: 1 // 0)

    asyncio.run(main())


def test_a_failure_is_raised_where_it_is_awaited(connect_async: ConnectAsync, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        if not exchange.json.get("stream"):
            return exchange.send(500, failure("broken"), {"x-request-id": "req-1"})
        exchange.begin_stream()
        exchange.text("half")

    async def main() -> None:
        client = connect_async(serve(answer).url)
        with pytest.raises(ServerError) as caught:
            await client.complete("?")
        assert (caught.value.http_status, caught.value.request_id, caught.value.attempts) == (500, "req-1", 1)
        stream = client.stream("?")
        with pytest.raises(TruncatedError) as cut:
            async for event in stream:
                assert event == TextEvent("half")
        assert cut.value.partial is not None and cut.value.partial.content == "half"
        assert [event async for event in stream] == [], "a failure is said once"
        with pytest.raises(InvalidArgumentError, match="messages"):
            await client.complete({"messages": 3})
        with pytest.raises(InvalidArgumentError, match="messages"):
            client.stream({"messages": 3})

    asyncio.run(main())


def test_a_large_response_fits(connect_async: ConnectAsync, serve: Serve) -> None:
    content = "ü" * 1_000_000
    client = connect_async(serve(lambda exchange: exchange.send(200, completion(content))).url)
    assert asyncio.run(client.complete("?")).content == content


def test_without_a_running_loop_it_says_so(connect_async: ConnectAsync, serve: Serve) -> None:
    client = connect_async(serve(answer_ok).url)
    with pytest.raises(RuntimeError, match="no running event loop"):
        client.stream("?")
