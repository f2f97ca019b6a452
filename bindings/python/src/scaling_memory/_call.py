"""A call under way: llm_call_start, llm_call_next and their end."""

from __future__ import annotations

import os
import threading
from ctypes import CDLL, byref, c_int32, c_size_t, c_void_p, string_at
from typing import Optional, Tuple

from ._handle import Handle, take_error
from ._native import LLM_END, LLM_OK, LLM_PENDING
from .errors import ForkedError, InvalidArgumentError, LLMError

# A signal that comes while llm_call_next waits makes it return at once. One that comes just before it starts to wait
# does not: that one has to wait for the end of a slice until Python runs its handler.
_SLICE_MS = 250


class Call:
    """Reads the events of one call. One thread reads at a time; close() may come from any thread, at any moment."""

    __slots__ = (
        "_library", "_handle", "_next", "_reading", "_process",
        "_kind", "_data", "_length", "_error", "_outputs", "__weakref__",
    )  # fmt: skip

    def __init__(self, library: CDLL) -> None:
        self._library = library
        self._handle: Optional[Handle] = Handle(library.llm_call_free)
        self._next = library.llm_call_next
        self._reading = threading.Lock()
        self._process = os.getpid()
        self._kind = c_int32()
        self._data = c_void_p()
        self._length = c_size_t()
        self._error = c_void_p()
        self._outputs = (byref(self._kind), byref(self._data), byref(self._length), byref(self._error))

    def start(self, client: Handle, operation: int, request: Optional[bytes]) -> Optional[LLMError]:
        """Starts the call. Returns the failure instead of raising it: a traceback would keep `client` alive."""
        assert self._handle is not None
        out, error = byref(self._handle.pointer), self._outputs[3]
        status = self._library.llm_call_start(client.pointer, operation, request, None, 0, out, error)
        return None if status == LLM_OK else take_error(self._library, status, self._error)

    def next(self) -> Optional[Tuple[int, bytes]]:
        """The next event as (kind, data), waiting for it; None at the end. Raises the call's failure, once.

        Signal handlers run while this waits, so Ctrl-C raises KeyboardInterrupt here.
        """
        if not self._reading.acquire(blocking=False):
            if os.getpid() != self._process:  # a thread of the parent was reading when the process forked
                raise ForkedError("the call belongs to the parent process")
            raise InvalidArgumentError("another thread is reading this call")
        handle = self._handle
        try:
            while handle is not None:
                status = self._next(handle.pointer, _SLICE_MS, *self._outputs)
                if status == LLM_OK:
                    return self._kind.value, string_at(self._data.value or 0, self._length.value)
                if status == LLM_PENDING:
                    handle = self._handle  # a signal handler may have closed the call
                    continue
                self._handle = handle = None
                if status != LLM_END:
                    raise take_error(self._library, status, self._error)
            return None
        finally:
            handle = None
            self._reading.release()

    @property
    def closed(self) -> bool:
        """Whether the call is over, for whatever reason: nothing more can be read."""
        return self._handle is None

    def close(self) -> None:
        """Cancels the call if it still runs, and frees it. A thread that waits in next() gets CanceledError."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._library.llm_call_cancel(handle.pointer)
