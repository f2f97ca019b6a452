"""The library's log in Python's: from a queue, on a thread of this package's own, so that no call waits for a handler."""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
import traceback
from typing import Any, Dict, Final, Mapping, Optional, Union

from . import _native
from ._handle import Handle
from ._library import library
from ._queue import HEADER, Queue

#: The level below DEBUG, at which lines hold what was asked and answered.
TRACE: Final = 5

_LOGGER: Final = "scaling_memory"
#: What logging has fields of its own for.
_KNOWN: Final = frozenset(("level", "time", "pid", "hostname", "name", "msg"))
_LEVELS: Final = (
    (TRACE, _native.LLM_LOG_TRACE),
    (logging.DEBUG, _native.LLM_LOG_DEBUG),
    (logging.INFO, _native.LLM_LOG_INFO),
    (logging.WARNING, _native.LLM_LOG_WARN),
    (logging.ERROR, _native.LLM_LOG_ERROR),
)

_lock = threading.Lock()
_bridge: Optional[_Bridge] = None


def enable_logging(level: Union[int, str] = logging.INFO) -> None:
    """Gives the library's log lines of `level` and above to the logger "scaling_memory"; called again, changes the level.

    A level is logging's, as a number or a name; "TRACE" (5) also shows what was asked and answered. The logger's own level
    and handlers decide, as always, what becomes of the records, whose fields are:

        levelno, created   the line's level and time
        message            what happened and the line's plain fields: "call finished provider=openai attempts=1 ..."
        llm                the whole line as a dict: {"msg": "call finished", "provider": "openai", "usage": {...}, ...}
        llm_<member>       each member of the line: record.llm_call_id, record.llm_status, record.llm_delay_ms ...

    One daemon thread serves them, from now to disable_logging() or the program's end. A handler that is slow loses lines and
    holds up no call; the next record then has `llm_dropped`, their number. A forked child has none until it asks again.
    The variable LLM_LOG_LEVEL is something else: lines to stderr, without Python.
    """
    global _bridge
    native = _native_level(level)
    with _lock:
        if _bridge is None:
            _bridge = _Bridge()
        _bridge.set_level(native)


def disable_logging() -> None:
    """Ends that, when the lines that had come are with their handlers. Without enable_logging() it does nothing."""
    global _bridge
    with _lock:
        bridge, _bridge = _bridge, None
    if bridge is not None:
        bridge.stop()


def _native_level(level: Union[int, str]) -> int:
    number = level
    if isinstance(number, str):
        number = TRACE if number.upper() == "TRACE" else logging.getLevelName(number.upper())
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError(f"level is {level!r}; it takes TRACE, DEBUG, INFO, WARNING, ERROR or a number")
    return next((native for known, native in _LEVELS if number <= known), _native.LLM_LOG_OFF)


def _level_of(line: Mapping[str, Any]) -> int:
    native = line.get("level", _native.LLM_LOG_INFO)
    return next((known for known, number in _LEVELS if native <= number), logging.ERROR)


class _Bridge:
    """A queue of log lines and the thread that reads it."""

    def __init__(self) -> None:
        self._library = library()
        self._queue = Queue(self._library)
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="scaling_memory-log", daemon=True)
        self._thread.start()

    def set_level(self, level: int) -> None:
        handle: Optional[Handle] = self._queue.handle
        if handle is not None:
            self._library.llm_queue_log(handle.pointer, level)

    def stop(self) -> None:
        self.set_level(_native.LLM_LOG_OFF)
        self._is_stopping = True
        self._queue.wake()
        if threading.current_thread() is not self._thread:  # a handler may ask for it
            self._thread.join()

    def _run(self) -> None:
        while True:
            is_last = self._is_stopping
            records = self._queue.read(0 if is_last else -1)
            position = 0
            while position < len(records):
                _, kind, length = HEADER.unpack_from(records, position)
                data = position + HEADER.size
                position = data + (length | 7) + 1
                if kind == _native.LLM_EVENT_LOG:
                    try:
                        _log(json.loads(records[data : data + length]))
                    except Exception:  # a filter's, say: the lines after this one are logged all the same
                        if logging.raiseExceptions:
                            traceback.print_exc()
            if is_last and not records:
                return self._queue.close()


def _log(line: Dict[str, Any]) -> None:
    logger, level = logging.getLogger(_LOGGER), _level_of(line)
    if not logger.isEnabledFor(level):
        return
    fields = {f"llm_{name}": value for name, value in line.items() if name not in _KNOWN}
    plain = (f"{name}={_plain(value)}" for name, value in line.items() if name not in _KNOWN and not isinstance(value, dict))
    message = " ".join((str(line.get("msg", "")), *plain))
    record = logger.makeRecord(_LOGGER, level, "(libllm)", 0, message, (), None, extra={"llm": line, **fields})
    if "time" in line:
        moved = line["time"] / 1000 - record.created
        record.created += moved
        record.msecs = line["time"] % 1000
        record.relativeCreated += moved * 1000
    logger.handle(record)


def _plain(value: object) -> str:
    """A value as people write it beside its name; one with blanks in quotes."""
    if isinstance(value, str) and value and not set(value) & set(' "=\n\t'):
        return value
    return json.dumps(value, ensure_ascii=False)


def _forget() -> None:
    """In a forked child: the thread has stayed behind."""
    global _bridge, _lock
    _bridge, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
atexit.register(disable_logging)
