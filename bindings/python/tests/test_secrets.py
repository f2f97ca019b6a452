"""A key is in no error, no report and no repr."""

from __future__ import annotations

import pickle
import traceback
from typing import Any, Callable, Dict

import pytest

from conftest import Serve
from loopback import Exchange, answer_ok, failure
from scaling_memory import Client, LLMError

KEY = "sk-secret-0123456789abcdefghij"


def shown(error: BaseException) -> str:
    """Everything that a person or a log may get to see of an exception."""
    fields = repr(vars(error))
    return "\n".join([str(error), repr(error), fields, "".join(traceback.format_exception(type(error), error, error.__traceback__))])


@pytest.mark.parametrize(
    "settings",
    [
        {"provider": "nobody", "api_key": KEY},
        {"provider": "openai", "api_key": KEY, "temperature": 9},
        {"provider": "openai", "api_key": KEY, "tempereture": 1},
        {"provider": "openai", "api_key": [KEY]},
        {"provider": "openai", "api_key": KEY + "\r\nx-injected: 1"},
        {"provider": "openai", "api_key": KEY + "\ud800"},
        {"provider": "openai", "api_key": KEY, "base_url": "http://example.com/v1"},
    ],
    ids=["provider", "range", "spelling", "type", "line break", "surrogate", "plain http"],
)
def test_a_wrong_configuration_does_not_show_the_key(settings: Dict[str, Any]) -> None:
    with pytest.raises(LLMError) as caught:
        with Client(settings) as client:
            client.complete("?")
    assert KEY not in shown(caught.value)


def echo_the_key(exchange: Exchange) -> None:
    """What some providers do: the error quotes the key."""
    key = exchange.headers["authorization"].split()[-1]
    exchange.send(401, failure(f"Incorrect API key provided: {key}.", "invalid_api_key"), {"x-request-id": "req-1"})


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.complete("?"),
        lambda client: client.stream("?").finish(),
        lambda client: client.complete("?", api_key=KEY + "x"),
        lambda client: client.complete({"messages": 3}, api_key=KEY),
        lambda client: client.complete("?", api_key=KEY, novelty=1),
    ],
    ids=["complete", "stream", "a key of the call's own", "bad messages", "bad field"],
)
def test_a_failed_call_does_not_show_the_key(serve: Serve, call: Callable[[Client], object]) -> None:
    with Client("openai", base_url=serve(echo_the_key).url, api_key=KEY, model="m") as client:
        with pytest.raises(LLMError) as caught:
            call(client)
    assert KEY not in shown(caught.value)
    assert KEY.encode() not in pickle.dumps(caught.value)


def test_a_health_report_does_not_show_the_key(serve: Serve) -> None:
    with Client("openai", base_url=serve(echo_the_key).url, api_key=KEY) as client:
        report = client.health_check()
    assert report.error is not None
    assert KEY not in repr(report) + repr(report.raw) + shown(report.error)


def test_objects_do_not_show_the_key(serve: Serve) -> None:
    with Client("openai", base_url=serve(answer_ok).url, api_key=KEY, model="m") as client:
        stream = client.stream("?")
        response = stream.finish()
        assert repr(client) == "<Client openai m>"
        assert KEY not in repr(vars(client)) + repr(vars(stream)) + repr(response) + repr(response.raw)
    assert repr(client) == "<Client openai m closed>"


def test_the_environments_key_is_not_copied(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", serve(echo_the_key).url)
    with Client.from_env("openai", model="m") as client:
        assert KEY not in repr(vars(client))
        with pytest.raises(LLMError) as caught:
            client.complete("?")
    assert KEY not in shown(caught.value)
