"""libllm's Python client, its streams iterated over."""

from scaling_memory import Client as Library

import sync_measures
from libllm_settings import settings
from measuring import MESSAGES


class Here(sync_measures.Client):
    def __init__(self, base):
        self.client = Library("openai", **settings(base))

    def call(self):
        return self.client.complete(MESSAGES).content

    def pieces(self):
        return self.client.stream(MESSAGES).text
