"""openai: chat.completions.stream(), which gives events and puts the whole completion together."""

from driver import QUESTION, TOOLS
from openai import OpenAI


def make(base, timeout, retries):
    client = OpenAI(api_key="key", base_url=base, timeout=timeout, max_retries=retries)

    def ask(said):
        with client.chat.completions.stream(model="m", messages=QUESTION, tools=[tool.as_openai for tool in TOOLS],
                                            stream_options={"include_usage": True}) as stream:
            for event in stream:
                if event.type == "content.delta":
                    said.text += event.delta
                elif event.type == "chunk" and event.chunk.choices:
                    said.reasoning += getattr(event.chunk.choices[0].delta, "reasoning_content", None) or ""
            completion = stream.get_final_completion()
        message = completion.choices[0].message
        said.finish_reason = completion.choices[0].finish_reason
        said.tool_calls = [[call.id, call.function.name, call.function.arguments] for call in message.tool_calls or []]
        said.usage = completion.usage and (completion.usage.prompt_tokens, completion.usage.completion_tokens)

    return ask
