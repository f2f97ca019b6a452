"""Spans and metrics, as the real SDK's exporters in memory have them."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import os
import threading
from typing import Any, Dict, Iterator, List, Mapping

import pytest

import child
from conftest import Connect, ConnectAsync, Serve
from loopback import DEADLINE, Exchange, answer_ok, answer_slowly, failure
from scaling_memory import AsyncClient, AuthenticationError, CanceledError, Client, LLMError

if importlib.util.find_spec("opentelemetry") is None or importlib.util.find_spec("opentelemetry.sdk") is None:
    assert os.environ.get("LLM_REQUIRE_ALL") != "1", "opentelemetry-sdk is not installed in this environment"
    pytest.skip("opentelemetry-sdk is not installed", allow_module_level=True)

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from scaling_memory.opentelemetry import instrument, uninstrument

QUESTION = "the-question-itself"


class Telemetry:
    """What calls have left."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meters = MeterProvider([self._reader])

    def spans(self) -> List[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def span(self) -> ReadableSpan:
        """The only one."""
        (span,) = self.spans()
        return span

    def points(self, metric: str) -> List[HistogramDataPoint]:
        data = self._reader.get_metrics_data()
        found: List[Any] = []
        for resource in data.resource_metrics if data is not None else ():
            for scope in resource.scope_metrics:
                for one in scope.metrics:
                    if one.name == metric:
                        found.extend(one.data.data_points)
        assert all(isinstance(point, HistogramDataPoint) for point in found)
        return found

    def close(self) -> None:
        self.tracers.shutdown()
        self.meters.shutdown()


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    telemetry = Telemetry()
    instrument(tracer_provider=telemetry.tracers, meter_provider=telemetry.meters)
    yield telemetry
    uninstrument()
    telemetry.close()


def attributes(of: Any) -> Dict[str, Any]:
    return dict(of.attributes or {})


def error_of(span: ReadableSpan) -> str:
    assert span.status.status_code is StatusCode.ERROR
    return str(attributes(span)["error.type"])


def address(url: str) -> Mapping[str, Any]:
    host, _, port = url.rpartition("//")[2].partition(":")
    return {"server.address": host, "server.port": int(port)}


def test_a_call_is_a_span_that_says_what_was_asked_and_what_came(
    telemetry: Telemetry, serve: Serve, connect: Connect
) -> None:
    server = serve(answer_ok)
    fields: Dict[str, Any] = {"temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": "end", "extra": {"presence_penalty": 1}}
    response = connect(server.url, max_tokens=9).complete(QUESTION, response_format={"type": "json_object"}, **fields)
    span = telemetry.span()
    assert (span.name, span.kind, span.status.status_code) == ("chat m", SpanKind.CLIENT, StatusCode.UNSET)
    assert attributes(span) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.seed": 7,
        "gen_ai.request.stop_sequences": ("end",),
        "gen_ai.request.presence_penalty": 1,
        "gen_ai.output.type": "json",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": response.model,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 1,
        "scaling_memory.call_id": response.call_id,
        "scaling_memory.attempts": 1,
        **address(server.url),
    }
    assert not span.events and QUESTION not in span.to_json()


def test_a_call_is_measured(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    server = serve(answer_ok)
    client = connect(server.url)
    for _ in range(3):
        client.complete(QUESTION)
    kind = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.response.model": client.complete(QUESTION).model,
        **address(server.url),
    }
    (duration,) = telemetry.points("gen_ai.client.operation.duration")
    assert (attributes(duration), duration.count) == (kind, 4)
    assert 0 < duration.sum < DEADLINE
    assert list(duration.explicit_bounds)[:3] == [0.01, 0.02, 0.04]
    tokens = {attributes(point)["gen_ai.token.type"]: point for point in telemetry.points("gen_ai.client.token.usage")}
    assert {name: (point.count, point.sum) for name, point in tokens.items()} == {"input": (4, 28), "output": (4, 4)}
    assert attributes(tokens["input"]) == {**kind, "gen_ai.token.type": "input"}
    assert list(tokens["input"].explicit_bounds)[:3] == [1, 4, 16]
    assert not telemetry.points("gen_ai.client.operation.time_to_first_chunk"), "that is for streams"


def test_a_stream_ends_when_it_was_read_and_knows_its_first_chunk(
    telemetry: Telemetry, serve: Serve, connect: Connect
) -> None:
    with connect(serve(answer_ok).url).stream(QUESTION) as stream:
        assert not telemetry.spans()
        response = stream.finish()
        shown = attributes(telemetry.span())
    assert shown["gen_ai.request.stream"] is True
    assert shown["gen_ai.response.finish_reasons"] == ("stop",)
    assert (shown["gen_ai.usage.input_tokens"], shown["gen_ai.usage.output_tokens"]) == (7, 3)
    assert response.time_to_first_event_ms is not None
    assert shown["gen_ai.response.time_to_first_chunk"] == pytest.approx(response.time_to_first_event_ms / 1000)
    (first,) = telemetry.points("gen_ai.client.operation.time_to_first_chunk")
    assert first.count == 1
    assert first.sum == pytest.approx(response.time_to_first_event_ms / 1000)


def test_a_failure_names_its_status(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda exchange: exchange.send(401, failure("No."), {"x-request-id": "r-1"})).url)
    with pytest.raises(AuthenticationError) as caught:
        client.complete(QUESTION)
    with pytest.raises(AuthenticationError):
        client.stream(QUESTION).finish()
    complete, stream = telemetry.spans()
    assert error_of(complete) == error_of(stream) == "authentication"
    assert complete.status.description == str(caught.value)
    assert attributes(complete)["scaling_memory.request_id"] == "r-1"
    assert attributes(complete)["scaling_memory.call_id"] == caught.value.call_id
    points = telemetry.points("gen_ai.client.operation.duration")
    assert [(attributes(point)["error.type"], point.count) for point in points] == [("authentication", 2)]
    assert not telemetry.points("gen_ai.client.token.usage")


def test_a_stream_that_breaks_off_keeps_what_had_come(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("half an ans")

    with pytest.raises(LLMError):
        connect(serve(answer).url).stream(QUESTION).finish()
    span = telemetry.span()
    assert error_of(span) == "truncated"
    assert attributes(span)["gen_ai.response.model"] == "m"
    assert "half" not in span.to_json()


def test_a_stream_that_its_reader_leaves_is_no_error(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    client = connect(serve(answer_slowly).url)
    with client.stream(QUESTION) as stream:
        next(stream)
    span = telemetry.span()
    assert span.status.status_code is StatusCode.UNSET
    assert "error.type" not in attributes(span) and "gen_ai.response.finish_reasons" not in attributes(span)
    (duration,) = telemetry.points("gen_ai.client.operation.duration")
    assert "error.type" not in attributes(duration)


def test_a_stream_that_is_dropped_has_its_span(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    stream = connect(serve(answer_slowly).url).stream(QUESTION)
    del stream
    gc.collect()
    assert telemetry.span().status.status_code is StatusCode.UNSET


def test_cancelling_is_an_error_to_the_reader_and_on_the_span(
    telemetry: Telemetry, serve: Serve, connect: Connect
) -> None:
    stream = connect(serve(answer_slowly).url).stream(QUESTION)
    next(stream)
    canceling = threading.Thread(target=stream.cancel)
    canceling.start()
    with pytest.raises(CanceledError):
        stream.finish()
    canceling.join()
    assert error_of(telemetry.span()) == "canceled"


def test_what_a_callback_throws_is_named_and_not_quoted(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    def on_event(event: object) -> None:
        raise KeyError(QUESTION)

    with pytest.raises(KeyError):
        connect(serve(answer_ok).url).stream(QUESTION, on_event=on_event)
    assert error_of(telemetry.span()) == "KeyError"
    assert QUESTION not in telemetry.span().to_json()


def test_the_span_is_a_child_of_what_was_current(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    with telemetry.tracers.get_tracer("test").start_as_current_span("outside") as outside:
        connect(serve(answer_ok).url).complete(QUESTION)
    inner, outer = telemetry.spans()
    assert inner.parent is not None and inner.parent.span_id == outside.get_span_context().span_id
    assert outer.name == "outside"


def test_embeddings_are_an_operation_of_their_own(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    def answer(exchange: Exchange) -> None:
        vectors = [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}]
        usage = {"prompt_tokens": 5, "total_tokens": 5}
        exchange.send(200, {"object": "list", "data": vectors, "model": "e-1", "usage": usage})

    connect(serve(answer).url).embed(QUESTION, model="e", dimensions=2)
    span = telemetry.span()
    assert span.name == "embeddings e"
    assert attributes(span)["gen_ai.embeddings.dimension.count"] == 2
    assert attributes(span)["gen_ai.usage.input_tokens"] == 5
    assert [point.sum for point in telemetry.points("gen_ai.client.token.usage")] == [5]


def test_what_is_no_operation_of_the_conventions_has_no_span(
    telemetry: Telemetry, serve: Serve, connect: Connect
) -> None:
    client = connect(serve(lambda exchange: exchange.send(200, {"object": "list", "data": []})).url)
    client.list_models()
    client.health_check()
    assert not telemetry.spans()


@pytest.mark.parametrize(
    ("provider", "name"),
    [("openai-responses", "openai"), ("gemini", "gcp.gemini"), ("anthropic", "anthropic"), ("ollama", "ollama")],
)
def test_providers_have_the_conventions_names(telemetry: Telemetry, provider: str, name: str) -> None:
    with Client(provider, base_url="http://127.0.0.1:9", model="m", retry={"max_retries": 0}) as client:
        with pytest.raises(LLMError):
            client.complete(QUESTION)
    assert attributes(telemetry.span())["gen_ai.provider.name"] == name
    assert error_of(telemetry.span()) == "connection"


def test_secrets_of_a_configuration_do_not_get_into_a_span(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    client = connect(serve(answer_ok).url + "/hush/v1", api_key="sk-hush", headers={"x-token": "hush"})
    client.complete(QUESTION, api_key="sk-hush-2", headers={"x-other": "hush"}, extra={"user": "hush"})
    assert "hush" not in telemetry.span().to_json()
    assert attributes(telemetry.span())["server.address"] == "127.0.0.1"


def test_awaited_calls_and_streams_are_the_same(
    telemetry: Telemetry, serve: Serve, connect_async: ConnectAsync
) -> None:
    async def main(client: AsyncClient) -> None:
        await client.complete(QUESTION)
        async with client.stream(QUESTION) as stream:
            async for _ in stream.text:
                pass
        await client.stream(QUESTION, on_event=lambda event: None)
        await asyncio.gather(*(client.analyze("text", QUESTION) for _ in range(5)))

    asyncio.run(main(connect_async(serve(answer_ok).url)))
    spans = telemetry.spans()
    assert len(spans) == 8
    for span in spans:
        assert (span.name, span.status.status_code) == ("chat m", StatusCode.UNSET)
        assert attributes(span)["gen_ai.response.finish_reasons"] == ("stop",)
    assert ["gen_ai.request.stream" in attributes(span) for span in spans[:3]] == [False, True, True]
    assert sum(point.count for point in telemetry.points("gen_ai.client.operation.duration")) == 8


def test_an_awaited_failure_names_its_status(telemetry: Telemetry, serve: Serve, connect_async: ConnectAsync) -> None:
    async def main(client: AsyncClient) -> None:
        with pytest.raises(AuthenticationError):
            await client.complete(QUESTION)
        with pytest.raises(AuthenticationError):
            await client.stream(QUESTION).finish()

    asyncio.run(main(connect_async(serve(lambda exchange: exchange.send(401, failure("No."))).url)))
    assert [error_of(span) for span in telemetry.spans()] == ["authentication", "authentication"]


def test_a_cancelled_task_ends_its_span(telemetry: Telemetry, serve: Serve, connect_async: ConnectAsync) -> None:
    server = serve(answer_slowly)

    async def read(client: AsyncClient) -> None:
        async for _ in client.stream(QUESTION):
            pass

    async def main(client: AsyncClient) -> None:
        for task in (asyncio.ensure_future(client.complete(QUESTION)), asyncio.ensure_future(read(client))):
            await asyncio.get_running_loop().run_in_executor(None, server.arrivals.acquire)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main(connect_async(server.url)))
    assert [error_of(span) for span in telemetry.spans()] == ["asyncio.exceptions.CancelledError"] * 2


def test_an_awaited_stream_that_is_left_or_dropped_is_no_error(
    telemetry: Telemetry, serve: Serve, connect_async: ConnectAsync
) -> None:
    async def main(client: AsyncClient) -> None:
        async with client.stream(QUESTION) as stream:
            await stream.__anext__()
        del stream
        dropped = client.stream(QUESTION)
        await dropped.__anext__()
        del dropped
        gc.collect()

    asyncio.run(main(connect_async(serve(answer_slowly).url)))
    assert [span.status.status_code for span in telemetry.spans()] == [StatusCode.UNSET, StatusCode.UNSET]


def test_after_uninstrument_there_is_nothing_more(telemetry: Telemetry, serve: Serve, connect: Connect) -> None:
    client = connect(serve(answer_ok).url)
    client.complete(QUESTION)
    uninstrument()
    client.complete(QUESTION)
    assert len(telemetry.spans()) == 1


def test_the_package_does_not_need_opentelemetry() -> None:
    script = """
import sys
sys.modules["opentelemetry"] = None  # as if it were not installed
import scaling_memory
try:
    import scaling_memory.opentelemetry
except ImportError as error:
    print(error)
"""
    ended = child.run(script)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        'scaling_memory.opentelemetry needs opentelemetry-api: pip install "scaling-memory[opentelemetry]"\n'
    )
