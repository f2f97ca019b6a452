"""OpenTelemetry: a span and metrics for each call, after the semantic conventions for generative AI.

    from scaling_memory.opentelemetry import instrument

    instrument()        # once, at the start of the program

It stands on opentelemetry-api alone: pip install "scaling-memory[opentelemetry]". Where spans and metrics go is up to the
program's SDK. The texts of requests and answers go nowhere.
"""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any, Final, List, Mapping, Optional

try:
    from opentelemetry.metrics import Histogram, MeterProvider, get_meter
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider, get_tracer
except ImportError as error:
    raise ImportError(
        'scaling_memory.opentelemetry needs opentelemetry-api: pip install "scaling-memory[opentelemetry]"'
    ) from error

from . import _conventions as conventions
from ._base import BaseClient
from ._native import LLM_OP_STREAM
from ._watch import Watch, set_watcher
from .errors import LLMError

__all__ = ["instrument", "uninstrument"]

_SCOPE: Final = "scaling_memory"
_SCHEMA: Final = "https://opentelemetry.io/schemas/1.41.0"


def instrument(
    *, tracer_provider: Optional[TracerProvider] = None, meter_provider: Optional[MeterProvider] = None
) -> None:
    """From now on every complete, stream, analyze and embed of every client, also of those made before, has a span and
    is measured; with the global providers where none are given. Called again, the new providers take the old ones' place.

    A span is a child of what was current when its call started, and ends with the call; a stream's, when the stream
    was read to its end, failed, or was closed. `error.type` is an LLMError's `status`, else the exception's name. A
    stream that its reader closes early ends without a finish reason, and without an error.
    """
    instruments = _Instruments(tracer_provider, meter_provider)

    def watcher(client: BaseClient, operation: int, request: Mapping[str, Any]) -> Watch:
        identity = conventions.identity(client._shown, operation, request)
        if identity is None:
            return Watch()
        return _Call(instruments, identity, conventions.of_request(client._shown, operation, request), operation)

    set_watcher(watcher)


def uninstrument() -> None:
    """Ends that for calls that start from now on."""
    set_watcher(None)


class _Instruments:
    """What spans and measurements are made with."""

    def __init__(self, tracer_provider: Optional[TracerProvider], meter_provider: Optional[MeterProvider]) -> None:
        try:
            installed = version("scaling-memory")
        except PackageNotFoundError:  # a checkout
            installed = ""
        self.tracer = get_tracer(_SCOPE, installed, tracer_provider, _SCHEMA)
        meter = get_meter(_SCOPE, installed, meter_provider, _SCHEMA)
        self.duration: Histogram = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="GenAI operation duration.",
            explicit_bucket_boundaries_advisory=conventions.DURATION_BOUNDARIES,
        )
        self.first_chunk: Histogram = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="Time from the start of a streamed operation to its first chunk.",
            explicit_bucket_boundaries_advisory=conventions.DURATION_BOUNDARIES,
        )
        self.tokens: Histogram = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=conventions.TOKEN_BOUNDARIES,
        )


class _Call(Watch):
    """One call's span and measurements."""

    __slots__ = ("_begun", "_identity", "_instruments", "_is_stream", "_open")

    def __init__(
        self, instruments: _Instruments, identity: conventions.Attributes, request: conventions.Attributes, operation: int
    ) -> None:
        self._open: List[Span] = []
        self._instruments = instruments
        self._identity = identity
        self._is_stream = operation == LLM_OP_STREAM
        names = (identity.get(name) for name in (conventions.OPERATION, conventions.REQUEST_MODEL))
        span = instruments.tracer.start_span(
            " ".join(str(name) for name in names if name), kind=SpanKind.CLIENT, attributes={**identity, **request}
        )
        self._begun = perf_counter()
        self._open.append(span)

    def succeeded(self, result: Mapping[str, Any]) -> None:
        self._end(result)

    def failed(self, error: BaseException) -> None:
        result: Mapping[str, Any] = {}
        if isinstance(error, LLMError):
            result = {"call_id": error.call_id, "attempts": error.attempts, "request_id": error.request_id}
            result = {**({} if error.partial is None else error.partial.raw), **result}
        self._end(result, error)

    def closed(self) -> None:
        self._end({})

    def __del__(self) -> None:
        if not sys.is_finalizing():
            self.closed()

    def _end(self, result: Mapping[str, Any], error: Optional[BaseException] = None) -> None:
        try:
            span = self._open.pop()  # whichever thread is first
        except IndexError:
            return
        seconds = perf_counter() - self._begun
        outcome = conventions.of_result(result)
        first = result.get("time_to_first_event_ms") if self._is_stream else None
        if first is not None:
            outcome[conventions.TIME_TO_FIRST_CHUNK] = first / 1000
        failure: conventions.Attributes = {} if error is None else {conventions.ERROR_TYPE: conventions.error_type(error)}
        span.set_attributes({**outcome, **failure})
        if error is not None:
            # What another exception says may be anything, a prompt among it.
            span.set_status(Status(StatusCode.ERROR, str(error) if isinstance(error, LLMError) else None))
        span.end()
        self._measure(seconds, outcome, failure)

    def _measure(self, seconds: float, outcome: conventions.Attributes, failure: conventions.Attributes) -> None:
        kind = dict(self._identity)
        if conventions.RESPONSE_MODEL in outcome:
            kind[conventions.RESPONSE_MODEL] = outcome[conventions.RESPONSE_MODEL]
        self._instruments.duration.record(seconds, {**kind, **failure})
        first = outcome.get(conventions.TIME_TO_FIRST_CHUNK)
        if isinstance(first, float):
            self._instruments.first_chunk.record(first, kind)
        for name, direction in ((conventions.INPUT_TOKENS, "input"), (conventions.OUTPUT_TOKENS, "output")):
            count = outcome.get(name)
            if isinstance(count, int):
                self._instruments.tokens.record(count, {**kind, conventions.TOKEN_TYPE: direction})
