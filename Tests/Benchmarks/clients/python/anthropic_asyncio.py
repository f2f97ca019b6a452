"""anthropic, the provider's own client, in asyncio."""

from anthropic import AsyncAnthropic

import async_measures
from measuring import MESSAGES


class Here(async_measures.Client):
    def __init__(self, base):
        self.client = AsyncAnthropic(api_key="key", base_url=base)

    async def call(self):
        return (await self.client.messages.create(model="m", messages=MESSAGES, max_tokens=100)).content[0].text

    async def pieces(self):
        async for event in await self.client.messages.create(model="m", messages=MESSAGES, max_tokens=100, stream=True):
            if event.type == "content_block_delta":
                yield event.delta.text
