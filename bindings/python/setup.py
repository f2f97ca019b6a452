"""Builds wheels that carry libllm.so.

pyproject.toml describes the package. What is here is what it has no words for: the native library comes along, so a wheel
is for one platform, and, as ctypes loads it, for every Python 3.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # before setuptools 70.1
    from wheel.bdist_wheel import bdist_wheel

HERE = Path(__file__).resolve().parent
#: The root of the checkout, if this folder is in one.
CHECKOUT = HERE.parents[1] if len(HERE.parents) > 1 else HERE
#: A library to carry in place of the checkout's.
VARIABLE = "SCALING_MEMORY_LIBRARY"


def find_library() -> Path:
    """The library to carry. Ends the build with one sentence where there is none."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        if not Path(chosen).is_file():
            sys.exit(f"{VARIABLE} is {chosen}, and there is no such file.")
        return Path(chosen)
    if not (CHECKOUT / "include" / "llm.h").is_file():
        sys.exit(f"libllm.so is not part of this source: set {VARIABLE} to its path, and install again.")
    built = CHECKOUT / ".build" / "release" / "libllm.so"
    if not built.is_file():
        sys.exit(f"libllm.so is not built yet: run `make` in {CHECKOUT}, and install again.")
    return built


class BuildWithLibrary(build_py):
    """Puts the library beside the modules, where the package looks for it. An editable install finds the checkout's."""

    def run(self) -> None:
        library = None if getattr(self, "editable_mode", False) else find_library()
        super().run()
        if library is not None:
            shutil.copyfile(library, self._place())

    def get_outputs(self, include_bytecode: bool = True) -> "list[str]":
        return [*super().get_outputs(include_bytecode), self._place()]

    def _place(self) -> str:
        return os.path.join(self.build_lib, "scaling_memory", "libllm.so")


class NativeDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class WheelOfPlatform(bdist_wheel):
    def get_tag(self) -> "tuple[str, str, str]":
        return "py3", "none", super().get_tag()[2]


# Not build/ beside this file: what one build left there would be in the next one's wheel, removed modules too.
place = tempfile.mkdtemp(prefix="scaling-memory-build-")
atexit.register(shutil.rmtree, place, ignore_errors=True)

setup(
    distclass=NativeDistribution,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": WheelOfPlatform},
    options={"build": {"build_base": place}},
)
