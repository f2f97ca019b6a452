"""Whether a provider answers."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from ._value import Value
from .errors import LLMError


class HealthReport(Value, unshown=("raw",)):
    """What a health check found. True where the provider is healthy: `if client.health_check(): ...`."""

    healthy: bool
    provider: Optional[str]
    #: How long the check took, in milliseconds.
    latency_ms: Optional[float]
    #: Why it is not healthy; made, not raised.
    error: Optional[LLMError]
    call_id: Optional[str]
    raw: Dict[str, Any]

    @classmethod
    def from_json(cls, report: Mapping[str, Any]) -> HealthReport:
        error = report.get("error")
        return cls(
            healthy=bool(report.get("healthy")),
            provider=report.get("provider"),
            latency_ms=report.get("latency_ms"),
            error=None if error is None else LLMError.from_json(error),
            call_id=report.get("call_id"),
            raw=dict(report),
        )

    def __bool__(self) -> bool:
        return self.healthy
