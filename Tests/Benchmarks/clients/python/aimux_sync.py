"""arcships-aimux. It has no client for event loops: many calls at once are threads."""

import aimux

import sync_measures
from measuring import MESSAGES


class Here(sync_measures.Client):
    def __init__(self, base):
        self.model = aimux.openai("key", "m", base)

    def call(self):
        return aimux.generate_text(self.model, MESSAGES)["text"]

    def pieces(self):
        for part in aimux.stream_text(self.model, MESSAGES):
            if "TextDelta" in part:
                yield part["TextDelta"]["delta"]
