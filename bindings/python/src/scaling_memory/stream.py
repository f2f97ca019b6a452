"""The events of one streamed answer, as an iterator."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Iterator, Optional, Type

from ._call import Call
from .errors import ClosedError, LLMError
from .events import Event, ResponseEvent, TextEvent, event_from
from .responses import Response

if TYPE_CHECKING:
    from .client import Client


class Stream(Iterator[Event]):
    """An answer that is still coming. Made by `Client.stream`.

        with client.stream("Tell me a story") as stream:
            for text in stream.text:
                print(text, end="", flush=True)
        print(stream.response.usage)

    Iterating over the stream itself gives every event, with `ResponseEvent` as the last one. Each comes when its bytes
    arrive; as long as you do not ask for more, the provider is not read from. A failure is raised once, by the
    iteration, as an LLMError whose `partial` holds what had come.

    Leaving the `with` block, or dropping the stream, cancels what still runs. One thread reads at a time, while
    close() may come from any.
    """

    def __init__(self, client: Client, call: Call) -> None:
        self._client = client  # a client that goes away takes its calls along
        self._call = call
        self._response: Optional[Response] = None
        self._failure: Optional[LLMError] = None

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Event:
        event = self._read()
        if event is None:
            raise StopIteration
        return event

    @property
    def text(self) -> Iterator[str]:
        """The pieces of text alone, as they come."""
        for event in self:
            if isinstance(event, TextEvent):
                yield event.text

    @property
    def response(self) -> Response:
        """The whole response, once the stream was read to its end. Before that it is a ClosedError or RuntimeError,
        and the stream's own failure where it failed."""
        if self._response is not None:
            return self._response
        if self._failure is not None:
            raise self._failure
        if self._call.closed:
            raise ClosedError("the stream was closed before its end, so there is no response")
        raise RuntimeError("the stream was not read to its end yet: iterate over it, or call finish()")

    def finish(self) -> Response:
        """Reads what is left without showing it, and returns the whole response. Raises as the iteration does."""
        while self._read() is not None:
            pass
        return self.response

    def close(self) -> None:
        """Cancels what still runs and frees it. Any thread, any number of times; a thread that waits for the next
        event gets CanceledError."""
        self._call.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._response is not None:
            state = "finished"
        elif self._failure is not None:
            state = f"failed: {self._failure.status}"
        else:
            state = "closed" if self._call.closed else "open"
        return f"<Stream {state}>"

    def _read(self) -> Optional[Event]:
        """The next event of a kind that this version knows, or None at the end."""
        try:
            while True:
                item = self._call.next()
                if item is None:
                    return None
                event = event_from(*item)
                if isinstance(event, ResponseEvent):
                    self._response = event.response
                    self.close()
                if event is not None:
                    return event
        except LLMError as error:
            if self._call.closed:  # the call's own end, not a refusal to read it twice at once
                self._failure = error
            raise
        except BaseException:  # Ctrl-C, above all
            self.close()
            raise
