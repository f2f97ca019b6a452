"""What tests of clients in event loops share."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Callable

from loopback import DEADLINE
from scaling_memory._loop_queue import LoopQueue

NO_LIMITS = {"per_minute": 0, "per_hour": 0, "max_concurrent": 0}


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
