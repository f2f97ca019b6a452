"""What ends a call: leaving the block, closing, dropping the stream, closing the client, the end of the program."""

from __future__ import annotations

import gc
import os
import threading
import time
import weakref
from typing import Callable, List

import pytest

import child
from conftest import Connect, Serve
from loopback import DEADLINE, Exchange, Server, answer_ok, answer_slowly
from scaling_memory import CanceledError, Client, ClosedError, LLMError, Stream, TextEvent


def opened(connect: Connect, server: Server) -> Stream:
    """A stream that has had its first event, and no more will come."""
    stream = connect(server.url).stream("?")
    assert next(stream) == TextEvent("first")
    return stream


def leave_the_block(stream: Stream) -> None:
    with stream:
        pass


def fail_in_the_block(stream: Stream) -> None:
    with pytest.raises(ZeroDivisionError), stream:
        raise ZeroDivisionError


def close(stream: Stream) -> None:
    stream.close()
    stream.close()


@pytest.mark.parametrize("end", [leave_the_block, fail_in_the_block, close])
def test_ending_a_stream_early_hangs_up(connect: Connect, serve: Serve, end: Callable[[Stream], None]) -> None:
    server = serve(answer_slowly)
    stream = opened(connect, server)
    end(stream)
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"
    assert list(stream) == []
    with pytest.raises(ClosedError, match="closed before its end"):
        stream.response
    assert repr(stream) == "<Stream closed>"


def test_leaving_the_loop_and_dropping_the_stream_hangs_up(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    for event in connect(server.url).stream("?"):
        assert event == TextEvent("first")
        break
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"


def test_a_stream_in_a_reference_cycle_is_freed_by_the_collector(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    cycle: List[object] = [opened(connect, server)]
    cycle.append(cycle)
    gone = weakref.ref(cycle[0])
    del cycle
    gc.collect()
    assert gone() is None
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"


def test_abandoned_streams_leave_no_connections_behind(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    client = connect(server.url, rate_limit={"max_concurrent": 0, "per_minute": 0, "per_hour": 0})
    next(client.stream("?"))
    assert server.hang_ups.acquire(timeout=DEADLINE)
    before = sockets()
    for _ in range(100):
        next(client.stream("?"))
    for _ in range(100):
        assert server.hang_ups.acquire(timeout=DEADLINE)
    deadline = time.monotonic() + DEADLINE
    while sockets() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sockets() <= before


def sockets() -> int:
    """How many sockets this process has open, the server's ends included."""
    count = 0
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:")
        except FileNotFoundError:
            pass
    return count


def test_a_stream_keeps_its_client_alive(serve: Serve) -> None:
    stream = Client("openai", base_url=serve(answer_ok).url, api_key="sk-test", model="m").stream("?")
    gc.collect()
    assert stream.finish().content == "4"


def test_closing_the_client_ends_its_calls(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    client = connect(server.url)
    streams = [client.stream("?") for _ in range(3)]
    for stream in streams:
        next(stream)
    client.close()
    for stream in streams:
        with pytest.raises(CanceledError):
            next(stream)
    for _ in streams:
        assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"


def test_closing_the_client_ends_calls_even_if_an_old_error_is_kept(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    client = connect(server.url)
    stream = client.stream("?")
    next(stream)
    with pytest.raises(LLMError) as kept:
        client.complete({"messages": [], "stream": True})
    client.close()
    with pytest.raises(CanceledError):
        next(stream)
    assert kept.value.__traceback__ is not None


def test_threads_that_wait_return_when_the_client_is_closed(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    client = connect(server.url)
    ends: List[object] = []

    def wait(call: Callable[[], object]) -> None:
        try:
            ends.append(call())
        except LLMError as error:
            ends.append(error)

    calls: List[Callable[[], object]] = [
        lambda: client.complete("?"),
        lambda: client.stream("?").finish(),
        lambda: client.stream("?", on_event=lambda event: None),
        client.list_models,
    ]
    threads = [threading.Thread(target=wait, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert server.arrivals.acquire(timeout=DEADLINE)
    closers = [threading.Thread(target=client.close) for _ in range(4)]
    for thread in closers:
        thread.start()
    for thread in threads + closers:
        thread.join(DEADLINE)
    assert [type(end) for end in ends] == [CanceledError] * len(calls)


def test_a_stream_is_closed_from_another_thread(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    stream = opened(connect, server)
    closer = threading.Timer(0.05, stream.close)
    closer.start()
    with pytest.raises(CanceledError):
        next(stream)
    closer.join()
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"


def test_a_stream_is_cancelled_from_another_thread(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    stream = opened(connect, server)
    canceller = threading.Timer(0.05, stream.cancel)
    canceller.start()
    with pytest.raises(CanceledError) as caught:
        next(stream)
    canceller.join()
    assert caught.value.partial is not None and caught.value.partial.content == "first"
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"
    assert repr(stream) == "<Stream failed: canceled>"
    assert list(stream) == []


def test_cancelling_is_told_to_whoever_reads_later_and_after_the_end_does_nothing(
    connect: Connect, serve: Serve
) -> None:
    stream = opened(connect, serve(answer_slowly))
    stream.cancel()
    stream.cancel()
    with pytest.raises(CanceledError):
        next(stream)
    stream = connect(serve(answer_ok).url).stream("?")
    assert stream.finish().content == "4"
    stream.cancel()
    assert stream.response.content == "4"


ENDINGS = {
    "nothing is closed": "keep = [client, stream]",
    "a daemon thread waits": """
import threading, time
threading.Thread(target=lambda: list(stream), daemon=True).start()
threading.Thread(target=lambda: client.complete("?"), daemon=True).start()
time.sleep(0.3)""",
    "they are in a cycle with the module": "import scaling_memory; scaling_memory.keep = [client, stream, scaling_memory]",
    "a finalizer uses them": """
class Late:
    def __init__(self): self.parts = client, stream
    def __del__(self):
        self.parts[1].close()
        self.parts[0].close()
late = Late()""",
    "a handler at exit uses them": """
import atexit
atexit.register(client.close); atexit.register(stream.close)""",
    "it exits in the middle of a loop": "for event in stream: raise SystemExit",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_may_end_in_any_state(serve: Serve, ending: str) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("first", "second")
        exchange.stall()

    script = """
import sys
from scaling_memory import Client
client = Client("openai", base_url=sys.argv[1], api_key="sk-test", model="m")
stream = client.stream("?")
next(stream)
"""
    ended = child.run(script + ENDINGS[ending], serve(answer).url)
    assert (ended.returncode, ended.stderr) == (0, "")


ASYNC_ENDINGS = {
    "nothing is closed": "asyncio.run(main())",
    "the loop is not closed": "loop = asyncio.new_event_loop(); loop.run_until_complete(main())\nloop.close()",
    "a task still runs": """
async def more():
    await main()
    keep.append(asyncio.ensure_future(client.complete("?")))
    await asyncio.sleep(0.1)
asyncio.run(more())""",
    "thousands of tasks still run": """
async def more():
    await main()
    keep.extend(asyncio.ensure_future(client.stream("?").finish()) for _ in range(2000))
    await asyncio.sleep(0.1)
asyncio.run(more())""",
    "the loop runs in a daemon thread": """
import threading, time
async def more():
    await main()
    await client.complete("?")
threading.Thread(target=lambda: asyncio.run(more()), daemon=True).start()
time.sleep(0.5)""",
    "they are in a cycle with the module": """
asyncio.run(main())
import scaling_memory; scaling_memory.keep = [client, keep, scaling_memory]""",
    "a handler at exit uses them": """
import atexit
asyncio.run(main())
atexit.register(client.close); atexit.register(lambda: keep[0].close())""",
    "it exits inside a task": """
async def more():
    await main()
    raise SystemExit
asyncio.run(more())""",
    "it exits in the middle of a stream": """
async def more():
    async for event in client.stream("?"):
        raise SystemExit
asyncio.run(more())""",
}


@pytest.mark.parametrize("ending", ASYNC_ENDINGS)
def test_a_program_with_an_event_loop_may_end_in_any_state(serve: Serve, ending: str) -> None:
    script = """
import asyncio, sys
from scaling_memory import AsyncClient
limits = {"per_minute": 0, "per_hour": 0, "max_concurrent": 2}
client = AsyncClient("openai", base_url=sys.argv[1], api_key="sk-test", model="m", rate_limit=limits)
keep = []
async def main():
    stream = client.stream("?")
    await stream.__anext__()
    keep.append(stream)
"""
    ended = child.run(script + ASYNC_ENDINGS[ending], serve(answer_slowly).url, flags=("-W", "error"))
    assert (ended.returncode, ended.stderr) == (0, "")
