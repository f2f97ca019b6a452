"""python -m scaling_memory: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from typing import Dict, List, Optional, Tuple

import pytest

import child
from conftest import Serve
from loopback import DEADLINE, Exchange, Server, answer_ok, answer_slowly, completion, failure
from recordings import REPOSITORY

COMMAND = [sys.executable, "-W", "error", "-m", "scaling_memory"]


def environment(server: Optional[Server], **changes: Optional[str]) -> Dict[str, str]:
    url = None if server is None else server.url
    given = {"OPENAI_BASE_URL": url, "OPENAI_MODEL": "m", "LLM_PROVIDER": "openai", "RETRY_MAX_RETRIES": "0"}
    return child.environment({**given, **changes})


def run(
    server: Optional[Server], *arguments: str, text: str = "", **changes: Optional[str]
) -> "subprocess.CompletedProcess[str]":
    env = environment(server, **changes)
    return subprocess.run(
        [*COMMAND, *arguments], env=env, input=text, capture_output=True, text=True, timeout=60, cwd="/"
    )


def outcome(server: Optional[Server], *arguments: str, text: str = "", **changes: Optional[str]) -> Tuple[int, str, str]:
    ended = run(server, *arguments, text=text, **changes)
    return ended.returncode, ended.stdout, ended.stderr


def in_terminal(server: Server, *arguments: str) -> bytes:
    """What the command prints on a terminal, where it must end well."""
    ours, its = pty.openpty()
    with subprocess.Popen([*COMMAND, *arguments], env=environment(server), stdin=its, stdout=its, stderr=its) as process:
        os.close(its)
        shown = b""
        try:
            while True:
                shown += os.read(ours, 65536)
        except OSError:  # the terminal's last writer is gone
            pass
        finally:
            os.close(ours)
        assert process.wait(DEADLINE) == 0, shown
    return shown


def test_it_prints_the_answer(serve: Serve) -> None:
    server = serve(answer_ok)
    assert outcome(server, "What is 2+2?") == (0, "4\n", "")
    assert "stream" not in server.exchanges[0].json, "standard output is no terminal here"


def test_the_request_is_what_the_options_say(serve: Serve) -> None:
    server = serve(answer_ok)
    assert run(server, "--model", "large", "--system", "Be brief.", "--max-tokens", "9", "Hello").returncode == 0
    asked = server.exchanges[0].json
    assert asked["model"] == "large"
    assert 9 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    assert asked["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]


def test_a_dash_takes_the_prompt_from_standard_input(serve: Serve) -> None:
    server = serve(answer_ok)
    assert outcome(server, "-", text="ein\nlängerer Text\n") == (0, "4\n", "")
    assert server.exchanges[0].json["messages"][0]["content"] == "ein\nlängerer Text\n"


def test_the_provider_and_the_server_may_be_named_without_any_variable(serve: Serve) -> None:
    server = serve(answer_ok)
    arguments = ["--provider", "openai", "--base-url", server.url, "--model", "m", "Hello"]
    assert outcome(None, *arguments, LLM_PROVIDER=None, OPENAI_MODEL=None) == (0, "4\n", "")


@pytest.mark.parametrize("arguments", [["--stream"], ["--no-stream"]], ids=["stream", "no-stream"])
def test_an_answer_of_several_lines_is_printed_as_it_is(serve: Serve, arguments: List[str]) -> None:
    def answer(exchange: Exchange) -> None:
        if not exchange.json.get("stream"):
            return exchange.send(200, completion("one\ntwo\n"))
        exchange.begin_stream()
        exchange.text("one\n", "two", "\n")
        exchange.finish()

    assert outcome(serve(answer), *arguments, "Hello") == (0, "one\ntwo\n", "")


def test_a_terminal_gets_a_stream_without_what_it_would_obey(serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        assert exchange.json["stream"] is True
        exchange.begin_stream()
        exchange.text("a\x1b]0;title\x07b", "\x9b2Jc\td")
        exchange.finish()

    assert in_terminal(serve(answer), "Hello") == b"a]0;titleb2Jc\td\r\n"


def test_json_is_the_whole_response(serve: Serve) -> None:
    status, output, errors = outcome(serve(answer_ok), "--json", "Hello")
    assert (status, errors) == (0, "")
    response = json.loads(output)
    assert (response["content"], response["finish_reason"], response["usage"]["input_tokens"]) == ("4", "stop", 7)


def test_json_with_stream_is_an_event_a_line(serve: Serve) -> None:
    status, output, errors = outcome(serve(answer_ok), "--json", "--stream", "Hello")
    assert (status, errors) == (0, "")
    text, last = map(json.loads, output.splitlines())
    assert text == {"event": "text", "text": "4"}
    assert (last["event"], last["response"]["content"]) == ("response", "4")


def test_list_models_prints_their_names(serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(200, {"object": "list", "data": [{"id": "small", "object": "model"}, {"id": "large"}]})

    server = serve(answer)
    assert outcome(server, "--list-models") == (0, "small\nlarge\n", "")
    listing = json.loads(run(server, "--list-models", "--json").stdout)
    assert [model["id"] for model in listing["models"]] == ["small", "large"]


def test_an_answer_that_was_cut_off_says_so(serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("and th")
        exchange.finish("length")

    said = "scaling-memory: the answer was cut off at the most tokens that it may have; --max-tokens gives it more\n"
    assert outcome(serve(answer), "--stream", "Hello") == (0, "and th\n", said)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], 'there is no prompt: give one, or "-" to take it from standard input; try scaling-memory --help'),
        (["  "], "the prompt is empty; try scaling-memory --help"),
        (["--list-models", "Hello"], "--list-models takes no prompt; try scaling-memory --help"),
        (["--max-tokens", "many", "Hello"], "argument --max-tokens: invalid int value: 'many'; try scaling-memory --help"),
        (["--provider", "opnai", "Hello"], 'there is no provider "opnai"; known are '),
        (["Hello"], "openai needs a key: give api_key, or set OPENAI_API_KEY"),
    ],
)
def test_what_is_wrong_before_the_call_is_one_sentence_and_status_2(arguments: List[str], sentence: str) -> None:
    status, output, errors = outcome(None, *arguments)
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert errors.startswith(f"scaling-memory: {sentence}")


def test_a_missing_library_is_status_2(serve: Serve) -> None:
    status, output, errors = outcome(None, "Hello", SCALING_MEMORY_LIBRARY="/nowhere/libllm.so")
    assert (status, output) == (2, "")
    assert errors.startswith("scaling-memory: libllm cannot be loaded.") and "Traceback" not in errors


@pytest.mark.parametrize(("http_status", "status"), [(400, 1), (401, 1), (429, 75), (500, 75)])
def test_a_failure_is_one_sentence_and_its_status_says_whether_to_try_again(
    serve: Serve, http_status: int, status: int
) -> None:
    server = serve(lambda exchange: exchange.send(http_status, failure("It did not work.")))
    ended, output, errors = outcome(server, "Hello")
    assert (ended, output, errors.count("\n")) == (status, "", 1)
    assert errors.startswith("scaling-memory: ") and "It did not work." in errors
    ended, output, errors = outcome(server, "--json", "Hello")
    assert (ended, output, json.loads(errors)["http_status"]) == (status, "", http_status)


def test_ctrl_c_ends_it_with_130_and_hangs_up(serve: Serve) -> None:
    server = serve(answer_slowly)
    with subprocess.Popen(
        [*COMMAND, "--stream", "Hello"], env=environment(server), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None and process.stdout.read(5) == "first"
            child.wait_until_idle(process)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=DEADLINE)
        finally:
            process.kill()
    assert (process.returncode, output, errors) == (130, "\n", "")
    assert server.hang_ups.acquire(timeout=DEADLINE)


def test_a_reader_that_goes_away_ends_it_quietly(serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        while True:
            exchange.text("x" * 1000)

    with subprocess.Popen(
        [*COMMAND, "--stream", "Hello"], env=environment(serve(answer)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None and process.stderr is not None
            assert process.stdout.read(10) == b"x" * 10
            process.stdout.close()
            assert process.wait(DEADLINE) == 141
            assert process.stderr.read() == b""
        finally:
            process.kill()


def test_it_is_installed_as_a_command() -> None:
    described = (REPOSITORY / "bindings/python/pyproject.toml").read_text()
    assert 'scaling-memory = "scaling_memory.command:main"' in described
    assert run(None, "--version").stdout.startswith("libllm ")
