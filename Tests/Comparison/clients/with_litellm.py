"""litellm: chunks, and stream_chunk_builder(), which puts the whole response together."""

import litellm
from driver import QUESTION, TOOLS


def make(base, timeout, retries):
    def ask(said):
        chunks = []
        for chunk in litellm.completion(model="openai/m", messages=QUESTION, tools=[tool.as_openai for tool in TOOLS],
                                        api_base=base, api_key="key", timeout=timeout, stream_timeout=timeout,
                                        max_retries=retries, stream=True, stream_options={"include_usage": True}):
            chunks.append(chunk)
            for choice in chunk.choices:
                said.text += choice.delta.content or ""
                said.reasoning += getattr(choice.delta, "reasoning_content", None) or ""
        response = litellm.stream_chunk_builder(chunks, messages=QUESTION)
        message = response.choices[0].message
        said.finish_reason = response.choices[0].finish_reason
        said.tool_calls = [[call.id, call.function.name, call.function.arguments] for call in message.tool_calls or []]
        said.usage = (response.usage.prompt_tokens, response.usage.completion_tokens)

    return ask
