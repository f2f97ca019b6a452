"""haproxy as the server that fails: refusals with every form of wait, error pages, resets, queues."""

from __future__ import annotations

import threading
from typing import Any, List

import pytest

from calls import Client, Outcome, call, fixed
from conftest import HAProxy, Table

ANSWER = "It is four."
table = Table("haproxy")


@pytest.mark.parametrize("case, path, attempts, wait", [
    ("429, retry-after: 1", "seconds", 2, 1.0),
    ("429, retry-after: a date that is past", "past", 2, 0.0),
    ("429, retry-after-ms: 400", "milliseconds", 2, 0.4),
    ("429, retry-after-ms before retry-after: 5", "both", 2, 0.4),
    ("429 twice, no wait named", "none", 3, 0.3),
    ("429, retry-after: soon", "words", 2, 0.15),
    ("503 page, retry-after-ms: 200", "maintenance", 2, 0.2),
    ("400, x-should-retry: true", "again", 2, 0.15),
    ("500 after 400 ms in the tarpit", "tarpit", 2, 0.55),
    ("closed without a response", "reject", 2, 0.15),
])
def test_what_passes_is_tried_again(haproxy: HAProxy, operation: str, case: str, path: str, attempts: int,
                                    wait: float) -> None:
    outcome = call(haproxy.url(path, operation), operation, retry=fixed(3, 150))
    table.check(case, operation, outcome, "ok", attempts, at_least=wait, seen=haproxy.seen(path, operation))
    assert outcome.text == ANSWER


def test_a_date_is_waited_for(haproxy: HAProxy) -> None:
    outcome = call(haproxy.url("date", "stream"), "stream", retry=fixed(3, 50))
    # Two seconds from then, in whole seconds: at least one.
    table.check("429, retry-after: a date 2 s ahead", "stream", outcome, "ok", 2, at_least=1.0, at_most=8,
                seen=haproxy.seen("date", "stream"))


def test_a_date_is_told_as_a_wait(haproxy: HAProxy, operation: str) -> None:
    outcome = call(haproxy.url("date", "once-" + operation), operation, retry=fixed(0))
    table.check("429, retry-after: a date, no retries", operation, outcome, "rate_limited", 1, at_most=3)
    assert 0 < outcome.error["retry_after_ms"] <= 2000


@pytest.mark.parametrize("case, path, status, http_status", [
    ("429, retry-after: 30, more than is waited", "long", "rate_limited", 429),
    ("429, x-should-retry: false", "never", "rate_limited", 429),
    ("403 page", "denied", "authentication", 403),
    ("413 in plain text", "large", "too_large", 413),
])
def test_what_does_not_pass_ends_at_once(haproxy: HAProxy, operation: str, case: str, path: str, status: str,
                                         http_status: int) -> None:
    retry = {**fixed(3, 2000), "max_server_wait_ms": 5000}
    outcome = call(haproxy.url(path, operation), operation, retry=retry)
    table.check(case, operation, outcome, status, 1, at_most=1.9, seen=haproxy.seen(path, operation))
    assert outcome.error["http_status"] == http_status
    assert outcome.error.get("retry_after_ms") == (30_000 if path == "long" else None)


@pytest.mark.parametrize("case, path, wait, http_status", [
    ("503 page: nobody behind it", "nobody", 0.2, 503),
    ("504 page: mute behind it, 150 ms each", "mute", 0.65, 504),
    ("502 page: garbage behind it", "garbage", 0.2, 502),
])
def test_error_pages_are_tried_again_and_then_told(haproxy: HAProxy, operation: str, case: str, path: str, wait: float,
                                                   http_status: int) -> None:
    outcome = call(haproxy.url(path, operation), operation, retry=fixed(2, 100))
    table.check(case, operation, outcome, "server", 3, at_least=wait, seen=haproxy.seen(path, operation))
    assert outcome.error["http_status"] == http_status
    assert "<" not in outcome.error["message"]


def test_a_connection_that_is_dropped_in_silence_is_given_up(haproxy: HAProxy, operation: str) -> None:
    outcome = call(haproxy.url("silent", operation), operation, timeout={"first_byte_ms": 500})
    table.check("dropped in silence, first_byte_ms 500", operation, outcome, "timeout", 1, at_least=0.5,
                seen=haproxy.seen("silent", operation))


def test_the_total_covers_waits_and_retries(haproxy: HAProxy, operation: str) -> None:
    outcome = call(haproxy.url("long", "total-" + operation), operation, retry=fixed(9), timeout={"total_ms": 700})
    table.check("429, retry-after: 30, total_ms 700", operation, outcome, "timeout", 1, at_least=0.7)
    assert "total_ms" in outcome.error["message"]


@pytest.mark.parametrize("case, port", [
    ("reset when accepted", "closed_port"),
    ("reset with the request read", "reset_port"),
])
def test_resets_are_tried_again_and_then_told(haproxy: HAProxy, operation: str, case: str, port: str) -> None:
    url = f"http://127.0.0.1:{getattr(haproxy, port)}/v1"
    outcome = call(url, operation, retry=fixed(2, 100))
    table.check(case, operation, outcome, "connection", 3, at_least=0.2)
    assert "http_status" not in outcome.error


def test_a_request_on_a_kept_connection_that_is_closed_is_sent_again_at_once(haproxy: HAProxy, operation: str) -> None:
    """By libcurl, which takes it for a connection that had been closed before: within one attempt, and without retries."""
    with Client(haproxy.url("kept", operation), retry=fixed(0)) as client:
        first, second = client.call(operation), client.call(operation)
    assert first.status == "ok"
    table.check("closed under a request, kept connection", operation, second, "ok", 1, at_most=4)
    assert haproxy.seen("kept", operation)() == 3


def test_who_stands_in_the_queue_too_long_is_sent_away_and_comes_back(haproxy: HAProxy) -> None:
    """One connection to a server that takes half a second, four callers, and a queue of 300 ms."""
    outcomes: List[Any] = [None] * 4
    url = haproxy.url("narrow", "complete")

    def run(index: int) -> None:
        outcomes[index] = call(url, "complete", retry=fixed(60, 100))

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(outcomes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slowest: Outcome = max(outcomes, key=lambda outcome: outcome.seconds)
    table.check("maxconn 1, four callers: the slowest", "complete", slowest, "ok", slowest.attempts, at_least=2.0,
                at_most=25)
    assert [outcome.text for outcome in outcomes] == [ANSWER] * 4
    assert sum(outcome.attempts for outcome in outcomes) == haproxy.seen("narrow", "complete")()
