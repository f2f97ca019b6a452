"""Statistics, embeddings, limits and retries."""

from __future__ import annotations

import pytest

from conftest import Connect, Serve
from loopback import Exchange, answer_ok, answer_slowly, failure
from scaling_memory import (
    ClosedError,
    LocalLimitError,
    NotFoundError,
    RateLimitError,
    ServerError,
    Stats,
    UnsupportedError,
    Usage,
)


def test_a_client_that_did_nothing_has_counted_nothing(connect: Connect, serve: Serve) -> None:
    stats = connect(serve(answer_ok).url).stats()
    assert isinstance(stats, Stats) and stats.provider == "openai"
    assert (stats.calls.started, stats.attempts, stats.retries.total, stats.errors.total) == (0, 0, 0, 0)
    assert (stats.latency_ms.count, stats.latency_ms.p50, stats.latency_ms.max) == (0, None, None)


def test_calls_retries_errors_usage_and_times_are_counted(connect: Connect, serve: Serve) -> None:
    statuses = [429, 500, 200, 200, 404]

    def answer(exchange: Exchange) -> None:
        status = statuses.pop(0)
        if status == 200:
            return answer_ok(exchange)
        exchange.send(status, failure("no"), {"retry-after-ms": "1"})

    client = connect(serve(answer).url, retry={"max_retries": 2, "initial_delay_ms": 1})
    assert client.complete("?").attempts == 3
    client.stream("?").finish()
    with pytest.raises(NotFoundError):
        client.complete("?")
    stats = client.stats()
    assert (stats.calls.started, stats.calls.succeeded, stats.calls.failed, stats.calls.in_flight) == (3, 2, 1, 0)
    assert stats.attempts == 5
    assert (stats.retries.total, stats.retries.by_status) == (2, {"rate_limited": 1, "server": 1})
    assert (stats.errors.total, stats.errors.by_status) == (1, {"not_found": 1})
    assert stats.usage.input_tokens == 14
    assert (stats.latency_ms.count, stats.time_to_first_event_ms.count) == (2, 1)
    assert stats.latency_ms.p50 is not None and stats.latency_ms.max is not None
    assert 0 < stats.latency_ms.p50 <= stats.latency_ms.max
    assert stats.raw["calls"]["started"] == 3


def test_calls_in_flight_and_in_the_limiters_queue_are_counted(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    client = connect(server.url, rate_limit={"max_concurrent": 1, "scope": "client"})
    first, second = client.stream("?"), client.stream("?")
    next(first)
    assert (client.stats().calls.in_flight, client.stats().queue.waiting) == (2, 1)
    first.close()
    next(second)
    stats = client.stats()
    assert (stats.calls.in_flight, stats.queue.waiting) == (1, 0)
    assert stats.queue.wait_ms.count == 1 and stats.queue.wait_ms.max is not None
    assert stats.errors.by_status == {"canceled": 1}


def test_a_closed_client_has_no_statistics(connect: Connect, serve: Serve) -> None:
    client = connect(serve(answer_ok).url)
    client.close()
    with pytest.raises(ClosedError):
        client.stats()


def test_a_local_limit_is_an_error_of_its_own_that_names_the_wait(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    limits = {"per_minute": 1, "burst": 1, "max_wait_ms": 10, "scope": "client"}
    client = connect(server.url, rate_limit=limits)
    next(client.stream("?"))
    with pytest.raises(LocalLimitError, match="per_minute") as caught:
        client.complete("?")
    assert caught.value.status == "local_limit" and caught.value.retryable
    assert caught.value.retry_after_ms is not None and 0 < caught.value.retry_after_ms <= 60_000
    assert caught.value.attempts in (None, 0)
    assert len(server.exchanges) == 1


def test_an_error_after_retries_says_how_many_attempts_there_were(connect: Connect, serve: Serve) -> None:
    server = serve(lambda exchange: exchange.send(503, failure("busy")))
    client = connect(server.url, retry={"strategy": "fixed", "max_retries": 2, "initial_delay_ms": 1})
    for streamed in (False, True):
        with pytest.raises(ServerError) as caught:
            client.stream("?").finish() if streamed else client.complete("?")
        assert caught.value.attempts == 3
    assert len(server.exchanges) == 6


def test_a_wait_that_is_too_long_ends_the_call_and_is_in_the_error(connect: Connect, serve: Serve) -> None:
    server = serve(lambda exchange: exchange.send(429, failure("slowly"), {"retry-after": "3600"}))
    client = connect(server.url, retry={"max_retries": 3, "max_server_wait_ms": 1000})
    with pytest.raises(RateLimitError) as caught:
        client.complete("?")
    assert (caught.value.attempts, caught.value.retry_after_ms) == (1, 3_600_000)


def test_texts_become_vectors(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        texts = exchange.json["input"]
        vectors = [{"index": n, "embedding": [0.25, n]} for n in range(len(texts) if isinstance(texts, list) else 1)]
        exchange.send(200, {"data": vectors, "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}})

    server = serve(answer)
    client = connect(server.url)
    found = client.embed(["one", "two"], dimensions=2, encoding_format="float", call_id="c", extra={"user": "u"})
    assert server.exchanges[-1].path.endswith("/embeddings")
    assert (server.exchanges[-1].json["dimensions"], server.exchanges[-1].json["user"]) == (2, "u")
    assert list(found) == [[0.25, 0], [0.25, 1]] and len(found) == 2 and found[1] == [0.25, 1]
    assert found.usage == Usage(input_tokens=3, total_tokens=3)
    assert (found.model, found.provider, found.call_id, found.attempts) == ("m", "openai", "c", 1)
    assert client.embed(("one",)).embeddings == client.embed("one").embeddings == [[0.25, 0]]
    for wrong in (3, b"one", None):
        with pytest.raises(TypeError, match="input"):
            client.embed(wrong)  # type: ignore[arg-type]


def test_a_provider_without_embeddings_says_so(connect: Connect, serve: Serve) -> None:
    with pytest.raises(UnsupportedError):
        connect(serve(answer_ok).url, provider="anthropic").embed("one")
