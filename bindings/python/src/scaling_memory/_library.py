"""Finds libllm, loads it once, and says where it looked when there is none."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, List, Optional, Tuple

if TYPE_CHECKING:
    from ._libllm import Library

VARIABLE = "SCALING_MEMORY_LIBRARY"
_SONAME = "libllm.so.1"

_lock = threading.Lock()
_loaded: Optional[Library] = None


class LibraryError(ImportError):
    """libllm was not found, or what was found cannot be used. The message lists every place with what was wrong there."""


def library() -> Library:
    """The library, loaded at the first call. LibraryError if that fails; a later call tries again. Any thread."""
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = _load()
    return _loaded


def library_version() -> str:
    """The version of libllm itself, such as "0.1.0"."""
    version: bytes = library().llm_version()
    return version.decode()


def library_path() -> str:
    """The file that libllm was loaded from, or its bare name where the system's loader found it."""
    return str(library()._name)


def _load() -> Library:
    from ._libllm import Library  # with ctypes: see there

    looked: List[str] = []
    for place, path in _places(os.path.dirname(os.path.realpath(__file__))):
        if os.path.isabs(path) and not os.path.exists(path):
            looked.append(f"{place}: {path}: no such file")
            continue
        try:
            return Library(path)
        except (OSError, AttributeError, LibraryError) as error:
            looked.append(f"{place}: {path}: {error}")
    raise LibraryError(
        f"libllm cannot be loaded. Set {VARIABLE} to the path of libllm.so, or install it. Looked at:"
        + "".join(f"\n  {line}" for line in looked)
    )


def _places(package: str) -> List[Tuple[str, str]]:
    """Where to look, first to last, as (what the place is, path). An explicit choice is the only one."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return [(VARIABLE, os.path.abspath(chosen))]
    files = os.listdir(package) if os.path.isdir(package) else []  # there is none for a package in an archive
    beside = sorted(name for name in files if name.startswith("libllm.so"))
    places = [("beside the package", os.path.join(package, name)) for name in beside or ["libllm.so"]]
    checkout = _checkout(package)
    if checkout is not None:
        places.append(("built in the checkout", os.path.join(checkout, ".build", "release", "libllm.so")))
    places.append(("the system's loader", _SONAME))
    return places


def _checkout(package: str) -> Optional[str]:
    """The root of the source tree that `package` is part of (bindings/python/src/scaling_memory), if it is."""
    root = os.path.abspath(os.path.join(package, *[os.pardir] * 4))
    for known in (("include", "llm.h"), ("bindings", "python", "pyproject.toml")):
        if not os.path.isfile(os.path.join(root, *known)):
            return None
    return root
