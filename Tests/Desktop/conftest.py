"""Fixtures: Chromium, a provider whose answers a test writes itself, and a real model."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
for folder in ("examples/extension/host", "bindings/python/src", "bindings/python/tests"):
    sys.path.append(str(ROOT / folder))

from loopback import Exchange, Server  # noqa: E402
from playwright.sync_api import Playwright, sync_playwright  # noqa: E402

#: Looked for in all that leaves the process that has it.
KEY = "sk-test-desktop-key-that-nobody-else-has"
SCREENSHOTS = ROOT / ".build" / "screenshots"
#: What a program that finds nothing else set up is to see of the caller's environment.
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "SCALING_MEMORY_LIBRARY")


def surroundings(**more: str) -> Dict[str, str]:
    """An environment without the caller's own keys and settings."""
    return {**{name: os.environ[name] for name in KEPT if name in os.environ},
            "PYTHONPATH": str(ROOT / "bindings/python/src"), "PYTHONDONTWRITEBYTECODE": "1", **more}


def unanswered(exchange: Exchange) -> None:
    exchange.send(500, {"error": {"message": "this test expects no request"}})


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Server]:
    with Server(unanswered) as server:
        yield server


@pytest.fixture
def provider(running_provider: Server) -> Iterator[Server]:
    """Speaks OpenAI's chat completions; a test sets `answer`, and finds what was asked in `exchanges`."""
    running_provider.exchanges.clear()
    while running_provider.arrivals.acquire(blocking=False) or running_provider.hang_ups.acquire(blocking=False):
        pass
    yield running_provider
    running_provider.answer = unanswered


@pytest.fixture(scope="session")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a real model, SmolLM2-135M."""
    log = tmp_path_factory.mktemp("model-server") / "server.log"
    # One question at a time, on one thread: several would wait for each other wherever the machine is busy.
    server = subprocess.Popen([sys.executable, str(ROOT / "Tests/ModelServer/serve.py"), "--log", str(log),
                               "--parallel", "1", "--threads", "1"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        base = server.stdout.readline().strip()
        assert base.startswith("http"), f"the model server did not start: {log.read_text() if log.exists() else ''}"
        yield base
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = shutil.which("chromium")
    if found is None:
        assert os.environ.get("LLM_REQUIRE_ALL") != "1", "there is no chromium: .ci/deps tests installs it"
        pytest.skip("there is no chromium: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_flags() -> "list[str]":
    # Chromium's sandbox cannot be set up by root.
    return ["--no-sandbox"] if os.geteuid() == 0 else []
