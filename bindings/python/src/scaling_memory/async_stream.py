"""The events of one streamed answer, as an asynchronous iterator."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, AsyncIterator, Optional, Type

from .events import Event, TextEvent
from .stream import Answer

if TYPE_CHECKING:
    from ._loop_queue import AsyncCall
    from ._queue import Item
    from .responses import Response


class AsyncStream(Answer):
    """An answer that is still coming. Made by `AsyncClient.stream`.

        async with client.stream("Tell me a story") as stream:
            async for text in stream.text:
                print(text, end="", flush=True)
        print(stream.response.usage)

    Iterating over the stream itself gives every event, with `ResponseEvent` as the last one. A failure is raised once,
    by the iteration, as an LLMError whose `partial` holds what had come. A consumer that does not read holds up his own
    stream and no other; some 300 KB of it may wait for him.

    Leaving the `async with` block, cancelling the task that waits for an event, and dropping the stream cancel what
    still runs, at once. One task reads at a time, in the loop that the stream was made in.
    """

    _call: AsyncCall

    def __aiter__(self) -> AsyncStream:
        return self

    async def __anext__(self) -> Event:
        item: Optional[Item]
        while True:
            try:
                item = self._take()
            except IndexError:
                item = None
            if isinstance(item, str):
                return TextEvent(item)
            if item is None:
                if not await self._fill():
                    raise StopAsyncIteration
                continue
            event = self._decoded(item)
            if event is not None:
                return event

    @property
    def text(self) -> AsyncIterator[str]:
        """The pieces of text alone, as they come."""
        return _Texts(self)

    async def finish(self) -> Response:
        """Reads what is left without showing it, and returns the whole response. Raises as the iteration does."""
        async for _ in self.text:
            pass
        return self.response

    async def aclose(self) -> None:
        """The same as close(), which does not wait: for `contextlib.aclosing`."""
        self.close()

    async def __aenter__(self) -> AsyncStream:
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __del__(self) -> None:
        call = getattr(self, "_call", None)
        if call is not None:
            call.close()  # the loop's queue knows it still

    async def _fill(self) -> bool:
        try:
            return await self._call.fill()
        except BaseException as error:  # the call's failure, or the task was cancelled
            self._failed(error)
            raise


class _Texts(AsyncIterator[str]):
    # Not an asynchronous generator: one that is left in the middle has to be ended by the loop, later.

    def __init__(self, stream: AsyncStream) -> None:
        self._stream = stream
        self._take = stream._take

    async def __anext__(self) -> str:
        item: Optional[Item]
        while True:
            try:
                item = self._take()
            except IndexError:
                item = None
            if isinstance(item, str):
                return item
            if item is not None:
                self._stream._decoded(item)
            elif not await self._stream._fill():
                raise StopAsyncIteration
