"""libllm's Python client for event loops, in asyncio."""

from scaling_memory import AsyncClient

import async_measures
from libllm_settings import settings
from measuring import MESSAGES


class Here(async_measures.Client):
    def __init__(self, base):
        self.client = AsyncClient("openai", **settings(base))

    async def call(self):
        return (await self.client.complete(MESSAGES)).content

    def pieces(self):
        return self.client.stream(MESSAGES).text
