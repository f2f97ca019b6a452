"""Answers OpenAI's chat completions, each after a while, and counts: counting_server.py HOLD_MS.

The first line printed is the port. At the end of its input it prints {"arrivals": [seconds], "most_at_once"}, by its own
clock: an arrival is when the whole request was read, and a request is under way until its answer is handed to the kernel.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from typing import List

import wires

LENGTH = re.compile(rb"content-length: *(\d+)", re.I)
arrivals: List[float] = []
now_running = most_at_once = 0


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    global now_running, most_at_once
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            arrivals.append(time.monotonic())
            now_running += 1
            most_at_once = max(most_at_once, now_running)
            await asyncio.sleep(hold)
            streams = b'"stream":true' in body
            text = wires.STREAM if streams else wires.COMPLETION
            kind = "text/event-stream" if streams else "application/json"
            # Before the answer is out: who gets it may send the next one in the same moment.
            now_running -= 1
            writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(text)}\r\n\r\n{text}".encode())
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({"arrivals": arrivals, "most_at_once": most_at_once}), flush=True)
    os._exit(0)  # connections that are still open are nobody's concern any more


hold = int(sys.argv[1]) / 1000
asyncio.run(main())
