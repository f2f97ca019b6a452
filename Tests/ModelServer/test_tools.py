"""A tool call goes round with a real model, over each of its server's wires: the model calls the tool, the test runs it
and sends the result back with the message that the call came in, and the model answers.

The model chooses to call: nothing of the request makes it. (It has seen examples, in template.jinja.)
"""
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "bindings/python/src"))

from scaling_memory import (Client, Event, Response, ResponseEvent, TextEvent, ToolCallDeltaEvent,  # noqa: E402
                            ToolCallEvent)

ROOT = Path(__file__).resolve().parent.parent.parent
NODE = os.environ.get("NODE", "node")
LIBRARY_DIR = os.environ.get("LLM_LIBRARY_DIR") or str(ROOT / ".build/release")
HANG = 120  # seconds
MODEL = "SmolLM2-135M"
PATHS = {"openai": "/v1", "openai-responses": "/v1", "anthropic": ""}
QUESTION = {"role": "user", "content": "What is the weather in Paris?"}
WEATHER = "17 degrees, rain"
TOOL = {"type": "function", "function": {
    "name": "get_weather", "description": "Tells the weather in a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}

Ask = Callable[[List[Dict[str, Any]]], Response]


@pytest.fixture(params=PATHS)
def wire(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(wire: str, model_server: str) -> Iterator[Client]:
    with Client(wire, base_url=model_server + PATHS[wire], model=MODEL, max_tokens=60, temperature=0) as client:
        yield client


@pytest.fixture(params=("complete", "stream"))
def ask(request: pytest.FixtureRequest, client: Client) -> Ask:
    """Asks in either way, with the tool at hand, and gives the response."""
    if request.param == "complete":
        return lambda messages: client.complete(messages, tools=[TOOL])
    return lambda messages: streamed(client, messages)


def streamed(client: Client, messages: List[Dict[str, Any]]) -> Response:
    """The response of a stream in which each call came in pieces, then whole, and is the response's."""
    events: List[Event] = list(client.stream(messages, tools=[TOOL]))
    assert isinstance(events[-1], ResponseEvent)
    response = events[-1].response
    wholes = [event for event in events if isinstance(event, ToolCallEvent)]
    calls = response.message.get("tool_calls", [])
    assert [(call["id"], call["function"]) for call in calls] == [
        (whole.id, {"name": whole.name, "arguments": whole.arguments}) for whole in wholes]
    pieces = [event for event in events if isinstance(event, ToolCallDeltaEvent)]
    assert "".join(piece.arguments or "" for piece in pieces) == "".join(whole.arguments for whole in wholes)
    assert len(pieces) > len(wholes) or not wholes
    assert "".join(event.text for event in events if isinstance(event, TextEvent)) == response.content
    return response


def run_tool(arguments: str) -> str:
    assert json.loads(arguments) == {"city": "Paris"}
    return WEATHER


def test_a_tool_call_goes_round(ask: Ask, wire: str) -> None:
    first = ask([QUESTION])
    assert (first.finish_reason, first.content) == ("tool_calls", "")
    [call] = first.message["tool_calls"]
    assert call["id"] and call["function"]["name"] == "get_weather"
    result = run_tool(call["function"]["arguments"])

    second = ask([QUESTION, first.message, {"role": "tool", "tool_call_id": call["id"], "content": result}])
    assert second.finish_reason in ("stop", "length") and not second.message.get("tool_calls")
    # Nothing but the tool's result says so.
    assert "17" in second.content


@pytest.fixture(params=("c", "node"))
def program(request: pytest.FixtureRequest, tmp_path: Path) -> List[str]:
    """The command that makes a tool call go round in another language."""
    here = Path(__file__).resolve().parent
    if request.param == "node":
        return [NODE, "--experimental-ffi", "--disable-warning=ExperimentalWarning", str(here / "tool_call.mjs")]
    built = str(tmp_path / "tool_call")
    subprocess.run([os.environ.get("CC", "cc"), "-std=c99", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}",
                    "-o", built, str(here / "tool_call.c"), f"-L{LIBRARY_DIR}", "-lllm", f"-Wl,-rpath,{LIBRARY_DIR}"],
                   check=True)
    return [built]


def test_a_tool_call_goes_round_in_other_languages(program: List[str], model_server: str) -> None:
    ran = subprocess.run([*program, model_server + PATHS["openai"], "openai"], capture_output=True, text=True, timeout=HANG)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert json.loads(said["arguments"]) == {"city": "Paris"} and "17" in said["content"]
