"""Where calls can be watched: whoever does is told of each call's start and of its end, and of nothing in between.

Nobody watches by default, which costs a call half a microsecond and an event nothing.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, Type

if TYPE_CHECKING:
    from ._base import BaseClient

    #: Gives a call's watch: called with its client, its operation (LLM_OP_...) and its request as it starts.
    Watcher = Callable[[BaseClient, int, Mapping[str, Any]], "Watch"]


class Watch:
    """One call, as its watcher sees it. This one looks away.

    The first of succeeded(), failed() and closed() is the call's end; others may follow. They are called on whichever
    thread ends the call, and must not raise. A stream that is dropped is only told to the watch by the watch's own end.
    """

    __slots__ = ("__weakref__",)

    def succeeded(self, result: Mapping[str, Any]) -> None:
        """The call gave this: the JSON object that llm.h describes."""

    def failed(self, error: BaseException) -> None:
        """The call ended with an LLMError, or with what came from elsewhere: Ctrl-C, a task's end, a callback."""

    def closed(self) -> None:
        """Whoever read the stream did not want the rest of it."""

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if error is not None:
            self.failed(error)


_nobody = Watch()
_watcher: Optional[Watcher] = None


def set_watcher(watcher: Optional[Watcher]) -> None:
    """Has all calls that start from now on watched by `watcher`, in place of the one before. Any thread."""
    global _watcher
    _watcher = watcher


def watch(client: BaseClient, operation: int, request: Mapping[str, Any]) -> Watch:
    """The watch for a call that starts now."""
    watcher = _watcher
    return _nobody if watcher is None else watcher(client, operation, request)
