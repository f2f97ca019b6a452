"""openai, the provider's own client, in asyncio."""

from openai import AsyncOpenAI

import async_measures
from measuring import MESSAGES


class Here(async_measures.Client):
    def __init__(self, base):
        self.client = AsyncOpenAI(api_key="key", base_url=base)

    async def call(self):
        return (await self.client.chat.completions.create(model="m", messages=MESSAGES)).choices[0].message.content

    async def pieces(self):
        async for chunk in await self.client.chat.completions.create(model="m", messages=MESSAGES, stream=True):
            yield chunk.choices[0].delta.content or ""
