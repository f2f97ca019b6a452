"""The measures of a client whose calls are awaited."""

import asyncio
import time
from typing import AsyncIterable, Awaitable, Callable, Tuple, Type

from measuring import TEXT_WIDTH, between, now, percentile, resident_kb, say, words


class Client:
    """What a library is asked to do; one for a base URL, made in the running loop."""

    def __init__(self, base: str) -> None:
        raise NotImplementedError

    async def call(self) -> str:
        """Asks, and gives the answer's text."""
        raise NotImplementedError

    def pieces(self) -> AsyncIterable[str]:
        """Streams, and gives the pieces of text as they come."""
        raise NotImplementedError


async def event(kind: Type[Client], base: str, streams: int, events: int) -> None:
    async def per_stream(count: int, of: int) -> Tuple[float, float]:
        client = kind(f"{base}/s{of}")
        if "".join([piece async for piece in client.pieces()]) != words(of):
            raise RuntimeError("an event was lost or out of order")
        before = now()
        for _ in range(count):
            length = 0
            async for piece in client.pieces():
                length += len(piece)
            if length != of * TEXT_WIDTH:
                raise RuntimeError("an event was lost")
        return between(before, count)

    empty, whole = await per_stream(streams * 5, 0), await per_stream(streams, events)
    say("event", wall_us=(whole[0] - empty[0]) / events, cpu_us=(whole[1] - empty[1]) / events)


async def call(kind: Type[Client], base: str, count: int) -> None:
    client, walls = kind(f"{base}/c"), []
    for _ in range(count // 10 + 5):
        if "make four" not in await client.call():
            raise RuntimeError("a wrong answer")
    before = now()
    for _ in range(count):
        start = time.perf_counter()
        await client.call()
        walls.append((time.perf_counter() - start) * 1e6)
    wall, cpu = between(before, count)
    say("call", wall_us=wall, cpu_us=cpu, p50_us=percentile(walls, 0.5), p99_us=percentile(walls, 0.99))


async def first(kind: Type[Client], base: str, count: int) -> None:
    client, times = kind(f"{base}/s1"), []
    for _ in range(count + count // 10 + 5):
        start, at = time.perf_counter(), 0.0
        async for _ in client.pieces():
            at = at or time.perf_counter()
        times.append((at - start) * 1e6)
    times = times[-count:]
    say("first", p50_us=percentile(times, 0.5), p99_us=percentile(times, 0.99))


async def at_once(count: int, run: Callable[[], Awaitable[None]]) -> None:
    await asyncio.gather(*(run() for _ in range(count)))


async def flight(kind: Type[Client], base: str, tasks: int, count: int) -> None:
    client = kind(f"{base}/c")
    each = max(count // tasks, 1)

    async def run(calls: int = each) -> None:
        for _ in range(calls):
            await client.call()

    await at_once(tasks, lambda: run(1))
    before = now()
    await at_once(tasks, run)
    wall, cpu = between(before, each * tasks)
    say("flight", in_flight=tasks, per_s=1e6 / wall, cpu_us=cpu)


async def memory(kind: Type[Client], base: str, streams: int) -> None:
    for _ in range(3):
        await kind(f"{base}/c").call()
    client, before, begun, open_kb = kind(f"{base}/p3x0.5"), resident_kb(), 0, 0.0

    async def run() -> None:
        nonlocal begun, open_kb
        first = True
        async for _ in client.pieces():
            if first:
                first = False
                begun += 1
                if begun == streams:
                    open_kb = resident_kb()

    await at_once(streams, run)
    say("memory", streams=streams, kb=(open_kb - before) / streams)
