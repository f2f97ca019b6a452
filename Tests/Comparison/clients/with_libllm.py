"""libllm's Python binding: the events of a stream, and the response at its end."""

from driver import QUESTION, TOOLS
from scaling_memory import Client, ReasoningEvent, TextEvent


def make(base, timeout, retries):
    client = Client("openai", base_url=base, api_key="key", model="m", retry={"max_retries": retries},
                    timeout={"idle_ms": timeout * 1000})

    def ask(said):
        stream = client.stream(QUESTION, tools=[tool.as_openai for tool in TOOLS])
        for event in stream:
            if isinstance(event, TextEvent):
                said.text += event.text
            elif isinstance(event, ReasoningEvent):
                said.reasoning += event.text
        response = stream.response
        said.finish_reason = response.finish_reason
        said.tool_calls = [[call.id, call.name, call.arguments] for call in response.tool_calls]
        said.usage = (response.usage.input_tokens, response.usage.output_tokens)

    return ask
