"""litellm."""

import litellm

import sync_measures
from measuring import MESSAGES


class Here(sync_measures.Client):
    def __init__(self, base):
        self.where = {"model": "openai/m", "messages": MESSAGES, "api_base": base, "api_key": "key"}

    def call(self):
        return litellm.completion(**self.where).choices[0].message.content

    def pieces(self):
        for chunk in litellm.completion(**self.where, stream=True):
            yield chunk.choices[0].delta.content or ""
