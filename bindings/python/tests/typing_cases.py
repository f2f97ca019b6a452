"""What a type checker must know about the package: `test_typing.py` runs mypy on this file, nothing runs the file.

Each `type: ignore` marks a mistake that must be found: an ignore that is not needed is an error under --strict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, AsyncIterator, Dict, Iterator, List, Optional

from scaling_memory import (
    AsyncClient,
    AsyncStream,
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


    assert_type(client.embed(["a", "b"], dimensions=2).embeddings, List[List[float]])
    assert_type(client.stats().errors.by_status, Dict[str, int])
    assert_type(client.stats().latency_ms.p99, Optional[float])
    assert_type(Client.from_env("openai", rate_limit={"burst": 3, "scope": "client"}), Client)


async def awaited_calls(client: AsyncClient) -> None:
    assert_type(await client.complete("?", temperature=0.5), Response)
    assert_type(client.stream("?"), AsyncStream)
    assert_type(client.stream("?").text, AsyncIterator[str])
    assert_type(await client.stream("?", on_event=print), Response)
    assert_type(await client.stream("?").finish(), Response)
    assert_type([event async for event in client.stream("?")], List[Event])
    assert_type((await client.embed("a")).embeddings, List[List[float]])
    assert_type((await client.health_check(call_id="c")).error, Optional[LLMError])
    assert_type(AsyncClient.from_env("openai"), AsyncClient)
    client.complete("?").content  # type: ignore[attr-defined]
    await client.stream("?")  # type: ignore[misc]
    for _ in client.stream("?"):  # type: ignore[attr-defined]
        pass


def mistakes(client: Client) -> None:
    client.embed("a", encoding_format="int8")  # type: ignore[arg-type]
    client.embed("a", temperature=1)  # type: ignore[call-arg]
    client.complete("?", tempereture=1)  # type: ignore[call-arg]
    client.complete("?", temperature="hot")  # type: ignore[arg-type]
    client.complete("?", timeout={"total": 5})  # type: ignore[arg-type]
    client.complete(3)  # type: ignore[arg-type]
    client.list_models(model="m")  # type: ignore[call-arg]
    client.complete("?").content = "5"  # type: ignore[misc]
    Client("openai", retry={"max": 3})  # type: ignore[typeddict-unknown-key]
    Client("openai", retry={"strategy": "often"})  # type: ignore[typeddict-item]
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
