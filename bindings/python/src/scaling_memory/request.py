"""What a call is made from. llm.h describes every field of a request."""

from __future__ import annotations

import json
from typing import Any, Dict, Final, Literal, Mapping, Optional, Sequence, TypedDict, Union

from .configuration import Timeout
from .errors import InvalidArgumentError

_encoder: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))

#: {"role": "user", "content": "..."} and so on, spelled as in OpenAI's chat completions, whatever the provider.
Message = Mapping[str, Any]

#: A question, a list of messages, or a whole request.
Prompt = Union[str, Sequence[Message], Mapping[str, Any]]


class CallOptions(TypedDict, total=False):
    """What every call takes. None is the same as leaving the field out."""

    #: Overrides the client's, field by field.
    timeout: Optional[Timeout]
    headers: Optional[Mapping[str, str]]
    #: A key for this call alone.
    api_key: Optional[str]
    #: Comes back in the response and the error; 128 characters at most, made up if absent.
    call_id: Optional[str]


class RequestFields(CallOptions, total=False):
    """The fields of a request other than its messages."""

    model: Optional[str]
    #: The most tokens that the answer may have.
    max_tokens: Optional[int]
    temperature: Optional[float]
    top_p: Optional[float]
    stop: Optional[Sequence[str]]
    seed: Optional[int]
    tools: Optional[Sequence[Mapping[str, Any]]]
    tool_choice: Union[None, str, Mapping[str, Any]]
    response_format: Optional[Mapping[str, Any]]
    #: {"effort": "low"} and the like.
    reasoning: Optional[Mapping[str, Any]]
    metadata: Optional[Mapping[str, Any]]
    #: False: control characters and lone surrogates are not taken out of the texts. Default: the client's.
    sanitize: Optional[bool]
    #: Put into the body as it is: fields that only this provider knows.
    extra: Optional[Mapping[str, Any]]


class EmbedFields(CallOptions, total=False):
    """The fields of a request for embeddings other than its texts."""

    model: Optional[str]
    #: How many numbers a vector shall have, where the model can be asked for fewer.
    dimensions: Optional[int]
    #: How the numbers travel: "base64" is half the bytes where the server has the choice. The result is the same.
    encoding_format: Optional[Literal["float", "base64"]]
    #: False: control characters and lone surrogates are not taken out of the texts. Default: the client's.
    sanitize: Optional[bool]
    #: Put into the body as it is: fields that only this provider knows.
    extra: Optional[Mapping[str, Any]]


def request(prompt: Prompt, fields: Mapping[str, Any]) -> Dict[str, Any]:
    """The request for a prompt, with `fields` on top."""
    if isinstance(prompt, str):
        whole: Dict[str, Any] = {"messages": [{"role": "user", "content": prompt}]}
    elif isinstance(prompt, Mapping):
        whole = dict(prompt)
    elif isinstance(prompt, Sequence) and not isinstance(prompt, (bytes, bytearray)):
        whole = {"messages": list(prompt)}
    else:
        raise TypeError(f"prompt must be a str, a list of messages or a request, not {type(prompt).__name__}")
    whole.update(options(fields))
    return whole


def analysis(content: str, instruction: Optional[str], fields: Mapping[str, Any]) -> Dict[str, Any]:
    """The request for an analysis."""
    return {"content": content, **options({"instruction": instruction, **fields})}


def embedding(input: Union[str, Sequence[str]], fields: Mapping[str, Any]) -> Dict[str, Any]:
    """The request for embeddings."""
    if not isinstance(input, str) and (isinstance(input, (bytes, bytearray)) or not isinstance(input, Sequence)):
        raise TypeError(f"input must be a str or a list of them, not {type(input).__name__}")
    return {"input": input if isinstance(input, str) else list(input), **options(fields)}


def options(fields: Mapping[str, Any]) -> Dict[str, Any]:
    """`fields` without those that are None."""
    return {name: value for name, value in fields.items() if value is not None}


def encode(value: Mapping[str, Any]) -> bytes:
    """`value` as UTF-8 JSON. InvalidArgumentError where JSON has no words for it; the value itself is not quoted."""
    try:
        try:
            return _encoder.encode(value).encode()
        except UnicodeEncodeError:
            # A lone surrogate, which only an escape can hold: the library takes it out, or names its field.
            return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"this cannot be written as JSON: {error}") from None
