"""Many awaited calls at once, and a reader who does not read."""

from __future__ import annotations

import asyncio
import json
import threading

from conftest import ConnectAsync, Serve
from event_loops import NO_LIMITS, open_queues
from loopback import Exchange, answer_echo
from scaling_memory import TextEvent


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


def test_a_consumer_that_does_not_read_holds_up_his_own_stream_alone(
    connect_async: ConnectAsync, serve: Serve
) -> None:
    total = 24 * 1024 * 1024
    sent = [0]

    def answer(exchange: Exchange) -> None:
        if exchange.json["messages"][0]["content"] != "flood":
            return answer_echo(exchange)
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
