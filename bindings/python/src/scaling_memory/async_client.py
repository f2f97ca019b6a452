"""The client whose calls are awaited."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Dict, Mapping, Optional, Sequence, Type, Union, overload

from . import _native
from ._arguments import analysis, decode, embedding, encode, options, request
from ._base import BaseClient
from ._loops import of_running, running
from ._watch import watch
from .async_stream import AsyncStream
from .responses import Response

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._loop_queue import AsyncCall, LoopQueue
    from .configuration import Settings
    from .embeddings import Embeddings
    from .events import Event
    from .health import HealthReport
    from .models import ModelList
    from .request import CallOptions, EmbedFields, Prompt, RequestFields


class AsyncClient(BaseClient):
    """`Client` for event loops: asyncio's, uvloop's, and trio's. Arguments, results and errors are the same.

        async with AsyncClient("openai", model="gpt-4o-mini") as client:
            print((await client.complete("What is 2+2?")).content)
            async for text in client.stream("Tell me a story").text:
                print(text, end="", flush=True)

    Thousands of calls may run at once: the loop reads them all from one descriptor, and there is no thread for any. (A
    configuration's "rate_limit" lets 10 run at once unless it says otherwise.) A task that is cancelled cancels its call,
    at once. One client may be used in several loops, in a thread each.
    """

    def __init__(self, provider: Union[str, Mapping[str, Any]], **settings: Unpack[Settings]) -> None:
        self._queues: Dict[int, LoopQueue] = {}
        super().__init__(provider, **settings)

    __init__.__doc__ = BaseClient.__init__.__doc__

    async def complete(self, prompt: Prompt, **fields: Unpack[RequestFields]) -> Response:
        """Asks and waits for the whole answer; see Client.complete."""
        return Response.from_json(await self._result(_native.LLM_OP_COMPLETE, request(prompt, fields)))

    @overload
    def stream(self, prompt: Prompt, **fields: Unpack[RequestFields]) -> AsyncStream: ...

    @overload
    def stream(
        self, prompt: Prompt, *, on_event: Callable[[Event], object], **fields: Unpack[RequestFields]
    ) -> Awaitable[Response]: ...

    def stream(
        self, prompt: Prompt, *, on_event: Optional[Callable[[Event], object]] = None, **fields: Unpack[RequestFields]
    ) -> Union[AsyncStream, Awaitable[Response]]:
        """Asks and gives the answer's events as they come: as an asynchronous iterator, or to `on_event`.

        Called in a running loop; the request is on its way when this returns. With `on_event` the result is to be
        awaited instead: that calls it with each event, in the loop, and gives the response. What it returns does not
        matter; an exception out of it cancels the call and comes out of the await.
        """
        asked = request(prompt, fields)
        whole = encode(asked)
        if on_event is not None:
            return self._deliver(asked, whole, on_event)
        return self._stream(asked, whole)

    async def analyze(
        self, content: str, instruction: Optional[str] = None, **fields: Unpack[RequestFields]
    ) -> Response:
        """Asks for an analysis of `content`; see Client.analyze."""
        whole = analysis(content, instruction, fields)
        return Response.from_json(await self._result(_native.LLM_OP_ANALYZE, whole))

    async def embed(self, input: Union[str, Sequence[str]], **fields: Unpack[EmbedFields]) -> Embeddings:
        """Turns a text, or each of several, into a vector; see Client.embed."""
        from .embeddings import Embeddings

        return Embeddings.from_json(await self._result(_native.LLM_OP_EMBED, embedding(input, fields)))

    async def list_models(self, **fields: Unpack[CallOptions]) -> ModelList:
        """The provider's models, all pages of the list."""
        from .models import ModelList

        return ModelList.from_json(await self._result(_native.LLM_OP_LIST_MODELS, options(fields)))

    async def health_check(self, **fields: Unpack[CallOptions]) -> HealthReport:
        """Whether the provider answers and takes the key; see Client.health_check."""
        from .health import HealthReport

        return HealthReport.from_json(await self._result(_native.LLM_OP_HEALTH_CHECK, options(fields)))

    def close(self) -> None:
        """Ends the client. Its calls end with CanceledError, and later ones raise ClosedError.

        Never waits. Any thread, any number of times.
        """
        super().close()
        while self._queues:
            try:
                _, queue = self._queues.popitem()
            except KeyError:  # another thread took it
                return
            queue.release()

    async def aclose(self) -> None:
        """The same as close(), which does not wait: for `contextlib.aclosing`."""
        self.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_handle"):
            self.close()  # loops' queues count their clients

    def _start(self, operation: int, whole: bytes) -> AsyncCall:
        started = self._queue().start(self._open_handle(), operation, whole)
        if isinstance(started, BaseException):
            raise started
        return started

    def _queue(self) -> LoopQueue:
        """The queue of the running loop."""
        loop = running()
        self._open_handle()
        queue = self._queues.get(id(loop))
        if queue is None or not queue.serves(loop):
            from ._loop_queue import LoopQueue  # with ctypes: see _libllm

            for gone in [key for key, other in self._queues.items() if other.loop.is_over()]:
                self._queues.pop(gone).release()
            queue = self._queues[id(loop)] = LoopQueue.of(self._library, of_running(loop))
        return queue

    def _stream(self, asked: Mapping[str, Any], whole: bytes) -> AsyncStream:
        with watch(self, _native.LLM_OP_STREAM, asked) as watched:
            return AsyncStream(self, self._start(_native.LLM_OP_STREAM, whole), watched)

    async def _deliver(
        self, asked: Mapping[str, Any], whole: bytes, on_event: Callable[[Event], object]
    ) -> Response:
        async with self._stream(asked, whole) as stream:
            with stream._watch:
                async for event in stream:
                    on_event(event)
                return stream.response

    async def _result(self, operation: int, fields: Mapping[str, Any]) -> Any:
        """Runs a call that has one event, and returns that as JSON."""
        with watch(self, operation, fields) as watched:
            call = self._start(operation, encode(fields))
            try:
                while await call.fill():
                    item = call.items.popleft()
                    if isinstance(item, str):  # a piece of a stream
                        continue
                    kind, data = item
                    if kind == _native.LLM_EVENT_RESPONSE:
                        result = decode(data)
                        watched.succeeded(result)
                        return result
                    if kind == _native.LLM_EVENT_ERROR:
                        from ._failure import failure

                        raise failure(decode(data))
                from .errors import CanceledError

                raise CanceledError("the call was closed")
            finally:
                call.close()
