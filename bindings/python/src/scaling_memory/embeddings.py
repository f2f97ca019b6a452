"""Texts as vectors."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Optional

from ._value import Value
from .responses import Usage


class Embeddings(Value, unshown=("embeddings", "raw")):
    """One vector for each text, in the order of the texts. Iterate over it, index it, take its len()."""

    #: Each number as the server wrote it.
    embeddings: List[List[float]]
    usage: Usage
    model: Optional[str]
    provider: Optional[str]
    #: The provider's number for the exchange, which its support asks for.
    request_id: Optional[str]
    call_id: Optional[str]
    #: How many times the request was sent.
    attempts: Optional[int]
    #: From the start of the call to its end, in milliseconds.
    latency_ms: Optional[float]
    raw: Dict[str, Any]

    @classmethod
    def from_json(cls, result: Mapping[str, Any]) -> Embeddings:
        return cls(
            embeddings=result.get("embeddings") or [],
            usage=Usage.from_json(result.get("usage") or {}),
            model=result.get("model"),
            provider=result.get("provider"),
            request_id=result.get("request_id"),
            call_id=result.get("call_id"),
            attempts=result.get("attempts"),
            latency_ms=result.get("latency_ms"),
            raw=dict(result),
        )

    def __iter__(self) -> Iterator[List[float]]:
        return iter(self.embeddings)

    def __len__(self) -> int:
        return len(self.embeddings)

    def __getitem__(self, index: int) -> List[float]:
        return self.embeddings[index]
