"""liter-llm, whose Python client is for event loops only."""

import liter_llm as _  # noqa: F401: what a program imports, and what `load` is to time
from liter_llm import _internal_bindings as liter_llm

import async_measures
from measuring import MESSAGES


def request(**more):
    return liter_llm.ChatCompletionRequest(model="m", messages=[liter_llm.Message(message) for message in MESSAGES], **more)


class Here(async_measures.Client):
    def __init__(self, base):
        self.client = liter_llm.create_client("key", base_url=base)

    async def call(self):
        return str((await self.client.chat(request())).choices[0].message.content)

    async def pieces(self):
        async for chunk in self.client.chat_stream(request(stream=True)):
            yield chunk.choices[0].delta.content or ""
