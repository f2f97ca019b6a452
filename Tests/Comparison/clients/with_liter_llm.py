"""liter-llm, whose Python client is for event loops: chunks of the wire; joining them is the caller's."""

import asyncio
import json

from driver import QUESTION, TOOLS
from liter_llm import _internal_bindings as liter_llm


def make(base, timeout, retries):
    question = {"model": "m", "messages": QUESTION, "tools": [tool.as_openai for tool in TOOLS], "stream": True,
                "stream_options": {"include_usage": True}}
    request = liter_llm.ChatCompletionRequest.from_json(json.dumps(question))
    client = liter_llm.create_client_with_options(liter_llm.ClientOptions.from_json(json.dumps({
        "api_key": "key", "base_url": base, "timeout_secs": timeout, "max_retries": retries, "max_response_bytes": 1 << 26})))

    async def ask(said):
        async for chunk in client.chat_stream(request):
            said.usage = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens) if chunk.usage else said.usage
            for choice in chunk.choices:
                said.text += choice.delta.content or ""
                said.reasoning += choice.delta.reasoning_content or ""
                said.finish_reason = str(choice.finish_reason) if choice.finish_reason else said.finish_reason
                for call in choice.delta.tool_calls or []:
                    said.tool_call(call.index, call.id, call.function.name, call.function.arguments)

    return lambda said: asyncio.run(ask(said))
