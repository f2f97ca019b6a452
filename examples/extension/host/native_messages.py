"""The browser's native messaging: each message is its length in four bytes, in the machine's byte order, and then its JSON."""

from __future__ import annotations

import asyncio
import json
import os
import struct
import sys
from typing import Any, Dict, Optional

LENGTH = struct.Struct("=I")
#: What a page of the panel's can need at most, and not what a mistake or an attack could make of four bytes.
MOST_TAKEN = 8 * 1024 * 1024  # bytes
#: The browser takes 1 MB. A character is six bytes of JSON at most.
MOST_TEXT = 100_000  # characters


class BadMessage(Exception):
    """What came from the browser is no message of the panel's."""


async def connect_stdin() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def read_message(reader: asyncio.StreamReader) -> Optional[Dict[str, Any]]:
    """The next message, None when the browser has closed the pipe. BadMessage for what is none."""
    try:
        (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        if length > MOST_TAKEN:
            raise BadMessage(f"a message of {length} bytes, of which {MOST_TAKEN} are taken")
        message = json.loads(await reader.readexactly(length))
    except asyncio.IncompleteReadError:
        return None
    except ValueError:
        raise BadMessage("a message that is not JSON") from None
    if not isinstance(message, dict):
        raise BadMessage("a message that is no object")
    return message


def write_message(message: Dict[str, Any]) -> None:
    """Waits until the browser has taken it: all analyses share the one pipe, so none could go on before."""
    data = json.dumps(message, ensure_ascii=False).encode()
    try:
        sys.stdout.buffer.write(LENGTH.pack(len(data)) + data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os._exit(0)  # the browser has gone: nobody is left to work for, or to tell
