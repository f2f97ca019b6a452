"""liter-llm, whose Python client is for event loops only."""
import liter_llm

import async_measures
from measuring import MESSAGES


class Here(async_measures.Client):
    def __init__(self, base):
        self.client = liter_llm.create_client("key", base_url=base)

    async def call(self):
        request = liter_llm._internal_bindings.ChatCompletionRequest(model="m", messages=MESSAGES)
        return (await self.client.chat(request)).choices[0].message.content

    async def pieces(self):
        request = liter_llm._internal_bindings.ChatCompletionRequest(model="m", messages=MESSAGES, stream=True)
        async for chunk in self.client.chat_stream(request):
            yield chunk.choices[0].delta.content or ""
