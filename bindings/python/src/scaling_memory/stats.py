"""What has become of a client's calls."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from ._value import Value
from .responses import Usage


class CallCounts(Value):
    """How many calls there were. A cancelled call failed."""

    started: int
    succeeded: int
    failed: int
    in_flight: int


class StatusCounts(Value):
    """How often each status occurred, by its name: `errors.by_status["rate_limited"]`. Those that did not are absent."""

    total: int
    by_status: Dict[str, int]

    @classmethod
    def from_json(cls, counts: Mapping[str, int]) -> StatusCounts:
        by_status = {name: count for name, count in counts.items() if name != "total"}
        return cls(total=counts.get("total", 0), by_status=by_status)


class Distribution(Value):
    """Milliseconds of so many calls: their mean, their largest, and their percentiles, right to within one percent. All
    but `count` are None while that is 0."""

    count: int
    mean: Optional[float]
    p50: Optional[float]
    p95: Optional[float]
    p99: Optional[float]
    max: Optional[float]

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Distribution:
        count = values.get("count", 0)
        return cls(count, *(values.get(name) for name in ("mean", "p50", "p95", "p99", "max")))


class QueueStats(Value):
    """The rate limiter's queue."""

    #: Calls that wait for their turn now.
    waiting: int
    #: How long those that had to wait did.
    wait_ms: Distribution


class Stats(Value, unshown=("raw",)):
    """What `client.stats()` gives."""

    provider: Optional[str]
    calls: CallCounts
    #: How many times a request was sent.
    attempts: int
    #: Why requests were sent again.
    retries: StatusCounts
    errors: StatusCounts
    #: The sum of what the providers sent.
    usage: Usage
    queue: QueueStats
    #: Of calls that succeeded.
    latency_ms: Distribution
    #: Of the streams among them.
    time_to_first_event_ms: Distribution
    #: The statistics as the library gave them, with fields that this version does not know.
    raw: Dict[str, Any]

    @classmethod
    def from_json(cls, stats: Mapping[str, Any]) -> Stats:
        calls, queue = stats.get("calls") or {}, stats.get("queue") or {}
        return cls(
            provider=stats.get("provider"),
            calls=CallCounts(*(calls.get(name, 0) for name in ("started", "succeeded", "failed", "in_flight"))),
            attempts=stats.get("attempts", 0),
            retries=StatusCounts.from_json(stats.get("retries") or {}),
            errors=StatusCounts.from_json(stats.get("errors") or {}),
            usage=Usage.from_json(stats.get("usage") or {}),
            queue=QueueStats(queue.get("waiting", 0), Distribution.from_json(queue.get("wait_ms") or {})),
            latency_ms=Distribution.from_json(stats.get("latency_ms") or {}),
            time_to_first_event_ms=Distribution.from_json(stats.get("time_to_first_event_ms") or {}),
            raw=dict(stats),
        )
