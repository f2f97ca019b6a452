"""arcships-aimux: the parts of a stream; tool calls come whole in theirs, and a failure within the stream is a part as well."""

import json

import aimux
from driver import QUESTION, TOOLS


def make(base, timeout, retries):
    model = aimux.openai("key", "m", base)
    tools = [{"type": "function", "name": tool.name, "input_schema": tool.parameters} for tool in TOOLS]
    options = {"tools": tools, "max_retries": retries, "timeout": {"first_chunk_ms": timeout * 1000, "chunk_ms": timeout * 1000}}

    def ask(said):
        for part in aimux.stream_text(model, QUESTION, options):
            ((kind, of),) = part.items()
            if kind == "TextDelta":
                said.text += of["delta"]
            elif kind == "ReasoningDelta":
                said.reasoning += of["delta"]
            elif kind == "ToolCall":
                arguments = of["input"] if isinstance(of["input"], str) else json.dumps(of["input"])
                said.tool_calls.append([of["tool_call_id"], of["tool_name"], arguments])
            elif kind == "Error":
                said.error = json.dumps(of["error"])
            elif kind == "Finish":
                said.finish_reason = of["finish_reason"]["raw"] or of["finish_reason"]["unified"]
                said.usage = (of["usage"]["input_tokens"]["total"], of["usage"]["output_tokens"]["total"])

    return ask
