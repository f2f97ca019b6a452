"""The examples run from a checkout, without installation, over both wires."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from typing import Dict, List

import pytest

import recordings
from child import environment
from conftest import Serve
from loopback import Exchange, answer_slowly, completion, failure
from recordings import REPOSITORY, Recording

EXAMPLES = REPOSITORY / "examples" / "python"


def run(name: str, *arguments: str, provider: str = "openai", text: str = "", **urls: str) -> List[str]:
    """Runs an example that must succeed, with a base URL for each provider, and gives the lines that it printed."""
    ended = start(name, *arguments, provider=provider, text=text, **urls)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


def start(
    name: str, *arguments: str, provider: str = "openai", text: str = "", **urls: str
) -> "subprocess.CompletedProcess[str]":
    changes: Dict[str, str] = {"LLM_PROVIDER": provider}
    for one, url in urls.items():
        changes.update({f"{one.upper()}_BASE_URL": url, f"{one.upper()}_API_KEY": "sk-test"})
        changes.update({f"{one.upper()}_MODEL": "m"})
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
    return subprocess.run(
        command, env=environment(changes), input=text, capture_output=True, text=True, timeout=60, cwd="/"
    )


def recorded(wire: str, stream: bool) -> Recording:
    """A recorded answer in plain text, with its tokens counted."""
    for recording in recordings.load(wire):
        expect = recording.expect or {}
        if recording.stream is stream and expect.get("content") and expect.get("output_tokens"):
            if expect["finish_reason"] == "stop" and not expect["tool_calls"]:
                return recording
    raise LookupError(f"no such recording of {wire}")


def echo(exchange: Exchange) -> None:
    """Answers with the last message of the question."""
    exchange.send(200, completion(exchange.json["messages"][-1]["content"]))


def test_examples_are_short() -> None:
    found = sorted(path.name for path in EXAMPLES.glob("*.py"))
    assert found == [
        "add_provider.py",
        "analyze.py",
        "async_stream.py",
        "complete.py",
        "stream.py",
        "switch_provider.py",
    ]
    for name in found:
        assert len((EXAMPLES / name).read_text().splitlines()) < 60


@pytest.mark.parametrize("wire", ["openai-chat", "anthropic"])
def test_stream_prints_the_answer_and_one_line_about_it(replay: str, wire: str) -> None:
    recording = recorded(wire, stream=True)
    provider = recordings.PROVIDER_OF_WIRE[wire]
    *answer, last = run("stream.py", "Hello", provider=provider, **{provider: f"{replay}/{recording.name}"})
    expect = recording.expect or {}
    assert "\n".join(answer).rstrip() == expect["content"].rstrip()
    tokens = f"{expect['input_tokens']} tokens in, {expect['output_tokens']} out"
    assert re.fullmatch(rf"\[{provider}, \S+: {tokens}; first after \d+ ms, all after \d+ ms\]", last)


def test_stream_stops_at_ctrl_c(serve: Serve) -> None:
    import signal

    server = serve(answer_slowly)
    changes = {"LLM_PROVIDER": "openai", "OPENAI_BASE_URL": server.url, "OPENAI_MODEL": "m"}
    with subprocess.Popen(
        [sys.executable, str(EXAMPLES / "stream.py")],
        env=environment(changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.read(5) == "first"
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (output, errors, process.returncode) == ("", "\nstopped\n", 1)


def test_async_stream_asks_everything_at_once(serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        question = exchange.json["messages"][0]["content"]
        together.wait(60)  # nobody is answered before all have asked
        exchange.begin_stream()
        exchange.text("The ", f"{question}!")
        exchange.finish()

    together = threading.Barrier(3)
    lines = run("async_stream.py", "Nile", "Rhine", "Po", openai=serve(answer).url)
    assert lines == ["Nile The Nile!", "Rhine The Rhine!", "Po The Po!", "3 calls: 21 tokens in, 9 out"]


def test_async_stream_names_the_question_that_failed(serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        if exchange.json["messages"][0]["content"] == "Nile":
            return exchange.send(404, failure("no such model"))
        exchange.begin_stream()
        exchange.text("yes")
        exchange.finish()

    ended = start("async_stream.py", "Nile", "Rhine", openai=serve(answer).url)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Nile - not_found: ") and len(ended.stderr.splitlines()) == 1
    assert ended.stdout.startswith("Rhine yes\n")


@pytest.mark.parametrize("wire", ["openai-chat", "anthropic"])
def test_complete_prints_two_answers_and_the_cost(replay: str, wire: str) -> None:
    recording = recorded(wire, stream=False)
    provider = recordings.PROVIDER_OF_WIRE[wire]
    *answers, last = run("complete.py", "Hello", provider=provider, **{provider: f"{replay}/{recording.name}"})
    content = (recording.expect or {})["content"]
    assert "\n".join(answers) == f"{content}\n{content}"
    assert re.search(r": \d+ tokens in, \d+ out, \d+ ms$", last)


def test_complete_goes_on_with_the_conversation(serve: Serve) -> None:
    server = serve(echo)
    lines = run("complete.py", "Hello", openai=server.url)
    assert lines[:2] == ["Hello", "Now say it in five words."]
    assert [message["role"] for message in server.exchanges[1].json["messages"]] == ["user", "assistant", "user"]


def test_switch_provider_carries_the_conversation_over(replay: str, serve: Serve) -> None:
    first = recorded("anthropic", stream=False)
    server = serve(echo)
    lines = run(
        "switch_provider.py", "Hello", "anthropic", "openai", anthropic=f"{replay}/{first.name}", openai=server.url
    )
    content = (first.expect or {})["content"]
    assert lines[0].startswith("anthropic ")
    assert lines[-1] == "openai (m): Tell me one more thing about that."
    sent = server.exchanges[0].json["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert (sent[0]["content"], sent[1]["content"]) == ("Hello", content)


def test_analyze_takes_a_file_or_what_is_piped_in(serve: Serve, tmp_path: "os.PathLike[str]") -> None:
    server = serve(lambda exchange: exchange.send(200, completion("It is broken.")))
    log = os.path.join(tmp_path, "server.log")
    with open(log, "w") as file:
        file.write("disk full")
    assert run("analyze.py", "What went wrong?", log, openai=server.url) == ["It is broken."]
    assert run("analyze.py", text="disk empty", openai=server.url) == ["It is broken."]
    from_file, piped = (str(exchange.json["messages"]) for exchange in server.exchanges)
    assert "disk full" in from_file and "What went wrong?" in from_file
    assert "disk empty" in piped


def test_add_provider_asks_a_declared_and_a_programmed_one(serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        if exchange.path == "/v1/chat/completions":
            exchange.text("Par", "is")
            return exchange.finish()
        assert exchange.path == "/completion"
        exchange.event({"content": exchange.json["prompt"], "stop": False})
        exchange.event({"content": "!", "stop": True, "tokens_evaluated": 5, "tokens_predicted": 2})

    server = serve(answer)
    assert run("add_provider.py", server.url, "Paris") == [
        "my-chat: Paris",
        "[3 tokens out]",
        "my-completion: Paris!",
        "[2 tokens out]",
    ]


@pytest.mark.parametrize("name", ["complete.py", "stream.py", "switch_provider.py", "analyze.py"])
def test_an_error_is_one_line_and_no_traceback(serve: Serve, name: str) -> None:
    server = serve(lambda exchange: exchange.send(401, failure("no such key")))
    ended = start(name, openai=server.url, text="A log.")
    assert ended.returncode == 1
    assert "authentication: " in ended.stderr and "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
