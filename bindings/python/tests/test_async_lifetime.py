"""Which loop has which queue, and for how long: one client in many loops, many clients in one, and what nobody closed."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import warnings
import weakref
from typing import List

from conftest import ConnectAsync, Serve
from event_loops import NO_LIMITS, open_queues
from loopback import DEADLINE, answer_echo, answer_ok, answer_slowly
from scaling_memory import AsyncClient


def test_one_client_in_two_loops_at_once(connect_async: ConnectAsync, serve: Serve) -> None:
    client = connect_async(serve(answer_echo).url, rate_limit=NO_LIMITS)

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
