"""One server for all tests: each forgets what the one before it saw."""

from __future__ import annotations

from typing import Iterator

import pytest

from wire_server import WireServer


@pytest.fixture(scope="session")
def running() -> Iterator[WireServer]:
    server = WireServer()
    yield server
    server.stop()


@pytest.fixture
def server(running: WireServer) -> WireServer:
    running.seen.clear()
    running.replies.clear()
    return running
