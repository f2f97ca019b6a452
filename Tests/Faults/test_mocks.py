"""PyPI's LLM servers that fail on purpose: llmock, which also judges its clients, and llm-katan."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

import pytest

import tools
from calls import NO_LIMITS, Outcome, call, fixed
from conftest import Table

llmock = Table("llmock")
katan = Table("llm-katan")
PROVIDERS = ("openai", "anthropic")


class LLMock:
    """A running llmock. Behaviours are queued by model, so that cases do not meet each other's."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    def base_url(self, provider: str) -> str:
        return self._url + {"openai": "/v1", "anthropic": "/anthropic"}[provider]

    def queue(self, model: str, *behaviors: Dict[str, Any]) -> None:
        self._ask("scenario", {"behaviors": [{**one, "match": {"model": model}} for one in behaviors]})

    def seen(self, model: str) -> Callable[[], int]:
        """How many requests its journal has for that model."""
        return lambda: sum(one["model"] == model for one in self._ask("requests")["requests"])

    def findings(self) -> List[Dict[str, Any]]:
        """What its verdict has against the client."""
        return list(self._ask("verdict")["findings"])

    def _ask(self, what: str, data: Optional[Dict[str, Any]] = None) -> Any:
        request = urllib.request.Request(f"{self._url}/_llmock/{what}", headers={"content-type": "application/json"},
                                         data=None if data is None else json.dumps(data).encode())
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)


@contextlib.contextmanager
def serving(folder: Path, name: str, *arguments: str) -> Iterator[int]:
    port = tools.free_port()
    log = folder / f"{name}-{port}.log"
    command = [tools.command(name), *arguments, "--host", "127.0.0.1", "--port", str(port)]
    with tools.running(command, port, log, folder, env={"HOME": str(folder)}):
        yield port


@pytest.fixture(scope="module")
def mock(folder: Path) -> Iterator[LLMock]:
    with serving(folder, "llmock", "serve") as port:
        yield LLMock(port)


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run(mock: LLMock, provider: str, operation: str, model: str, **settings: Any) -> Outcome:
    return call(mock.base_url(provider), operation, provider=provider, model=model, **settings)


@pytest.mark.parametrize("provider, operation", [("openai", "stream"), ("anthropic", "complete")])
@pytest.mark.parametrize("status, behavior, attempts, wait", [
    (429, {"retry_after": 0.3}, 2, 0.3),
    (429, {"retry_after": 0.1, "times": 3}, 4, 0.3),
    (503, {"retry_after": 0.1, "times": 2}, 3, 0.2),
    (504, {"retry_after": 0.1}, 2, 0.1),
    (529, {"retry_after": 0.1}, 2, 0.1),
    (408, {}, 2, 0.05),
    (500, {"times": 2}, 3, 0.1),
    (502, {}, 2, 0.05),
])
def test_what_passes_is_tried_again(mock: LLMock, provider: str, operation: str, status: int, behavior: Dict[str, Any],
                                    attempts: int, wait: float) -> None:
    model = f"{provider}-{operation}-{status}-{attempts}"
    mock.queue(model, {"type": "fail", "status": status, **behavior})
    outcome = run(mock, provider, operation, model, retry=fixed(3, 50))
    words = ", ".join(f"{name}: {value}" for name, value in behavior.items())
    llmock.check(f"{provider}: {status} {words}".rstrip(), operation, outcome, "ok", attempts, at_least=wait,
                 seen=mock.seen(model))


@pytest.mark.parametrize("status, name", [
    (400, "bad_request"), (401, "authentication"), (403, "authentication"), (404, "not_found"), (422, "bad_request"),
])
def test_what_does_not_pass_ends_at_once(mock: LLMock, provider: str, operation: str, status: int, name: str) -> None:
    model = f"{provider}-{operation}-{status}"
    mock.queue(model, {"type": "fail", "status": status, "times": None})
    outcome = run(mock, provider, operation, model, retry=fixed(3, 2000))
    llmock.check(f"{provider}: {status}", operation, outcome, name, 1, at_most=1.9, seen=mock.seen(model))


@pytest.mark.parametrize("kind, status", [
    ("disconnect", ("connection", "truncated")), ("truncate", ("truncated",)), ("malformed", ("protocol",)),
])
def test_a_stream_that_breaks_after_text_ends_with_what_came(mock: LLMock, provider: str, kind: str, status: Any) -> None:
    model = f"{provider}-{kind}"
    mock.queue(model, {"type": "reply", "text": "one two three four five six seven"},
               {"type": "stream_fault", "kind": kind, "after_chunks": 6})
    outcome = run(mock, provider, "stream", model, retry=fixed(2))
    llmock.check(f"{provider}: {kind} after 6 chunks", "stream", outcome,
                 outcome.status if outcome.status in status else status[0], 1, seen=mock.seen(model))
    assert outcome.text == "".join(outcome.texts)
    assert outcome.text.startswith("one ")


def test_a_stream_that_breaks_before_anything_is_tried_again(mock: LLMock, provider: str) -> None:
    model = f"{provider}-early"
    mock.queue(model, {"type": "stream_fault", "kind": "disconnect", "after_chunks": 0, "times": 2})
    outcome = run(mock, provider, "stream", model, retry=fixed(2, 100))
    llmock.check(f"{provider}: disconnect before the first chunk, twice", "stream", outcome, "ok", 3, at_least=0.2,
                 seen=mock.seen(model))


def test_a_stalled_stream_ends_with_what_came(mock: LLMock, provider: str) -> None:
    model = f"{provider}-stall"
    mock.queue(model, {"type": "reply", "text": "one two three four five six seven"},
               {"type": "stream_fault", "kind": "stall", "after_chunks": 6, "stall_seconds": 3})
    outcome = run(mock, provider, "stream", model, retry=fixed(2), timeout={"idle_ms": 500})
    llmock.check(f"{provider}: stall after 6 chunks, idle_ms 500", "stream", outcome, "timeout", 1, at_least=0.5)
    assert outcome.text == "".join(outcome.texts)
    assert outcome.text.startswith("one ")


def test_a_late_first_token_is_waited_for(mock: LLMock, provider: str) -> None:
    model = f"{provider}-late"
    mock.queue(model, {"type": "slow_first_token", "seconds": 0.8})
    outcome = run(mock, provider, "stream", model, retry=fixed(0), timeout={"first_byte_ms": 5000, "idle_ms": 5000})
    llmock.check(f"{provider}: the first token after 0.8 s", "stream", outcome, "ok", 1, at_least=0.8,
                 seen=mock.seen(model))


def test_a_response_later_than_first_byte_ms_is_given_up(mock: LLMock, provider: str, operation: str) -> None:
    model = f"{provider}-{operation}-delay"
    mock.queue(model, {"type": "delay", "seconds": 3})
    outcome = run(mock, provider, operation, model, retry=fixed(2), timeout={"first_byte_ms": 400})
    llmock.check(f"{provider}: 3 s of delay, first_byte_ms 400", operation, outcome, "timeout", 1, at_least=0.4)


def test_the_mock_finds_nothing_wrong_with_its_client(mock: LLMock) -> None:
    """Its errors are retry_after_ignored, retried_non_retryable, retry_storm, and truncated_stream_accepted, by which it
    means that the stream was not asked for again: what the caller was told it cannot know, and the tests above do."""
    errors = {finding["code"] for finding in mock.findings() if finding["severity"] == "error"}
    assert errors <= {"truncated_stream_accepted"}


@pytest.fixture
def sixty(folder: Path) -> Iterator[LLMock]:
    """A mock that lets 60 requests a minute through, all of them at once if need be: a token bucket, which its headers tell."""
    with serving(folder, "llmock", "serve", "--rpm", "60") as port:
        yield LLMock(port)


def test_a_quota_that_others_used_up_is_waited_for(sixty: LLMock) -> None:
    """The others do not listen to the mock, until it refuses; who comes then is refused once and let in."""
    others: List[Outcome] = []
    while not others or others[-1].status == "ok":
        others.append(run(sixty, "openai", "complete", "others", retry=fixed(0), rate_limit={**NO_LIMITS, "adaptive": False}))
    outcome = run(sixty, "openai", "complete", "quota", retry=fixed(5, 10))
    assert others[-1].status == "rate_limited"
    assert others[-1].error["retry_after_ms"] > 0
    llmock.check("rpm 60, all used up by others", "complete", outcome, "ok", 2, at_least=0.3, at_most=25,
                 seen=sixty.seen("quota"))


def test_who_listens_is_never_refused_and_waits_for_his_share_only(sixty: LLMock) -> None:
    """65 requests: after the 60 that go at once the mock has one a second, and is whole again after a minute."""
    begun = time.monotonic()
    outcomes = [run(sixty, "openai", "complete", "listener", retry=fixed(0)) for _ in range(65)]
    seconds = time.monotonic() - begun
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    llmock.check("rpm 60, 65 requests: the slowest", "complete", slowest, "ok", 1, at_least=1, at_most=25)
    assert {(outcome.status, outcome.attempts) for outcome in outcomes} == {("ok", 1)}
    assert sixty.seen("listener")() == len(outcomes)
    assert seconds < 45


# llm-katan


def test_a_storm_is_borne_and_told(folder: Path) -> None:
    """After one answer every other request is refused, without a wait being named."""
    with serving(folder, "llm-katan", "-m", "m", "-b", "echo", "--providers", "openai,anthropic", "--stats-file",
                 str(folder / "katan.json"), "--rate-limit-after", "1") as port:
        call(f"http://127.0.0.1:{port}/v1", "complete", retry=fixed(0))
        for provider in PROVIDERS:
            base = f"http://127.0.0.1:{port}" + ("/v1" if provider == "openai" else "")
            for operation in ("complete", "stream"):
                outcome = call(base, operation, provider=provider, retry=fixed(3, 50))
                katan.check(f"{provider}: 429 for ever", operation, outcome, "rate_limited", 4, at_least=0.15)
                assert outcome.error["http_status"] == 429


def test_a_crowded_server_serves_everybody_in_the_end(folder: Path) -> None:
    """One request at a time, 100 ms each, 503 for the others: eight callers."""
    outcomes: List[Any] = [None] * 8
    with serving(folder, "llm-katan", "-m", "m", "-b", "echo", "--providers", "openai", "--stats-file",
                 str(folder / "katan.json"), "--max-inflight", "1", "--latency-ms", "100") as port:

        def ask(index: int) -> None:
            retry = {"max_retries": 100, "initial_delay_ms": 50, "max_delay_ms": 200}
            outcomes[index] = call(f"http://127.0.0.1:{port}/v1", ("complete", "stream")[index % 2], retry=retry)

        threads = [threading.Thread(target=ask, args=(index,)) for index in range(len(outcomes))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    slowest: Outcome = max(outcomes, key=lambda outcome: outcome.seconds)
    katan.check("one at a time, 503 for the others: the slowest of 8", "both", slowest, "ok", slowest.attempts, at_least=0.1,
                at_most=25)
    assert [outcome.status for outcome in outcomes] == ["ok"] * len(outcomes)
    assert sum(outcome.attempts for outcome in outcomes) > len(outcomes)
