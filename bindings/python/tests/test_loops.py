"""`AsyncClient` in other event loops than asyncio's own. Those that are not installed are skipped."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import threading
import warnings
from typing import Any, Awaitable, Callable, Dict

import pytest

import child
from conftest import ConnectAsync, Serve
from event_loops import NO_LIMITS
from loopback import DEADLINE, Exchange, answer_echo, answer_slowly
from scaling_memory import CanceledError, TextEvent
from scaling_memory._loop_queue import LoopQueue

Main = Callable[[], Awaitable[None]]


def library(name: str) -> Any:
    """One that implements loops."""
    try:
        return importlib.import_module(name)
    except ImportError:
        assert os.environ.get("LLM_REQUIRE_ALL") != "1", f"{name} is not installed in this environment"
        pytest.skip(f"{name} is not installed")


def in_asyncio(main: Main) -> None:
    asyncio.run(main())  # type: ignore[arg-type]


def in_uvloop(main: Main) -> None:
    loop = library("uvloop").new_event_loop()
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


def in_anyio(main: Main) -> None:
    library("anyio").run(main, backend="asyncio")


def in_trio(main: Main) -> None:
    library("trio").run(main, strict_exception_groups=True)


async def give_up_in_asyncio(seconds: float, call: Main) -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(call(), seconds)


async def give_up_in_anyio(seconds: float, call: Main) -> None:
    with library("anyio").move_on_after(seconds) as scope:
        await call()
    assert scope.cancelled_caught


async def give_up_in_trio(seconds: float, call: Main) -> None:
    with library("trio").move_on_after(seconds) as scope:
        await call()
    assert scope.cancelled_caught


async def together_in_asyncio(*calls: Main) -> None:
    await asyncio.gather(*(call() for call in calls))


async def together_in_trio(*calls: Main) -> None:
    async with library("trio").open_nursery() as nursery:
        for call in calls:
            nursery.start_soon(call)


async def together_in_anyio(*calls: Main) -> None:
    async with library("anyio").create_task_group() as group:
        for call in calls:
            group.start_soon(call)


LOOPS: Dict[str, Any] = {
    "asyncio": (in_asyncio, give_up_in_asyncio, together_in_asyncio),
    "uvloop": (in_uvloop, give_up_in_asyncio, together_in_asyncio),
    "anyio": (in_anyio, give_up_in_anyio, together_in_anyio),
    "trio": (in_trio, give_up_in_trio, together_in_trio),
}


@pytest.fixture(params=LOOPS)
def loop(request: pytest.FixtureRequest) -> Any:
    name: str = request.param
    if name != "asyncio":
        library(name)
    return LOOPS[name]


def echo(exchange: Exchange) -> None:
    if exchange.json["messages"][0]["content"] == "wait":
        return answer_slowly(exchange)
    answer_echo(exchange)


def test_hundreds_of_streams_at_once(connect_async: ConnectAsync, serve: Serve, loop: Any) -> None:
    run, _, together = loop
    client = connect_async(serve(echo).url, rate_limit=NO_LIMITS)
    done = []

    async def ask(number: int) -> None:
        question = " ".join(f"{number}-{word}" for word in range(30)) + " "
        assert "".join([text async for text in client.stream(question).text]) == question
        done.append(number)

    async def main() -> None:
        await together(*(lambda number=number: ask(number) for number in range(200)))
        client.close()

    run(main)
    assert sorted(done) == list(range(200))
    gc.collect()
    assert not LoopQueue._of_loops


def test_giving_up_hangs_up(connect_async: ConnectAsync, serve: Serve, loop: Any) -> None:
    run, give_up, _ = loop
    server = serve(answer_slowly)

    async def main() -> None:
        client = connect_async(server.url)

        async def complete() -> None:
            await client.complete("?")

        async def stream() -> None:
            async for event in client.stream("?"):
                assert event == TextEvent("first")

        for call in (complete, stream):
            await give_up(0.2, call)
            assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"

    run(main)


def test_other_threads_may_end_a_stream_and_the_client(
    connect_async: ConnectAsync, serve: Serve, loop: Any
) -> None:
    run, _, _ = loop

    async def main() -> None:
        client = connect_async(serve(echo).url)
        for end in ("cancel", "close", "client"):
            stream = client.stream("wait")
            assert await stream.__anext__() == TextEvent("first")
            timer = threading.Timer(0.02, client.close if end == "client" else getattr(stream, end))
            timer.start()
            with pytest.raises(CanceledError):
                await stream.__anext__()
            timer.join()

    run(main)
    gc.collect()
    assert not LoopQueue._of_loops


def test_a_loop_may_end_with_everything_open(connect_async: ConnectAsync, serve: Serve, loop: Any) -> None:
    run, _, _ = loop
    server = serve(echo)
    client = connect_async(server.url)
    kept = []

    async def main() -> None:
        stream = client.stream("wait")
        assert await stream.__anext__() == TextEvent("first")
        kept.append(stream)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(main)
        run(main)  # the same client in another loop
        kept.clear()
        gc.collect()
    for _ in range(2):
        assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"
    client.close()
    gc.collect()
    assert not LoopQueue._of_loops


@pytest.mark.parametrize("name", LOOPS)
def test_ctrl_c_ends_the_program(serve: Serve, name: str) -> None:
    import signal

    if name != "asyncio":
        library(name)
    server = serve(answer_slowly)
    run = {
        "asyncio": "import asyncio; asyncio.run(main())",
        "uvloop": "import asyncio, uvloop; asyncio.set_event_loop_policy(uvloop.EventLoopPolicy()); asyncio.run(main())",
        "anyio": "import anyio; anyio.run(main)",
        "trio": "import trio; trio.run(main)",
    }[name]
    script = f"""
import sys
from scaling_memory import AsyncClient
async def main():
    async with AsyncClient("openai", base_url=sys.argv[1], api_key="sk-test", model="m") as client:
        async for event in client.stream("?"):
            print(event.text, flush=True)
try:
    {run}
except (KeyboardInterrupt, __import__("asyncio").CancelledError):  # anyio gives the latter before Python 3.11
    print("interrupted", flush=True)
    sys.stdin.read()
"""
    with child.start(script, server.url) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "first\n"
            child.wait_until_idle(process)
            process.send_signal(signal.SIGINT)
            assert server.hang_ups.acquire(timeout=DEADLINE), "the call goes on"
            output, errors = process.communicate("", timeout=DEADLINE)
        finally:
            process.kill()
    assert (output, errors, process.returncode) == ("interrupted\n", "", 0)
