"""How awaited calls end before their time: their task is cancelled, their stream or their client closed or dropped."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any, Awaitable, Callable

import pytest

from conftest import ConnectAsync, Serve
from event_loops import open_queues, settle
from loopback import answer_slowly
from scaling_memory import AsyncClient, AsyncStream, CanceledError, ClosedError, InvalidArgumentError, TextEvent

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
