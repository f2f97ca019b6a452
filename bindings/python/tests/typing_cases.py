"""What a type checker must know about the package: `test_typing.py` runs mypy on this file, nothing runs the file.

Each `type: ignore` marks a mistake that must be found: an ignore that is not needed is an error under --strict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, Optional

from scaling_memory import (
    Client,
    Event,
    LLMError,
    ReasoningEvent,
    Response,
    ResponseEvent,
    Stream,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
)

if TYPE_CHECKING:
    from typing_extensions import assert_never, assert_type


def calls(client: Client) -> None:
    assert_type(client.complete("?"), Response)
    assert_type(client.complete([{"role": "user", "content": "?"}], temperature=0.5, max_tokens=None), Response)
    assert_type(client.stream("?"), Stream)
    assert_type(client.stream("?", on_event=print, timeout={"total_ms": 5}), Response)
    assert_type(client.stream("?").text, Iterator[str])
    assert_type(client.analyze("text", "Summarize", model="m").usage.input_tokens, Optional[int])
    assert_type([model.id for model in client.list_models()], "list[str]")
    assert_type(client.health_check(call_id="c").error, Optional[LLMError])


def mistakes(client: Client) -> None:
    client.complete("?", tempereture=1)  # type: ignore[call-arg]
    client.complete("?", temperature="hot")  # type: ignore[arg-type]
    client.complete("?", timeout={"total": 5})  # type: ignore[arg-type]
    client.complete(3)  # type: ignore[arg-type]
    client.list_models(model="m")  # type: ignore[call-arg]
    client.complete("?").content = "5"  # type: ignore[misc]
    Client("openai", retry={"max": 3})  # type: ignore[typeddict-unknown-key]
    Client(model="m")  # type: ignore[call-arg]


def show(event: Event) -> str:
    if isinstance(event, (TextEvent, ReasoningEvent)):
        return event.text
    if isinstance(event, ToolCallDeltaEvent):
        return event.arguments
    if isinstance(event, ToolCallEvent):
        return event.name
    if isinstance(event, ResponseEvent):
        return event.response.content
    assert_never(event)


def errors(error: LLMError) -> None:
    assert_type(error.retry_after_ms, Optional[int])
    assert_type(error.partial, Optional[Response])
    assert_type(error.retryable, bool)
