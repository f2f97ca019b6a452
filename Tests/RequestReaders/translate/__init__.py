"""From a recorded request's body to libllm's request: what a person would write who wants the same of the library.

Everything that a request has a field for goes into that field; "extra" gets what is the provider's own.
"""
from typing import Any, Callable, Dict

from recorded import Recorded

from . import chat, embeddings, gemini, messages, ollama, responses

REQUEST: Dict[str, Callable[[Recorded], Dict[str, Any]]] = {
    "openai-chat": chat.request, "openai-responses": responses.request, "anthropic": messages.request,
    "gemini": gemini.request, "ollama": ollama.request, "openai-embeddings": embeddings.openai,
    "gemini-embeddings": embeddings.gemini}

#: The provider by which a recorded client's exchanges are repeated, where it is not the one of the same name.
OF_CHAT = {"copilot": "openai", "doubleword": "vllm"}
OF_WIRE = {"openai-responses": "openai-responses", "anthropic": "anthropic", "gemini": "gemini", "ollama": "ollama",
           "gemini-embeddings": "gemini"}


def provider(recorded: Recorded) -> str:
    """Which of the library's providers is to send it."""
    return OF_WIRE.get(recorded.wire) or OF_CHAT.get(recorded.provider, recorded.provider)


def operation(recorded: Recorded) -> str:
    if recorded.wire.endswith("embeddings"):
        return "embed"
    return "stream" if recorded.stream else "complete"
