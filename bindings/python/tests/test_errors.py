"""Every failure is an exception of its own class, with what is known about it."""

from __future__ import annotations

import pickle
import socket
from typing import Any, Callable, Dict, List, Tuple, Type

import pytest

import scaling_memory
from conftest import Connect, Serve
from loopback import Exchange, chunk, failure
from scaling_memory import (
    AuthenticationError,
    BadRequestError,
    Client,
    ConfigurationError,
    ContextLengthError,
    LLMConnectionError,
    LLMError,
    LLMTimeoutError,
    NotFoundError,
    ProtocolError,
    QuotaError,
    RateLimitError,
    ServerError,
    TooLargeError,
    TruncatedError,
    _native,
)
from scaling_memory._library import library

STATUSES = {name: value for name, value in vars(_native).items() if name.startswith("LLM_ERROR_")}


@pytest.mark.parametrize("name", STATUSES)
def test_every_status_has_a_class_of_its_own(name: str) -> None:
    error = LLMError.from_json({"code": STATUSES[name], "message": "sentence"})
    assert type(error) is not LLMError and isinstance(error, LLMError)
    assert error.code == STATUSES[name]
    assert error.status == library().llm_status_name(error.code).decode() == name[len("LLM_ERROR_") :].lower()
    assert getattr(scaling_memory, type(error).__name__) is type(error)


def test_a_status_of_a_newer_library_is_a_plain_llm_error() -> None:
    error = LLMError.from_json({"code": -1000, "status": "novelty", "message": "sentence", "novel": 1})
    assert type(error) is LLMError
    assert (error.code, error.status, str(error), error.raw["novel"]) == (-1000, "novelty", "sentence", 1)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, failure("bad"), BadRequestError),
        (400, failure("too long", "context_length_exceeded"), ContextLengthError),
        (401, failure("no"), AuthenticationError),
        (402, failure("pay"), QuotaError),
        (403, failure("no"), AuthenticationError),
        (404, failure("no such model", "model_not_found"), NotFoundError),
        (413, failure("big"), TooLargeError),
        (422, failure("bad"), BadRequestError),
        (429, failure("slowly"), RateLimitError),
        (429, failure("pay", "insufficient_quota"), QuotaError),
        (500, failure("broken"), ServerError),
        (529, failure("busy"), ServerError),
        (503, b"<html>busy</html>", ServerError),
        (200, b"<html>what?</html>", ProtocolError),
    ],
)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_an_http_status_gives_its_class(
    connect: Connect, serve: Serve, status: int, body: object, kind: Type[LLMError], streamed: bool
) -> None:
    client = connect(serve(lambda exchange: exchange.send(status, body)).url)
    with pytest.raises(LLMError) as caught:
        client.stream("?").finish() if streamed else client.complete("?")
    assert type(caught.value) is kind
    assert caught.value.http_status == status


def test_an_error_says_all_that_is_known(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(429, failure("slowly", "rate_limit_exceeded"), {"retry-after": "7", "x-request-id": "req-1"})

    with pytest.raises(RateLimitError) as caught:
        connect(serve(answer).url).complete("?", call_id="call-7")
    error = caught.value
    assert (error.status, error.code, error.http_status) == ("rate_limited", -8, 429)
    assert (error.retry_after_ms, error.retryable, error.attempts) == (7000, True, 1)
    assert (error.provider, error.provider_code, error.request_id) == ("openai", "rate_limit_exceeded", "req-1")
    assert error.call_id == "call-7" and error.partial is None
    assert error.provider_message == "slowly"
    assert str(error) == error.message != ""
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is RateLimitError and vars(again) == vars(error) and str(again) == str(error)


def test_what_is_not_known_is_none() -> None:
    error = LLMError.from_json({"code": -2, "message": "sentence"})
    assert (error.http_status, error.retry_after_ms, error.request_id, error.partial) == (None, None, None, None)
    assert error.retryable is False


def test_a_cut_stream_is_no_success_and_keeps_what_had_come(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("half an ", "answ")

    stream = connect(serve(answer).url).stream("?")
    with pytest.raises(TruncatedError) as caught:
        list(stream)
    assert caught.value.partial is not None and caught.value.partial.content == "half an answ"
    assert list(stream) == [], "a failure is said once"
    with pytest.raises(TruncatedError) as again:
        stream.response
    assert again.value is caught.value
    assert repr(stream) == "<Stream failed: truncated>"


def test_an_error_event_in_a_stream_fails_it(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk({"content": "half"}))
        exchange.event({"error": {"message": "overloaded", "type": "server_error"}})

    with pytest.raises(ServerError) as caught:
        list(connect(serve(answer).url).stream("?"))
    assert caught.value.partial is not None and caught.value.partial.content == "half"


def test_nobody_there_is_a_connection_error(connect: Connect) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(LLMConnectionError) as caught:
            connect(f"http://127.0.0.1:{unused.getsockname()[1]}").complete("?")
    assert caught.value.http_status is None and caught.value.retryable


@pytest.mark.parametrize("limit", [{"first_byte_ms": 50}, {"total_ms": 50}], ids=["first byte", "total"])
def test_no_answer_in_time_is_a_timeout(connect: Connect, serve: Serve, limit: Any) -> None:
    server = serve(lambda exchange: exchange.stall())
    with pytest.raises(LLMTimeoutError):
        connect(server.url).complete("?", timeout=limit)
    with pytest.raises(LLMTimeoutError):
        connect(server.url, timeout=limit).stream("?").finish()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"provider": "nobody"}, "nobody"),
        ({"provider": "openai", "temperature": 9}, "temperature"),
        ({"provider": "openai", "tempereture": 1}, "tempereture"),
        ({"provider": "openai"}, "OPENAI_API_KEY"),
        ({"provider": "openai", "base_url": "ftp://x"}, "base_url"),
    ],
    ids=["provider", "range", "spelling", "key", "url"],
)
def test_a_wrong_configuration_is_refused_by_name(settings: Dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        Client(settings)


def test_the_environment_makes_a_client(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    with pytest.raises(ConfigurationError, match="LLM_PROVIDER"):
        Client.from_env()
    monkeypatch.setenv("LLM_PROVIDER", "openai")
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
        Client.from_env()
    with pytest.raises(ConfigurationError, match="ANTHROPIC_API_KEY"):
        Client.from_env("anthropic")

    server = serve(lambda exchange: exchange.send(401, failure("no")))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_MODEL", "from-environment")
    makers: List[Tuple[Callable[[], Client], str]] = [
        (Client.from_env, "from-environment"),
        (lambda: Client.from_env(model="mine"), "mine"),
    ]
    for make, model in makers:
        with make() as client, pytest.raises(AuthenticationError):
            client.complete("?")
        assert server.exchanges[-1].json["model"] == model
        assert server.exchanges[-1].headers["authorization"] == "Bearer sk-environment"

    monkeypatch.setenv("OPENAI_TEMPERATURE", "9")
    with pytest.raises(ConfigurationError, match="OPENAI_TEMPERATURE"):
        Client.from_env("openai")
