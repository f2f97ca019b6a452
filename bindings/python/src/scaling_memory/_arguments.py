"""What callers pass, as the JSON that llm.h takes, and the JSON that it gives. The types of what callers pass are in
`configuration` and `request`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Dict, Final, Optional, Union

if TYPE_CHECKING:
    from .request import Prompt

_encoder: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_decoder: Final = json.JSONDecoder()  # json.loads guesses at the encoding, and looks for blanks


def configuration(provider: Union[str, Mapping[str, Any]], settings: Mapping[str, Any]) -> Dict[str, Any]:
    """The configuration that `provider`, a name or a whole configuration, gives with `settings` on top. None is unset."""
    if isinstance(provider, str):
        whole: Dict[str, Any] = {"provider": provider}
    elif isinstance(provider, Mapping):
        whole = dict(provider)
    else:
        raise TypeError(f"provider must be a name or a configuration, not {type(provider).__name__}")
    whole.update((name, value) for name, value in settings.items() if value is not None)
    return whole


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
    if fields:
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
        from .errors import InvalidArgumentError

        raise InvalidArgumentError(f"this cannot be written as JSON: {error}") from None


def decode(text: bytes) -> Any:
    """What the library's JSON says."""
    return _decoder.raw_decode(text.decode())[0]
