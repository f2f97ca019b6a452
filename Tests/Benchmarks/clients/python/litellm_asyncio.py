"""litellm, in asyncio."""

import litellm

import async_measures
from measuring import MESSAGES


class Here(async_measures.Client):
    def __init__(self, base):
        self.where = {"model": "openai/m", "messages": MESSAGES, "api_base": base, "api_key": "key"}

    async def call(self):
        return (await litellm.acompletion(**self.where)).choices[0].message.content

    async def pieces(self):
        async for chunk in await litellm.acompletion(**self.where, stream=True):
            yield chunk.choices[0].delta.content or ""
