"""libllm's Python client, its streams given to a function event by event."""

import time

from scaling_memory import TextEvent

import libllm_iterator
import sync_measures
from measuring import MESSAGES


class Here(sync_measures.Client):
    def __init__(self, base):
        self.client = libllm_iterator.Here(base).client

    def call(self):
        return self.client.complete(MESSAGES).content

    def pieces(self):
        taken = []
        self.client.stream(MESSAGES, on_event=lambda event: taken.append(event.text) if type(event) is TextEvent else None)
        return taken

    def length(self):
        length = 0

        def take(event):
            nonlocal length
            if type(event) is TextEvent:
                length += len(event.text)

        self.client.stream(MESSAGES, on_event=take)
        return length

    def first(self):
        at = []
        self.client.stream(MESSAGES, on_event=lambda _: at.append(time.perf_counter()))
        return at[0]
