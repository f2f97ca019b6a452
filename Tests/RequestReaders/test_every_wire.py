"""A recorded request, put in libllm's words, can go to any provider: what is sent there is read by that provider's SDK.

What only the provider knew that it was recorded of stays behind: its "extra", its own tools. What the other wire has no
words for the library leaves out, as it is asked to.
"""
import collections
import copy
from typing import Any, Callable, Counter, Dict, List, Set

import pytest
import recorded
import translate
from conftest import Pair
from extensions import without
from official import READERS, bedrock
from sending import LLMError, Sender

Pairs = Callable[[str], List[Pair]]
SHOWN = 20
#: Which provider stands for a wire, which of its models, and who reads what it is sent.
TARGETS: Dict[str, Any] = {
    "openai": ("gpt-4o", READERS["openai-chat"]),
    "openai-responses": ("gpt-4o", READERS["openai-responses"]),
    "anthropic": ("claude-sonnet-4-6", READERS["anthropic"]),
    "gemini": ("gemini-2.5-flash", READERS["gemini"]),
    "ollama": ("qwen3", READERS["ollama"]),
    "bedrock": ("anthropic.claude-sonnet-4-6", bedrock.converse),
    "mistral": ("mistral-small-latest", READERS["openai-chat/mistral"]),
    "groq": ("openai/gpt-oss-20b", READERS["openai-chat/groq"]),
    "openrouter": ("openai/gpt-4o", READERS["openai-chat/openrouter"])}


#: What libllm's words for a message are, its parts that every chat server may know, and what of reasoning several wires
#: know.
MEMBERS = {"role", "content", "tool_calls", "tool_call_id", "name", "refusal", "native", "cache_control", "is_error"}
PARTS = {"text", "image_url", "file"}
REASONING = {"effort", "max_tokens"}
#: What is of the chat wire and not known to all who speak it: types of parts, and forms of tool_choice.
NOT_KNOWN = {"groq": {"file", "allowed_tools"}, "mistral": {"allowed_tools"}, "openrouter": {"allowed_tools"}}
#: Why the library refuses some: no other words would say the same.
REFUSALS = ("reasoning.max_tokens is 512; it takes 1024 tokens or more",
            "nothing is left of messages without what has no counterpart in")
#: Which requests the types of a target's SDK do not take, and in what: the first is beyond OpenAI's own types as well.
BEYOND = {"openai": {"image_tool_result__a_tool_result_image_is_read_by_the_model": "ToolMessageParam.content"},
          "ollama": {"boolean_true_subschema_is_rejected_by_strict_compiler": "parameters.properties.value"}}


def for_others(request: Dict[str, Any], target: str) -> Dict[str, Any]:
    request = {**copy.deepcopy(request), "model": TARGETS[target][0], "drop_unsupported": True}
    request.pop("extra", None)
    not_known = NOT_KNOWN.get(target, set())
    request["messages"] = [of_message(message, PARTS - not_known) for message in request["messages"]]
    if "reasoning" in request:
        request["reasoning"] = {name: value for name, value in request["reasoning"].items() if name in REASONING}
    tools = [tool for tool in request.pop("tools", []) if "function" in tool]
    if tools:
        request["tools"] = tools
    choice = request.get("tool_choice")
    if not tools or isinstance(choice, dict) and choice["type"] in not_known:
        request.pop("tool_choice", None)
    return request


def of_message(message: Dict[str, Any], types: Set[str]) -> Dict[str, Any]:
    message = {name: value for name, value in message.items() if name in MEMBERS}
    if isinstance(message.get("content"), list):
        message["content"] = [part for part in message["content"] if part["type"] in types] or ""
    return message


@pytest.mark.parametrize("target", TARGETS)
def test_a_request_of_any_wire_is_read_by_the_sdk_of(target: str, sender: Sender, recordings: None,
                                                     report: Callable[[str], None]) -> None:
    _, reader = TARGETS[target]
    wrong: List[str] = []
    read: Counter[str] = collections.Counter()
    refused: Counter[str] = collections.Counter()
    for wire in recorded.CHAT_WIRES:
        for one in recorded.load(wire):
            request = for_others(translate.REQUEST[wire](one), target)
            try:
                sent = sender.send(target, translate.operation(one), request)
            except LLMError as error:
                refused[str(error)] += 1
                wrong += [f"{one.name}: {error}"] if not any(words in str(error) for words in REFUSALS) else []
                continue
            body, _ = without("anthropic/anthropic" if target == "anthropic" else f"openai-chat/{target}", sent.body)
            complaints = reader(body)
            if complaints and any(words in complaint for name, words in BEYOND.get(target, {}).items()
                                  if one.name.endswith(name) for complaint in complaints):
                report(f"    {one.name} is beyond the types of {target}'s SDK")
                continue
            wrong += [f"{one.name}: {complaint}" for complaint in complaints]
            read[wire] += not complaints
    report(f"{target}: read {', '.join(f'{count} of {wire}' for wire, count in read.items())}")
    for refusal, times in refused.items():
        report(f"    {times:3} refused by the library: {refusal}")
    assert not wrong, "\n".join(wrong[:SHOWN])
