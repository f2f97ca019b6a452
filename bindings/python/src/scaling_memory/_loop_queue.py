"""The queue of a running event loop: all its calls, read by the loop itself when the queue's descriptor is readable.

No thread waits for a call, and no event crosses by itself: one read gives the records of all calls that have something.
"""

from __future__ import annotations

import itertools
import os
from ctypes import CDLL
from typing import TYPE_CHECKING, Dict, Final, Optional, Union
from weakref import WeakValueDictionary

from ._call import EventsCall
from ._queue import Queue, deliver
from .errors import ForkedError, InternalError, InvalidArgumentError

if TYPE_CHECKING:
    from ._handle import Handle
    from ._loops import Loop, Waiter

# What one turn of the loop takes, in bytes of records, before other callbacks and the consumers have theirs: a hundred
# thousand bytes are some 4,000 texts, and take about a millisecond.
_TURN: Final = 128 * 1024
# A call whose consumer has so many bytes of records unread is paused until he has read them all.
_UNREAD: Final = 256 * 1024


class LoopQueue:
    """Made when a loop's first call is started; closed with the last client that used it there, once its calls have
    ended. Everything but release() and call.close() happens in the loop's thread."""

    #: By the loop's id. A queue keeps its loop, so the number stays its own; those that use the queue keep the queue.
    _of_loops: "WeakValueDictionary[int, LoopQueue]" = WeakValueDictionary()
    _tags = itertools.count(1)

    def __init__(self, library: CDLL, loop: Loop) -> None:
        self.loop = loop
        self.library = library
        self._process = os.getpid()
        self._queue = Queue(library)
        self._calls: Dict[int, AsyncCall] = {}
        self._users = 0
        self._descriptor = self._queue.descriptor()
        if self._descriptor < 0:
            raise InternalError("the system has no descriptor to give for the event loop to watch")
        loop.watch(self._descriptor, self._drain)

    @classmethod
    def of(cls, library: CDLL, loop: Loop) -> LoopQueue:
        """The queue of `loop`, which is running, for one more client: it calls release() in the end."""
        number = id(loop.identity)
        queue = cls._of_loops.get(number)
        if queue is None or not queue.serves(loop.identity):
            cls._of_loops[number] = queue = cls(library, loop)
        queue._users += 1
        return queue

    def serves(self, loop: object) -> bool:
        """Whether this is the queue of `loop`, which is what running() gives, and of this process."""
        return self.loop.identity is loop and not self.loop.is_over() and self._process == os.getpid()

    def start(self, client: Handle, operation: int, request: bytes) -> Union[AsyncCall, BaseException]:
        """Starts a call. Returns the failure, as Call.start does."""
        tag = next(self._tags)
        call = self._calls[tag] = AsyncCall(self, tag)  # first: events may come before llm_call_start has returned
        failure = call.start(client, operation, request, self._queue, tag)
        if failure is None:
            return call
        self.forget(call)
        return failure

    def forget(self, call: AsyncCall) -> None:
        """Nothing more is delivered to the call. Any thread."""
        self._calls.pop(call.tag, None)
        self._end_if_unused()

    def release(self) -> None:
        """A client that used the queue is closed. Any thread."""
        self.loop.run(self._released)

    def _released(self) -> None:
        self._users -= 1
        self._end_if_unused()

    def _end_if_unused(self) -> None:
        if self._users <= 0 and not self._calls:
            self.loop.run(self._end)

    def _end(self) -> None:
        if self._users > 0 or self._calls or self._queue.handle is None:
            return
        if self._process == os.getpid():  # a child has no descriptor, and the parent's loop is not its own
            self.loop.unwatch(self._descriptor)
        if self._of_loops.get(id(self.loop.identity)) is self:
            del self._of_loops[id(self.loop.identity)]
        self._queue.close()

    def _drain(self) -> None:
        """The loop's callback. The descriptor stays readable until a read has found nothing, so the loop, which is
        level-triggered, comes back where this stops sooner."""
        left = _TURN
        receiver = self._calls.get
        while left > 0:
            try:
                records = self._queue.read(0)
            except ForkedError:
                return
            if not records:
                return
            deliver(records, receiver)
            left -= len(records)


class AsyncCall(EventsCall):
    """A call on a loop's queue. One task reads it at a time."""

    __slots__ = ("tag", "_ending", "_paused", "_queue", "_unread", "_waiter")

    def __init__(self, queue: LoopQueue, tag: int) -> None:
        super().__init__(queue.library)
        self.tag = tag
        self._queue = queue
        self._waiter: Optional[Waiter] = None
        self._unread = 0
        self._paused = False
        self._ending: Optional[Handle] = None

    async def fill(self) -> bool:
        """Waits until there is something in `items`. False: the call is closed. Whoever is cancelled here closes it."""
        while not self.items:
            if self._handle is None:
                return False
            if self._waiter is not None:
                raise InvalidArgumentError("another task is reading this call")
            self._unread = 0
            if self._paused:
                self._pause(False)
            self._waiter = waiter = self._queue.loop.make_waiter()
            try:
                await waiter
            except BaseException:
                self._waiter = None
                self.close()
                raise
            self._waiter = None
        return True

    def arrived(self, size: int) -> None:
        self._unread += size
        if self._unread > _UNREAD and not self._paused:
            self._pause(True)
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _pause(self, paused: bool) -> None:
        handle = self._handle
        if handle is not None:
            self._paused = paused
            self._library.llm_call_pause(handle.pointer, paused)

    def close(self) -> None:
        """Any thread. A task that waits gets the call's end, CanceledError; only then is the call freed."""
        handle, self._handle = self._handle, None
        if handle is not None and self._waiter is not None:
            self._library.llm_call_cancel(handle.pointer)
            self._ending = handle
            return
        self._ending = None
        self.items.clear()
        self._queue.forget(self)
