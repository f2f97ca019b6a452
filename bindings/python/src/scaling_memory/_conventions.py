"""What a call is in OpenTelemetry's semantic conventions for generative AI.

Names and values are those of version 1.41 of the semantic conventions, the last one that described generative AI itself:
https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai. No attribute holds a text of the request or
of the answer.
"""

from __future__ import annotations

from typing import Any, Dict, Final, Mapping, Optional, Sequence, Union
from urllib.parse import urlsplit

from ._native import LLM_OP_ANALYZE, LLM_OP_COMPLETE, LLM_OP_EMBED, LLM_OP_STREAM
from .errors import LLMError

Attributes = Dict[str, Union[str, bool, int, float, Sequence[str]]]

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
REQUEST_MODEL: Final = "gen_ai.request.model"
RESPONSE_MODEL: Final = "gen_ai.response.model"
TOKEN_TYPE: Final = "gen_ai.token.type"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
ERROR_TYPE: Final = "error.type"
ADDRESS: Final = "server.address"
PORT: Final = "server.port"

#: Seconds; and tokens.
DURATION_BOUNDARIES: Final = [0.01 * 2**power for power in range(14)]
TOKEN_BOUNDARIES: Final = [4**power for power in range(14)]

#: Of the calls that are none of the conventions' operations there are neither spans nor metrics.
_OPERATIONS: Final = {
    LLM_OP_COMPLETE: "chat",
    LLM_OP_STREAM: "chat",
    LLM_OP_ANALYZE: "chat",
    LLM_OP_EMBED: "embeddings",
}

_PROVIDERS: Final = {
    "openai-responses": "openai",
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "vertex": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "moonshot": "moonshot_ai",
    "xai": "x_ai",
}

_REQUEST_FIELDS: Final = {
    "max_tokens": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "seed": "gen_ai.request.seed",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "dimensions": "gen_ai.embeddings.dimension.count",
}

_USAGE_FIELDS: Final = {
    "input_tokens": INPUT_TOKENS,
    "output_tokens": OUTPUT_TOKENS,
    "cached_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def identity(settings: Mapping[str, Any], operation: int, request: Mapping[str, Any]) -> Optional[Attributes]:
    """What tells one kind of call from another, on spans and on metrics; None for a call that is none of theirs."""
    name = _OPERATIONS.get(operation)
    if name is None:
        return None
    provider = str(settings.get("provider", ""))
    attributes: Attributes = {OPERATION: name, PROVIDER: _PROVIDERS.get(provider, provider)}
    model = request.get("model") or settings.get("model")
    if isinstance(model, str):
        attributes[REQUEST_MODEL] = model
    try:
        url = urlsplit(settings.get("base_url") or "")
        port = url.port or _DEFAULT_PORTS.get(url.scheme)
    except ValueError:
        return attributes
    if url.hostname and port:
        attributes[ADDRESS], attributes[PORT] = url.hostname, port
    return attributes


def of_request(settings: Mapping[str, Any], operation: int, request: Mapping[str, Any]) -> Attributes:
    """What else a span says of a request: its parameters."""
    extra = request.get("extra")
    fields = {**(extra if isinstance(extra, Mapping) else {}), **request}
    if operation != LLM_OP_EMBED:
        fields = {**{name: settings.get(name) for name in ("max_tokens", "temperature")}, **fields}
    attributes: Attributes = {}
    for field, name in _REQUEST_FIELDS.items():
        value = fields.get(field)
        if isinstance(value, (int, float)):
            attributes[name] = value
    if operation == LLM_OP_STREAM:
        attributes["gen_ai.request.stream"] = True
    stop = [fields["stop"]] if isinstance(fields.get("stop"), str) else fields.get("stop")
    if isinstance(stop, Sequence) and all(isinstance(text, str) for text in stop):
        attributes["gen_ai.request.stop_sequences"] = list(stop)
    format = fields.get("response_format")
    if isinstance(format, Mapping) and isinstance(format.get("type"), str):
        attributes["gen_ai.output.type"] = "json" if format["type"].startswith("json") else format["type"]
    if isinstance(fields.get("encoding_format"), str):
        attributes["gen_ai.request.encoding_formats"] = [fields["encoding_format"]]
    return attributes


def of_result(result: Mapping[str, Any]) -> Attributes:
    """What a span says of a response, or of as much of one as had come. `scaling_memory.` is no convention's: the call's
    name in the log, how often the request was sent, and the provider's number for the exchange."""
    attributes: Attributes = {}
    for field, name in (
        ("id", "gen_ai.response.id"),
        ("model", RESPONSE_MODEL),
        ("call_id", "scaling_memory.call_id"),
        ("attempts", "scaling_memory.attempts"),
        ("request_id", "scaling_memory.request_id"),
    ):
        if result.get(field) is not None:
            attributes[name] = result[field]
    if result.get("finish_reason") is not None:
        attributes["gen_ai.response.finish_reasons"] = [result["finish_reason"]]
    usage = result.get("usage") or {}
    for field, name in _USAGE_FIELDS.items():
        if usage.get(field) is not None:
            attributes[name] = usage[field]
    return attributes


def error_type(error: BaseException) -> str:
    """The status's name for a failed call ("rate_limited"), else the exception's."""
    if isinstance(error, LLMError):
        return error.status
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
