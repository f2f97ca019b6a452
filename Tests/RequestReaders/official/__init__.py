"""The providers' official SDKs as readers of request bodies: READERS, by wire and provider."""
from typing import Callable, Dict, List

from . import anthropic, gemini, groq, mistral, ollama, openai, openrouter

#: Gives what is wrong with a body; nothing where the SDK's types take it.
Complaints = Callable[[dict], List[str]]

#: By wire, or by wire and provider where the provider has an SDK of its own for the wire.
READERS: Dict[str, Complaints] = {
    "openai-chat": openai.chat, "openai-chat/groq": groq.chat, "openai-chat/mistral": mistral.chat,
    "openai-chat/openrouter": openrouter.chat, "openai-responses": openai.responses, "anthropic": anthropic.messages,
    "gemini": gemini.contents, "ollama": ollama.chat, "openai-embeddings": openai.embeddings,
    "openai-embeddings/mistral": mistral.embeddings, "openai-embeddings/openrouter": openrouter.embeddings,
    "gemini-embeddings": gemini.embeddings}
