"""Many events in one crossing: llm_queue_read, and the packed records that it gives."""

from __future__ import annotations

import ctypes
import struct
from collections import deque
from ctypes import CDLL, byref, c_char, c_size_t, c_void_p
from typing import TYPE_CHECKING, Any, Callable, Deque, Final, List, Optional, Protocol, Tuple, Union

from ._handle import Handle, take_error
from ._native import LLM_ERROR_FORKED, LLM_EVENT_TEXT, LLM_OK, LLM_PENDING, LLM_TOO_SMALL

#: One event on its way to whoever asks for it: a text, which nearly all are, or any other kind with its data as they came,
#: to be decoded when they are asked for.
Item = Union[str, Tuple[int, bytes]]

_CAPACITY: Final = 64 * 1024
#: struct llm_event: tag, kind, length; the data follow, then a NUL and padding to a multiple of 8 bytes.
HEADER: Final = struct.Struct("=QiI")


class Queue:
    """An llm_queue. One thread reads at a time; close() may come from any, at any moment."""

    __slots__ = ("_handle", "_library")

    def __init__(self, library: CDLL) -> None:
        handle, error = Handle(library.llm_queue_destroy), c_void_p()
        status = library.llm_queue_create(byref(handle.pointer), byref(error))
        if status != LLM_OK:
            raise take_error(library, status, error)
        self._library = library
        self._handle: Optional[Handle] = handle

    @property
    def handle(self) -> Optional[Handle]:
        """What llm_call_start and llm_queue_log take; None once it was closed, or freed with a cycle that it is in."""
        handle = self._handle
        return handle if handle is not None and handle.pointer else None

    def descriptor(self) -> int:
        """What an event loop watches; see llm_queue_fd. -1 where the system has none to give."""
        handle = self.handle
        descriptor: int = -1 if handle is None else self._library.llm_queue_fd(handle.pointer)
        return descriptor

    def read(self, timeout_ms: int) -> bytes:
        """The records that there are, waiting up to `timeout_ms` for the first (0 polls, -1 waits for as long as it takes).

        None is there when nothing came, after a signal handler ran, after wake(), and when the queue is closed.
        """
        handle = self.handle  # held while the read is in progress
        if handle is None:
            return b""
        buffer = _free_buffers.pop() if _free_buffers else _Buffer(_CAPACITY)
        try:
            while True:
                status = self._library.llm_queue_read(handle.pointer, timeout_ms, *buffer.arguments)
                if status == LLM_OK:
                    records: bytes = buffer.bytes[: buffer.used.value]
                    return records
                if status != LLM_TOO_SMALL:
                    break
                buffer = _Buffer(buffer.used.value)
        finally:
            handle = None  # see Handle
            if len(buffer.bytes) == _CAPACITY:  # one of a rare size is not kept
                _free_buffers.append(buffer)
        if status == LLM_PENDING:
            return b""
        from .errors import ForkedError, InvalidArgumentError

        name: bytes = self._library.llm_status_name(status)
        if status == LLM_ERROR_FORKED:
            raise ForkedError("the call belongs to the parent process")
        raise InvalidArgumentError(f"llm_queue_read: {name.decode()}")

    def wake(self) -> None:
        """Makes a read that waits return with nothing, or the next one that would wait. Any thread."""
        handle = self._handle
        if handle is not None:
            self._library.llm_queue_wake(handle.pointer)

    def close(self) -> None:
        """Ends what still runs on it. It is destroyed now, or when the read that is in progress has returned."""
        self._handle = None


class _Buffer:
    """Where records are copied to. Used for one read, and then free for the next one, of whichever queue."""

    __slots__ = ("arguments", "bytes", "used")

    def __init__(self, capacity: int) -> None:
        self.bytes: Any = (c_char * capacity)()
        self.used = c_size_t()
        self.arguments = (ctypes.addressof(self.bytes), capacity, byref(self.used))


_free_buffers: List[_Buffer] = []


if TYPE_CHECKING:

    class Receiver(Protocol):
        """Takes the events of one call out of the records."""

        #: What has come and was not asked for yet. Taken from the left, by any thread.
        items: Deque[Item]

        def arrived(self, size: int) -> None:
            """Events were added to `items`; they took `size` bytes."""


class _Nobody:
    __slots__ = ("items",)

    def __init__(self) -> None:
        self.items: Deque[Item] = deque(maxlen=0)

    def arrived(self, size: int) -> None:
        pass


_nobody = _Nobody()


def deliver(records: bytes, receiver: Callable[[int], Optional[Receiver]]) -> None:
    """Gives each event to the receiver for its tag; None drops it. Records of one tag usually stand together.

    This is what an event costs: no crossing, two short-lived objects, and a str.
    """
    unpack, text = HEADER.unpack_from, LLM_EVENT_TEXT
    position, begin, end = 0, 0, len(records)
    current: Optional[int] = None
    to: Receiver = _nobody
    append = to.items.append
    while position < end:
        tag, kind, length = unpack(records, position)
        if tag != current:
            to.arrived(position - begin)
            to = receiver(tag) or _nobody
            current, begin, append = tag, position, to.items.append
        data = position + 16
        position = data + (length | 7) + 1
        if kind == text:
            append(records[data : data + length].decode())
        else:
            append((kind, records[data : data + length]))
    to.arrived(position - begin)
