"""Mistral's SDK."""
from typing import Any, List

from mistralai.client.models import ChatCompletionRequest, ChatCompletionStreamRequest, EmbeddingRequest

from .strict import Reader

_chat = {True: Reader(ChatCompletionStreamRequest), False: Reader(ChatCompletionRequest)}
_embeddings = Reader(EmbeddingRequest)


def chat(body: Any) -> List[str]:
    return _chat[body.get("stream", False)].complaints(body)


def embeddings(body: Any) -> List[str]:
    return _embeddings.complaints(body)
