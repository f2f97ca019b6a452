"""The recorded provider exchanges, as far as they are requests. They are not part of the repository."""
import json
import os
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("LLM_RECORDINGS") or ROOT.parent / "shared" / "recordings").resolve()
CHAT_WIRES = ("openai-chat", "openai-responses", "anthropic", "gemini", "ollama")
EMBEDDING_WIRES = ("openai-embeddings", "gemini-embeddings")
WIRES = CHAT_WIRES + EMBEDDING_WIRES

Body = Dict[str, Any]


class Recorded(NamedTuple):
    #: "<wire>/<provider>/<file without .json>"
    name: str
    wire: str
    #: Whose client sent it.
    provider: str
    path: str
    #: Whether it asks for a stream. (The answer may have been an error.)
    stream: bool
    body: Body


def load(wire: str) -> List[Recorded]:
    """All recorded requests of a wire that have a body, by name."""
    found = []
    for file in sorted((FOLDER / wire).glob("*/*.json")):
        exchange = json.loads(file.read_text(encoding="utf-8"))
        request = exchange["request"]
        if request["body"]:
            name = str(file.relative_to(FOLDER).with_suffix(""))
            body = json.loads(request["body"])
            streams = body.get("stream") is True or ":stream" in request["path"]
            found.append(Recorded(name, wire, file.parent.name, request["path"], streams, body))
    return found
