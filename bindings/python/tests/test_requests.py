"""What is sent for what was asked."""

from __future__ import annotations

from typing import Any, Dict, Mapping

import pytest

from conftest import Connect, Serve
from loopback import answer_ok
from scaling_memory import Client, ClosedError, InvalidArgumentError
from scaling_memory._arguments import configuration

USER = {"role": "user", "content": "What is 2+2?"}


@pytest.mark.parametrize(
    "prompt",
    ["What is 2+2?", [USER], (USER,), {"messages": [USER]}],
    ids=["text", "messages", "tuple of messages", "request"],
)
def test_a_prompt_is_a_question_messages_or_a_request(connect: Connect, serve: Serve, prompt: Any) -> None:
    server = serve(answer_ok)
    assert connect(server.url).complete(prompt).content == "4"
    assert server.exchanges[0].json["messages"] == [USER]


def test_fields_go_into_the_request_and_none_leaves_one_out(connect: Connect, serve: Serve) -> None:
    server = serve(answer_ok)
    connect(server.url).complete(
        {"messages": [USER], "seed": 1, "top_p": 0.25},
        model="other",
        temperature=0.5,
        max_tokens=None,
        seed=2,
        stop=["."],
        headers={"x-team": "a"},
        extra={"logit_bias": {"1": 2}},
    )
    (exchange,) = server.exchanges
    sent = exchange.json
    wanted: Dict[str, Any] = {
        "messages": [USER],
        "model": "other",
        "temperature": 0.5,
        "seed": 2,
        "top_p": 0.25,
        "stop": ["."],
        "logit_bias": {"1": 2},
    }
    assert {name: sent.get(name) for name in wanted} == wanted
    assert not {"max_tokens", "max_completion_tokens", "headers", "extra"} & set(sent)
    assert exchange.headers["x-team"] == "a"


def test_a_stream_asks_for_one_and_takes_the_same_fields(connect: Connect, serve: Serve) -> None:
    server = serve(answer_ok)
    assert connect(server.url).stream([USER], temperature=0.5).finish().content == "4"
    sent = server.exchanges[0].json
    assert (sent["stream"], sent["temperature"], sent["messages"]) == (True, 0.5, [USER])


def test_the_clients_settings_count_where_the_request_says_nothing(connect: Connect, serve: Serve) -> None:
    server = serve(answer_ok)
    client = connect(server.url, model="mine", temperature=0.125, headers={"x-team": "b"})
    client.complete("?")
    client.complete("?", temperature=1)
    first, second = server.exchanges
    assert (first.json["model"], first.json["temperature"]) == ("mine", 0.125)
    assert second.json["temperature"] == 1
    assert first.headers["x-team"] == "b"
    assert first.headers["authorization"] == "Bearer sk-test"


def test_a_call_may_have_a_key_and_a_name_of_its_own(connect: Connect, serve: Serve) -> None:
    server = serve(answer_ok)
    response = connect(server.url).complete("?", api_key="sk-other", call_id="mine-1")
    assert server.exchanges[0].headers["authorization"] == "Bearer sk-other"
    assert response.call_id == "mine-1"


def test_text_arrives_as_it_was_whatever_it_holds(connect: Connect, serve: Serve) -> None:
    server = serve(answer_ok)
    text = 'ä 🦊 \u2028 "\\ \x7f \r\n'
    connect(server.url).complete(text)
    assert server.exchanges[0].json["messages"][0]["content"] == text


@pytest.mark.parametrize("prompt", [None, 3, b"bytes", {"a", "set"}], ids=["None", "int", "bytes", "set"])
def test_anything_else_is_no_prompt(connect: Connect, prompt: Any) -> None:
    with pytest.raises(TypeError, match=f"not {type(prompt).__name__}"):
        connect("http://127.0.0.1:1").complete(prompt)


@pytest.mark.parametrize(
    "field",
    [{"seed": object()}, {"temperature": float("nan")}, {"metadata": {"text": "\ud800"}}],
    ids=["object", "NaN", "lone surrogate"],
)
def test_what_json_has_no_words_for_is_refused_before_sending(connect: Connect, field: Any) -> None:
    with pytest.raises(InvalidArgumentError):
        connect("http://127.0.0.1:1").complete("?", **field)


def test_what_no_model_reads_is_taken_out_of_a_text(connect: Connect, serve: Serve) -> None:
    server = serve(answer_ok)
    client = connect(server.url)
    client.complete("a\ud800b\x00c\U0001f600")
    client.complete("a\x00b", sanitize=False)
    assert [exchange.json["messages"][0]["content"] for exchange in server.exchanges] == ["abc\U0001f600", "a\x00b"]
    with pytest.raises(InvalidArgumentError, match=r"messages\[0\]\.content"):
        client.complete("a\ud800", sanitize=False)


@pytest.mark.parametrize("field", ["stream", "tempereture"])
def test_a_field_that_is_not_known_is_refused_by_name(connect: Connect, field: str) -> None:
    settings: Any = {field: True}
    with pytest.raises(InvalidArgumentError, match=field):
        connect("http://127.0.0.1:1").complete("?", **settings)


def test_analyze_sends_the_content_and_the_instruction(connect: Connect, serve: Serve) -> None:
    server = serve(answer_ok)
    client = connect(server.url)
    assert client.analyze("a log line", "Find the error", max_tokens=5).content == "4"
    assert client.analyze("a log line").content == "4"
    with_instruction, without = (str(exchange.json["messages"]) for exchange in server.exchanges)
    assert "a log line" in with_instruction and "Find the error" in with_instruction
    assert "a log line" in without and "Find the error" not in without


@pytest.mark.parametrize("settings", [{"model": "m", "timeout": {"total_ms": 1}, "proxy": None}, {}])
@pytest.mark.parametrize("provider", ["openai", {"provider": "openai", "model": "old"}])
def test_a_configuration_is_a_name_or_a_mapping_with_settings_on_top(provider: Any, settings: Mapping[str, Any]) -> None:
    base = {"provider": provider} if isinstance(provider, str) else provider
    wanted = {**base, **{name: value for name, value in settings.items() if value is not None}}
    assert configuration(provider, settings) == wanted


def test_a_configuration_is_nothing_else() -> None:
    with pytest.raises(TypeError, match="not int"):
        Client(3)  # type: ignore[arg-type]


def test_a_closed_client_says_so(connect: Connect, serve: Serve) -> None:
    client = connect(serve(answer_ok).url)
    client.complete("?")
    client.close()
    client.close()
    assert client.closed
    for call in (client.complete, client.stream, client.analyze):
        with pytest.raises(ClosedError, match="the client is closed"):
            call("?")
    for check in (client.list_models, client.health_check):
        with pytest.raises(ClosedError, match="the client is closed"):
            check()
    with pytest.raises(ClosedError), client:
        client.complete("?")
