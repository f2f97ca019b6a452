"""Owning what C hands out: handles, errors and JSON texts."""

from __future__ import annotations

from ctypes import CDLL, c_char_p, c_void_p
from typing import Any, Callable

from ._arguments import decode


class Handle:
    """One C handle, freed when its last reference goes.

    A thread inside a C function holds a reference to the handle it passed, so the handle cannot vanish under it, and
    whoever closes only has to drop his own. That takes no lock, and so nothing can be left locked by a fork, a signal
    handler or the garbage collector. The price: no frame that an exception's traceback keeps may hold one.
    """

    __slots__ = ("pointer", "_free")

    def __init__(self, free: Callable[[c_void_p], object]) -> None:
        self.pointer = c_void_p()  # where the function that makes the handle writes it
        self._free = free  # kept here: at interpreter shutdown the module's names may be gone

    def __del__(self) -> None:
        if self.pointer:
            self._free(self.pointer)
            self.pointer.value = None  # of a cycle that is collected, another's finalizer may still come with it


def take_json(library: CDLL, pointer: c_void_p) -> Any:
    """Parses a JSON text that the library handed out, and frees it."""
    try:
        return decode(c_char_p(pointer.value).value or b"null")
    finally:
        library.llm_free(pointer)
        pointer.value = None


def take_error(library: CDLL, status: int, pointer: c_void_p) -> BaseException:
    """The exception for a failure that the library reported with `status` and an error handle, which is freed: what an
    adapter of this program's has raised, or else an LLMError."""
    from ._failure import failure  # with an exception for every status: see _arguments.encode

    try:
        fields = decode(library.llm_error_json(pointer))
        fields["code"] = status
        if "status" not in fields:
            fields["status"] = library.llm_status_name(status).decode()
        return failure(fields)
    finally:
        library.llm_error_free(pointer)
        pointer.value = None
