"""nginx as the server, and as the proxy in front of one that fails: error pages, cut and stalled bodies, slow ones."""

from __future__ import annotations

import pytest

from calls import Client, call, fixed
from conftest import NGINX, Table

ANSWER = "It is four."
table = Table("nginx")


@pytest.mark.parametrize("case, path, status, http_status, wait", [
    ("429 in plain text", "429", "rate_limited", 429, 0.2),
    ("500 page", "500", "server", 500, 0.2),
    ("503 page", "503", "server", 503, 0.2),
    ("502 page: nobody behind it", "refused", "server", 502, 0.2),
    ("504 page: mute behind it, 150 ms each", "mute", "server", 504, 0.65),
])
def test_error_pages_are_tried_again_and_then_told(nginx: NGINX, operation: str, case: str, path: str, status: str,
                                                   http_status: int, wait: float) -> None:
    outcome = call(nginx.url(path, operation), operation, retry=fixed(2, 100))
    table.check(case, operation, outcome, status, 3, at_least=wait, seen=nginx.seen(path, operation))
    assert outcome.error["http_status"] == http_status
    assert "<" not in outcome.error["message"]


@pytest.mark.parametrize("case, path, status", [
    ("401 page", "401", "authentication"),
    ("a redirect, which is not followed", "redirect", "protocol"),
])
def test_what_does_not_pass_ends_at_once(nginx: NGINX, operation: str, case: str, path: str, status: str) -> None:
    outcome = call(nginx.url(path, operation), operation, retry=fixed(3, 2000))
    table.check(case, operation, outcome, status, 1, at_most=1.9, seen=nginx.seen(path, operation))


def test_a_reset_before_the_head_is_tried_again(nginx: NGINX, operation: str) -> None:
    outcome = call(nginx.reset_url("reset", operation), operation, retry=fixed(2, 100))
    table.check("reset before the head", operation, outcome, "connection", 3, at_least=0.2,
                seen=nginx.seen("reset", operation))
    assert "reset" in outcome.error["message"]


def test_half_a_body_is_asked_for_again(nginx: NGINX) -> None:
    outcome = call(nginx.url("cut-length", "complete"), "complete", retry=fixed(2, 100))
    table.check("half a body", "complete", outcome, "truncated", 3, at_least=0.2, seen=nginx.seen("cut-length", "complete"))


@pytest.mark.parametrize("case, path, wait", [
    ("a stream cut after two events", "cut", 0.0),
    ("a stream cut after a stall of 300 ms", "stall", 0.3),
])
def test_a_stream_that_is_cut_ends_with_what_came(nginx: NGINX, case: str, path: str, wait: float) -> None:
    """Events were delivered, so it is not tried again."""
    outcome = call(nginx.url(path, "stream"), "stream", retry=fixed(2, 100))
    table.check(case, "stream", outcome, "truncated", 1, at_least=wait, seen=nginx.seen(path, "stream"))
    assert outcome.text == "".join(outcome.texts) == "It is "


def test_a_rate_limit_without_a_word_of_it_is_waited_out(nginx: NGINX, operation: str) -> None:
    """limit_req lets one through every 500 ms, and names no wait."""
    with Client(nginx.url("limited", operation), retry=fixed(40, 100)) as client:
        assert client.call(operation).status == "ok"
        outcome = client.call(operation)
    table.check("limit_req 2r/s: the second call", operation, outcome, "ok", outcome.attempts, at_least=0.3,
                seen=lambda: nginx.seen("limited", operation)() - 1)
    assert outcome.attempts > 1
    assert outcome.text == ANSWER


def test_a_slow_response_is_waited_for(nginx: NGINX, operation: str) -> None:
    """In pieces with a second between them: longer than idle_ms in all, but not between two."""
    outcome = call(nginx.url("slow", operation), operation, retry=fixed(0), timeout={"idle_ms": 2500})
    table.check("limit_rate: a piece a second, idle_ms 2500", operation, outcome, "ok", 1, at_least=0.5, at_most=15,
                seen=nginx.seen("slow", operation))
    assert outcome.text == ANSWER


def test_a_stream_that_pauses_for_too_long_ends(nginx: NGINX) -> None:
    outcome = call(nginx.url("slow", "idle/stream"), "stream", retry=fixed(3, 100), timeout={"idle_ms": 300})
    table.check("limit_rate: a piece a second, idle_ms 300", "stream", outcome, "timeout", 1, at_least=0.3,
                seen=nginx.seen("slow", "idle/stream"))
    assert "idle_ms" in outcome.error["message"]
    assert ANSWER.startswith(outcome.text) and len(outcome.text) < len(ANSWER)


def test_the_total_ends_a_stream_that_is_alive(nginx: NGINX) -> None:
    outcome = call(nginx.url("slow", "total/stream"), "stream", retry=fixed(3, 100), timeout={"total_ms": 600})
    table.check("limit_rate: a piece a second, total_ms 600", "stream", outcome, "timeout", 1, at_least=0.6)
    assert "total_ms" in outcome.error["message"]
    assert ANSWER.startswith(outcome.text) and len(outcome.text) < len(ANSWER)


def test_a_call_after_all_that_is_as_good_as_any(nginx: NGINX, operation: str) -> None:
    outcome = call(nginx.url("ok", operation), operation)
    table.check("nothing wrong", operation, outcome, "ok", 1, seen=nginx.seen("ok", operation))
    assert outcome.text == ANSWER
