"""OpenRouter's SDK."""
from typing import Any, List

from openrouter.components import ChatRequest
from openrouter.operations import CreateEmbeddingsRequestBody

from .strict import Reader

_chat = Reader(ChatRequest)
_embeddings = Reader(CreateEmbeddingsRequestBody)


def chat(body: Any) -> List[str]:
    return _chat.complaints(body)


def embeddings(body: Any) -> List[str]:
    return _embeddings.complaints(body)
