"""OpenAI's SDK: chat completions, responses and embeddings."""
from typing import Any, List

from openai.types import EmbeddingCreateParams
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming, ResponseCreateParamsStreaming

from .strict import Reader

_chat = {True: Reader(CompletionCreateParamsStreaming), False: Reader(CompletionCreateParamsNonStreaming)}
_responses = {True: Reader(ResponseCreateParamsStreaming), False: Reader(ResponseCreateParamsNonStreaming)}
_embeddings = Reader(EmbeddingCreateParams)


def chat(body: Any) -> List[str]:
    return _chat[body.get("stream", False)].complaints(body)


def responses(body: Any) -> List[str]:
    return _responses[body.get("stream", False)].complaints(body)


def embeddings(body: Any) -> List[str]:
    return _embeddings.complaints(body)
