"""What the tests share: the library, the recordings' server, servers of a test's own, and clients for them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Callable, Iterator, List

import pytest

import recordings
from loopback import Exchange, Server
from scaling_memory import AsyncClient, Client, LibraryError, library_path, library_version

Serve = Callable[[Callable[[Exchange], None]], Server]
Connect = Callable[..., Client]
ConnectAsync = Callable[..., AsyncClient]


def pytest_sessionstart() -> None:
    try:
        library_version()
    except LibraryError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_report_header() -> str:
    return f"libllm {library_version()}: {library_path()}"


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the tests from the keys, proxies and settings of whoever runs them."""
    for name in ("OPENAI", "ANTHROPIC"):
        for field in ("API_KEY", "MODEL", "MAX_TOKENS", "TEMPERATURE", "BASE_URL"):
            monkeypatch.delenv(f"{name}_{field}", raising=False)
    for name in ("LLM_PROVIDER", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def replay() -> Iterator[str]:
    """The base URL of the recordings."""
    with recordings.replay() as base:
        yield base


@pytest.fixture(scope="session")
def replay_bytewise() -> Iterator[str]:
    """The base URL of the recordings, with event streams sent in pieces of one byte."""
    with recordings.replay(split=1) as base:
        yield base


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that answers with a function of the test's, until the test ends."""
    with ExitStack() as servers:
        yield lambda answer: servers.enter_context(Server(answer))


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes a client for a server, by default one that speaks OpenAI's chat completions and sends nothing twice."""
    with ExitStack() as clients:

        def make(base_url: str, provider: str = "openai", **settings: Any) -> Client:
            settings = {"api_key": "sk-test", "model": "m", "retry": {"max_retries": 0}, **settings}
            return clients.enter_context(Client(provider, base_url=base_url, **settings))

        yield make


@pytest.fixture
def connect_async() -> Iterator[ConnectAsync]:
    """The same for event loops. Closed when the test ends, whatever its loops have come to."""
    clients: List[AsyncClient] = []

    def make(base_url: str, provider: str = "openai", **settings: Any) -> AsyncClient:
        settings = {"api_key": "sk-test", "model": "m", "retry": {"max_retries": 0}, **settings}
        clients.append(AsyncClient(provider, base_url=base_url, **settings))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
