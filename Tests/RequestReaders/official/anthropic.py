"""Anthropic's SDK. What names an uploaded file is read with the types of its beta, as the SDK itself wants it."""
import json
from typing import Any, List

from anthropic.types.beta.message_create_params import MessageCreateParamsNonStreaming as BetaNonStreaming
from anthropic.types.beta.message_create_params import MessageCreateParamsStreaming as BetaStreaming
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming

from .strict import Reader

_messages = {True: Reader(MessageCreateParamsStreaming), False: Reader(MessageCreateParamsNonStreaming)}
_beta = {True: Reader(BetaStreaming), False: Reader(BetaNonStreaming)}


def messages(body: Any) -> List[str]:
    readers = _beta if '"file_id"' in json.dumps(body["messages"]) else _messages
    return readers[body.get("stream", False)].complaints(body)
