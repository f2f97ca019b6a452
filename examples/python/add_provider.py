"""Adds two providers: one that is declared, since it speaks a wire that libllm knows, and one that is programmed, since
it does not. Both are a llama.cpp server here: its chat completions, and its own /completion.

    python3 add_provider.py http://127.0.0.1:8080 "The capital of France is"

From a checkout without installation: PYTHONPATH=bindings/python/src python3 examples/python/add_provider.py
"""

import json
import sys
from typing import Any, Dict, Iterator, Union

from scaling_memory import Client, LLMError, TextEvent, define_provider, register_provider

server = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
question = sys.argv[2] if len(sys.argv) > 2 else "The capital of France is"
Piece = Union[TextEvent, Dict[str, Any]]  # an event, or fields of the response


class Completion:
    """llama.cpp's own endpoint. What is not here, such as decode_error, is done as for chat completions."""

    def encode(self, operation: str, request: Dict[str, Any]) -> Dict[str, Any]:
        prompt = request["messages"][-1]["content"]
        body = {"prompt": prompt, "n_predict": request.get("max_tokens", 40), "stream": operation == "stream"}
        return {"path": "/completion", "body": body}

    def decode(self, operation: str, body: bytes) -> Iterator[Piece]:
        answer = json.loads(body)
        yield TextEvent(answer["content"])
        yield self.end(answer)

    def decode_event(self, state: Any, name: str, data: bytes) -> Iterator[Piece]:
        piece = json.loads(data)
        yield TextEvent(piece["content"])
        if piece["stop"]:
            yield self.end(piece)

    def end(self, answer: Dict[str, Any]) -> Dict[str, Any]:
        usage = {"input_tokens": answer.get("tokens_evaluated"), "output_tokens": answer.get("tokens_predicted")}
        return {"finish_reason": "length" if answer.get("stop_type") == "limit" else "stop", "usage": usage}


define_provider(
    {"name": "my-chat", "wire": "openai-chat", "base_url": server + "/v1", "requires_key": False, "models": ["default"]}
)
register_provider("my-completion", Completion())

try:
    for provider, url in ("my-chat", server + "/v1"), ("my-completion", server):
        with Client(provider, base_url=url, max_tokens=40) as client, client.stream(question) as stream:
            print(f"{provider}: {''.join(stream.text)}")
        print(f"[{stream.response.usage.output_tokens} tokens out]")
except LLMError as error:
    sys.exit(f"{error.status}: {error}")
