"""The events of one streamed answer, as an iterator."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Iterator, Optional, Tuple, Type

from ._arguments import decode
from ._native import LLM_EVENT_ERROR
from .events import Event, ResponseEvent, TextEvent, event_from

if TYPE_CHECKING:
    from ._base import BaseClient
    from ._call import EventsCall, StreamCall
    from ._queue import Item
    from ._watch import Watch
    from .errors import LLMError
    from .responses import Response


class Answer:
    """What is known of an answer that is still coming: its response in the end, or its failure."""

    _call: EventsCall

    def __init__(self, client: BaseClient, call: EventsCall, watch: Watch) -> None:
        self._client = client  # a client that goes away takes its calls along
        self._call = call
        self._take = call.items.popleft
        self._watch = watch
        self._response: Optional[Response] = None
        self._failure: Optional[LLMError] = None

    @property
    def response(self) -> Response:
        """The whole response, once the stream was read to its end. Before that it is a ClosedError or RuntimeError,
        and the stream's own failure where it failed."""
        if self._response is not None:
            return self._response
        if self._failure is not None:
            raise self._failure
        if self._call.closed:
            from .errors import ClosedError

            raise ClosedError("the stream was closed before its end, so there is no response")
        raise RuntimeError("the stream was not read to its end yet: iterate over it, or call finish()")

    def cancel(self) -> None:
        """Ends the call from any thread: whoever reads the stream gets CanceledError, whose `partial` holds what had
        come. After the call's end this does nothing."""
        self._call.cancel()

    def close(self) -> None:
        """Cancels what still runs and frees it. Any thread, any number of times; whoever waits for the next event gets
        CanceledError, and whoever asks later the end."""
        self._call.close()
        self._watch.closed()

    def __repr__(self) -> str:
        if self._response is not None:
            state = "finished"
        elif self._failure is not None:
            state = f"failed: {self._failure.status}"
        else:
            state = "closed" if self._call.closed else "open"
        return f"<{type(self).__name__} {state}>"

    def _decoded(self, item: Tuple[int, bytes]) -> Optional[Event]:
        """The event for an item that is no text; None for a kind that this version does not know. Raises the failure."""
        kind, data = item
        if kind == LLM_EVENT_ERROR:
            from ._failure import raised_by_adapter
            from .errors import LLMError

            fields = decode(data)
            failure = self._failed(LLMError.from_json(fields))
            raise raised_by_adapter(fields) or failure
        event = event_from(kind, data)
        if isinstance(event, ResponseEvent):
            self._response = event.response
            self._watch.succeeded(event.response.raw)
            self.close()
        return event

    def _failed(self, error: BaseException) -> BaseException:
        """Keeps the call's own end; a refusal to read it twice at once is none."""
        from .errors import InvalidArgumentError, LLMError

        if isinstance(error, InvalidArgumentError) and not error.raw:
            return error
        if isinstance(error, LLMError):
            self._failure = error
        self._watch.failed(error)
        self.close()
        return error


class Stream(Answer):
    """An answer that is still coming. Made by `Client.stream`.

        with client.stream("Tell me a story") as stream:
            for text in stream.text:
                print(text, end="", flush=True)
        print(stream.response.usage)

    Iterating over the stream itself gives every event, with `ResponseEvent` as the last one. Each comes when its bytes
    arrive; as long as you do not ask for more, no more than some 100 KB are read from the provider. A failure is raised
    once, by the iteration, as an LLMError whose `partial` holds what had come.

    Leaving the `with` block, or dropping the stream, cancels what still runs. One thread reads at a time, while
    cancel() and close() may come from any.
    """

    _call: StreamCall

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Event:
        item: Optional[Item]
        while True:
            try:
                item = self._take()
            except IndexError:
                item = None
            if isinstance(item, str):
                return TextEvent(item)
            if item is None:
                if not self._fill():
                    raise StopIteration
                continue
            event = self._decoded(item)
            if event is not None:
                return event

    @property
    def text(self) -> Iterator[str]:
        """The pieces of text alone, as they come."""
        take = self._take
        item: Optional[Item]
        while True:
            try:
                item = take()
            except IndexError:
                item = None
            if isinstance(item, str):
                yield item
            elif item is not None:
                self._decoded(item)
            elif not self._fill():
                return

    def finish(self) -> Response:
        """Reads what is left without showing it, and returns the whole response. Raises as the iteration does."""
        for _ in self.text:
            pass
        return self.response

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def _fill(self) -> bool:
        try:
            return self._call.fill()
        except BaseException as error:  # the call's failure, or Ctrl-C
            self._failed(error)
            raise
