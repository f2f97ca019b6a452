"""A call under way: its start and its end, and how a stream is read by those who wait."""

from __future__ import annotations

import os
import threading
from collections import deque
from ctypes import CDLL, byref, c_void_p
from typing import TYPE_CHECKING, Deque, Optional

from ._handle import Handle, take_error
from ._native import LLM_OK, LLM_OP_STREAM
from ._queue import Queue, deliver

if TYPE_CHECKING:
    from ._queue import Item

# A signal that comes while a read waits makes it return at once. One that comes just before it starts to wait does not:
# that one has to wait for the end of a slice until Python runs its handler.
SLICE_MS = 250


class Call:
    """One call. close() and cancel() may come from any thread, at any moment."""

    __slots__ = ("_library", "_handle", "__weakref__")

    def __init__(self, library: CDLL) -> None:
        self._library = library
        self._handle: Optional[Handle] = Handle(library.llm_call_free)

    def start(
        self, client: Handle, operation: int, request: Optional[bytes], queue: Optional[Queue] = None, tag: int = 0
    ) -> Optional[BaseException]:
        """Starts the call. Returns the failure instead of raising it: a traceback would keep `client` alive."""
        assert self._handle is not None
        error = c_void_p()
        place = None if queue is None or queue.handle is None else queue.handle.pointer
        out = byref(self._handle.pointer)
        status = self._library.llm_call_start(client.pointer, operation, request, place, tag, out, byref(error))
        return None if status == LLM_OK else take_error(self._library, status, error)

    @property
    def closed(self) -> bool:
        """Whether the call is over, for whatever reason: nothing more can be read."""
        return self._handle is None

    def cancel(self) -> None:
        """Ends the call with CanceledError, which its reader gets; after its end this does nothing."""
        handle = self._handle
        if handle is not None:
            self._library.llm_call_cancel(handle.pointer)

    def close(self) -> None:
        """Cancels the call if it still runs, and frees it. A thread that waits for it gets CanceledError."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._library.llm_call_cancel(handle.pointer)


class EventsCall(Call):
    """A call with many events, which come by a queue."""

    __slots__ = ("items",)

    def __init__(self, library: CDLL) -> None:
        super().__init__(library)
        #: What has come and was not asked for yet.
        self.items: Deque[Item] = deque()


class StreamCall(EventsCall):
    """Read through a queue of its own: as many events as there are in one crossing.

    One thread reads at a time; whoever finds something in `items` need not.
    """

    __slots__ = ("_process", "_queue", "_reading")

    def __init__(self, library: CDLL) -> None:
        super().__init__(library)
        self._queue = Queue(library)
        self._reading = threading.Lock()
        self._process = os.getpid()

    def begin(self, client: Handle, request: bytes) -> Optional[BaseException]:
        """Starts the stream; see start()."""
        return self.start(client, LLM_OP_STREAM, request, self._queue)

    def fill(self) -> bool:
        """Waits until there is something in `items`. False: the call is closed.

        Signal handlers run while this waits, so Ctrl-C raises KeyboardInterrupt here.
        """
        if not self._reading.acquire(blocking=False):
            from .errors import ForkedError, InvalidArgumentError

            if os.getpid() != self._process:  # a thread of the parent was reading when the process forked
                raise ForkedError("the call belongs to the parent process")
            raise InvalidArgumentError("another thread is reading this call")
        handle = self._handle  # held until the read has returned: what is freed is not told its end
        try:
            while handle is not None and not self.items:
                records = self._queue.read(SLICE_MS)
                if records:
                    deliver(records, lambda tag: self)
                else:
                    handle = self._handle  # a signal handler may have closed the call
            return handle is not None
        finally:
            handle = None  # see Handle
            self._reading.release()

    def arrived(self, size: int) -> None:
        pass

    def close(self) -> None:
        super().close()
        self.items.clear()
