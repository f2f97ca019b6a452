"""anthropic, the provider's own client, on its own wire: its events are shorter than OpenAI's, 130 bytes to 300."""

from anthropic import Anthropic

import sync_measures
from measuring import MESSAGES


class Here(sync_measures.Client):
    def __init__(self, base):
        self.client = Anthropic(api_key="key", base_url=base)

    def call(self):
        return self.client.messages.create(model="m", messages=MESSAGES, max_tokens=100).content[0].text

    def pieces(self):
        for event in self.client.messages.create(model="m", messages=MESSAGES, max_tokens=100, stream=True):
            if event.type == "content_block_delta":
                yield event.delta.text
