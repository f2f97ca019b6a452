"""Event loops: what a queue's reader needs of the one that it lives in.

asyncio's own interface is enough for uvloop and for anyio on asyncio. trio has another, and is found only where the program
has imported it.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Final, Generator, Protocol

if TYPE_CHECKING:
    import asyncio


class Waiter(Awaitable[None], Protocol):
    """What one task waits for. An asyncio.Future is one."""

    def done(self) -> bool: ...

    def set_result(self, result: None) -> None: ...


class Loop(Protocol):
    @property
    def identity(self) -> object:
        """The loop itself, whichever object it is to its library."""

    def is_over(self) -> bool:
        """Whether the loop will not run any more."""

    def watch(self, descriptor: int, on_readable: Callable[[], None]) -> None:
        """Calls `on_readable` whenever the descriptor is readable, and again while it still is."""

    def unwatch(self, descriptor: int) -> None:
        """Ends that."""

    def make_waiter(self) -> Waiter:
        """Something to wait for, in the loop's own thread."""

    def run(self, action: Callable[[], None]) -> None:
        """Runs `action` where nothing else of the loop runs: now if this is its thread, else soon."""


def running() -> object:
    """The loop that the caller runs in, whichever object it is to its library. RuntimeError where there is none."""
    trio = sys.modules.get("trio")
    if trio is not None:
        try:
            trio.lowlevel.current_task()
        except RuntimeError:
            pass
        else:
            return trio.lowlevel.current_trio_token()
    import asyncio  # who runs its loop has it already, and others need it not

    return asyncio.get_running_loop()


def of_running(loop: Any) -> Loop:
    """What a queue's reader needs of what running() gave."""
    trio = sys.modules.get("trio")
    if trio is not None and isinstance(loop, trio.lowlevel.TrioToken):
        return TrioLoop(trio)
    import asyncio

    return AsyncioLoop(loop, asyncio._get_running_loop)


class AsyncioLoop:
    def __init__(self, loop: asyncio.AbstractEventLoop, running: Callable[[], object]) -> None:
        self.identity: Final = loop
        self._loop = loop
        self._running = running
        self.make_waiter: Callable[[], Waiter] = loop.create_future

    def is_over(self) -> bool:
        return self._loop.is_closed()

    def watch(self, descriptor: int, on_readable: Callable[[], None]) -> None:
        self._loop.add_reader(descriptor, on_readable)

    def unwatch(self, descriptor: int) -> None:
        if not self._loop.is_closed():
            self._loop.remove_reader(descriptor)

    def run(self, action: Callable[[], None]) -> None:
        if self._loop.is_running() and self._running() is not self._loop:
            try:
                self._loop.call_soon_threadsafe(action)
            except RuntimeError:  # it was closed meanwhile, and nothing of it runs any more
                action()
        else:
            action()


class TrioLoop:
    def __init__(self, trio: Any) -> None:
        self._trio = trio
        self.identity = trio.lowlevel.current_trio_token()
        self._thread = threading.get_ident()
        self._scope: Any = None
        self._is_over = False

    def is_over(self) -> bool:
        return self._is_over

    def watch(self, descriptor: int, on_readable: Callable[[], None]) -> None:
        self._scope = self._trio.CancelScope()
        self._trio.lowlevel.spawn_system_task(self._read, descriptor, on_readable)

    async def _read(self, descriptor: int, on_readable: Callable[[], None]) -> None:
        try:
            with self._scope:
                while True:
                    await self._trio.lowlevel.wait_readable(descriptor)
                    on_readable()
        finally:
            self._is_over = True

    def unwatch(self, descriptor: int) -> None:
        if not self._is_over:
            self._scope.cancel()  # takes the descriptor out at once

    def make_waiter(self) -> Waiter:
        return _TrioWaiter(self._trio.Event())

    def run(self, action: Callable[[], None]) -> None:
        if not self._is_over and threading.get_ident() != self._thread:
            try:
                self.identity.run_sync_soon(action)
            except self._trio.RunFinishedError:
                action()
        else:
            action()


class _TrioWaiter(Awaitable[None]):
    def __init__(self, event: Any) -> None:
        self._event = event

    def done(self) -> bool:
        return bool(self._event.is_set())

    def set_result(self, result: None) -> None:
        self._event.set()

    def __await__(self) -> Generator[Any, None, None]:
        waiting: Generator[Any, None, None] = self._event.wait().__await__()
        return waiting
