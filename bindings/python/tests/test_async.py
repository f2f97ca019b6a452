"""The client whose calls are awaited, in asyncio's own loop. What is the same as in `Client` is tested there."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import threading
import time
import warnings
import weakref
from typing import Any, Awaitable, Callable, List

import pytest

from conftest import ConnectAsync, Serve
from loopback import DEADLINE, Exchange, answer_ok, answer_slowly, completion, failure
from scaling_memory import (
    AsyncClient,
    AsyncStream,
    CanceledError,
    ClosedError,
    Event,
    InvalidArgumentError,
    ResponseEvent,
    ServerError,
    TextEvent,
    TruncatedError,
)
from scaling_memory._loop_queue import LoopQueue

NO_LIMITS = {"per_minute": 0, "per_hour": 0, "max_concurrent": 0}


def echo(exchange: Exchange) -> None:
    """Sends the question back, a word at a time."""
    question = exchange.json["messages"][0]["content"]
    exchange.begin_stream()
    exchange.text(*(f"{word} " for word in question.split()))
    exchange.finish()


def open_queues() -> int:
    """How many loops have a queue."""
    gc.collect()
    return len(LoopQueue._of_loops)


async def settle(condition: Callable[[], bool]) -> None:
    """Lets the loop run until something has become so."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)


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
        client = connect_async(serve(echo).url)
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


def test_thousands_of_streams_at_once_lose_and_mix_up_nothing(connect_async: ConnectAsync) -> None:
    """A thousand at a time, from a server in this loop, each with a content of its own."""

    async def serve_words(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.decode().split("\r\n") if line.lower().startswith("content-length:"))
        name = json.loads(await reader.readexactly(length))["messages"][0]["content"]
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        for number in range(20):
            choice = {"index": 0, "delta": {"content": f"{name}:{number} "}, "finish_reason": None}
            writer.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
        await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(serve_words, "127.0.0.1", 0, backlog=2048)
        port = server.sockets[0].getsockname()[1]
        client = connect_async(f"http://127.0.0.1:{port}", rate_limit=NO_LIMITS)
        before = threading.active_count()

        async def ask(name: str) -> bool:
            return [text async for text in client.stream(name).text] == [f"{name}:{number} " for number in range(20)]

        for turn in range(2):
            assert all(await asyncio.gather(*(ask(f"{turn}-{number}") for number in range(1000))))
        assert threading.active_count() == before, "no thread is made for a call"
        counts = client.stats().calls
        assert (counts.succeeded, counts.failed, counts.in_flight) == (2000, 0, 0)
        client.close()
        server.close()
        await server.wait_closed()

    raise_limit_of_open_files(5000)
    asyncio.run(main())
    assert open_queues() == 0


def raise_limit_of_open_files(count: int) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard) if hard != resource.RLIM_INFINITY else count, hard))


CANCELLED = {
    "complete": lambda client: client.complete("?"),
    "stream": lambda client: client.stream("?").finish(),
    "callback": lambda client: client.stream("?", on_event=lambda event: None),
    "list_models": lambda client: client.list_models(),
    "health_check": lambda client: client.health_check(timeout={"total_ms": 0, "first_byte_ms": 0}),
}


@pytest.mark.parametrize("name", CANCELLED)
def test_cancelling_the_task_hangs_up_at_once(connect_async: ConnectAsync, serve: Serve, name: str) -> None:
    server = serve(answer_slowly)

    async def main() -> None:
        client = connect_async(server.url)
        call: Callable[[AsyncClient], Awaitable[Any]] = CANCELLED[name]
        task = asyncio.ensure_future(call(client))
        await asyncio.sleep(0)  # one that has not begun has nothing to hang up
        await settle(lambda: server.arrivals.acquire(blocking=False))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await settle(lambda: client.stats().calls.in_flight == 0)
        await settle(lambda: server.hang_ups.acquire(blocking=False))

    asyncio.run(main())


def test_a_timeout_of_asyncios_hangs_up(connect_async: ConnectAsync, serve: Serve) -> None:
    server = serve(answer_slowly)

    async def main() -> None:
        client = connect_async(server.url)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.complete("?"), 0.05)
        await settle(lambda: server.hang_ups.acquire(blocking=False))

    asyncio.run(main())


async def leave_the_block(stream: AsyncStream) -> None:
    async with stream:
        pass


async def close(stream: AsyncStream) -> None:
    stream.close()
    await stream.aclose()


@pytest.mark.parametrize("end", [leave_the_block, close])
def test_ending_a_stream_early_hangs_up(
    connect_async: ConnectAsync, serve: Serve, end: Callable[[AsyncStream], Awaitable[None]]
) -> None:
    server = serve(answer_slowly)

    async def main() -> None:
        stream = connect_async(server.url).stream("?")
        assert await stream.__anext__() == TextEvent("first")
        await end(stream)
        await settle(lambda: server.hang_ups.acquire(blocking=False))
        assert [event async for event in stream] == []
        with pytest.raises(ClosedError, match="closed before its end"):
            stream.response

    asyncio.run(main())


@pytest.mark.parametrize("text", [False, True], ids=["events", "text"])
def test_leaving_the_loop_and_dropping_the_stream_hangs_up(
    connect_async: ConnectAsync, serve: Serve, text: bool
) -> None:
    server = serve(answer_slowly)

    async def main() -> None:
        client = connect_async(server.url)
        async for _ in client.stream("?").text if text else client.stream("?"):
            break
        await settle(lambda: server.hang_ups.acquire(blocking=False))

    asyncio.run(main())


def test_cancel_and_close_from_another_thread_end_the_wait(connect_async: ConnectAsync, serve: Serve) -> None:
    server = serve(answer_slowly)

    async def main() -> None:
        client = connect_async(server.url)
        for end in (AsyncStream.cancel, AsyncStream.close):
            stream = client.stream("?")
            assert await stream.__anext__() == TextEvent("first")
            ender = threading.Timer(0.02, end, (stream,))
            ender.start()
            with pytest.raises(CanceledError) as caught:
                await stream.__anext__()
            assert caught.value.partial is not None and caught.value.partial.content == "first"
            ender.join()
            assert repr(stream) == "<AsyncStream failed: canceled>"

    asyncio.run(main())


def test_closing_the_client_ends_its_calls(connect_async: ConnectAsync, serve: Serve) -> None:
    server = serve(answer_slowly)

    async def main() -> None:
        client = connect_async(server.url)
        calls = [asyncio.ensure_future(client.complete("?")), asyncio.ensure_future(client.stream("?").finish())]
        for _ in calls:
            await settle(lambda: server.arrivals.acquire(blocking=False))
        client.close()
        for end in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(end, CanceledError)
        with pytest.raises(ClosedError):
            await client.complete("?")
        await settle(lambda: open_queues() == 0)

    asyncio.run(main())


def test_two_tasks_that_read_one_stream_at_once_do_no_harm(connect_async: ConnectAsync, serve: Serve) -> None:
    async def main() -> None:
        stream = connect_async(serve(answer_slowly).url).stream("?")
        await stream.__anext__()
        waiting = asyncio.ensure_future(stream.__anext__())
        await asyncio.sleep(0)
        with pytest.raises(InvalidArgumentError, match="another task is reading"):
            await stream.__anext__()
        assert repr(stream) == "<AsyncStream open>"
        stream.cancel()
        with pytest.raises(CanceledError):
            await waiting

    asyncio.run(main())


def test_a_consumer_that_does_not_read_holds_up_his_own_stream_alone(
    connect_async: ConnectAsync, serve: Serve
) -> None:
    total = 24 * 1024 * 1024
    sent = [0]

    def answer(exchange: Exchange) -> None:
        if exchange.json["messages"][0]["content"] != "flood":
            return echo(exchange)
        exchange.begin_stream()
        while sent[0] < total:
            exchange.text("x" * 4000)
            sent[0] += 4000
        exchange.finish()

    async def main() -> None:
        client = connect_async(serve(answer).url, max_response_bytes=2 * total)
        flood = client.stream("flood")
        assert isinstance(await flood.__anext__(), TextEvent)
        before = -1
        while sent[0] != before:  # until the server cannot send any more
            before = sent[0]
            for _ in range(20):
                assert (await client.stream("others go on").finish()).content == "others go on "
            await asyncio.sleep(0.2)
        assert sent[0] < total, "the stream was not held up"
        unread = sum(len(item) for item in flood._call.items if isinstance(item, str))
        assert unread < 1024 * 1024
        assert len((await flood.finish()).content) >= total

    asyncio.run(main())


def test_one_client_in_two_loops_at_once(connect_async: ConnectAsync, serve: Serve) -> None:
    client = connect_async(serve(echo).url, rate_limit=NO_LIMITS)

    async def main(name: str) -> bool:
        answers = await asyncio.gather(*(client.stream(f"{name}-{number}").finish() for number in range(50)))
        return [answer.content for answer in answers] == [f"{name}-{number} " for number in range(50)]

    results: List[bool] = []
    threads = [threading.Thread(target=lambda name=name: results.append(asyncio.run(main(name)))) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert results == [True, True]
    client.close()
    assert open_queues() == 0


def test_a_client_outlives_its_loops(connect_async: ConnectAsync, serve: Serve) -> None:
    client = connect_async(serve(answer_ok).url, rate_limit=NO_LIMITS)
    for _ in range(20):
        assert asyncio.run(client.complete("?")).content == "4"
        assert open_queues() == 1, "the queue of a loop that is over is closed when the next one comes"
    client.close()
    assert open_queues() == 0


def test_clients_of_a_loop_share_its_queue(connect_async: ConnectAsync, serve: Serve) -> None:
    url = serve(answer_ok).url

    async def main() -> None:
        descriptors = len(os.listdir("/proc/self/fd"))
        clients = [connect_async(url, rate_limit=NO_LIMITS) for _ in range(20)]
        for client in clients:
            await client.complete("?")
        assert open_queues() == 1
        assert len(os.listdir("/proc/self/fd")) < descriptors + 20
        for client in clients:
            client.close()
        assert open_queues() == 0

    asyncio.run(main())


def test_what_is_not_closed_is_collected(serve: Serve) -> None:
    server = serve(answer_slowly)

    async def main() -> "weakref.ref[AsyncClient]":
        client = AsyncClient("openai", base_url=server.url, api_key="sk-test", model="m")
        stream = client.stream("?")
        await stream.__anext__()
        cycle: List[object] = [stream, client]
        cycle.append(cycle)
        return weakref.ref(client)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gone = asyncio.run(main())
        gc.collect()
    assert gone() is None
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"
    assert open_queues() == 0


def test_a_loop_that_is_dropped_without_being_closed_is_collected_with_its_calls(serve: Serve) -> None:
    server = serve(answer_slowly)

    def use_a_loop() -> None:
        async def main() -> None:
            stream = client.stream("?")
            await stream.__anext__()
            loop.create_future().add_done_callback(lambda _: stream)  # the loop's own objects keep it

        client = AsyncClient("openai", base_url=server.url, api_key="sk-test", model="m")
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # asyncio's, of a loop that is not closed
        use_a_loop()
        gc.collect()
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"
    assert open_queues() == 0


def test_a_stream_keeps_its_client_alive(serve: Serve) -> None:
    async def main() -> str:
        stream = AsyncClient("openai", base_url=serve(answer_ok).url, api_key="sk-test", model="m").stream("?")
        gc.collect()
        return (await stream.finish()).content

    assert asyncio.run(main()) == "4"


def test_a_large_response_fits(connect_async: ConnectAsync, serve: Serve) -> None:
    content = "ü" * 1_000_000
    client = connect_async(serve(lambda exchange: exchange.send(200, completion(content))).url)
    assert asyncio.run(client.complete("?")).content == content


def test_without_a_running_loop_it_says_so(connect_async: ConnectAsync, serve: Serve) -> None:
    client = connect_async(serve(answer_ok).url)
    with pytest.raises(RuntimeError, match="no running event loop"):
        client.stream("?")


def test_closing_helpers_take_them(connect_async: ConnectAsync, serve: Serve) -> None:
    class Closing(contextlib.AsyncExitStack):
        pass

    async def main() -> None:
        async with Closing() as stack:
            client = connect_async(serve(answer_slowly).url)
            stack.push_async_callback(client.aclose)
            stack.push_async_callback(client.stream("?").aclose)
        assert client.closed

    asyncio.run(main())
