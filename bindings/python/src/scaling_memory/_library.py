"""Finds libllm, loads it once, and says where it looked when there is none."""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path
from typing import List, Optional, Tuple

from . import _native

VARIABLE = "SCALING_MEMORY_LIBRARY"
_SONAME = "libllm.so.1"

_lock = threading.Lock()
_loaded: Optional[ctypes.CDLL] = None


class LibraryError(ImportError):
    """libllm was not found, or what was found cannot be used. The message lists every place with what was wrong there."""


def library() -> ctypes.CDLL:
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


def _load() -> ctypes.CDLL:
    looked: List[str] = []
    for place, path in _places(Path(__file__).resolve().parent):
        if os.path.isabs(path) and not os.path.exists(path):
            looked.append(f"{place}: {path}: no such file")
            continue
        try:
            return _open(path)
        except (OSError, AttributeError, LibraryError) as error:
            looked.append(f"{place}: {path}: {error}")
    raise LibraryError(
        f"libllm cannot be loaded. Set {VARIABLE} to the path of libllm.so, or install it. Looked at:"
        + "".join(f"\n  {line}" for line in looked)
    )


def _open(path: str) -> ctypes.CDLL:
    library = ctypes.CDLL(path)
    library.llm_abi_version.restype = ctypes.c_uint32
    version = library.llm_abi_version()
    if version != _native.LLM_ABI_VERSION:
        raise LibraryError(f"its ABI version is {version}, and this package needs {_native.LLM_ABI_VERSION}")
    return _native.declare(library)


def _places(package: Path) -> List[Tuple[str, str]]:
    """Where to look, first to last, as (what the place is, path). An explicit choice is the only one."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return [(VARIABLE, os.path.abspath(chosen))]
    beside = sorted(str(path) for path in package.glob("libllm.so*"))
    places = [("beside the package", path) for path in beside or [str(package / "libllm.so")]]
    checkout = _checkout(package)
    if checkout is not None:
        places.append(("built in the checkout", str(checkout / ".build" / "release" / "libllm.so")))
    places.append(("the system's loader", _SONAME))
    return places


def _checkout(package: Path) -> Optional[Path]:
    """The root of the source tree that `package` is part of (bindings/python/src/scaling_memory), if it is."""
    if len(package.parents) < 4:
        return None
    root = package.parents[3]
    if (root / "include" / "llm.h").is_file() and (root / "bindings" / "python" / "pyproject.toml").is_file():
        return root
    return None
