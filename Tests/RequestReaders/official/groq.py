"""Groq's SDK."""
from typing import Any, List

from groq.types.chat.completion_create_params import CompletionCreateParams

from .strict import Reader

_chat = Reader(CompletionCreateParams)


def chat(body: Any) -> List[str]:
    return _chat.complaints(body)
