"""openai, the provider's own client."""

from openai import OpenAI

import sync_measures
from measuring import MESSAGES


class Here(sync_measures.Client):
    def __init__(self, base):
        self.client = OpenAI(api_key="key", base_url=base)

    def call(self):
        return self.client.chat.completions.create(model="m", messages=MESSAGES).choices[0].message.content

    def pieces(self):
        for chunk in self.client.chat.completions.create(model="m", messages=MESSAGES, stream=True):
            yield chunk.choices[0].delta.content or ""
