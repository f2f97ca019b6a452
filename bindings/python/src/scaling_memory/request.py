"""What a call is made from. llm.h describes every field of a request."""

from __future__ import annotations

from typing import Any, Literal, Mapping, Optional, Sequence, TypedDict, Union

from .configuration import Timeout

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
