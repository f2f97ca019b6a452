"""Ollama's SDK. Its ChatRequest takes any object for a message, so messages are read by their own type; of a JSON schema
it knows some members, so what is in a tool's parameters is not held against it."""
import json
from typing import Any, List

from ollama._types import ChatRequest, EmbedRequest, Message, Options, Tool

from .strict import Reader

_chat = Reader(ChatRequest, open=(Tool.Function.Parameters, Tool.Function.Parameters.Property))
_messages = Reader(List[Message])
_options = Reader(Options)
_embeddings = Reader(EmbedRequest)


def chat(body: Any) -> List[str]:
    messages = json.loads(json.dumps(body["messages"]))
    for message in messages:
        if "images" in message:
            # The SDK makes the base64 of it when it writes.
            message["images"] = [{"value": image} for image in message["images"]]
    return _chat.complaints(body) + _messages.complaints(messages) + _options.complaints(body.get("options", {}))


def embeddings(body: Any) -> List[str]:
    return _embeddings.complaints(body)
