#!/usr/bin/env python3
"""An OpenAI-like server that answers nobody until so many streams are open at once, and then all of them, a piece of each in
turn: whoever reads them one after the other, or fewer at a time, hangs. Prints its address; ends when its input does.

usage: gathering_server.py STREAMS PIECES
"""
import asyncio
import re
import resource
import sys

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


async def serve(streams, pieces):
    waiting, all_here = 0, asyncio.Event()

    async def answer(reader, writer):
        nonlocal waiting
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"(?i)content-length: *(\d+)", head).group(1)))
        waiting += 1
        if waiting == streams:
            all_here.set()
        await all_here.wait()
        writer.write(HEAD)
        for number in range(pieces):
            writer.write(b'data: {"choices":[{"index":0,"delta":{"content":"word%04d"}}]}\n\n' % number)
            await asyncio.sleep(0.01)
        writer.write(LAST)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
