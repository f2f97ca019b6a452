"""What a recorded body and the one that the library sends may differ in."""
from typing import Dict

from . import chat, embeddings, gemini, messages, ollama, responses
from .forms import Forms

FORMS: Dict[str, Forms] = {
    "openai-chat": chat.forms, "openai-responses": responses.forms, "anthropic": messages.forms, "gemini": gemini.forms,
    "ollama": ollama.forms, "openai-embeddings": embeddings.openai, "gemini-embeddings": embeddings.gemini}
